"""What a sweep says: the best cell by each headline KPI, with its interval, and every cell in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tidepool import numbers
from tidepool.hdf5 import KpiMeaning
from tidepool.report_kpis import GROUPS, Card, Change, Entry, change, group_title, headlines
from tidepool.report_text import is_fraction, kpi_label, kpi_value, name_text
from tidepool.report_thin import spread
from tidepool.results import Array, ResultError, Sweep
from tidepool.words import Words

MOST_CELLS = 200  # in the table
ROUNDING = 1e-12  # relative: a half interval of equal values that comes from rounding their mean


@dataclass(frozen=True)
class Stats:
    """A KPI over the replicas of each cell; arrays have shape [cells]."""

    mean: Array
    low: Array  # of the 95 % interval of the mean; NaN with one replica
    high: Array
    n: Array  # complete runs

    @property
    def certain(self) -> bool:
        """Whether some cell has an interval."""
        return bool(np.isfinite(self.low).any())


@dataclass(frozen=True)
class Cell:
    """One row of the table of cells."""

    number: int
    params: list[str]
    values: list[str]
    best: list[bool]
    state: str


@dataclass(frozen=True)
class Cells:
    """The table of cells of one sweep."""

    params: list[str]
    kpis: list[str]
    rows: list[Cell]
    left_out: int


@dataclass(frozen=True)
class Range:
    """A KPI over all cells."""

    kpi: str
    label: str
    low: str
    low_cell: str
    high: str
    high_cell: str
    best: str  # "low", "high" or empty


@dataclass(frozen=True)
class RangeGroup:
    """KPIs that belong together."""

    title: str
    rows: list[Range]


def stats(sweep: Sweep, kpi: str) -> Stats | None:
    """The statistics of a KPI; None if the sweep has none, or no number of it at all."""
    if kpi not in sweep.kpis:
        return None
    try:
        table = sweep.stats(kpi)
    except ResultError:
        return None
    found = Stats(*(np.asarray(table[name]) for name in ("mean", "low", "high", "n")))
    return found if np.isfinite(found.mean).any() else None


def cell_text(sweep: Sweep, cell: int) -> str:
    """What sets a cell apart: "spare_nodes = 4, interval = 1 h"; the last word of each path, if they differ."""
    names = short_names(list(sweep.params))
    parts = [
        f"{name} = {name_text(values[cell], 40)}"
        for name, values in zip(names, sweep.params.values(), strict=True)
    ]
    return ", ".join(parts) if parts else f"#{cell}"


def short_names(paths: Sequence[str]) -> list[str]:
    """The last part of each path if those are all different, else the whole paths."""
    ends = [path.rsplit(".", 1)[-1] for path in paths]
    return [name_text(name, 60) for name in (ends if len(set(ends)) == len(ends) else paths)]


def best_cell(found: Stats, better: str) -> int | None:
    """The cell with the best mean; the first of equal ones; None if no value is better than another."""
    if better not in ("higher", "lower"):
        return None
    means = np.where(np.isnan(found.mean), -np.inf, found.mean if better == "higher" else -found.mean)
    return int(means.argmax())


def cards(sweeps: Sequence[Sweep], words: Words) -> list[Card]:
    """The best cell by every headline KPI that has any, of each file."""
    made = []
    for kpi, label in headlines(words).items():
        of = [stats(sweep, kpi) for sweep in sweeps]
        first = next((index for index, found in enumerate(of) if found is not None), None)
        if first is None:
            continue
        about = sweeps[first].kpis[kpi]
        entries, base = [], None
        for index, (sweep, found) in enumerate(zip(sweeps, of, strict=True)):
            cell = None if found is None else best_cell(found, about.better)
            if found is None or cell is None:
                entries.append(Entry(index, words("not defined")))
                continue
            mean = float(found.mean[cell])
            moved = Change()
            if base is not None and sweep.kpis[kpi].units == about.units:
                moved = change(kpi, base, mean, about.units, about.better, words)
            base = mean if index == 0 else base
            value = kpi_value(kpi, mean, about.units, words)
            entries.append(Entry(index, value, _note(sweep, kpi, found, cell, words), moved))
        made.append(Card(kpi, label, kpi_label(kpi, about.long_name, words), tuple(entries)))
    return made


def _note(sweep: Sweep, kpi: str, found: Stats, cell: int, words: Words) -> str:
    """Where the best cell is and how sure that is."""
    if found.mean.size > 1 and (found.mean == found.mean[cell]).all():
        return words("the same in all {n} cells", n=found.mean.size)
    text = words("best at {cell}", cell=cell_text(sweep, cell))
    if not np.isfinite(found.low[cell]):
        return text + words("; one run only, so no interval")
    units = sweep.kpis[kpi].units
    text += words(
        "; 95 % interval {low} to {high} from {n} runs",
        low=kpi_value(kpi, float(found.low[cell]), units, words),
        high=kpi_value(kpi, float(found.high[cell]), units, words),
        n=int(found.n[cell]),
    )
    overlap = (found.low <= found.high[cell]) & (found.high >= found.low[cell])
    others = int(overlap.sum()) - 1
    return text + (words("; {n} other cells overlap it", n=others) if others else "")


def cells(sweep: Sweep, words: Words) -> Cells:
    """Every cell (up to MOST_CELLS, evenly chosen) with the means of the headline KPIs and their half intervals."""
    found = {kpi: of for kpi in headlines(words) if (of := stats(sweep, kpi)) is not None}
    best = {kpi: best_cell(of, sweep.kpis[kpi].better) for kpi, of in found.items()}
    chosen = spread(sweep.cells, MOST_CELLS)
    states = sweep.states
    rows = []
    for cell in map(int, chosen):
        complete = int((states[cell] == "complete").sum())
        failed = int((states[cell] == "failed").sum())
        state = words("{n} of {all} runs", n=complete, all=sweep.replicas)
        if failed:
            state += words(", {n} failed: {why}", n=failed, why=name_text(sweep.problems.get(cell, "")))
        rows.append(
            Cell(
                cell,
                [name_text(values[cell], 60) for values in sweep.params.values()],
                [_mean(kpi, of, cell, sweep.kpis[kpi], words) for kpi, of in found.items()],
                [best[kpi] == cell for kpi in found],
                state,
            )
        )
    titles = [headlines(words)[kpi] for kpi in found]
    return Cells(short_names(list(sweep.params)), titles, rows, sweep.cells - len(chosen))


def _mean(kpi: str, of: Stats, cell: int, about: KpiMeaning, words: Words) -> str:
    text = kpi_value(kpi, float(of.mean[cell]), about.units, words)
    half = float(of.high[cell] - of.low[cell]) / 2
    if not np.isfinite(half):
        return text
    if half <= ROUNDING * abs(float(of.mean[cell])):
        half = 0.0
    if is_fraction(kpi, about.units):
        return f"{text} ± {words('{number} pp', number=numbers.plain(100 * half, 2))}"
    return f"{text} ± {kpi_value(kpi, half, about.units, words, digits=2)}"


def ranges(sweep: Sweep, words: Words) -> tuple[list[RangeGroup], int]:
    """Lowest and highest mean of every KPI and where they are, by group; and how many KPIs no cell defines."""
    found: dict[str, list[Range]] = {}
    undefined = 0
    for kpi, about in sorted(sweep.kpis.items()):
        of = stats(sweep, kpi)
        if of is None:
            undefined += 1
            continue
        low, high = int(np.nanargmin(of.mean)), int(np.nanargmax(of.mean))
        same = of.mean[low] == of.mean[high]
        better = {"lower": "low", "higher": "high"}.get(about.better, "")
        found.setdefault(about.group, []).append(
            Range(
                name_text(kpi),
                kpi_label(kpi, about.long_name, words),
                kpi_value(kpi, float(of.mean[low]), about.units, words),
                words("all cells alike") if same else cell_text(sweep, low),
                kpi_value(kpi, float(of.mean[high]), about.units, words),
                "" if same else cell_text(sweep, high),
                "" if same else better,
            )
        )
    order = [*GROUPS, *sorted(set(found) - set(GROUPS))]
    return [
        RangeGroup(group_title(group, words), found[group]) for group in order if group in found
    ], undefined


def varying(sweep: Sweep) -> str:
    """What the sweep varies, in words of the file."""
    names = short_names(list(sweep.params))
    return ", ".join(names) if names else numbers.UNDEFINED
