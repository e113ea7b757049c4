"""Heat maps of a KPI over two axes of a sweep."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tidepool.chart import Array, Axis, Chart, Heatmap
from tidepool.charts.sweep_data import Dimension, SweepData
from tidepool.words import Words

MOST_PAIRS = 6
MOST_VALUES = 60


def charts(data: SweepData, kpi: str, _: Words) -> list[Chart]:
    """One per pair of axes; the others stand at the value of the best cell."""
    usable = [one for one in data.dimensions if 1 < len(one.labels) <= MOST_VALUES]
    return [
        chart for pair in list(combinations(usable, 2))[:MOST_PAIRS] if (chart := _chart(data, kpi, *pair, _))
    ]


def best_cell(data: SweepData, kpi: str) -> int:
    """The cell with the best mean, the first of equals; the first cell if the KPI knows no better."""
    mean = data.mean(kpi)
    if data.better(kpi) not in ("higher", "lower") or not np.isfinite(mean).any():
        return 0
    return int(np.nanargmax(mean) if data.better(kpi) == "higher" else np.nanargmin(mean))


def grid(data: SweepData, kpi: str, first: Dimension, second: Dimension) -> Array:
    """Means [values of `second`, values of `first`] in the plane of the best cell; NaN where there is no cell."""
    base = best_cell(data, kpi)
    values = np.full((len(second.labels), len(first.labels)), np.nan)
    others = [one for one in data.dimensions if one is not first and one is not second]
    mean = data.mean(kpi)
    for cell in range(data.cells):
        if all(one.of_cell[cell] == one.of_cell[base] for one in others):
            values[second.of_cell[cell], first.of_cell[cell]] = mean[cell]
    return values


def _chart(data: SweepData, kpi: str, first: Dimension, second: Dimension, _: Words) -> Chart | None:
    values = grid(data, kpi, first, second)
    if np.isfinite(values).sum() < 3:
        return None
    base = best_cell(data, kpi)
    others = [one for one in data.dimensions if one is not first and one is not second]
    low, high = np.unravel_index([np.nanargmin(values), np.nanargmax(values)], values.shape)
    (low_row, high_row), (low_column, high_column) = low, high
    summary = _(
        "From {low} ({low_x}, {low_y}) to {high} ({high_x}, {high_y}).",
        low=data.text(kpi, float(np.nanmin(values))),
        low_x=first.labels[low_column],
        low_y=second.labels[low_row],
        high=data.text(kpi, float(np.nanmax(values))),
        high_x=first.labels[high_column],
        high_y=second.labels[high_row],
    )
    notes = tuple(
        _("{axis} stands at {value}.", axis=one.name, value=one.labels[one.of_cell[base]]) for one in others
    )
    body = Heatmap(_category(first), _category(second), data.axis(kpi), first.labels, second.labels, values)
    title = _("{kpi} by {x} and {y}", kpi=data.title(kpi), x=first.name, y=second.name)
    place = [data.dimensions.index(one) for one in (first, second)]
    return Chart(f"map-{kpi}-{place[0]}-{place[1]}".replace("_", "-"), "sweep", title, summary, body, notes)


def _category(dimension: Dimension) -> Axis:
    return Axis(dimension.name, scale="category")
