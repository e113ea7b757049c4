"""The numbers of a chart as a table: for those who do not see it, and for those who want to copy it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tidepool import numbers
from tidepool.chart import XY, Axis, Body, Diagram, Heatmap, Tornado, Waterfall
from tidepool.report_text import name_text, units_text
from tidepool.report_thin import spread
from tidepool.words import Words

ROWS, COLUMNS = 200, 40


@dataclass(frozen=True)
class DataTable:
    """Text in rows; the first cell of each names the row."""

    header: list[str]
    rows: list[list[str]]
    left_out: int = 0  # rows of the chart that are not here
    columns_left_out: int = 0


def table(body: Body, words: Words, most: int = ROWS) -> DataTable | None:
    """The numbers of a chart in at most `most` rows, evenly chosen; None for a Diagram, which is text itself."""
    match body:
        case XY():
            return _xy(body, words, most)
        case Waterfall():
            rows = [[name_text(step.name), _number(step.value, body.y)] for step in body.steps]
            return DataTable([words("Step"), _head(body.y, words)], rows)
        case Heatmap():
            return _heatmap(body, words, most)
        case Tornado():
            return _tornado(body, words)
        case Diagram():
            return None


def _xy(body: XY, words: Words, most: int) -> DataTable:
    first = body.series[0]
    if all(np.array_equal(one.x, first.x) for one in body.series):
        columns, header = [], [_head(body.x, words)]
        for one in body.series:
            header += [name_text(one.name, 80)]
            columns.append(one.y)
            if one.low is not None and one.high is not None:
                header += [words("from"), words("to")]
                columns += [one.low, one.high]
        points = spread(len(first.x), most)
        rows = [
            [_number(first.x[i], body.x), *(_number(column[i], body.y) for column in columns)] for i in points
        ]
        return DataTable(header, rows, len(first.x) - len(points))
    every = [(one, i) for one in body.series for i in range(len(one.x))]
    points = spread(len(every), most)
    rows = [
        [name_text(one.name, 80), _number(one.x[i], body.x), _number(one.y[i], body.y)]
        for one, i in (every[point] for point in points)
    ]
    return DataTable(
        [words("Series"), _head(body.x, words), _head(body.y, words)], rows, len(every) - len(points)
    )


def _heatmap(body: Heatmap, words: Words, most: int) -> DataTable:
    columns, lines = spread(len(body.columns), COLUMNS), spread(len(body.rows), most)
    axis = Axis("", scale="category") if isinstance(body.columns, tuple) else body.x
    header = [_head(body.y, words), *(_number(body.columns[column], axis) for column in columns)]
    rows = [
        [name_text(body.rows[line]), *(_number(body.values[line][column], body.z) for column in columns)]
        for line in lines
    ]
    return DataTable(header, rows, len(body.rows) - len(lines), len(body.columns) - len(columns))


def _tornado(body: Tornado, words: Words) -> DataTable:
    header = [words("Input"), words("Value"), _head(body.x, words), words("Value"), _head(body.x, words)]
    rows = [
        [
            name_text(span.name),
            name_text(span.low_label),
            _number(span.low, body.x),
            name_text(span.high_label),
            _number(span.high, body.x),
        ]
        for span in body.spans
    ]
    return DataTable(header, rows)


def _head(axis: Axis, words: Words) -> str:
    told = axis.percent or axis.scale in ("category", "time") or axis.units == "s"
    units = "" if told else units_text(axis.units, words)
    return f"{axis.title} ({units})" if units else axis.title


def _number(value: Any, axis: Axis) -> str:
    if axis.scale == "category" or isinstance(value, str):
        return name_text(str(value))
    if np.isnan(value):
        return "–"  # noqa: RUF001
    if axis.scale == "time" or axis.units == "s":
        return numbers.duration(float(value), 5)
    return numbers.percent(float(value)) if axis.percent else numbers.plain(float(value), 6)
