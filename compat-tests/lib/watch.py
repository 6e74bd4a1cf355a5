#!/usr/bin/python3
"""Runs one command in namespaces of its own and writes down what became of it and of all its descendants.

usage: watch.py RUN_DIRECTORY SECONDS STATUS_TOOL COMMAND [ARG...]

RUN_DIRECTORY gets: out, err (what was printed), status (the exit status; 124: out of time) and watch.json:
  seconds    wall time
  cpu        processor time of the descendants in seconds: of those that were waited for, or of those that were looked
             at until the last look, whichever is more
  peak_kib   the largest sum of PSS over all descendants that a look found (some looks a second)
  deaths     descendants that a signal of a crash ended: [name, signal], from the kernel's process events
  events     whether those events were there (root in the first PID namespace) and none was lost
  kernel     lines of the kernel's log about one of the descendants
  unanswered what oxidalloc-status said where it could not tell (the run had just ended)
  processes  by executable, state and reason, as oxidalloc-status --json tells: count, largest heap_kib
STATUS_TOOL is asked inside the namespaces, so that it tells about this run alone. Needs root.
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

CRASHES = {getattr(signal, "SIG" + name) for name in ("SEGV", "ABRT", "BUS", "ILL", "FPE", "TRAP", "SYS")}
KERNEL_LINE = re.compile(r"segfault|general protection|traps:|trap |Killed process|invalid opcode")


class Events:
    """The kernel's process events (the connector of the netlink family): forks, and ends with their cause."""

    FORK, EXEC, EXIT = 1, 2, 0x80000000

    def __init__(self, root):
        self.names = {root: "?"}
        self.ids = {root}
        self.deaths = []
        self.complete = False
        self.socket = None
        try:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, 11)
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 25)  # SO_RCVBUFFORCE
            self.socket.bind((0, 1))
            message = struct.pack("=IIIIHHI", 1, 1, 0, 0, 4, 0, 1)
            self.socket.send(struct.pack("=IHHII", 16 + len(message), 3, 0, 0, os.getpid()) + message)
            self.complete = True
            threading.Thread(target=self.read, daemon=True).start()
        except OSError:
            pass

    def read(self):
        while True:
            try:
                self.take(self.socket.recv(4096))
            except OSError:  # ENOBUFS: some were lost
                self.complete = False

    def take(self, message):
        what, = struct.unpack_from("=I", message, 36)
        first, second, third, fourth = struct.unpack_from("=iiii", message.ljust(68, b"\0"), 52)
        if what == self.FORK and second in self.names:  # parent's thread and process, child's thread and process
            self.ids.add(third)
            self.names.setdefault(fourth, self.names[second])
        elif what == self.EXEC and second in self.names:
            self.names[second] = read(f"/proc/{second}/comm").strip() or self.names[second]
        elif what == self.EXIT and first == second and second in self.names:
            name = self.names.pop(second)  # its number may be another's soon
            if third & 0x7F in CRASHES:
                self.deaths.append([name, signal.Signals(third & 0x7F).name])


