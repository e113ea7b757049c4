"""What a sweep shows: how its KPIs depend on what was varied, always with the luck that is in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import Chart
from tidepool.charts import sweep_fan, sweep_front, sweep_luck, sweep_map, sweep_tornado, sweep_waits
from tidepool.charts.sweep_data import SweepData, headline
from tidepool.results import Sweep
from tidepool.words import Words

MOST_KPIS = 3


def charts(sweep: Sweep, _: Words, wanted: Sequence[str] = ()) -> list[Chart]:
    """Heat maps and fans of the KPIs `wanted`, or of those that vary most; their front and tornado, and the waits."""
    data = SweepData(sweep, _)
    if not data.complete.any():
        return []
    kpis = [kpi for kpi in dict.fromkeys(wanted) if sweep.kpis[kpi] and kpi in data.kpis]
    kpis = kpis or headline(data, MOST_KPIS)
    made = []
    for kpi in kpis:
        made += sweep_fan.charts(data, kpi, _)
        made += sweep_map.charts(data, kpi, _)
    if kpis:
        made += sweep_tornado.charts(data, kpis[0], _)
    made += sweep_front.charts(data, _)
    made += sweep_luck.charts(data, _)
    made += sweep_waits.charts(data, _)
    missing = int((~data.complete).sum())
    if missing and made:
        note = _("{n} of {all} runs are missing or failed.", n=missing, all=int(np.size(data.complete)))
        made = [_noted(chart, note) for chart in made]
    return made


def _noted(chart: Chart, note: str) -> Chart:
    return Chart(chart.id, chart.section, chart.title, chart.summary, chart.body, (*chart.notes, note))
