"""What failed, what it cost, and what the jobs made of their time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Array, Axis, Chart, Heatmap, Series
from tidepool.charts.common import Run, time_axis
from tidepool.numbers import percent, plain
from tidepool.words import Words

MOST_CAUSES = 20
STRETCHES = 100  # columns of the timeline
ETTR_BINS = 20


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """Timeline and Pareto of outages for each run that had any; effective training time of the jobs of all."""
    made = []
    for run in runs:
        made += [chart for chart in (_timeline(run, _), _pareto(run, _)) if chart]
    ettr = _ettr(runs, _)
    return [*made, *([ettr] if ettr else [])]


def costs_by_cause(run: Run) -> dict[str, tuple[int, float]]:
    """By cause: outages that began in the run, and GPU-hours that jobs lost to them, restarts included."""
    failures = run.result.columns("failures", "cause")
    if len(failures.get("cause", ())) == 0:
        return {}
    names = run.result.names("cause")
    counts = np.bincount(failures["cause"], minlength=len(names))
    lost = np.zeros(len(names))
    attempts = run.result.columns("attempts", "failure", "lost", "restart")
    if "failure" in attempts:
        ended = attempts["failure"] >= 0
        causes = failures["cause"][attempts["failure"][ended]]
        np.add.at(lost, causes, attempts["lost"][ended] + attempts["restart"][ended])
    return {name: (int(counts[row]), float(lost[row])) for row, name in enumerate(names) if counts[row]}


def _timeline(run: Run, _: Words) -> Chart | None:
    failures = run.result.columns("failures", "time", "cause")
    if len(failures.get("time", ())) == 0:
        return None
    names = run.result.names("cause")
    counts = np.bincount(failures["cause"], minlength=len(names))
    shown = sorted(np.flatnonzero(counts), key=lambda cause: (-counts[cause], cause))[:MOST_CAUSES]
    end = run.result.reached_s or float(np.nanmax(failures["time"])) or 1.0
    edges = np.linspace(0.0, end, STRETCHES + 1)
    values = np.array(
        [np.histogram(failures["time"][failures["cause"] == cause], edges)[0] for cause in shown], float
    )
    rows = tuple(names[cause] for cause in shown)
    summary = _(
        "{all} outages of {causes} causes began; the most frequent: {name}, {count}.",
        all=plain(len(failures["time"])),
        causes=int((counts > 0).sum()),
        name=rows[0],
        count=plain(int(counts[shown[0]])),
    )
    body = Heatmap(
        time_axis(_), Axis(_("Cause"), scale="category"), Axis(_("Outages")), edges[:-1], rows, values
    )
    left = int((counts > 0).sum()) - len(shown)
    notes = (_("{n} causes with fewer outages are left out.", n=left),) if left else ()
    title = run.title(_("Outages over time, by cause"))
    return Chart(run.id("failures"), "failures", title, summary, body, notes)


def _pareto(run: Run, _: Words) -> Chart | None:
    costs = costs_by_cause(run)
    if not costs:
        return None
    by_hours = any(hours for _count, hours in costs.values())
    amounts = {name: hours if by_hours else float(count) for name, (count, hours) in costs.items()}
    total = sum(amounts.values())
    ordered = sorted((name for name in amounts if amounts[name]), key=lambda name: (-amounts[name], name))
    shares = np.array([amounts[name] / total for name in ordered])
    shown = ordered[:MOST_CAUSES]
    x = np.array(shown, dtype=object)
    texts = tuple(_("{n} outages", n=plain(costs[name][0])) for name in shown)
    bars = Series(_("share of the cause"), x, shares[: len(shown)], "bar", "lost", labels=texts)
    line = Series(_("together with those before"), x, np.cumsum(shares)[: len(shown)], "line", "down")
    what = _("GPU-hours lost to outages, restarts included") if by_hours else _("outages")
    few = int(np.searchsorted(np.cumsum(shares), 0.8 - 1e-12)) + 1
    summary = _(
        "{few} of {all} causes make up 80 % of {total} {what}; the first is {name} with {share}.",
        few=few,
        all=len(ordered),
        total=plain(total),
        what=what,
        name=ordered[0],
        share=percent(float(shares[0]), 3),
    )
    axis = Axis(
        _("Share of the GPU-hours lost") if by_hours else _("Share of the outages"), "1", percent=True
    )
    body = XY(Axis(_("Cause"), scale="category"), axis, (bars, line))
    return Chart(run.id("pareto"), "failures", run.title(_("Which causes cost most")), summary, body)


def _ettr(runs: Sequence[Run], _: Words) -> Chart | None:
    lines: list[Series] = []
    words: list[str] = []
    edges = np.linspace(0.0, 1.0, ETTR_BINS + 1)
    for run in runs:
        values: Array = run.result.columns("jobs", "ettr").get("ettr", np.array([]))
        values = values[~np.isnan(values)]
        if len(values) == 0 or (values == 1.0).all():  # nothing ever kept a job from its work
            continue
        counts = np.histogram(np.clip(values, 0.0, 1.0), edges)[0] / len(values)
        middles = (edges[:-1] + edges[1:]) / 2
        lines.append(Series(run.named(_("jobs")), middles, counts, "bar", "useful", run=run.index))
        words.append(
            run.named(
                _(
                    "Half of {n} jobs had an effective training time of {median} or more, a tenth below {low}.",
                    n=plain(len(values)),
                    median=percent(float(np.median(values)), 3),
                    low=percent(float(np.quantile(values, 0.1)), 3),
                )
            )
        )
    if not lines:
        return None
    x = Axis(_("Effective training time of a job"), "1", percent=True)
    body = XY(x, Axis(_("Share of the jobs"), "1", percent=True), tuple(lines))
    title = _("What jobs made of the time they held GPUs")
    return Chart("ettr", "failures", title, " ".join(words), body)
