"""From installed to useful GPU-hours: where the rest went."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tidepool.chart import Axis, Chart, Step, Tone, Waterfall
from tidepool.charts.common import Run
from tidepool.numbers import percent, plain
from tidepool.words import Words

LOSSES: tuple[Tone, ...] = ("down", "spare", "idle", "checkpoint", "lost", "restart", "stalled")


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """A waterfall for each run that says where its GPU-hours went."""
    return [chart for run in runs if (chart := _waterfall(run, _))]


def _waterfall(run: Run, _: Words) -> Chart | None:
    capacity, useful = run.kpi("gpu_hours_capacity"), run.kpi("gpu_hours_useful")
    if not capacity > 0 or math.isnan(useful):
        return None
    names = {
        "down": _("down"),
        "spare": _("spare"),
        "idle": _("idle"),
        "checkpoint": _("checkpoints"),
        "lost": _("work lost"),
        "restart": _("restarts"),
        "stalled": _("stalled"),
    }
    steps = [Step(_("installed"), capacity, True, "capacity")]
    lost = {tone: run.kpi(f"gpu_hours_{tone}") for tone in LOSSES}
    steps += [Step(names[tone], -hours, False, tone) for tone, hours in lost.items() if hours > 0]
    steps.append(Step(_("useful"), useful, True, "useful"))
    largest = max(lost, key=lambda tone: (lost[tone] if lost[tone] > 0 else 0.0, -LOSSES.index(tone)))
    summary = _(
        "{useful} of {capacity} GPU-hours are useful: {share}.",
        useful=plain(useful),
        capacity=plain(capacity),
        share=percent(useful / capacity, 3),
    )
    if lost[largest] > 0:
        share = percent(lost[largest] / capacity, 3)
        summary += " " + _("The largest loss: {name}, {share}.", name=names[largest], share=share)
    notes = []
    rest = capacity - useful - sum(hours for hours in lost.values() if hours > 0)
    if abs(rest) > 1e-6 * capacity:
        steps.insert(-1, Step(_("not accounted for"), -rest))
        notes.append(
            _("The parts of this run do not add up: {rest} GPU-hours are missing.", rest=plain(rest))
        )
    title = run.title(_("From installed to useful GPU-hours"))
    body = Waterfall(Axis(_("GPU-hours"), "h"), tuple(steps))
    return Chart(run.id("goodput"), "goodput", title, summary, body, tuple(notes))
