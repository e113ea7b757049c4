"""How each kind of chart is drawn with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullFormatter

from tidepool.chart import XY, Array, Axis, Box, Chart, Diagram, Heatmap, Series, Tornado, Waterfall
from tidepool.numbers import plain, visible
from tidepool.report_text import units_text
from tidepool.words import Words

Colours = Mapping[str, str]
DAY, HOUR = 86400.0, 3600.0
DASHES = ("-", "--", ":", "-.")
TICKS = ((1.0, "1 s"), (60.0, "1 min"), (600.0, "10 min"), (HOUR, "1 h"), (6 * HOUR, "6 h"), (DAY, "1 d"),
         (7 * DAY, "7 d"), (30 * DAY, "30 d"))  # fmt: skip
MOST_NUMBERS = 150  # cells of a heat map that have their number written in them


def draw(axes: Axes, chart: Chart, colours: Colours, words: Words) -> None:
    """Draw the chart's body into `axes`."""
    body = chart.body
    if isinstance(body, XY):
        _xy(axes, body, colours, words)
    elif isinstance(body, Waterfall):
        _waterfall(axes, body, colours, words)
    elif isinstance(body, Heatmap):
        _heatmap(axes, body, colours, words)
    elif isinstance(body, Tornado):
        _tornado(axes, body, colours, words)
    else:
        _diagram(axes, body, colours)


def _xy(axes: Axes, body: XY, colours: Colours, words: Words) -> None:
    names = [str(name) for one in body.series for name in one.x] if body.x.scale == "category" else []
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    scale = _scale(body.x, [one.x for one in body.series] if not places else [])
    bars = [one for one in body.series if one.draw == "bar"]
    base: dict[str, Array] = {"up": np.zeros(0), "down": np.zeros(0)}
    for number, one in enumerate(body.series):
        x = np.array([places[str(name)] for name in one.x], float) if places else one.x * scale
        colour = _colour(one, number, colours)
        y = one.y * (100.0 if body.y.percent else 1.0)
        if one.low is not None and one.high is not None:
            low, high = (bound * (100.0 if body.y.percent else 1.0) for bound in (one.low, one.high))
            if one.draw in ("points", "bar"):
                axes.errorbar(x, y, [y - low, high - y], fmt="none", ecolor=colours["muted"], capsize=2, lw=1)
            else:
                axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        if one.draw == "bar":
            _bars(axes, x, y, one, colour, bars, base, body.stacked)
        elif one.draw == "area":
            _area(axes, x, y, one, colour, base, body.stacked)
        elif one.draw == "points":
            axes.plot(x, y, "o", color=colour, ms=4, label=visible(one.name))
        else:
            step = "steps-post" if one.draw == "step" else "default"
            marker = "o" if len(x) <= 12 else ""
            axes.plot(x, y, DASHES[one.run % 4], color=colour, lw=1.6, drawstyle=step, marker=marker, ms=3.5,
                      label=visible(one.name))  # fmt: skip
    for mark in body.marks:
        at = mark.at * (scale if mark.axis == "x" else 100.0 if body.y.percent else 1.0)
        (axes.axvline if mark.axis == "x" else axes.axhline)(at, color=colours["worse"], lw=1, ls="--")
        label = visible(mark.label, 30)
        if mark.axis == "x":
            axes.annotate(label, (at, 1.0), xycoords=("data", "axes fraction"), rotation=90, va="top", ha="right",
                          fontsize=8, color=colours["worse"])  # fmt: skip
        else:
            axes.annotate(label, (1.0, at), xycoords=("axes fraction", "data"), va="bottom", ha="right",
                          fontsize=8, color=colours["worse"])  # fmt: skip
    _name(axes, body.x, body.y, words, [one.x for one in body.series] if not places else [])
    if places:
        _categories(axes, list(places))
    if body.y.percent and all(one.draw in ("bar", "step") for one in body.series) and body.x.scale == "log":
        axes.set_ylim(bottom=0.0)  # a distribution
    axes.grid(axis="y", lw=0.6)
    if len(body.series) > 1:
        axes.figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8)


