"""How the replicas of a cell spread: what is luck."""

from __future__ import annotations

import numpy as np

from tidepool.chart import XY, Array, Axis, Chart, Mark, Series
from tidepool.charts.sweep_data import PRIORITY, SweepData
from tidepool.charts.waits import distribution
from tidepool.words import Words

MOST_CELLS = 6
LEAST_REPLICAS = 5
MOST_KPIS = 3


def charts(data: SweepData, _: Words) -> list[Chart]:
    """Distributions over the replicas, if there are at least five, of the KPIs that planners ask for first."""
    if data.sweep.replicas < LEAST_REPLICAS or data.cells > MOST_CELLS:
        return []
    made: list[Chart] = []
    for kpi in [kpi for kpi in PRIORITY if kpi in data.kpis]:
        values = data.sweep.replica(kpi)
        known = [row[np.isfinite(row)] for row in values]
        if any(len(row) >= LEAST_REPLICAS and np.ptp(row) > 0 for row in known) and len(made) < MOST_KPIS:
            made.append(_chart(data, kpi, known, _))
    return made


def _chart(data: SweepData, kpi: str, known: list[Array], _: Words) -> Chart:
    lines, words, marks = [], [], []
    for cell, values in enumerate(known):
        if len(values) == 0:
            continue
        x, share = distribution(values)
        label = data.label(cell)
        lines.append(Series(label or _("replicas"), x, share, "step"))
        low, high = np.quantile(values, [0.05, 0.95])
        sentence = _(
            "Mean {mean}; 90 % of {n} replicas lie between {low} and {high}.",
            mean=data.text(kpi, float(values.mean())),
            n=len(values),
            low=data.text(kpi, float(low)),
            high=data.text(kpi, float(high)),
        )
        words.append(f"{label}: {sentence}" if label else sentence)
        if len(known) == 1:
            marks.append(Mark("x", float(values.mean()), _("mean")))
    body = XY(
        data.axis(kpi), Axis(_("Share of the replicas"), "1", percent=True), tuple(lines), marks=tuple(marks)
    )
    title = _("How much is luck: {kpi}", kpi=data.title(kpi))
    return Chart(f"luck-{kpi}".replace("_", "-"), "sweep", title, " ".join(words), body)
