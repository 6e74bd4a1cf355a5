"""What tests/preload/settings.bats runs: settings.py fill | rest | signals | huge"""
import ctypes
import os
import signal
import sys
import threading
import time


def fill():
    """Says whether 100 MB can be had, at once and bit by bit, and goes on after a refusal."""
    try:
        print(len(bytes(100 << 20)) >> 20, "at once")
    except MemoryError:
        print("refused at once")
    kept = []
    try:
        for _ in range(100000):
            kept.append(bytes(1000))
        print("all kept")
    except MemoryError:
        print("refused after", len(kept) // 10000)
    del kept
    print(len([bytes(1000) for _ in range(10000)]), "again")


def resident():
    with open("/proc/self/statm") as figures:
        return int(figures.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def rest():
    """Frees what the heap keeps at first, rests, and tells its threads and whether memory went."""
    went = any(goes_at_rest() for _ in range(4))
    print(len(os.listdir("/proc/self/task")), went)


def goes_at_rest():
    """Once: False also if it went before the rest began, as it may on a busy machine."""
    for _ in range(20):
        blocks = [b"x" * (1000000 + i) for i in range(16)]
        del blocks
    enough = resident() - (4 << 20)
    for _ in range(30):
        if resident() < enough:
            return True
        time.sleep(0.1)
    return False


def signals():
    """Which thread handles a signal, and how many a child has."""
    signal.signal(signal.SIGUSR1, lambda *_: print(threading.get_native_id() == os.getpid()))
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(0.2)
    child = os.fork()
    if child == 0:
        os._exit(len(os.listdir("/proc/self/task")))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def huge():
    """The huge-page flags of the mapping that a block is in."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    block, inside = libc.malloc(3000), False
    with open("/proc/self/smaps") as lines:
        for line in lines:
            words = line.split()
            if "-" in words[0] and ":" not in words[0]:
                start, end = (int(word, 16) for word in words[0].split("-"))
                inside = start <= block < end
            if inside and words[0] == "VmFlags:":
                print(*(word for word in words if word in ("hg", "nh")))


{"fill": fill, "rest": rest, "signals": signals, "huge": huge}[sys.argv[1]]()
