"""Heat maps of a KPI over two axes of a sweep."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tidepool.chart import Array, Axis, Chart, Heatmap
from tidepool.charts.sweep_data import Dimension, SweepData
from tidepool.words import Words

MOST_PAIRS = 15
MOST_VALUES = 60


def charts(data: SweepData, kpi: str, _: Words) -> list[Chart]:
    """One per pair of axes; over the others it is averaged."""
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


def middle_cell(data: SweepData, kpi: str) -> int:
    """The cell whose mean is nearest to the median of all, the first of equals: where the axes not shown stand."""
    mean = data.mean(kpi)
    if not np.isfinite(mean).any():
        return 0
    return int(np.nanargmin(np.abs(mean - np.nanmedian(mean))))


def grid(data: SweepData, kpi: str, first: Dimension, second: Dimension) -> Array:
    """Means [values of `second`, values of `first`] over all cells that have both values; NaN where there is none."""
    shape = (len(second.labels), len(first.labels))
    sums, counts = np.zeros(shape), np.zeros(shape)
    known = np.isfinite(data.mean(kpi))
    where = second.of_cell[known], first.of_cell[known]
    np.add.at(sums, where, data.mean(kpi)[known])
    np.add.at(counts, where, 1)
    return np.asarray(np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0))


def _chart(data: SweepData, kpi: str, first: Dimension, second: Dimension, _: Words) -> Chart | None:
    values = grid(data, kpi, first, second)
    if np.isfinite(values).sum() < 3:
        return None
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
    notes: tuple[str, ...] = ()
    if others:
        notes = (
            _("Each cell is the mean over all values of {axes}.", axes=", ".join(one.name for one in others)),
        )
    body = Heatmap(_category(first), _category(second), data.axis(kpi), first.labels, second.labels, values)
    title = _("{kpi} by {x} and {y}", kpi=data.title(kpi), x=first.name, y=second.name)
    place = [data.dimensions.index(one) for one in (first, second)]
    return Chart(f"map-{kpi}-{place[0]}-{place[1]}".replace("_", "-"), "sweep", title, summary, body, notes)


def _category(dimension: Dimension) -> Axis:
    return Axis(dimension.name, scale="category")
