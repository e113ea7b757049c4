"""A KPI along one axis of a sweep, with its interval and the spread of the replicas."""

from __future__ import annotations

import math

import numpy as np

from tidepool.chart import XY, Chart, Draw, Series
from tidepool.charts.sweep_data import Dimension, SweepData
from tidepool.charts.sweep_map import best_cell, middle_cell
from tidepool.words import Words

MOST_LINES = 6


def charts(data: SweepData, kpi: str, _: Words) -> list[Chart]:
    """Along the axis with most values, a line per value of the next if it has few; the others at the middle cell's."""
    if not data.dimensions:
        return []
    ordered = sorted(data.dimensions, key=lambda one: (one.values is None, -len(one.labels)))
    first, second = ordered[0], next((one for one in ordered[1:] if len(one.labels) <= MOST_LINES), None)
    base, best = middle_cell(data, kpi), best_cell(data, kpi)
    lines = []
    values: list[int | None] = [*range(len(second.labels))] if second else [None]
    for value in values:
        lines += _lines(data, kpi, first, second, value, base, _)
    if not lines:
        return []
    mean = data.mean(kpi)
    summary = _(
        "Best: {value} at {where}.",
        value=data.text(kpi, float(mean[best])),
        where=data.label(best),
    )
    notes = [
        _("{axis} stands at {value}.", axis=one.name, value=one.labels[one.of_cell[base]])
        for one in data.dimensions
        if one is not first and one is not second
    ]
    notes.append(
        _("Bands: 95 % interval of the mean, and 90 % of the replicas around it.")
        if data.sweep.replicas > 1
        else _("One replica: how much of this is luck is unknown.")
    )
    title = _("{kpi} by {x}", kpi=data.title(kpi), x=first.name)
    body = XY(first.axis(), data.axis(kpi), tuple(lines))
    return [Chart(f"fan-{kpi}".replace("_", "-"), "sweep", title, summary, body, tuple(notes))]


def _lines(
    data: SweepData,
    kpi: str,
    first: Dimension,
    second: Dimension | None,
    value: int | None,
    base: int,
    _: Words,
) -> list[Series]:
    others = [one for one in data.dimensions if one is not first and one is not second]
    mean, low, high = data.interval(kpi)
    cells = [
        cell
        for cell in range(data.cells)
        if all(one.of_cell[cell] == one.of_cell[base] for one in others)
        and (second is None or second.of_cell[cell] == value)
        and math.isfinite(mean[cell])
    ]
    if not cells:
        return []
    cells.sort(key=lambda cell: int(first.of_cell[cell]))
    places = [int(first.of_cell[cell]) for cell in cells]
    if first.values is None:
        x = np.array([first.labels[place] for place in places], dtype=object)
    else:
        x = first.values[places]
    name = f"{second.name} {second.labels[value]}" if second and value is not None else _("mean")
    draw: Draw = "bar" if first.values is None and second is None else "line"
    known = bool(np.isfinite(low[cells]).all()) and data.sweep.replicas > 1
    band = (low[cells], high[cells]) if known else (None, None)
    made = [Series(name, x, mean[cells], draw, "", *band)]
    if known and second is None and draw == "line" and data.sweep.has(f"sweep/stats/{kpi}"):
        stats = data.sweep.stats(kpi)
        spread = (stats["p05"][cells], stats["p95"][cells])
        made.append(Series(_("90 % of the replicas"), x, mean[cells], "line", "idle", *spread))
    return made
