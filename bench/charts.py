#!/usr/bin/env python3
"""Draws the table that a command of this folder printed, as SVG (needs matplotlib).

    bench/charts.py small        TABLE.md OUT.svg    bench/footprint.sh: private memory of idle programs
    bench/charts.py system       TABLE.md OUT.svg    bench/system.sh: PSS of a whole system
    bench/charts.py instructions TABLE.md OUT.svg    bench/instructions.sh: instructions per pair
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


def grouped(names, labels, rows, of):
    """Bars of each allocator, side by side for each label, on a logarithmic axis."""
    figure = plt.figure(figsize=(9, 3.6))
    axes = figure.subplots()
    width = 0.8 / len(names)
    for i, name in enumerate(names):
        at = [x + i * width for x in range(len(rows))]
        axes.bar(at, [row[i] for row in rows], width, label=name, color=color(name, i))
    axes.set_xticks([x + 0.4 - width / 2 for x in range(len(rows))], labels)
    axes.set_yscale("log")
    axes.set_ylabel(of)
    axes.legend(fontsize=7, ncol=4)
    return figure


def small(path, to):
    head, *rows = table(path)
    rows = [row for row in rows if row[1].startswith("private dirty")]
    values = [list(map(float, row[2:])) for row in rows]
    save(grouped(head[2:], [row[0] for row in rows], values, "private dirty, KiB (log)"), to)


def instructions(path, to):
    head, *rows = table(path)
    rows = [row for row in rows if row[0].startswith("pair") and row[0].endswith("batch 100")]
    labels = [row[0].split(", ")[1] for row in rows]
    values = [[float(cell) for cell in row[1:]] for row in rows]
    save(grouped(head[1:], labels, values, "instructions per malloc and free (log)"), to)


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


kind, source, target = sys.argv[1:]
{"small": small, "system": system, "instructions": instructions}[kind](source, target)
