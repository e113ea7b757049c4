"""What the charts of runs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tidepool.chart import Array, Axis, Series, Tone
from tidepool.charts.decimate import kept
from tidepool.results import Result, Table
from tidepool.words import Words


@dataclass(frozen=True)
class Run:
    """A result and how it is called among the others of the page."""

    result: Result
    index: int
    label: str
    alone: bool  # whether it is the only one

    def id(self, name: str) -> str:
        """The id of a chart of this run."""
        return name if self.index == 0 else f"{name}-{self.index + 1}"

    def title(self, title: str) -> str:
        """The title of a chart of this run."""
        return title if self.alone else f"{title}: {self.label}"

    def named(self, name: str) -> str:
        """The name of a series of this run in a chart of all."""
        return name if self.alone else f"{self.label}: {name}" if name else self.label

    def kpi(self, name: str) -> float:
        """The value of a KPI; NaN if the run has none."""
        kpi = self.result.summary.get(name)
        return kpi.value if kpi else float("nan")


def labelled(results: Sequence[Result]) -> list[Run]:
    """Runs with labels that differ: the title, and the file's name or number where that is not enough."""
    titles = [result.title or result.path.stem for result in results]
    stems = [result.path.stem for result in results]
    labels = [
        title if titles.count(title) == 1 else f"{title} ({stem if stems.count(stem) == 1 else index + 1})"
        for index, (title, stem) in enumerate(zip(titles, stems, strict=True))
    ]
    return [Run(result, index, labels[index], len(results) == 1) for index, result in enumerate(results)]


def time_axis(_: Words) -> Axis:
    """Time since the start of the run."""
    return Axis(_("Time since the start"), "s", "time")


def series(
    name: str,
    x: Array,
    y: Array,
    tone: Tone = "",
    draw: str = "line",
    run: int = 0,
    points: Array | None = None,
) -> Series:
    """A series over time, thinned to the points that `decimate.kept` chooses, or to the given ones."""
    y = np.asarray(y, dtype=float)
    where = kept([y]) if points is None else points
    return Series(name, x[where], y[where], draw, tone, run=run)  # type: ignore[arg-type]


def thinned(before: int, after: int, _: Words) -> tuple[str, ...]:
    """A note if points were left out."""
    if after >= before:
        return ()
    return (_("Drawn with {after} of {before} points; the least and largest of every stretch are kept.",
              after=f"{after:,}", before=f"{before:,}"),)  # fmt: skip


def quantile(values: Array, share: float) -> float:
    """The least value that at least `share` of `values` [n] do not exceed; NaN if there are none."""
    if len(values) == 0:
        return float("nan")
    rank = max(1, int(np.ceil(share * len(values) - 1e-9)))
    return float(np.partition(values, rank - 1)[rank - 1])


def filled(table: Table, name: str) -> bool:
    """Whether the table has that column with something in it that is neither zero nor NaN."""
    return name in table and bool(np.nan_to_num(table[name]).any())
