#!/usr/bin/env python3
"""Turns figures into SVG plots, with Python's standard library alone.

usage: bench/plot.py [--out FOLDER] FILE...

FOLDER is docs/performance when it is not named. A FILE is tab-separated text with a heading. What it holds is told
by its columns:
  plot series engine x_unit x unit y   lines, as bench/scale writes them: one plot per title, one panel per unit
  workload engine ratio                ratios to LMDB, one plot per file, named like it; other columns are ignored, but
                                       for records and keys, which become part of the workload's name
Axes are logarithmic; a place is made for x = 0, and y = 0 is left out. The plots are readable on light and dark pages.
"""
import csv
import math
import pathlib
import re
import sys
from xml.sax.saxutils import escape

LINE_COLUMNS = {"plot", "series", "engine", "x_unit", "x", "unit", "y"}
RATIO_COLUMNS = {"workload", "engine", "ratio"}
LIGHT = ["#2a6fc9", "#c8501e", "#16805a", "#a23b8f", "#6a4fc0", "#8a6a10", "#b02a37", "#4d5661"]
DARK = ["#6aa9f5", "#f28c5c", "#4cc79a", "#e183cc", "#a996f0", "#d3b14c", "#ff8088", "#b4bcc6"]
DASHES = ["none", "6 4", "2 3", "9 3 2 3"]
WIDTH, LEFT, RIGHT = 860, 78, 250
PANEL, TOP, GAP, BOTTOM = 300, 64, 34, 52
ROW = 26


def refuse(sentence):
    raise ValueError(sentence)


# ---- Numbers and axes --------------------------------------------------------------------------------------


def short(number):
    """1500000 as "1.5M"."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{suffix}"
    return f"{number:.3g}"


def with_unit(number, unit):
    if unit == "ns":
        for size, name in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
            if number >= size:
                return f"{number / size:.3g} {name}"
    if unit.endswith("/s"):
        return short(number) + "/s"
    return f"{short(number)} {unit}" if unit else short(number)


def ticks_between(low, high):
    """1, 2 and 5 times powers of ten, or powers of ten alone when the axis is long."""
    steps = (1,) if high / low > 2000 else (1, 2, 5)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    while high / low > 1e7 and len(ticks) > 8:
        ticks = ticks[::2]
    return ticks


class Axis:
    """A logarithmic axis from a pixel to another."""

    def __init__(self, values, start, end, ticks=None):
        positive = [value for value in values if value > 0] or [1.0]
        low, high = min(positive), max(positive)
        if ticks is None:
            ticks = ticks_between(low, high)
            low = max([tick for tick in ticks if tick <= low * 1.0001], default=low)
            high = min([tick for tick in ticks if tick >= high * 0.9999], default=high)
            if low == high:
                low, high = low / 2, high * 2
        elif low == high:
            low, high = low / 2, high * 2
        self.zero = low / 10 if any(value == 0 for value in values) else None
        self.low, self.high = math.log10(self.zero or low), math.log10(high)
        self.start, self.end = start, end
        self.ticks = [tick for tick in ticks if tick == 0 or low * 0.9999 <= tick <= high * 1.0001]

    def at(self, value):
        place = math.log10(value if value > 0 else self.zero)
        return self.start + (place - self.low) / (self.high - self.low) * (self.end - self.start)


def spread(places, least):
    """The same places, in order, moved apart so that neighbours have `least` between them."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    for _ in range(200):
        for i in range(1, len(moved)):
            overlap = least - (moved[i] - moved[i - 1])
            if overlap > 0:
                moved[i - 1] -= overlap / 2
                moved[i] += overlap / 2
    return [moved[order.index(i)] for i in range(len(places))]


# ---- Drawing -----------------------------------------------------------------------------------------------


