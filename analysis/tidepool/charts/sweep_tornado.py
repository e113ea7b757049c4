"""How far each axis of a sweep moves a KPI."""

from __future__ import annotations

import numpy as np

from tidepool.chart import Array, Chart, Span, Tornado
from tidepool.charts.sweep_data import Dimension, SweepData
from tidepool.words import Words


def main_effect(data: SweepData, kpi: str, one: Dimension) -> Array:
    """Mean of the KPI over all cells that have each value of the axis, an array [values]; NaN where there is none."""
    mean = data.mean(kpi)
    known = np.isfinite(mean)
    sums = np.bincount(one.of_cell[known], mean[known], len(one.labels))
    counts = np.bincount(one.of_cell[known], minlength=len(one.labels))
    return np.asarray(np.divide(sums, counts, out=np.full(len(one.labels), np.nan), where=counts > 0))


def charts(data: SweepData, kpi: str, _: Words) -> list[Chart]:
    """With at least two axes: the main effect of each, around the mean of all cells."""
    if len(data.dimensions) < 2:
        return []
    spans = []
    for one in data.dimensions:
        effect = main_effect(data, kpi, one)
        if np.isfinite(effect).sum() < 2:
            continue
        low, high = int(np.nanargmin(effect)), int(np.nanargmax(effect))
        spans.append(
            Span(one.name, float(effect[low]), float(effect[high]), one.labels[low], one.labels[high])
        )
    if not spans:
        return []
    spans.sort(key=lambda span: (-(span.high - span.low), span.name))
    summary = _(
        "{name} moves it most: from {low} ({low_label}) to {high} ({high_label}).",
        name=spans[0].name,
        low=data.text(kpi, spans[0].low),
        low_label=spans[0].low_label,
        high=data.text(kpi, spans[0].high),
        high_label=spans[0].high_label,
    )
    notes = (_("Each end is the mean over all cells with that value; the line is the mean of all cells."),)
    title = _("What moves it most: {kpi}", kpi=data.title(kpi))
    body = Tornado(data.axis(kpi), float(np.nanmean(data.mean(kpi))), tuple(spans))
    return [Chart(f"tornado-{kpi}".replace("_", "-"), "sweep", title, summary, body, notes)]
