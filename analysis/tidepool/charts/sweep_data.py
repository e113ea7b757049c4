"""A sweep as charts need it: axes with ordered values, KPIs with intervals, and which of them are worth a chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tidepool.chart import Array, Axis
from tidepool.report_text import is_fraction, kpi_label, kpi_value
from tidepool.results import Sweep
from tidepool.words import Words

# What a planner asks for first; the KPIs that vary most among these get charts.
PRIORITY = (
    *("profit", "payback_years", "npv", "gross_margin", "cost_per_useful_gpu_h", "cost_per_mtoken"),
    *("goodput_rate", "slo_attainment", "ettr", "goodput_rps", "wait_mean_s", "revenue", "cost"),
    *("network_slowdown", "gpu_hours_lost", "ttft_p95_s", "allocation_rate", "energy_kwh", "gpu_hours_units"),
)
QUANTITY = re.compile(r"([-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?)\s*(\S.*)?")
SCALES = {
    **{"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0},
    **{f"{prefix}{unit}": factor for unit in ("B", "B/s", "W", "Hz") for prefix, factor in (
        ("", 1.0), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15))},
    "%": 0.01,
}  # fmt: skip
FAMILY = {
    **dict.fromkeys(("ns", "us", "ms", "s", "min", "h", "d", "w"), "s"),
    **{unit: re.sub(r"^[kMGTP](?=[BWH])", "", unit) for unit in SCALES if unit[-1] not in "%" and unit not in
       ("ns", "us", "ms", "s", "min", "h", "d", "w")},
    "%": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Dimension:
    """One thing that varies: an axis of the sweep, or several paths that are linked."""

    name: str
    labels: tuple[str, ...]  # the different values, numbers in rising order, else in that of the cells
    values: Array | None  # numbers [labels] in SI, if all are of one kind
    units: str
    of_cell: Array  # [cells]: index into labels

    def axis(self) -> Axis:
        """For a chart: linear where the values are numbers, logarithmic where they span two decades."""
        if self.values is None:
            return Axis(self.name, scale="category")
        wide = len(self.values) > 2 and self.values.min() > 0 and self.values.max() >= 100 * self.values.min()
        return Axis(self.name, self.units, "log" if wide else "linear", percent=self.units == "1%")


class SweepData:
    """The numbers of a sweep."""

    def __init__(self, sweep: Sweep, words: Words) -> None:
        """Read what varies and which runs there are."""
        self.sweep, self.words = sweep, words
        self.cells = sweep.cells
        self.complete = sweep.states == "complete"
        self.dimensions = _dimensions(sweep)
        self._means: dict[str, tuple[Array, Array, Array]] = {}

    @cached_property
    def kpis(self) -> list[str]:
        """KPIs with a value in at least one cell."""
        return [name for name in self.sweep.kpis if np.isfinite(self.mean(name)).any()]

    def interval(self, kpi: str) -> tuple[Array, Array, Array]:
        """Mean, and low and high end of its 95 % interval, each [cells]; NaN: none, or no second replica."""
        if kpi not in self._means:
            if self.sweep.has(f"sweep/stats/{kpi}"):
                stats = self.sweep.stats(kpi)
                self._means[kpi] = (stats["mean"], stats["low"], stats["high"])
            else:  # still running
                values = self.sweep.replica(kpi)
                known = ~np.isnan(values)
                sums, counts = np.nansum(values, axis=1), known.sum(axis=1)
                mean = np.divide(sums, counts, out=np.full(self.cells, np.nan), where=counts > 0)
                self._means[kpi] = (mean, np.full(self.cells, np.nan), np.full(self.cells, np.nan))
        return self._means[kpi]

    def mean(self, kpi: str) -> Array:
        """Of each cell, over its complete replicas."""
        return self.interval(kpi)[0]

    def title(self, kpi: str) -> str:
        """What the KPI is called."""
        from tidepool.report_kpis import headlines

        return headlines(self.words).get(kpi) or kpi_label(kpi, self.sweep.kpis[kpi].long_name, self.words)

    def axis(self, kpi: str) -> Axis:
        """Of its values."""
        units = self.sweep.kpis[kpi].units
        return Axis(self.title(kpi), units, percent=is_fraction(kpi, units))

    def text(self, kpi: str, value: float) -> str:
        """A value of it, with its unit."""
        return kpi_value(kpi, value, self.sweep.kpis[kpi].units, self.words)

    def better(self, kpi: str) -> str:
        """ "higher", "lower" or "none"."""
        return self.sweep.kpis[kpi].better

    def label(self, cell: int) -> str:
        """What the cell is, in words."""
        return ", ".join(f"{one.name} {one.labels[one.of_cell[cell]]}" for one in self.dimensions)


def headline(data: SweepData, most: int) -> list[str]:
    """The KPIs of PRIORITY that vary between cells by more than luck, the surest first; ties in PRIORITY's order."""
    scored = []
    for rank, kpi in enumerate(PRIORITY):
        if kpi not in data.kpis:
            continue
        mean, low, high = data.interval(kpi)
        known = np.isfinite(mean)
        spread = float(np.ptp(mean[known]))
        if spread == 0 or not np.isfinite(spread):
            continue
        noise = float(np.nanmean((high - low)[known] / 2)) if np.isfinite((high - low)[known]).any() else 0.0
        scored.append((not spread > 2 * noise, rank, kpi))
    return [kpi for _noisy, _rank, kpi in sorted(scored)[:most]]