class Drawing:
    def __init__(self, title, width, height):
        self.width, self.height = width, height
        self.parts = []
        self.title = title
        self.text(LEFT, 26, title, "title")

    def text(self, x, y, text, kind="", anchor="start"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, kind, dash="none"):
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}" stroke-dasharray="{dash}"/>')

    def path(self, points, kind, dash):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{places}" class="{kind}" stroke-dasharray="{dash}"/>')

    def dot(self, x, y, kind, label, radius=4):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}">'
                          f"<title>{escape(label)}</title></circle>")

    @staticmethod
    def style(colours, surface, ink, muted, grid):
        rules = [f".surface {{ fill: {surface} }}", f"text {{ fill: {ink} }}",
                 f"text.muted {{ fill: {muted} }}", f".grid {{ stroke: {grid} }}", f".axis {{ stroke: {muted} }}"]
        for i, colour in enumerate(colours):
            rules.append(f".s{i} {{ stroke: {colour} }} .d{i} {{ fill: {colour}; stroke: {surface} }} "
                         f".h{i} {{ fill: {surface}; stroke: {colour} }}")
        return "\n".join(rules)

    def save(self, path):
        style = "\n".join([
            "text { font: 13px system-ui, sans-serif } text.title { font-size: 17px; font-weight: 600 }",
            "line, polyline { fill: none; stroke-width: 1 } polyline, .key { stroke-width: 2 }",
            "circle { stroke-width: 1.5 }",
            self.style(LIGHT, "#ffffff", "#1f2328", "#59636e", "#e3e6ea"),
            "@media (prefers-color-scheme: dark) {",
            self.style(DARK, "#0d1117", "#e6edf3", "#9198a1", "#262c36"), "}"])
        path.write_text("\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img">', f"<title>{escape(self.title)}</title>", f"<style>{style}</style>",
            f'<rect width="{self.width}" height="{self.height}" class="surface"/>', *self.parts, "</svg>", ""]))


def in_order(values):
    """Each value once, where it first came."""
    return list(dict.fromkeys(values))


# ---- Lines -------------------------------------------------------------------------------------------------


def draw_panel(drawing, rows, top, x_axis, engines, colours):
    bottom = top + PANEL
    unit = rows[0]["unit"]
    y_axis = Axis([row["y"] for row in rows], bottom, top)
    for tick in y_axis.ticks:
        drawing.line(LEFT, y_axis.at(tick), WIDTH - RIGHT, y_axis.at(tick), "grid")
        drawing.text(LEFT - 8, y_axis.at(tick) + 4, with_unit(tick, unit), "muted", "end")
    drawing.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis")
    series_names = in_order(row["series"] for row in rows)
    ends = []
    for series in series_names:
        colour = colours[series]
        for engine in engines:
            mine = sorted((row for row in rows if row["series"] == series and row["engine"] == engine),
                          key=lambda row: row["x"])
            points = [(x_axis.at(row["x"]), y_axis.at(row["y"])) for row in mine]
            if not points:
                continue
            which = engines.index(engine)
            drawing.path(points, f"s{colour}", DASHES[which % len(DASHES)])
            for row, (x, y) in zip(mine, points):
                label = f"{series}, {engine}, {short(row['x'])} {row['x_unit']}: {with_unit(row['y'], unit)}"
                drawing.dot(x, y, f"{'d' if which == 0 else 'h'}{colour}", label)
        last = [row for row in rows if row["series"] == series and row["engine"] == engines[0]] or \
               [row for row in rows if row["series"] == series]
        ends.append(y_axis.at(max(last, key=lambda row: row["x"])["y"]))
    for i, place in enumerate(spread(ends, 19)):
        x = WIDTH - RIGHT + 14
        drawing.line(x, place, x + 18, place, f"key s{colours[series_names[i]]}")
        drawing.text(x + 24, place + 4, series_names[i])


def draw_lines(title, rows, path):
    left_out = [row for row in rows if row["y"] <= 0]
    rows = [row for row in rows if row["y"] > 0]
    if not rows:
        refuse(f'the plot "{title}" has no figure above 0')
    of_unit = {unit: [row for row in rows if row["unit"] == unit] for unit in in_order(row["unit"] for row in rows)}
    panels = sorted(of_unit.values(), key=len, reverse=True)
    colours = {series: i % len(LIGHT) for i, series in enumerate(in_order(row["series"] for row in rows))}
    engines = in_order(row["engine"] for row in rows)
    bottom = TOP + len(panels) * (PANEL + GAP) - GAP
    drawing = Drawing(title, WIDTH, bottom + BOTTOM)
    places = sorted({row["x"] for row in rows})
    x_axis = Axis(places, LEFT + 10, WIDTH - RIGHT - 10, places if len(places) <= 9 else None)
    for tick in x_axis.ticks:
        drawing.line(x_axis.at(tick), TOP, x_axis.at(tick), bottom, "grid")
        drawing.text(x_axis.at(tick), bottom + 20, short(tick), "muted", "middle")
    drawing.text((LEFT + WIDTH - RIGHT) / 2, bottom + 42, rows[0]["x_unit"], "muted", "middle")
    key = LEFT
    for i, engine in enumerate(engines):
        drawing.line(key, 44, key + 26, 44, "key axis", DASHES[i % len(DASHES)])
        drawing.text(key + 32, 48, engine)
        key += 60 + 8 * len(engine)
    if left_out:
        drawing.text(key + 10, 48, f"left out because it is 0: {len(left_out)}", "muted")
    for i, panel in enumerate(panels):
        draw_panel(drawing, panel, TOP + i * (PANEL + GAP), x_axis, engines, colours)
    drawing.save(path)


