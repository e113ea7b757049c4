"""How far each axis of a sweep moves a KPI on its own."""

from __future__ import annotations

import math

import numpy as np

from tidepool.chart import Chart, Span, Tornado
from tidepool.charts.sweep_data import SweepData
from tidepool.charts.sweep_map import best_cell
from tidepool.words import Words


def charts(data: SweepData, kpi: str, _: Words) -> list[Chart]:
    """With at least two axes: the others stand at the value of the best cell."""
    if len(data.dimensions) < 2:
        return []
    base, mean = best_cell(data, kpi), data.mean(kpi)
    spans = []
    for one in data.dimensions:
        others = [other for other in data.dimensions if other is not one]
        cells = [
            cell
            for cell in range(data.cells)
            if math.isfinite(mean[cell])
            and all(other.of_cell[cell] == other.of_cell[base] for other in others)
        ]
        if len(cells) < 2:
            continue
        low, high = min(cells, key=lambda cell: mean[cell]), max(cells, key=lambda cell: mean[cell])
        spans.append(
            Span(
                one.name,
                float(mean[low]),
                float(mean[high]),
                one.labels[one.of_cell[low]],
                one.labels[one.of_cell[high]],
            )
        )
    if not spans or not np.isfinite(mean[base]):
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
    notes = (_("Around the best cell: {cell}.", cell=data.label(base)),)
    title = _("What moves {kpi} most", kpi=data.title(kpi))
    body = Tornado(data.axis(kpi), float(mean[base]), tuple(spans))
    return [Chart(f"tornado-{kpi}".replace("_", "-"), "sweep", title, summary, body, notes)]
