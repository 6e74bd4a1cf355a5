#!/usr/bin/env python3
"""Draws what bench/footprint.sh and bench/system.sh printed, as SVG (needs matplotlib).

    bench/memory_charts.py FOOTPRINT.md SYSTEM.md DIR

writes DIR/memory-small.svg and DIR/memory-system.svg.
"""
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

matplotlib.rcParams["svg.hashsalt"] = "oxidalloc"  # the same figures, the same file


def table(path):
    """The cells of a Markdown table, the line of dashes left out."""
    with open(path) as lines:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line[:1] == "|"]
    return [row for row in rows if not row[0].startswith("---")]


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def small(path, to):
    head, *rows = table(path)
    names, figure = head[2:], plt.figure(figsize=(9, 3.6))
    rows = [row for row in rows if row[1].startswith("private dirty")]
    axes = figure.subplots()
    width = 0.8 / len(names)
    for i, name in enumerate(names):
        bars = [float(row[2 + i]) for row in rows]
        axes.bar([x + i * width for x in range(len(rows))], bars, width, label=name, color=color(name, i))
    axes.set_xticks([x + 0.4 - width / 2 for x in range(len(rows))], [row[0] for row in rows])
    axes.set_yscale("log")
    axes.set_ylabel("private dirty, KiB (log)")
    axes.legend(fontsize=7, ncol=3)
    save(figure, to)


def system(path, to):
    _, *rows = table(path)
    figure = plt.figure(figsize=(9, 3))
    axes = figure.subplots()
    names = [row[0] for row in rows][::-1]
    values = [sum(map(float, row[1].split())) / len(row[1].split()) for row in rows][::-1]
    bars = axes.barh(names, values, color=[color(name, i) for i, name in enumerate(names)])
    axes.bar_label(bars, [f"{value:.0f} MiB, {row[2].split()[0]} processes" + (", a unit failed" if row[3] else "")
                          for value, row in zip(values, rows[::-1])], fontsize=8, padding=3)
    axes.set_xlim(0, max(values) * 1.5)
    axes.set_xlabel("PSS of all processes, MiB")
    save(figure, to)


def color(name, index):
    return {"oxidalloc": "#c1440e", "libc": "#444444"}.get(name, plt.cm.GnBu(0.35 + 0.08 * (index % 8)))


footprint, whole, directory = sys.argv[1:]
small(footprint, f"{directory}/memory-small.svg")
system(whole, f"{directory}/memory-system.svg")
