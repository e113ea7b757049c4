"""Demand of the services, what became of it, and the units that stand for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Axis, Chart
from tidepool.charts.common import Run, filled, series, thinned, time_axis
from tidepool.charts.decimate import kept
from tidepool.numbers import percent, plain
from tidepool.results import Table
from tidepool.words import Words

COLUMNS = ("time", "offered", "served", "rejected", "wanted", "held", "ready")


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """Requests per second and GPUs of units, for each run with services."""
    made = []
    for run in runs:
        table = run.result.columns("timeseries/service", *COLUMNS)
        if len(table.get("time", ())) and filled(table, "offered"):
            made.append(_demand(run, table, _))
        if len(table.get("time", ())) and (filled(table, "held") or filled(table, "wanted")):
            made.append(_units(run, table, _))
    return made


def _demand(run: Run, table: Table, _: Words) -> Chart:
    time = table["time"]
    offered, served, rejected = (np.nansum(table[name], axis=1) for name in ("offered", "served", "rejected"))
    points = kept([offered, served, rejected])
    lines = [
        series(_("offered"), time, offered, "demand", points=points),
        series(_("served"), time, served, "served", points=points),
    ]
    if rejected.any():
        lines.append(series(_("turned away or given up"), time, rejected, "rejected", points=points))
    mean = float(np.mean(offered))
    summary = _(
        "{mean} requests/s are offered on average and {most} at most ({ratio} times the mean); {lost} of all are lost.",
        mean=plain(mean),
        most=plain(float(np.max(offered))),
        ratio=plain(float(np.max(offered)) / mean, 3),
        lost=percent(float(np.mean(rejected)) / mean, 3),
    )
    body = XY(time_axis(_), Axis(_("Requests"), "s-1"), tuple(lines))
    title = run.title(_("The tide: requests offered, served and lost"))
    return Chart(run.id("tide"), "tide", title, summary, body, thinned(len(time), len(points), _))


def _units(run: Run, table: Table, _: Words) -> Chart:
    gpus = run.result.columns("services", "gpus")["gpus"].astype(float)
    time = table["time"]
    wanted, held, ready = (np.nansum(table[name] * gpus, axis=1) for name in ("wanted", "held", "ready"))
    points = kept([wanted, held, ready])
    lines = (
        series(_("wanted by the autoscaler"), time, wanted, "demand", "step", points=points),
        series(_("held"), time, held, "service", "step", points=points),
        series(_("ready for requests"), time, ready, "served", "step", points=points),
    )
    summary = _(
        "Services hold {held} GPUs on average, {least} to {most}; {ready} of what they hold takes requests.",
        held=plain(float(np.mean(held))),
        most=plain(float(np.max(held))),
        least=plain(float(np.min(held))),
        ready=percent(float(np.sum(ready) / np.sum(held)) if held.any() else float("nan"), 3),
    )
    body = XY(time_axis(_), Axis(_("GPUs")), lines)
    title = run.title(_("GPUs of services"))
    return Chart(run.id("units"), "tide", title, summary, body, thinned(len(time), len(points), _))
