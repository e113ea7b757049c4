"""How long jobs wait in the cells of a sweep."""

from __future__ import annotations

import numpy as np

from tidepool.chart import XY, Axis, Chart, Series
from tidepool.charts.sweep_data import SweepData
from tidepool.charts.waits import LEAST
from tidepool.words import Words

MOST_CELLS = 8


def charts(data: SweepData, _: Words) -> list[Chart]:
    """Distributions of first waits: of all cells if they are few, else of some spread evenly over them."""
    if not data.sweep.has("sweep/histogram"):
        return []
    waits = data.sweep.waits
    if "wait" not in waits or not waits["wait"].any() or not data.dimensions:
        return []
    counts = waits["wait"].astype(float)
    # A bucket ends where the next one begins; the last one has no end.
    upper = np.append(waits["wait_lower"][1:], np.nan)
    if counts[:, 1:].sum() == 0:
        return []
    with_jobs = np.flatnonzero(counts.sum(axis=1))
    shown = with_jobs[np.unique(np.linspace(0, len(with_jobs) - 1, MOST_CELLS).astype(int))]
    lines = []
    for cell in shown:
        share = np.cumsum(counts[cell]) / counts[cell].sum()
        used = (counts[cell] > 0) & np.isfinite(upper)
        lines.append(Series(data.label(cell), np.maximum(upper[used], LEAST), share[used], "step"))
    at_once = counts[:, 0] / np.maximum(counts.sum(axis=1), 1)
    best = int(np.argmax(at_once))
    summary = _("Most jobs start at once in this cell: {cell}.", cell=data.label(best))
    notes: tuple[str, ...] = (_("Each line is exact at the ends of the buckets that hold the waits."),)
    left = len(with_jobs) - len(shown)
    if left:
        notes += (_("{n} cells are left out.", n=left),)
    body = XY(
        Axis(_("First wait"), "s", "log"),
        Axis(_("Share of the jobs that wait at most so long"), "1", percent=True),
        tuple(lines),
    )
    return [Chart("sweep-waits", "sweep", _("How long jobs wait in the cells"), summary, body, notes)]