def _bars(
    axes: Axes,
    x: Array,
    y: Array,
    one: Series,
    colour: str,
    bars: Sequence[Series],
    base: dict[str, Array],
    stacked: bool,
) -> None:
    gap = float(np.min(np.diff(np.unique(x)))) if len(np.unique(x)) > 1 else 1.0
    wide, shift = 0.8 * gap, 0.0
    bottom: Array = np.zeros(len(x))
    if stacked:
        for side in base:
            base[side] = base[side] if len(base[side]) == len(x) else np.zeros(len(x))
        bottom = np.where(y >= 0, base["up"], base["down"])
        base["up"] = base["up"] + np.where(y >= 0, np.nan_to_num(y), 0)
        base["down"] = base["down"] + np.where(y < 0, np.nan_to_num(y), 0)
    elif len(bars) > 1:
        place = next(number for number, other in enumerate(bars) if other is one)
        wide /= len(bars)
        shift = (place - (len(bars) - 1) / 2) * wide
    axes.bar(x + shift, y, wide, bottom=bottom, color=colour, label=visible(one.name))


def _area(
    axes: Axes, x: Array, y: Array, one: Series, colour: str, base: dict[str, Array], stacked: bool
) -> None:
    bottom = base["up"] if stacked and len(base["up"]) == len(x) else np.zeros(len(x))
    top = bottom + np.nan_to_num(y)
    axes.fill_between(x, bottom, top, color=colour, linewidth=0, step="post", label=visible(one.name))
    base["up"] = top


def _waterfall(axes: Axes, body: Waterfall, colours: Colours, words: Words) -> None:
    end, largest = 0.0, max(abs(step.value) for step in body.steps) or 1.0
    for place, step in enumerate(body.steps):
        begin = 0.0 if step.total else end
        end = begin + step.value
        colour = colours.get(f"tone-{step.tone}", colours["free-8"])
        axes.barh(place, end - begin, left=begin, color=colour, height=0.66)
        axes.annotate(
            plain(step.value, 4),
            (max(begin, end) + 0.01 * largest, place),
            va="center",
            fontsize=8,
            color=colours["muted"],
        )
    axes.set_yticks(range(len(body.steps)), [visible(step.name, 32) for step in body.steps])
    axes.invert_yaxis()
    low, high = axes.dataLim.intervalx
    axes.set_xlim(low - (0.02 * (high - low) if low < 0 else 0), high + 0.14 * (high - low))
    axes.set_xlabel(_title(body.y, words))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
    axes.grid(axis="x", lw=0.6)


def _heatmap(axes: Axes, body: Heatmap, colours: Colours, words: Words) -> None:
    steps = LinearSegmentedColormap.from_list("heat", [colours[f"heat-{step}"] for step in range(5)])
    factor = 100.0 if body.z.percent else 1.0
    values = np.ma.masked_invalid(body.values * factor)
    image = axes.imshow(values, aspect="auto", cmap=steps, interpolation="nearest")
    axes.set_yticks(range(len(body.rows)), [visible(row, 28) for row in body.rows])
    columns = list(body.columns)
    if body.x.scale == "time":
        scale = _scale(body.x, [np.asarray(columns, float)])
        shown = np.unique(np.linspace(0, len(columns) - 1, min(8, len(columns))).astype(int))
        axes.set_xticks(shown, [plain(float(columns[place]) * scale, 3) for place in shown])
    else:
        _categories(axes, [str(column) for column in columns])
    if values.size <= MOST_NUMBERS and values.shape[1] <= 20 and values.count():
        middle = (float(values.min()) + float(values.max())) / 2
        for (row, column), value in np.ndenumerate(values.filled(math.nan)):
            if not math.isnan(value):
                colour = colours["surface"] if value > middle else colours["ink"]
                axes.text(column, row, _short(value), ha="center", va="center", fontsize=8, color=colour)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.9)
    bar.set_label(_title(body.z, words), fontsize=8)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
    _name(
        axes,
        body.x,
        body.y,
        words,
        [np.asarray(columns, float)] if body.x.scale == "time" else [],
        format_ticks=False,
    )


