"""Charts as data for plotly.js: plain dictionaries and lists, colours by name, every text made harmless.

A figure is {"data": [...], "layout": {...}, "height": pixels}. Colours are names of CSS properties such as
"--tone-lost", or "--tone-lost/0.3" where one sees through; the page puts those of its present theme in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tidepool import numbers
from tidepool.chart import XY, Body, Diagram, Heatmap, Mark, Series, Tornado, Waterfall
from tidepool.report_axes import Data, Scale, rounded
from tidepool.report_palette import free, heat_scale, tone
from tidepool.report_text import plotly_text, wrapped
from tidepool.report_thin import kept
from tidepool.words import Words

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
PATTERNS = ("", "/", "x", ".", "-", "+", "|")
SYMBOLS = ("circle", "square", "diamond", "cross", "triangle-up", "x", "star")
TONE_PATTERNS = {
    "down": "x",
    "lost": "/",
    "rejected": "/",
    "restart": ".",
    "spare": "-",
    "cost": "/",
    "spot": "/",
}
NAMED_CELLS = 80  # heat maps of up to so many cells have their values written in them
ROW, HEADROOM = 30, 96  # pixels: of a bar that lies, and for what stands around
ROOM, NARROW_ROOM = 0.16, 0.55  # of the width, for the text beside a bar
NAME = 40  # characters of a name in a legend


def figure(body: Body, words: Words, most: int = 2000) -> Data | None:
    """What plotly.js draws for a chart; None for a Diagram, which is none of its charts.

    Series have about `most` points at the most.
    """
    match body:
        case XY():
            return _xy(thinned(body, most), words)
        case Waterfall():
            return _waterfall(body, words)
        case Heatmap():
            return _heatmap(body, words)
        case Tornado():
            return _tornado(body, words)
        case Diagram():
            return None


def thinned(body: XY, most: int) -> XY:
    """The same with about `most` points in each series; series with the same x keep the same x."""
    series = list(body.series)
    for first in body.series:
        together = [index for index, other in enumerate(body.series) if other.x is first.x]
        if len(first.x) <= most or series[together[0]].x is not first.x:
            continue
        columns = [
            np.asarray(column, dtype=np.float64)
            for index in together
            for column in (series[index].y, series[index].low, series[index].high)
            if column is not None and np.asarray(column).dtype.kind in "fiu"
        ]
        points = kept(columns or [np.zeros(len(first.x))], most)
        x = first.x[points]
        for index in together:
            series[index] = _only(series[index], x, points)
    return replace(body, series=tuple(series))


def _only(series: Series, x: Any, points: Any) -> Series:
    return replace(
        series,
        x=x,
        y=series.y[points],
        low=None if series.low is None else series.low[points],
        high=None if series.high is None else series.high[points],
        labels=tuple(series.labels[point] for point in points) if series.labels else (),
    )


def _xy(body: XY, words: Words) -> Data:
    ys = [column for one in body.series for column in (one.y, one.low, one.high) if column is not None]
    x = Scale(body.x, [one.x for one in body.series], words)
    y = Scale(body.y, ys + _marks_as_values(body.marks, "y"), words)
    colours = _colours(body.series)
    data: list[Data] = []
    for index, series in enumerate(body.series):
        data += _traces(series, colours[index], x, y, body.stacked)
    lying = y.category and any(series.draw == "bar" for series in body.series)
    layout = _layout(x.layout(), y.layout(34), legend=len(body.series) > 1)
    if not y.category and 0 <= y.smallest < y.largest / 2:
        layout["yaxis"]["rangemode"] = "tozero"  # near enough to show how large it is
    layout["barmode"] = "relative" if body.stacked else "group"
    _add_marks(layout, body.marks, x, y)
    lines = all(series.draw in ("line", "step", "area") for series in body.series)
    layout["hovermode"] = "x unified" if lines and not x.category else "closest"
    if y.category:
        layout["yaxis"]["autorange"] = "reversed"
    height = max(320, ROW * len(y.order) + HEADROOM) if lying else 360
    return {"data": data, "layout": layout, "height": height + 22 * (len(body.series) // 6)}


def _marks_as_values(marks: Sequence[Mark], axis: str) -> list[Any]:
    values = [mark.at for mark in marks if mark.axis == axis]
    return [values] if values else []


def _colours(series: Sequence[Series]) -> list[str]:
    """One for each series: of its tone, or the next free one; equal names have equal colours."""
    names: dict[str, str] = {}
    for one in series:
        if not one.tone and one.name not in names:
            names[one.name] = free(len(names))
    return [tone(one.tone) if one.tone else names[one.name] for one in series]


def _traces(series: Series, colour: str, x: Scale, y: Scale, stacked: bool) -> list[Data]:
    trace: Data = {"name": plotly_text(series.name, NAME), "x": x.place(series.x), "y": y.place(series.y)}
    if series.labels:
        trace["hovertext"] = [plotly_text(label) for label in series.labels]
    if series.draw == "bar":
        return [trace | _bar(series, colour, x, y)]
    trace["type"] = "scatter"
    if series.draw == "points":
        symbol = SYMBOLS[series.run % len(SYMBOLS)]
        trace |= {"mode": "markers", "marker": {"color": colour, "size": 8, "symbol": symbol}}
        return [trace | _whiskers(series, colour, y)]
    trace["mode"] = "lines" if len(series.x) > 1 else "lines+markers"
    trace["line"] = {"color": colour, "width": 2, "dash": DASHES[series.run % len(DASHES)]}
    trace["marker"] = {"color": colour}
    if series.draw == "step":
        trace["line"]["shape"] = "hv"
    if series.draw == "area":
        trace["line"]["width"] = 1
        trace["fillcolor"] = f"{colour}/0.75"
        trace["fillpattern"] = _pattern(series)
        trace |= {"stackgroup": "one"} if stacked else {"fill": "tozeroy"}
    return [*_band(series, colour, trace, y), trace]


def _pattern(series: Series) -> Data:
    return _hatching(PATTERNS[series.run % len(PATTERNS)] or TONE_PATTERNS.get(series.tone, ""))


def _hatching(shape: str | list[str]) -> Data:
    """Lines or dots over the colour, one for all or one for each bar; none where the shape is empty."""
    return {"shape": shape, "fgcolor": "--surface/0.6", "size": 6, "solidity": 0.25, "fillmode": "overlay"}


def _bar(series: Series, colour: str, x: Scale, y: Scale) -> Data:
    lying = y.category and not x.category
    about: Data = {"type": "bar", "orientation": "h" if lying else "v"}
    about["marker"] = {"color": colour, "pattern": _pattern(series), "line": {"width": 0}}
    return about | ({} if lying else _whiskers(series, colour, y))


def _whiskers(series: Series, colour: str, y: Scale) -> Data:
    if series.low is None or series.high is None:
        return {}
    up, down = np.asarray(series.high) - series.y, np.asarray(series.y) - series.low
    bars = {"type": "data", "symmetric": False, "array": y.place(up), "arrayminus": y.place(down)}
    return {"error_y": bars | {"color": colour, "thickness": 1.5, "width": 4}}


def _band(series: Series, colour: str, trace: Data, y: Scale) -> list[Data]:
    """Around a line what its `low` and `high` say: from low to high, filled, without a word."""
    if series.low is None or series.high is None:
        return []
    silent: Data = {
        "type": "scatter",
        "mode": "lines",
        "x": trace["x"],
        "showlegend": False,
        "hoverinfo": "skip",
    }
    silent["line"] = {"width": 0, "color": colour, "shape": trace["line"].get("shape", "linear")}
    silent["name"] = trace["name"]
    filled = {"fill": "tonexty", "fillcolor": f"{colour}/0.2"}
    return [silent | {"y": y.place(series.low)}, silent | {"y": y.place(series.high)} | filled]


def _add_marks(layout: Data, marks: Sequence[Mark], x: Scale, y: Scale) -> None:
    """Lines with their labels at the end: those of lines that stand are above the chart, the legend above them."""
    layout["shapes"] = [_mark(mark, x, y) for mark in marks]
    if any(mark.axis == "x" for mark in marks):
        layout["legend"]["y"] = 1.1
        layout["margin"]["t"] += 16


def _mark(mark: Mark, x: Scale, y: Scale) -> Data:
    scale = x if mark.axis == "x" else y
    (at,) = scale.place([mark.at])
    across = "y" if mark.axis == "x" else "x"
    return {
        "type": "line",
        f"{mark.axis}0": at,
        f"{mark.axis}1": at,
        f"{across}0": 0,
        f"{across}1": 1,
        f"{across}ref": f"{across} domain",
        "line": {"color": "--ink", "width": 1.5, "dash": "dot"},
        "label": {
            "text": plotly_text(mark.label),
            "textposition": "end",
            "textangle": 0,
            "font": {"color": "--ink", "size": 12},
            "xanchor": ("left" if x.share(mark.at) < 1 / 2 else "right") if mark.axis == "x" else "right",
            "yanchor": "bottom",
        },
    }


def _waterfall(body: Waterfall, words: Words) -> Data:
    """Bars that lie, from above to below; each says its value."""
    ends, starts, level = [], [], 0.0
    for step in body.steps:
        start = 0.0 if step.total else level
        level = start + step.value
        starts.append(start)
        ends.append(level)
    x = Scale(body.y, [starts, ends], words)
    names = [f"{step.name}" for step in body.steps]
    y = Scale(replace(body.y, scale="category", title="", units="", percent=False), [_distinct(names)], words)
    colours = [tone(step.tone) if step.tone else free(0) for step in body.steps]
    texts = [(x.told if step.total else partial(_signed, scale=x))(step.value) for step in body.steps]
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": y.place(_distinct(names)),
        "x": rounded(np.subtract(ends, starts) / x.factor),
        "base": rounded(np.array(starts) / x.factor),
        "text": texts,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": colours,
            "pattern": _hatching([TONE_PATTERNS.get(step.tone, "") for step in body.steps]),
        },
        "hoverinfo": "y+text",
    }
    layout = _layout(x.layout(), y.layout(34), legend=False)
    layout["yaxis"] |= {"autorange": "reversed", "gridcolor": "--grid/0"}
    bars = [(start / x.factor, end / x.factor) for start, end in zip(starts, ends, strict=True)]
    layout["xaxis"]["range"] = _roomy([0.0, *x.finite], bars, ROOM)
    layout["hovermode"] = "closest"
    narrow = {"xaxis": {"range": _roomy([0.0, *x.finite], bars, NARROW_ROOM)}}
    return {"data": [bar], "layout": layout, "narrow": narrow, "height": ROW * len(body.steps) + HEADROOM}


def _roomy(inside: Sequence[float], bars: Sequence[tuple[float, float]], share: float) -> list[float]:
    """A range with all of `inside`, and room beyond the end of every bar (from, to) for the text that stands there."""
    low, high = min(inside), max(inside)
    room = share * (high - low or abs(high) or 1.0)
    left = [end - room for start, end in bars if end < start]
    right = [end + room for start, end in bars if end >= start]
    return [min([low, *left]), max([high, *right])]


def _distinct(names: Sequence[str]) -> list[str]:
    """The same names, a second of its kind with spaces behind it that are not seen."""
    found: dict[str, int] = {}
    distinct = []
    for name in names:
        distinct.append(name + " " * found.get(name, 0))
        found[name] = found.get(name, 0) + 1
    return distinct


def _signed(value: float, scale: Scale) -> str:
    return f"{'+' if value > 0 else ''}{scale.told(value)}"


def _heatmap(body: Heatmap, words: Words) -> Data:
    values = np.asarray(body.values, dtype=np.float64)
    named = isinstance(body.columns, tuple)
    axis = replace(body.x, scale="category") if named else body.x
    columns = _distinct(list(map(str, body.columns))) if named else body.columns
    x, z = Scale(axis, [columns], words), Scale(body.z, [values], words)
    y = Scale(replace(body.y, scale="category"), [_distinct(body.rows)], words)
    trace: Data = {
        "type": "heatmap",
        "x": x.place(columns),
        "y": y.place(_distinct(body.rows)),
        "z": [rounded(row / z.factor, 5) for row in values],
        "colorscale": heat_scale(),
        "colorbar": {
            "title": {"text": wrapped(z.title, 18, 3), "side": "right"},
            "thickness": 14,
            "outlinewidth": 0,
            "tickformat": ".0%" if body.z.percent else "",
            "exponentformat": "SI",
        },
        "hovertemplate": "%{y}<br>%{x}<br><b>%{z:" + z.digits + "}</b><extra></extra>",
        "hoverongaps": False,
    }
    if values.size <= NAMED_CELLS:
        trace["text"] = [
            ["" if np.isnan(v) else _brief(v / z.factor, body.z.percent) for v in row] for row in values
        ]
        trace |= {"texttemplate": "%{text}", "xgap": 2, "ygap": 2}
    layout = _layout(x.layout(), y.layout(34), legend=False)
    layout["yaxis"]["autorange"] = "reversed"
    layout["hovermode"] = "closest"
    tall = 44 if values.size <= NAMED_CELLS else 20
    return {"data": [trace], "layout": layout, "height": min(900, max(220, tall * len(body.rows) + HEADROOM))}


def _brief(value: float, percent: bool) -> str:
    """Three digits: there is little room in a cell."""
    if percent:
        return f"{numbers.plain(100 * value, 3)} %"
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{numbers.plain(value / (1e3 if letter == 'k' else size), 3)}{letter}"
    return numbers.plain(value, 3)


def _tornado(body: Tornado, words: Words) -> Data:
    x = Scale(body.x, [[body.base], *([span.low, span.high] for span in body.spans)], words)
    names = _distinct([span.name for span in body.spans])
    y = Scale(replace(body.x, scale="category", title="", percent=False), [names], words)
    base = body.base / x.factor
    sides = (
        (words("lowest value of the input"), "low", "low_label", free(0), ""),
        (words("highest value of the input"), "high", "high_label", free(1), "/"),
    )
    data = []
    for title, side, label, colour, pattern in sides:
        ends = np.array([getattr(span, side) for span in body.spans]) / x.factor
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": plotly_text(title),
                "y": y.place(names),
                "x": rounded(ends - base),
                "base": rounded(np.full(len(ends), base)),
                "text": [plotly_text(getattr(span, label), 24) for span in body.spans],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertext": [
                    f"{plotly_text(getattr(span, label))}: {x.told(getattr(span, side))}"
                    for span in body.spans
                ],
                "hoverinfo": "y+text",
                "marker": {
                    "color": colour,
                    "pattern": _hatching(pattern),
                },
            }
        )
    layout = _layout(x.layout(), y.layout(34), legend=True)
    layout["barmode"] = "overlay"
    layout["yaxis"] |= {"autorange": "reversed", "gridcolor": "--grid/0"}
    bars = [
        (base, end / x.factor) for span in body.spans for end in (span.low, span.high) if np.isfinite(end)
    ]
    layout["xaxis"]["range"] = _roomy(x.finite, bars, ROOM)
    narrow = {"xaxis": {"range": _roomy(x.finite, bars, NARROW_ROOM)}}
    mark = Mark("x", body.base, x.told(body.base))
    _add_marks(layout, [mark], x, y)
    layout["hovermode"] = "closest"
    height = 40 * len(body.spans) + HEADROOM + 40
    return {"data": data, "layout": layout, "narrow": narrow, "height": height}


def _layout(x: Data, y: Data, legend: bool) -> Data:
    return {
        "font": {"size": 13, "color": "--ink"},
        "paper_bgcolor": "--surface/0",
        "plot_bgcolor": "--surface/0",
        "margin": {"l": 56, "r": 20, "t": 20, "b": 48},
        "xaxis": x,
        "yaxis": y,
        "showlegend": legend,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "hoverlabel": {
            "bgcolor": "--surface",
            "bordercolor": "--line",
            "font": {"color": "--ink"},
            "namelength": -1,
        },
    }
