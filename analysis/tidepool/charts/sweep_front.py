"""Which cells nobody beats in two KPIs at once."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tidepool.chart import XY, Array, Chart, Series
from tidepool.charts.sweep_data import PRIORITY, SweepData
from tidepool.words import Words

MOST_FRONTS = 2


def front(first: Array, second: Array) -> list[int]:
    """Points [n] that no other one beats: at least as high in both and higher in one. In rising order of `first`.

    Points with NaN are left out; of equal points all stay.
    """
    known = np.flatnonzero(np.isfinite(first) & np.isfinite(second))
    order = sorted(known, key=lambda point: (-first[point], -second[point], point))
    kept: list[int] = []
    highest = -np.inf
    for point in order:
        same = bool(kept) and first[kept[-1]] == first[point] and second[kept[-1]] == second[point]
        if second[point] > highest or same:
            kept.append(int(point))
            highest = max(highest, float(second[point]))
    return kept[::-1]


def charts(data: SweepData, _: Words) -> list[Chart]:
    """For the first pairs of KPIs, in the order of PRIORITY, that pull in different directions."""
    if data.cells < 3:
        return []
    usable = [kpi for kpi in PRIORITY if kpi in data.kpis and data.better(kpi) in ("higher", "lower")]
    usable = [kpi for kpi in usable if np.ptp(data.mean(kpi)[np.isfinite(data.mean(kpi))]) > 0]
    made: list[Chart] = []
    for pair in combinations(usable, 2):
        first, second = (_signed(data, kpi) for kpi in pair)
        kept = front(first, second)
        if len({(first[point], second[point]) for point in kept}) >= 2 and len(made) < MOST_FRONTS:
            made.append(_chart(data, *pair, kept, _))
    return made


def _signed(data: SweepData, kpi: str) -> Array:
    return data.mean(kpi) if data.better(kpi) == "higher" else -data.mean(kpi)


def _chart(data: SweepData, first: str, second: str, kept: list[int], _: Words) -> Chart:
    x, y = data.mean(first), data.mean(second)
    _mean, low, high = data.interval(second)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    banded = data.sweep.replicas > 1 and np.isfinite(low[known]).all()
    cells = Series(
        _("cells"),
        x[known],
        y[known],
        "points",
        "idle",
        low[known] if banded else None,
        high[known] if banded else None,
        labels=tuple(data.label(int(cell)) for cell in known),
    )
    line = Series(
        _("front"), x[kept], y[kept], "line", "useful", labels=tuple(data.label(cell) for cell in kept)
    )
    summary = _(
        "{n} of {all} cells are not beaten in both; the ends: {first} and {last}.",
        n=len(kept),
        all=len(known),
        first=data.label(kept[0]),
        last=data.label(kept[-1]),
    )
    title = _("{x} against {y}", x=data.title(first), y=data.title(second))
    body = XY(data.axis(first), data.axis(second), (cells, line))
    return Chart(f"front-{first}-{second}".replace("_", "-"), "sweep", title, summary, body)
