"""How long jobs waited for their first start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Array, Axis, Chart, Mark, Series, Tone
from tidepool.charts.common import Run, quantile
from tidepool.numbers import duration, percent, plain
from tidepool.words import Words

MOST_POINTS = 500
LEAST = 1.0  # s: where shorter waits stand on the axis, which is logarithmic
MOST_SIZES = 16


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """The distribution of first waits of all runs, and their quantiles by size of the gang for each."""
    waits = [(run, _waits(run)) for run in runs]
    waits = [(run, found) for run, found in waits if len(found[0])]
    made = []
    if any(found[0].any() for _run, found in waits):
        made.append(_distribution(waits, _))
        made += [chart for run, found in waits if (chart := _by_size(run, *found, _))]
    return made


def _waits(run: Run) -> tuple[Array, Array, int]:
    """Waits [n] in seconds and GPUs [n] of the jobs that started; how many did not."""
    jobs = run.result.columns("jobs", "wait", "gpus")
    if "wait" not in jobs:
        return np.array([]), np.array([]), 0
    started = ~np.isnan(jobs["wait"])
    return jobs["wait"][started], jobs["gpus"][started], int((~started).sum())


def distribution(values: Array, most: int = MOST_POINTS) -> tuple[Array, Array]:
    """Points (x, share of `values` that are at most x): steps of the distribution, at most `most` of them.

    Exact at every point returned; ranks are spaced evenly, and densely at the upper end.
    """
    ordered = np.sort(values)
    x = np.unique(ordered)
    share = np.searchsorted(ordered, x, side="right") / len(ordered)
    if len(x) <= most:
        return x, share
    even = np.linspace(0.0, 1.0, most - most // 4)
    tail = 1.0 - np.geomspace(1.0, 1.0 / len(ordered), most // 4)
    wanted = np.unique(np.concatenate([even, tail, [1.0]]))
    where = np.unique(np.clip(np.searchsorted(share, wanted), 0, len(x) - 1))
    return x[where], share[where]


def _distribution(waits: Sequence[tuple[Run, tuple[Array, Array, int]]], _: Words) -> Chart:
    lines, marks, words = [], [], []
    for run, (values, _gpus, missing) in waits:
        x, share = distribution(values)
        lines.append(
            Series(run.named(_("jobs")), np.maximum(x, LEAST), share, "step", "useful", run=run.index)
        )
        p50, p95 = quantile(values, 0.5), quantile(values, 0.95)
        if run.alone:
            marks = [Mark("x", max(p50, LEAST), "p50"), Mark("x", max(p95, LEAST), "p95")]
        sentence = _(
            "{share} of {n} jobs start at once; half wait at most {p50}, 95 % at most {p95}, the longest {most}.",
            share=percent(float((values == 0).mean()), 3),
            n=plain(len(values)),
            p50=duration(p50, 3),
            p95=duration(p95, 3),
            most=duration(float(values.max()), 3),
        )
        if missing:
            sentence += " " + _("{n} jobs never start and are not counted.", n=plain(missing))
        words.append(run.named(sentence))
    wait = Axis(_("First wait"), "s", "log")
    share_axis = Axis(_("Share of the jobs that wait at most so long"), "1", percent=True)
    body = XY(wait, share_axis, tuple(lines), marks=tuple(marks))
    notes = (_("Waits below one second stand at one second."),)
    return Chart("waits", "waits", _("How long jobs wait"), " ".join(words), body, notes)


def by_size(values: Array, gpus: Array) -> list[tuple[str, Array]]:
    """Waits by size of the gang: its sizes if there are few, else powers of two, the smallest first."""
    sizes = np.unique(gpus)
    if len(sizes) <= MOST_SIZES:
        return [(f"{int(size):,}", values[gpus == size]) for size in sizes]
    powers = np.ceil(np.log2(np.maximum(gpus, 1))).astype(int)
    groups = []
    for power in np.unique(powers):
        low, high = (1 if power == 0 else 2 ** (power - 1) + 1), 2**power
        groups.append((f"{low:,}" if low >= high else f"{low:,} to {high:,}", values[powers == power]))
    return groups


def _by_size(run: Run, values: Array, gpus: Array, _missing: int, _: Words) -> Chart | None:
    groups = by_size(values, gpus)
    if len(groups) < 2:
        return None
    x = np.array([name for name, _part in groups], dtype=object)
    counts = tuple(_("{n} jobs", n=plain(len(part))) for _name, part in groups)
    quantiles: tuple[tuple[str, float, Tone], ...] = (("p50", 0.5, "served"), ("p95", 0.95, "rejected"))
    bars = [
        Series(
            name, x, np.array([quantile(part, share) for _size, part in groups]), "bar", tone, labels=counts
        )
        for name, share, tone in quantiles
    ]
    worst = int(np.argmax(bars[1].y))
    summary = _(
        "Jobs of {size} GPUs wait longest: 95 % of them at most {p95}, half at most {p50}.",
        size=x[worst],
        p95=duration(float(bars[1].y[worst]), 3),
        p50=duration(float(bars[0].y[worst]), 3),
    )
    body = XY(Axis(_("GPUs of the job"), scale="category"), Axis(_("First wait"), "s"), tuple(bars))
    return Chart(
        run.id("waits-by-size"), "waits", run.title(_("Who waits: by size of the job")), summary, body
    )