# ---- Ratios ------------------------------------------------------------------------------------------------


def workload_name(row):
    more = [row[column] for column in ("records", "keys") if row.get(column)]
    return ", ".join([row["workload"], *more])


def draw_ratios(title, rows, path):
    names = in_order(workload_name(row) for row in rows)
    engines = in_order(row["engine"] for row in rows)
    left = 30 + 7 * max(len(name) for name in names)
    width, top = left + 560, TOP + 20
    bottom = top + ROW * len(names)
    drawing = Drawing(title, width, bottom + BOTTOM)
    axis = Axis([1.0] + [row["ratio"] for row in rows], left, width - 70)
    for tick in axis.ticks:
        drawing.line(axis.at(tick), top, axis.at(tick), bottom, "grid" if tick != 1 else "axis")
        drawing.text(axis.at(tick), bottom + 20, f"{tick:g}", "muted", "middle")
    drawing.text((left + width - 70) / 2, bottom + 42, "throughput over LMDB's, more is better", "muted", "middle")
    key = LEFT
    for i, engine in enumerate(engines):
        drawing.dot(key, 48, f"d{i % len(LIGHT)}", engine, 5)
        drawing.text(key + 12, 52, engine)
        key += 40 + 8 * len(engine)
    for line, name in enumerate(names):
        y = top + ROW * (line + 0.5)
        drawing.text(left - 12, y + 4, name, "", "end")
        drawing.line(left, y, width - 70, y, "grid")
        mine = [row for row in rows if workload_name(row) == name]
        for row in reversed(mine):
            i = engines.index(row["engine"])
            label = f"{name}, {row['engine']}: {row['ratio']:.2f}"
            drawing.dot(axis.at(row["ratio"]), y, f"d{i % len(LIGHT)}", label, 5)
        first = [row for row in mine if row["engine"] == engines[0]]
        if first:
            drawing.text(width - 60, y + 4, f"{first[0]['ratio']:.2f}", "")
    drawing.save(path)


# ---- Files -------------------------------------------------------------------------------------------------


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        columns = set(reader.fieldnames or [])
        kind = "lines" if LINE_COLUMNS <= columns else "ratios" if RATIO_COLUMNS <= columns else None
        if kind is None:
            refuse(f"{path}: its first line must name the columns {' '.join(sorted(LINE_COLUMNS))}, or "
                   f"{' '.join(sorted(RATIO_COLUMNS))}, separated by tabs")
        numbers = ("x", "y") if kind == "lines" else ("ratio",)
        rows = []
        for row in reader:
            try:
                for column in numbers:
                    row[column] = float(row[column])
            except (TypeError, ValueError):
                refuse(f"{path}, line {reader.line_num}: the column {column} takes a number, not {row[column]!r}")
            if not all(math.isfinite(row[column]) and row[column] >= 0 for column in numbers) or row.get("ratio") == 0:
                refuse(f"{path}, line {reader.line_num}: a number is below 0, or no ratio can have it")
            if None in row.values():
                refuse(f"{path}, line {reader.line_num}: a column is missing")
            rows.append(row)
    if not rows:
        refuse(f"{path}: it has a heading and no figures")
    return kind, rows


def file_name(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".svg"


def plot(path, folder):
    kind, rows = read(path)
    if kind == "ratios":
        written = folder / (path.stem + ".svg")
        draw_ratios("Throughput over LMDB's, " + path.stem, rows, written)
        return [written]
    written = []
    for title in in_order(row["plot"] for row in rows):
        written.append(folder / file_name(title))
        draw_lines(title, [row for row in rows if row["plot"] == title], written[-1])
    return written


def main(arguments):
    folder = pathlib.Path(__file__).resolve().parent.parent / "docs" / "performance"
    files = []
    words = iter(arguments)
    for word in words:
        if word in ("--help", "-h"):
            print(__doc__)
            return 0
        if word == "--out":
            folder = pathlib.Path(next(words, None) or refuse("--out lacks its folder; see --help"))
        elif word.startswith("-"):
            refuse(f"there is no option {word}; see --help")
        else:
            files.append(pathlib.Path(word))
    if not files:
        refuse("name at least one file of figures; see --help")
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        for written in plot(file, folder):
            print(written)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (ValueError, OSError) as error:
        print(f"plot: {error}", file=sys.stderr)
        sys.exit(2)
