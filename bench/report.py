#!/usr/bin/env python3
"""Tables and charts of what bench/run.py measured.

    report.py [--time wall|cpu] [--least] DIR...
                    reads results.json of each DIR, writes report.md and, where matplotlib is
                    installed, time.svg, rss.svg and field.svg to the first; the runs of a test
                    that several have are pooled. --least: each run's least time instead of the
                    median, for a machine that did other work too
"""

import argparse
import json
import math
import statistics
from pathlib import Path

OURS, BASE = "oxidalloc", "libc"


def geomean(values: list[float]) -> float:
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else math.nan


def ok(result: dict | None) -> bool:
    return result is not None and "wall" in result


def summarize(runs: list[dict], time=statistics.median) -> dict:
    """Of several runs the median, of times what `time` makes of them; a single failure makes the whole a failure."""
    for run in runs:
        if "failed" in run or "skipped" in run:
            return run
    labels = runs[0]["phases"]
    return {key: time(run[key] for run in runs) for key in ("wall", "cpu")} | {
        "rss": statistics.median(run["rss"] for run in runs),
        "phases": {label: statistics.median(run["phases"].get(label, 0) for run in runs) for label in labels},
    }


def pool(parts: list[dict], time=statistics.median) -> dict:
    """One result for each test and allocator out of all the runs in several results.json."""
    runs: dict[str, dict[str, list[dict]]] = {}
    for part in parts:
        for test, results in part["tests"].items():
            for name, each in results.items():
                runs.setdefault(test, {}).setdefault(name, []).extend(each)
    counts = {len(each) for results in runs.values() for each in results.values()}
    return parts[0] | {
        "allocators": list(dict.fromkeys(name for part in parts for name in part["allocators"])),
        "how": f"{'least' if time is min else 'median'} of {min(counts)} to {max(counts)} interleaved runs",
        "tests": {test: {name: summarize(each, time) for name, each in results.items()} for test, results in runs.items()},
    }


def ratios(data: dict, name: str, key: str) -> dict[str, float]:
    """The allocator's ratio to libc in each test that both passed."""
    return {
        test: results[name][key] / results[BASE][key]
        for test, results in data["tests"].items()
        if ok(results.get(name)) and ok(results.get(BASE))
    }


def peers(data: dict) -> list[str]:
    return [name for name in data["allocators"] if name not in (OURS, BASE)]


def best_peer(data: dict, test: str, key: str) -> tuple[str, float] | None:
    results = data["tests"][test]
    passed = [(results[name][key], name) for name in peers(data) if ok(results.get(name))]
    return (min(passed)[1], min(passed)[0]) if passed else None


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def summary(data: dict) -> str:
    rows = []
    for name in data["allocators"]:
        by_key = {key: list(ratios(data, name, key).values()) for key in ("wall", "cpu", "rss")}
        failed = sum("failed" in results.get(name, {}) for results in data["tests"].values())
        means = [f"{geomean(by_key[key]):.3f}" for key in ("wall", "cpu", "rss")]
        rows.append([name, *means, f"{max(by_key['rss'], default=math.nan):.2f}", str(len(by_key["wall"])), str(failed)])
    if peers(data):
        best = []
        for key in ("wall", "cpu", "rss"):
            found = [(best_peer(data, t, key), r[BASE][key]) for t, r in data["tests"].items() if ok(r.get(BASE))]
            best.append(f"{geomean([peer[1] / base for peer, base in found if peer]):.3f}")
        rows.append(["best peer of each test", *best, "", "", ""])
    return table(["allocator", "wall", "user+sys", "peak RSS", "largest RSS ratio", "tests", "failed"], rows)


def per_test(data: dict, key: str) -> str:
    others = [name for name in data["allocators"] if name != BASE]
    rows = []
    for test, results in data["tests"].items():
        if not ok(results.get(BASE)):
            rows.append([test, str(results.get(BASE, {}).get("skipped", "failed on libc"))] + [""] * (len(others) + 1))
            continue
        base = results[BASE][key]
        row = [test, f"{base:.2f} s" if key != "rss" else f"{base / 1024:.1f} MiB"]
        for name in others:
            row.append(f"{results[name][key] / base:.2f}" if ok(results.get(name)) else "failed")
        best = best_peer(data, test, key)
        ours = results.get(OURS)
        row.append(f"{ours[key] / best[1]:.2f} ({best[0]})" if best and ours and ok(ours) else "")
        rows.append(row)
    return table(["test", BASE, *others, f"{OURS} to best peer"], rows)


def phases(data: dict) -> str:
    """RSS that programs print of themselves, MiB: the phases of fragmentation, and what is retained."""
    rows = []
    for test, results in data["tests"].items():
        for label in results.get(BASE, {}).get("phases", {}):
            cells = [results.get(name, {}).get("phases", {}).get(label) for name in data["allocators"]]
            rows.append([f"{test} {label}"] + ["failed" if c is None else f"{c / 1024:.1f}" for c in cells])
    return table(["test and moment", *data["allocators"]], rows) if rows else ""