def _tornado(axes: Axes, body: Tornado, colours: Colours, words: Words) -> None:
    factor = 100.0 if body.x.percent else 1.0
    for place, span in enumerate(body.spans):
        axes.barh(
            place,
            (span.high - span.low) * factor,
            left=span.low * factor,
            color=colours["free-0"],
            height=0.6,
        )
        for at, label, side in ((span.low, span.low_label, "right"), (span.high, span.high_label, "left")):
            offset = (4 if side == "left" else -4, 0)
            axes.annotate(visible(label, 24), (at * factor, place), offset, textcoords="offset points", va="center",
                          ha=side, fontsize=8)  # fmt: skip
    axes.axvline(body.base * factor, color=colours["ink"], lw=1)
    axes.set_yticks(range(len(body.spans)), [visible(span.name, 32) for span in body.spans])
    axes.invert_yaxis()
    low, high = axes.dataLim.intervalx
    axes.set_xlim(low - 0.25 * (high - low), high + 0.25 * (high - low))
    axes.set_xlabel(_title(body.x, words))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
    axes.grid(axis="x", lw=0.6)


def _diagram(axes: Axes, body: Diagram, colours: Colours) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    height = 1.0 / len(body.boxes)
    for number, box in enumerate(body.boxes):
        _box(axes, box, 0.0, 1.0 - (number + 1) * height, 1.0, height * 0.96, colours, 0)


def _box(
    axes: Axes, box: Box, x: float, y: float, wide: float, high: float, colours: Colours, depth: int
) -> None:
    colour = colours["raised"] if depth % 2 == 0 else colours["surface"]
    axes.add_patch(Rectangle((x, y), wide, high, facecolor=colour, edgecolor=colours["muted"], lw=0.8))
    times = f"{box.times:,} × " if box.times > 1 else ""  # noqa: RUF001
    text = " ".join(part for part in (f"{times}{box.kind}", visible(box.name, 24), box.note) if part)
    axes.text(x + 0.008, y + high - 0.012, text, va="top", fontsize=8, color=colours["ink"])
    room = high - 0.1 if high > 0.25 else high * 0.6
    each = (wide - 0.02) / max(1, len(box.parts))
    for number, part in enumerate(box.parts):
        _box(axes, part, x + 0.01 + number * each, y + 0.015, each - 0.008, room - 0.015, colours, depth + 1)


def _colour(one: Series, number: int, colours: Colours) -> str:
    return colours[f"tone-{one.tone}"] if one.tone and not one.run else colours[f"free-{number % 10}"]


def _name(
    axes: Axes, x: Axis, y: Axis, words: Words, values: Sequence[Array], format_ticks: bool = True
) -> None:
    unit = ""
    if x.scale == "time":
        unit = {1.0: " (s)", 1 / 60.0: " (min)", 1 / HOUR: " (h)", 1 / DAY: " (d)"}[_scale(x, values)]
    axes.set_xlabel(visible(x.title, 60) + unit if x.scale == "time" else _title(x, words))
    axes.set_ylabel(_title(y, words))
    if not format_ticks:
        return
    if y.units == "s" and axes.get_ylim()[1] >= 3 * HOUR:
        length, letter = (DAY, "d") if axes.get_ylim()[1] >= 3 * DAY else (HOUR, "h")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value / length)))
        axes.set_ylabel(f"{visible(y.title, 60)} ({letter})")
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
    if x.scale == "log":
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _place: _short(value)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        low, high = axes.get_xlim()
        ticks = [(at, name) for at, name in TICKS if low <= at <= high] if x.units == "s" else []
        if len(ticks) > 1:
            axes.set_xticks([at for at, _text in ticks], [name for _at, name in ticks])
    elif x.scale != "category":
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _place: _short(value * (100.0 if x.percent else 1.0)))
        )


def _title(axis: Axis, words: Words) -> str:
    unit = "%" if axis.percent else units_text(axis.units, words) if axis.units else ""
    return visible(axis.title, 60) + (f" ({unit})" if unit else "")


def _scale(axis: Axis, values: Sequence[Array]) -> float:
    if axis.scale != "time":
        return 1.0
    largest = max((float(np.nanmax(one)) for one in values if len(one)), default=0.0)
    return next(
        (1 / unit for unit, least in ((DAY, 3), (HOUR, 3), (60.0, 5)) if largest >= least * unit), 1.0
    )


def _categories(axes: Axes, names: list[str]) -> None:
    long = max((len(name) for name in names), default=0) * len(names) > 90
    shown = [visible(name.rsplit("/", 1)[-1] if len(name) > 24 else name, 24) for name in names]
    axes.set_xticks(range(len(names)), shown, rotation=30 if long else 0, ha="right" if long else "center")


def _short(value: float) -> str:
    for size, letter in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{plain(value / (1e3 if letter == 'k' else size), 3)}{letter}"
    return plain(round(value, 12), 3)
