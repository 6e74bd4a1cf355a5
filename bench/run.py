#!/usr/bin/env python3
"""Runs the tests of bench/tests.txt on several allocators in turn and writes what they cost.

For each test the allocators take turns (A B C, A B C), so that a change in the machine's load hits
all alike. Each run is one process tree under build/bin/measure, whose wall time, CPU time and peak
RSS come from wait4(). Every run goes to OUT/results.json as soon as its test is over; report.py makes the tables.
"""

import argparse
import fnmatch
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import report

HERE = Path(__file__).resolve().parent
SKIPPED = 77
DEBIAN_PEERS = {
    "mimalloc-deb": "libmimalloc.so.2",
    "jemalloc-deb": "libjemalloc.so.2",
    "gperftools-deb": "libtcmalloc_minimal.so.4",
}


def library(name: str) -> str:
    """The path of a shared library that the loader knows, or ''."""
    listing = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True).stdout
    found = re.search(rf"^\s*{re.escape(name)} \(.*x86-64.*|^\s*{re.escape(name)} \(.*AArch64.*", listing, re.M)
    return found.group(0).split("=> ")[1].strip() if found else ""


def allocators(options: argparse.Namespace) -> dict[str, str]:
    """Name to path of the library to preload. libc too is preloaded: some programs link a peer."""
    known = {"libc": library("libc.so.6"), "oxidalloc": str(options.build / "lib/liboxidalloc.so")} | {
        name: library(soname) for name, soname in DEBIAN_PEERS.items()
    }
    names = options.allocators.split(",") + (list(DEBIAN_PEERS) if options.peers else [])
    chosen = {}
    for name in names:
        name, given, path = name.partition("=")
        path = str(Path(path).resolve()) if given else known.get(name, "")
        if path and Path(path).exists():
            chosen[name] = path
        else:
            print(f"run: {name}: no such library; left out", file=sys.stderr)
    return chosen


def read_tests(options: argparse.Namespace) -> list[dict]:
    wanted_threads = options.threads.split(",")
    patterns = options.tests.split(",")
    tests = []
    for line in (HERE / "tests.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, threads, command = line.split(maxsplit=2)
        counts = [""] if threads == "-" else [t for t in threads.split(",") if t in wanted_threads]
        for count in counts:
            test = f"{name}/{count}" if count else name
            if any(fnmatch.fnmatch(test, p) or fnmatch.fnmatch(name, p) for p in patterns):
                tests.append({"name": test, "command": resolve(command.format(t=count), options.build)})
    return tests


def resolve(command: str, build: Path) -> list[str]:
    """Programs of the build and jobs by their paths; python3 is the one that runs this, never a wrapper script."""
    words = shlex.split(command)
    if (build / "bench" / words[0]).exists():
        words[0] = str(build / "bench" / words[0])
    words = [sys.executable if w == "python3" else w for w in words]
    return [str(HERE / w) if w.startswith("jobs/") else w for w in words]


def run_once(command: list[str], preload: str, options: argparse.Namespace) -> dict:
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch) / "result"
        env = os.environ | {"OXIDALLOC_MEASURE_UNTRACED": "1"}
        try:
            process = subprocess.run(
                [options.build / "bin/measure", result, os.path.realpath(preload), preload, *command],
                env=env, capture_output=True, text=True, errors="replace",
                timeout=options.timeout, stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"more than {options.timeout} s"}
        if process.returncode == SKIPPED:
            return {"skipped": process.stderr.strip()}
        if process.returncode != 0:
            lines = process.stderr.strip().splitlines()
            return {"failed": f"status {process.returncode}: {lines[-1] if lines else ''}"}
        values = dict(line.split("=", 1) for line in result.read_text().splitlines())
    return {
        "wall": int(values["wall_us"]) / 1e6,
        "cpu": int(values["cpu_us"]) / 1e6,
        "rss": int(values["rss_kib"]),
        "output": process.stdout.strip()[-200:],
        "phases": {m[1]: int(m[2]) for m in re.finditer(r"^rss (\w+) (\d+)$", process.stderr, re.M)},
    }


def run_test(test: dict, chosen: dict[str, str], options: argparse.Namespace) -> dict[str, list[dict]]:
    runs: dict[str, list[dict]] = {name: [] for name in chosen}
    for _ in range(options.runs):
        for name, path in chosen.items():
            if not any("failed" in run or "skipped" in run for run in runs[name]):
                runs[name].append(run_once(test["command"], path, options))
    results = {name: report.summarize(each) for name, each in runs.items()}
    outputs = {run["output"] for each in runs.values() for run in each if "output" in run}
    if len(outputs) > 1:
        print(f"run: {test['name']}: outputs differ: {outputs}", file=sys.stderr)
    line = [f"{name} {r['wall']:.2f}s {r['rss'] / 1024:.0f}M" if "wall" in r else f"{name} {r}" for name, r in results.items()]
    print(f"{test['name']}: " + ", ".join(line), flush=True)
    return runs


def machine() -> dict:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    huge = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "huge_pages": (re.search(r"\[(\w+)\]", huge.read_text()) or [0, ""])[1] if huge.exists() else "",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/run.sh", description="Compares allocators side by side.")
    parser.add_argument("--allocators", default="libc,oxidalloc", help="names, or NAME=PATH, with commas between")
    parser.add_argument("--peers", action="store_true", help="add the peers of Debian's packages")
    parser.add_argument("--tests", default="*", help="names or patterns of bench/tests.txt, with commas between")
    parser.add_argument("--threads", default="1,2,4,16", help="numbers of threads, with commas between")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--timeout", type=int, default=120, help="seconds that one run may take")
    parser.add_argument("--time", choices=("wall", "cpu"), default="wall", help="the time that the tables show")
    parser.add_argument("--out", type=Path, default=Path("bench-results"))
    parser.add_argument("--build", type=Path, default=HERE.parent / "build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.out.mkdir(parents=True, exist_ok=True)

    chosen = allocators(options)
    data: dict = {"machine": machine(), "allocators": list(chosen), "time": options.time, "tests": {}}
    for test in read_tests(options):
        data["tests"][test["name"]] = run_test(test, chosen, options)
        (options.out / "results.json").write_text(json.dumps(data, indent=1) + "\n")
    report.write(report.pool([data]), options.out)


main()
