"""Which links are full, and whom they hold up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Axis, Chart, Heatmap, Series
from tidepool.charts.common import Run, filled, time_axis
from tidepool.charts.decimate import columns
from tidepool.numbers import percent, plain
from tidepool.words import Words

MOST_LINKS = 20


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """Hottest links over time and GPU-hours stalled by link, for each run with a network."""
    made = []
    for run in runs:
        made += [chart for chart in (_hottest(run, _), _stalled(run, _)) if chart]
    return made


def _hottest(run: Run, _: Words) -> Chart | None:
    table = run.result.columns("timeseries/link", "time", "link_name", "link_utilisation")
    if not filled(table, "link_utilisation"):
        return None
    values = table["link_utilisation"].T
    names = [str(name) for name in table["link_name"]]
    time, shown = columns(table["time"], values, largest=True)
    row = int(np.argmax(np.nanmax(values, axis=1)))
    summary = _(
        "The busiest bin of {name} uses {most} of it; the mean of {first} is {mean}.",
        name=names[row],
        most=percent(float(np.nanmax(values[row])), 3),
        first=names[0],
        mean=percent(float(np.nanmean(values[0])), 3),
    )
    z = Axis(_("Share of the link's bandwidth in use"), "1", percent=True)
    body = Heatmap(time_axis(_), Axis(_("Link"), scale="category"), z, time, tuple(names), shown)
    notes: tuple[str, ...] = ()
    if len(time) < len(table["time"]):
        notes = (_("Each column is the largest of {n} bins.", n=-(-len(table["time"]) // len(time))),)
    return Chart(
        run.id("links"), "network", run.title(_("The hottest links over time")), summary, body, notes
    )


def _stalled(run: Run, _: Words) -> Chart | None:
    links = run.result.columns("links", "name", "stalled")
    if not filled(links, "stalled"):
        return None
    stalled = np.nan_to_num(links["stalled"])
    order = sorted(np.flatnonzero(stalled), key=lambda link: (-stalled[link], link))
    shown = order[:MOST_LINKS]
    x = np.array([str(links["name"][link]) for link in shown], dtype=object)
    bars = Series(_("GPU-hours stalled"), x, stalled[shown], "bar", "stalled")
    summary = _(
        "{hours} GPU-hours of jobs were lost to waiting for {n} links; {name} alone took {share}.",
        hours=plain(float(stalled.sum())),
        n=len(order),
        name=x[0],
        share=percent(float(stalled[order[0]] / stalled.sum()), 3),
    )
    notes = (
        (_("{n} links with less are left out.", n=len(order) - len(shown)),)
        if len(order) > len(shown)
        else ()
    )
    body = XY(Axis(_("Link"), scale="category"), Axis(_("GPU-hours"), "h"), (bars,))
    return Chart(run.id("stalled"), "network", run.title(_("Which links hold jobs up")), summary, body, notes)
