"""The charts of results: `of_runs` and `of_sweep` give every chart that files have data for, in order."""

from __future__ import annotations

from collections.abc import Sequence

from tidepool.chart import SECTIONS, Chart
from tidepool.results import Result, Sweep
from tidepool.words import Words


def of_runs(runs: Sequence[Result], words: Words) -> list[Chart]:
    """The charts of one run or of several beside each other; a part that no run has gives none.

    Overlays where several runs can be told apart in one chart, else a chart for each.
    """
    from tidepool.charts import (
        capacity,
        failures,
        goodput,
        latency,
        money,
        network,
        tenants,
        tide,
        topology,
        waits,
    )
    from tidepool.charts.common import labelled

    made: list[Chart] = []
    files = labelled(runs)
    for module in (capacity, tide, goodput, money, failures, waits, latency, tenants, network, topology):
        made += module.charts(files, words)
    return sorted(made, key=lambda chart: SECTIONS.index(chart.section))


def of_sweep(sweep: Sweep, words: Words, kpis: Sequence[str] = ()) -> list[Chart]:
    """The charts of a sweep: of the KPIs that vary most, or of `kpis`. KeyError for one that the sweep has not."""
    from tidepool.charts import sweep as module

    return module.charts(sweep, words, kpis)