class KernelLog:
    """The lines that the kernel logs from now on."""

    def __init__(self):
        try:
            self.file = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
            os.lseek(self.file, 0, os.SEEK_END)
        except OSError:
            self.file = None

    def lines_about(self, ids):
        found = []
        while self.file is not None:
            try:
                line = os.read(self.file, 8192).decode(errors="replace").split(";", 1)[-1].split("\n")[0]
            except BlockingIOError:
                break
            except OSError:  # the buffer went round
                continue
            if KERNEL_LINE.search(line) and any(int(n) in ids for n in re.findall(r"\b\d+\b", line)[:2]):
                found.append(line)
        return found


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def descendants(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read(f"/proc/{name}/stat").rpartition(")")[2].split()
            if stat:
                children.setdefault(int(stat[1]), []).append(int(name))
    found, level = [], [root]
    while level:
        level = [child for parent in level for child in children.get(parent, ())]
        found += level
    return found


def cpu_seconds(pid):
    stat = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK") if stat else 0


def pss_kib(pid):
    found = re.search(r"^Pss: +(\d+)", read(f"/proc/{pid}/smaps_rollup"), re.M)
    return int(found[1]) if found else 0


class Census:
    """What oxidalloc-status says of the processes; the first of the namespace is the frame's own."""

    def __init__(self, tool):
        self.tool = tool
        self.root = os.environ.get("OX_ROOT", "")  # where the library and the command are
        self.seen = {}
        self.failures = set()

    def look(self, first):
        inside = ["nsenter", f"--target={first}", "--mount", "--pid", f"--root=/proc/{first}/root{self.root}", "--",
                  self.tool, "--json"]
        answer = subprocess.run(inside, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}, check=False)
        try:
            processes = json.loads(answer.stdout)["processes"]
        except ValueError:
            self.failures.add(answer.stderr.decode(errors="replace").strip())
            return
        for process in processes:
            if process["pid"] != 1 and process["state"] != "unknown":
                self.note(process)

    def note(self, process):
        key = process["name"].rpartition("/")[2].removesuffix(" (deleted)"), process["state"], process["why"]
        seen = self.seen.setdefault(key, {"pids": set(), "heap_kib": 0})
        seen["pids"].add(process["pid"])
        seen["heap_kib"] = max(seen["heap_kib"], process["heap_kib"])

    def told(self):
        return [{"name": name, "state": state, "why": why, "count": len(seen["pids"]), "heap_kib": seen["heap_kib"]}
                for (name, state, why), seen in sorted(self.seen.items())]


class Looks:
    """What is seen of a process and its descendants, some times a second."""

    def __init__(self, process, begun, census):
        self.process, self.begun, self.census = process, begun, census
        self.peak_kib, self.used = 0, {}
        self.next = time.monotonic() + 0.1

    def look_in_time(self):
        start = time.monotonic()
        if start >= self.next:
            self.look()
            done = time.monotonic()
            self.next = done + min(max(0.2, 3 * (done - start)), 1)  # rarer where a look takes long, but not rare

    def look(self):
        family = descendants(self.process)
        self.peak_kib = max(self.peak_kib, sum(map(pss_kib, family)))
        for pid in family:
            self.used[pid] = max(self.used.get(pid, 0), cpu_seconds(pid))
        if family and os.path.exists(self.begun):
            self.census.look(family[0])


def start_command(directory, command):
    with open(f"{directory}/out", "wb") as out, open(f"{directory}/err", "wb") as err:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


def wait_for(process, seconds, looks):
    """The exit status as a shell would tell it, or 124, and the processor time of all that were waited for."""
    end, late = time.monotonic() + seconds, False
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return 124 if late else code if code >= 0 else 128 - code, usage.ru_utime + usage.ru_stime
        time.sleep(0.05)
        if time.monotonic() > end and not late:
            late = True
            process.kill()  # unshare --kill-child takes the rest along
        looks.look_in_time()


def main():
    directory, seconds, tool, *command = sys.argv[1:]
    log, events, census = KernelLog(), Events(os.getpid()), Census(tool)
    start = time.monotonic()
    process = start_command(directory, command)
    looks = Looks(process.pid, f"{directory}/begun", census)
    status, waited_for = wait_for(process, float(seconds), looks)
    took = time.monotonic() - start
    time.sleep(0.3)  # for the last events
    with open(f"{directory}/status", "w") as file:
        file.write(f"{status}\n")
    with open(f"{directory}/watch.json", "w") as file:
        json.dump({"seconds": round(took, 2), "cpu": round(max(waited_for, sum(looks.used.values())), 2),
                   "peak_kib": looks.peak_kib, "deaths": events.deaths, "events": events.complete,
                   "kernel": log.lines_about(events.ids), "processes": census.told(),
                   "unanswered": sorted(census.failures)}, file, indent=1)
        file.write("\n")


main()
