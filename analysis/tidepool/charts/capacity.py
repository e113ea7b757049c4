"""Who holds the GPUs over time, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Array, Axis, Chart, Tone
from tidepool.charts.common import Run, filled, series, thinned, time_axis
from tidepool.charts.decimate import kept
from tidepool.numbers import percent, plain
from tidepool.words import Words


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """GPUs by state and class for each run; jobs and GPUs that wait, of all runs."""
    made = [chart for run in runs if (chart := _states(run, _))]
    queue = _queue(runs, _)
    return [*made, *([queue] if queue else [])]


def _states(run: Run, _: Words) -> Chart | None:
    cluster = run.result.columns(
        "timeseries/cluster", "time", "capacity", "allocated", "idle", "spare", "down"
    )
    if len(cluster.get("time", ())) == 0 or not filled(cluster, "capacity"):
        return None
    layers = [*_classes(run, cluster["allocated"], _)]
    states: tuple[tuple[str, Tone, str], ...] = (
        ("idle", "idle", _("idle")),
        ("spare", "spare", _("spare")),
        ("down", "down", _("down")),
    )
    layers += [(name, tone, cluster[column]) for column, tone, name in states if filled(cluster, column)]
    points = kept([values for _name, _tone, values in layers])
    time = cluster["time"]
    stack = tuple(series(name, time, values, tone, "area", points=points) for name, tone, values in layers)
    used = np.nanmean(cluster["allocated"]) if len(time) else np.nan
    summary = _(
        "On average {used} of {all} GPUs are in use ({share}); at most {most}.",
        used=plain(float(used)),
        all=plain(float(np.nanmean(cluster["capacity"]))),
        share=percent(float(used / np.nanmean(cluster["capacity"])), 3),
        most=plain(float(np.nanmax(cluster["allocated"]))),
    )
    body = XY(time_axis(_), Axis(_("GPUs")), stack, stacked=True)
    title = run.title(_("GPUs by state and class"))
    return Chart(run.id("capacity"), "capacity", title, summary, body, thinned(len(time), len(points), _))


def _classes(run: Run, allocated: Array, _: Words) -> list[tuple[str, Tone, Array]]:
    table = run.result.columns("timeseries/class", "class", "held")
    names: dict[str, tuple[str, Tone]] = {
        "reserved": (_("reserved"), "reserved"),
        "on-demand": (_("on demand"), "on-demand"),
        "spot": (_("spot"), "spot"),
        "service": (_("services"), "service"),
    }
    if "held" not in table or len(table["held"]) != len(allocated):
        return [(_("in use"), "allocated", allocated)]
    layers = [
        (*names[str(kind)], table["held"][:, column])
        for column, kind in enumerate(table["class"])
        if str(kind) in names and table["held"][:, column].any()
    ]
    return layers or [(_("in use"), "allocated", allocated)]


def _queue(runs: Sequence[Run], _: Words) -> Chart | None:
    lines, words, points, before = [], [], 0, 0
    for run in runs:
        cluster = run.result.columns("timeseries/cluster", "time", "queued_gpus", "queue_length")
        if not filled(cluster, "queued_gpus"):
            continue
        line = series(run.named(_("GPUs asked for")), cluster["time"], cluster["queued_gpus"], run=run.index)
        lines.append(line)
        points, before = max(points, len(line.x)), max(before, len(cluster["time"]))
        words.append(
            run.named(
                _(
                    "On average {gpus} GPUs are asked for by {jobs} waiting jobs, at most {most} GPUs.",
                    gpus=plain(float(np.nanmean(cluster["queued_gpus"]))),
                    jobs=plain(float(np.nanmean(cluster["queue_length"]))),
                    most=plain(float(np.nanmax(cluster["queued_gpus"]))),
                )
            )
        )
    if not lines:
        return None
    body = XY(time_axis(_), Axis(_("GPUs")), tuple(lines))
    title = _("What waits: GPUs that jobs in the queue ask for")
    return Chart("queue", "capacity", title, " ".join(words), body, thinned(before, points, _))
