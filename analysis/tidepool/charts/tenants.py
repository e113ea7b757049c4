"""Who of the tenants holds what, and how full the pools are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import Array, Axis, Chart, Heatmap
from tidepool.charts.common import Run, filled, time_axis
from tidepool.charts.decimate import columns
from tidepool.numbers import percent, plain
from tidepool.words import Words

MOST_ROWS = 32


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """Heat maps over time of tenants and of pools, for each run that knows them."""
    made = []
    for run in runs:
        made += [chart for chart in (_tenants(run, _), _pools(run, _)) if chart]
    return made


def _tenants(run: Run, _: Words) -> Chart | None:
    table = run.result.columns("timeseries/tenant", "time", "tenant", "tenant_name", "held")
    if not filled(table, "held"):
        return None
    names = [
        str(name) if row >= 0 else _("all others")
        for row, name in zip(table["tenant"], table["tenant_name"], strict=True)
    ]
    names = [name or _("(no name)") for name in names]
    held = table["held"].T
    order = _order(held, table["tenant"] < 0)
    means = held.mean(axis=1)
    summary = _(
        "{name} holds most: {gpus} GPUs on average, {share} of what all tenants hold.",
        name=names[order[0]],
        gpus=plain(float(means[order[0]])),
        share=percent(float(means[order[0]] / means.sum()), 3),
    )
    time, values = columns(table["time"], held[order])
    rows = tuple(names[row] for row in order)
    body = Heatmap(
        time_axis(_), Axis(_("Tenant"), scale="category"), Axis(_("GPUs held")), time, rows, values
    )
    title = run.title(_("GPUs held by tenants over time"))
    return Chart(run.id("tenants"), "tenants", title, summary, body, _averaged(table["time"], time, _))


def _pools(run: Run, _: Words) -> Chart | None:
    table = run.result.columns("timeseries/pool", "time", "pool", "pool_name", "held", "capacity", "down")
    if not filled(table, "capacity"):
        return None
    capacity, held = table["capacity"].T, table["held"].T
    share = np.divide(held, capacity, out=np.full(held.shape, np.nan), where=capacity > 0)
    order = _order(share, np.zeros(len(share), bool))[:MOST_ROWS]
    time, values = columns(table["time"], share[order])
    names = table["pool_name"] if "pool_name" in table else table["pool"]
    rows = tuple(str(names[row]) for row in order)
    overall = [float(held[row].sum() / capacity[row].sum()) for row in order]
    summary = _(
        "The fullest pool is {name} with {most} of its GPUs in use on average, the emptiest {last} with {least}.",
        name=rows[0],
        most=percent(overall[0], 3),
        last=rows[-1],
        least=percent(overall[-1], 3),
    )
    z = Axis(_("Share of the GPUs in use"), "1", percent=True)
    body = Heatmap(time_axis(_), Axis(_("Pool"), scale="category"), z, time, rows, values)
    title = run.title(_("How full the pools are over time"))
    notes = _averaged(table["time"], time, _)
    if len(share) > len(order):
        notes += (_("The {n} emptiest pools are left out.", n=len(share) - len(order)),)
    return Chart(run.id("pools"), "tenants", title, summary, body, notes)


def _order(values: Array, last: Array) -> list[int]:
    """Rows by their mean, the largest first, ties in order; those of `last` at the end."""
    means = np.nan_to_num(np.nanmean(values, axis=1), nan=-1.0)
    return sorted(range(len(values)), key=lambda row: (bool(last[row]), -float(means[row]), row))


def _averaged(before: Array, after: Array, _: Words) -> tuple[str, ...]:
    if len(after) >= len(before):
        return ()
    return (_("Each column is the mean of {n} bins.", n=-(-len(before) // len(after))),)