def behind(data: dict, key: str, reference: str, limit: float) -> str:
    """The tests in which we are worse than the reference ("peer" or libc) by more than the limit."""
    worse = []
    for test, results in data["tests"].items():
        best = best_peer(data, test, key) if reference == "peer" else None
        if reference != "peer" and ok(results.get(BASE)):
            best = (BASE, results[BASE][key])
        if best and ok(results.get(OURS)) and results[OURS][key] > limit * best[1]:
            worse.append((results[OURS][key] / best[1], test, best[0]))
    lines = [f"- {test}: {ratio:.2f} of {name}'s" for ratio, test, name in sorted(worse, reverse=True)]
    return "\n".join(lines) + "\n" if lines else "none\n"


def failures(data: dict) -> str:
    lines = [
        f"- {test}, {name}: {result['failed'] if 'failed' in result else 'skipped: ' + result['skipped']}"
        for test, results in data["tests"].items()
        for name, result in results.items()
        if "failed" in result or "skipped" in result
    ]
    return "\n".join(lines) + "\n" if lines else "none\n"


def markdown(data: dict) -> str:
    key = data["time"]
    label = {"wall": "Wall time", "cpu": "CPU time (user+sys)"}[key]
    about = ", ".join(f"{k} {v}" for k, v in data["machine"].items() if v)
    return "\n".join([
        "# Allocators side by side\n",
        f"{about}. {len(data['tests'])} tests, {data['how']}; ratios to libc (lower is better).\n",
        "## Geometric means\n", summary(data),
        f"## {label}, ratio to libc\n", per_test(data, key),
        "## Peak RSS, ratio to libc\n", per_test(data, "rss"),
        "## RSS at moments, MiB\n", phases(data),
        "## Where we are behind: time above 1.10 of the best peer's\n", behind(data, key, "peer", 1.10),
        "## Where we are behind: time above libc's\n", behind(data, key, BASE, 1.0),
        "## Where we are behind: peak RSS above 1.25 of libc's\n", behind(data, "rss", BASE, 1.25),
        "## Where we are behind: peak RSS above 1.10 of the best peer's\n", behind(data, "rss", "peer", 1.10),
        "## Failed or skipped\n", failures(data),
    ])


def charts(data: dict, out: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    def colour(name: str) -> str:
        return "#c0392b" if name == OURS else "#7f8c8d"

    for key, title, file in ((data["time"], "time", "time.svg"), ("rss", "peak RSS", "rss.svg")):
        tests = list(ratios(data, OURS, key))
        figure, axes = plt.subplots(figsize=(8, 1 + 0.24 * len(tests)))
        for name in [*peers(data), OURS]:
            each = ratios(data, name, key)
            shown = [t for t in tests if t in each]
            axes.scatter([each[t] for t in shown], [tests.index(t) for t in shown], s=26 if name == OURS else 12,
                         color=colour(name) if name == OURS else None, zorder=3 if name == OURS else 2, label=name)
        axes.axvline(1, color="black", linewidth=0.8)
        axes.set_xscale("log")
        axes.set_yticks(range(len(tests)), tests, fontsize=7)
        axes.invert_yaxis()
        axes.grid(axis="y", linewidth=0.3)
        axes.set_title(f"{title}, ratio to libc (left is better)")
        axes.legend(fontsize=7)
        figure.tight_layout()
        figure.savefig(out / file)
        plt.close(figure)

    figure, axes = plt.subplots(figsize=(6, 5))
    for name in data["allocators"]:
        x, y = (geomean(list(ratios(data, name, key).values())) for key in (data["time"], "rss"))
        axes.scatter([x], [y], color=colour(name))
        axes.annotate(name, (x, y), textcoords="offset points", xytext=(5, 4), fontsize=8)
    axes.set_xlabel("time, geometric mean of ratios to libc")
    axes.set_ylabel("peak RSS, likewise")
    axes.grid(linewidth=0.3)
    figure.tight_layout()
    figure.savefig(out / "field.svg")
    plt.close(figure)


def write(data: dict, out: Path) -> None:
    (out / "report.md").write_text(markdown(data))
    charts(data, out)
    print(f"report: {out / 'report.md'}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables and charts of what bench/run.sh measured.")
    parser.add_argument("--time", choices=("wall", "cpu"), help="another time than the run's own")
    parser.add_argument("directories", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--least", action="store_true", help="the least time of a test's runs, not the median")
    options = parser.parse_args()
    parts = [json.loads((each / "results.json").read_text()) for each in options.directories]
    data = pool(parts, min if options.least else statistics.median)
    write(data | ({"time": options.time} if options.time else {}), options.directories[0])


if __name__ == "__main__":
    main()