def quantities(labels: Sequence[str]) -> tuple[Array, str] | None:
    """Labels as numbers [labels] in SI and their unit, if all are numbers of one kind; None otherwise."""
    read = [QUANTITY.fullmatch(label.strip()) for label in labels]
    if not all(read):
        return None
    units = [(match[2] or "").strip() for match in read if match]
    numbers = [float(match[1].replace("_", "")) for match in read if match]
    if all(unit in FAMILY for unit in units) and len({FAMILY[unit] for unit in units}) == 1:
        scaled = [number * SCALES[unit] for number, unit in zip(numbers, units, strict=True)]
        return np.array(scaled), FAMILY[units[0]]
    if len(set(units)) > 1:
        return None
    return np.array(numbers), units[0]


def short_name(path: str, paths: Sequence[str]) -> str:
    """The last words of a path, at least two of them, and as many as tell it from the others."""
    words = path.split(".")
    for count in range(2, len(words)):
        name = ".".join(words[-count:])
        if sum(other.endswith(name) for other in paths) == 1:
            return name
    return path


def _dimensions(sweep: Sweep) -> list[Dimension]:
    groups: dict[tuple[int, ...], list[str]] = {}
    for path, labels in sweep.params.items():
        order = {label: index for index, label in enumerate(dict.fromkeys(labels))}
        if len(order) > 1:
            groups.setdefault(tuple(order[label] for label in labels), []).append(path)
    tied = {which for which in groups if not _independent(which, list(groups), sweep.cells)}
    free = [_dimension(paths, sweep.params) for which, paths in groups.items() if which not in tied]
    return [*([_joint([groups[which] for which in groups if which in tied], sweep)] if tied else []), *free]


def _independent(which: tuple[int, ...], groups: list[tuple[int, ...]], cells: int) -> bool:
    """Whether every value of one axis meets every combination of the others once, or equally often."""
    rest = {tuple(other[cell] for other in groups if other is not which) for cell in range(cells)}
    pairs = {
        (which[cell], tuple(other[cell] for other in groups if other is not which)) for cell in range(cells)
    }
    return len(pairs) == len(rest) * (max(which) + 1)


def _joint(groups: list[list[str]], sweep: Sweep) -> Dimension:
    """Axes that do not form a grid, as those of `list:`, are one: its labels are what the cells have."""
    every = [
        ", ".join(sweep.params[paths[0]][cell] for paths in groups if sweep.params[paths[0]][cell])
        or "\N{EN DASH}"
        for cell in range(sweep.cells)
    ]
    labels = list(dict.fromkeys(every))
    name = short_name(groups[0][0], list(sweep.params))
    name += " …" if len(groups) > 1 else ""
    return Dimension(name, tuple(labels), None, "", np.array([labels.index(label) for label in every]))


def _dimension(paths: list[str], params: dict[str, list[str]]) -> Dimension:
    """Paths that always change together are one dimension, named after the one whose values are numbers."""
    read = {path: quantities(list(dict.fromkeys(params[path]))) for path in paths}
    leading = next((path for path in paths if read[path]), paths[0])
    labels = list(dict.fromkeys(params[leading]))
    of_cell = np.array([labels.index(label) for label in params[leading]])
    found = read[leading]
    name = short_name(leading, list(params)) + (" …" if len(paths) > 1 else "")
    if not found:
        return Dimension(name, tuple(labels), None, "", of_cell)
    values, units = found
    order = np.argsort(values, kind="stable")
    place = np.argsort(order, kind="stable")
    return Dimension(name, tuple(labels[index] for index in order), values[order], units, place[of_cell])
