"""A plan: what may be chosen, what is wanted, and what must hold. docs/plans.md states the rules.

tidepool_plan: 1
name: spares
question: How many spares give most useful time while the job keeps 85 % of its own?
base: ../../spares/scenario.yaml            # relative to this file
set: {horizon: 180 d}                       # over the base, for every point
axes:                                       # a name, and the paths that go with it, in step
  spares:
    scheduler.spare_nodes: {from: 10, to: 45, step: 5}
    'topology.clusters[0].nodes': {from: 2058, to: 2093, step: 5}
  repair:
    failures.repair.mean: [12 h, 1 d, 2 d]
maximise: goodput_rate                      # or minimise
subject_to: {ettr: '>= 85 %'}
search: {method: grid, replicas: 8, confirm: 32}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tidepool import yaml_file
from tidepool.numbers import visible
from tidepool.yaml_file import Node, nearest

FORMAT = 1
METHODS = ("grid", "optuna")
MOST_VALUES = 1000  # of an axis
MOST_POINTS = 100_000  # of a grid
BOUND = re.compile(r"(>=|<=)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%?)")
QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))\s*(.*)")


@dataclass(frozen=True)
class Axis:
    """One thing to choose: `labels[v]` is value v, for every path at once."""

    name: str
    paths: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]  # [value][path], as YAML data
    ordered: bool  # whether neighbours are near each other: a range, or a list of quantities in one unit
    line: int
    column: int

    @property
    def labels(self) -> tuple[str, ...]:
        """What each value is called: that of the first path."""
        return tuple(_label(value[0]) for value in self.values)


@dataclass(frozen=True)
class Constraint:
    """A bound on a KPI: on its mean over the runs, or on the share `within` of them."""

    kpi: str
    at_least: bool
    bound: float
    within: float | None  # None: the mean

    def __str__(self) -> str:
        """As a plan says it."""
        sign = ">=" if self.at_least else "<="
        share = "" if self.within is None else f" in {100 * self.within:g} % of the runs"
        return f"{self.kpi} {sign} {self.bound:g}{share}"


@dataclass(frozen=True)
class Search:
    """How to look."""

    method: str = "grid"
    replicas: int = 8  # of a point while looking
    points: int = 100  # of optuna: different ones to look at
    batch: int = 8  # of optuna: points at a time; never the number of cores, or answers would depend on it
    candidates: int = 6  # confirmed with fresh luck
    confirm: int = 32  # replicas of a candidate
    confidence: float = 0.95
    seed: int = 1


@dataclass(frozen=True)
class Plan:
    """A plan that was read and checked."""

    path: Path
    text: str
    name: str
    question: str
    base: Path
    set: dict[str, Any]
    axes: tuple[Axis, ...]
    kpi: str
    maximise: bool
    constraints: tuple[Constraint, ...]
    search: Search

    @property
    def points(self) -> int:
        """How many combinations of values there are."""
        count = 1
        for axis in self.axes:
            count *= len(axis.values)
        return count

    def assignment(self, point: tuple[int, ...]) -> dict[str, Any]:
        """The values of a point, by path."""
        return {
            path: value
            for axis, place in zip(self.axes, point, strict=True)
            for path, value in zip(axis.paths, axis.values[place], strict=True)
        }

    def label(self, point: tuple[int, ...]) -> str:
        """The point in words."""
        return ", ".join(
            f"{axis.name} {axis.labels[place]}" for axis, place in zip(self.axes, point, strict=True)
        )


def load(path: Path, kpis: list[str]) -> Plan:
    """Read a plan; `kpis`: names that there are. Raises UsageError with every problem and its place."""
    document = yaml_file.load(path)
    known = [
        "tidepool_plan",
        "name",
        "question",
        "base",
        "set",
        "axes",
        "maximise",
        "minimise",
        "subject_to",
        "search",
    ]
    top = document.root.fields(known, ["tidepool_plan", "name", "base", "axes"])
    if "tidepool_plan" in top:
        top["tidepool_plan"].integer(FORMAT, FORMAT)
    goals = [name for name in ("maximise", "minimise") if name in top]
    if len(goals) != 1:
        document.root.problem("needs one of 'maximise' and 'minimise'")
    plan = Plan(
        path,
        path.read_text(encoding="utf-8"),
        top["name"].text() if "name" in top else "",
        top["question"].text() if "question" in top else "",
        path.parent / (top["base"].text() if "base" in top else ""),
        {key: node.plain() for key, node in top["set"].entries().items()} if "set" in top else {},
        _axes(top["axes"]) if "axes" in top else (),
        top[goals[0]].one_of(kpis) if goals else "",
        goals == ["maximise"],
        _constraints(top["subject_to"], kpis) if "subject_to" in top else (),
        _search(top["search"]) if "search" in top else Search(),
    )
    if "base" in top and not plan.base.is_file():
        top["base"].problem(f"no such file: {plan.base}")
    if plan.search.method == "grid" and plan.points > MOST_POINTS:
        top["axes"].problem(
            f"a grid of {plan.points} points is too large, at most {MOST_POINTS}: use method optuna"
        )
    twice = [name for name in plan.set if any(name in axis.paths for axis in plan.axes)]
    for name in twice:
        top["set"].problem(f"'{visible(name)}' is an axis")
    document.check()
    return plan


def _axes(node: Node) -> tuple[Axis, ...]:
    axes = [_axis(name, one) for name, one in node.entries().items()]
    if node.is_mapping and not axes:
        node.problem("needs at least one axis")
    paths = [path for axis in axes for path in axis.paths]
    for path in {path for path in paths if paths.count(path) > 1}:
        node.problem(f"'{visible(path)}' is in two axes")
    return tuple(axes)


def _axis(name: str, node: Node) -> Axis:
    paths = node.entries()
    if node.is_mapping and not paths:
        node.problem("needs at least one path of the scenario")
    read = [_values(one) for one in paths.values()]
    lengths = {len(values) for values, _ordered in read}
    if len(lengths) > 1:
        node.problem(f"paths in step need equally many values (got {', '.join(map(str, sorted(lengths)))})")
        return Axis(name, (), (), False, node.line, node.column)
    columns = [values for values, _ordered in read]
    ordered = bool(read) and read[0][1]
    return Axis(name, tuple(paths), tuple(zip(*columns, strict=True)), ordered, node.line, node.column)


def _values(node: Node) -> tuple[list[Any], bool]:
    if node.is_mapping:
        return _range(node), True
    values = [one.plain() for one in node.items()]
    if node.is_list and not values:
        node.problem("needs at least one value")
    if len(values) > MOST_VALUES:
        node.problem(f"at most {MOST_VALUES} values (got {len(values)})")
    parts = [QUANTITY.fullmatch(str(value)) for value in values if isinstance(value, int | float | str)]
    units = {part[2] for part in parts if part}
    numbers = [Decimal(part[1]) for part in parts if part]
    ordered = (
        len(numbers) == len(values)
        and len(units) == 1
        and numbers in (sorted(numbers), sorted(numbers)[::-1])
    )
    return values, ordered


def _range(node: Node) -> list[Any]:
    parts = node.fields(["from", "to", "step"], ["from", "to", "step"])
    read = {name: QUANTITY.fullmatch(one.text().strip()) for name, one in parts.items()}
    for name, match in read.items():
        if not match:
            parts[name].problem(
                f"must be a number, with its unit if it has one (got '{visible(parts[name].text())}')"
            )
    found = {name: match for name, match in read.items() if match}
    if len(found) < 3:
        return []
    units = {match[2] for match in found.values()}
    if len(units) > 1:
        node.problem("'from', 'to' and 'step' must have the same unit")
        return []
    begin, end, step = (Decimal(found[name][1]) for name in ("from", "to", "step"))
    if step <= 0 or end < begin or (end - begin) / step >= MOST_VALUES:
        node.problem(f"must go up in at most {MOST_VALUES} steps")
        return []
    unit = units.pop()
    numbers = [begin + step * place for place in range(int((end - begin) / step) + 1)]
    return [f"{number:f} {unit}" if unit else _plain(number) for number in numbers]


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _constraints(node: Node, kpis: list[str]) -> tuple[Constraint, ...]:
    made = []
    for kpi, one in node.entries().items():
        if kpi not in kpis:
            one.problem(f"there is no KPI of that name{nearest(kpi, kpis)}")
            continue
        within = None
        bound = one
        if one.is_mapping:
            parts = one.fields(["bound", "in"], ["bound", "in"])
            if len(parts) < 2:
                continue
            bound, within = parts["bound"], _share(parts["in"])
        match = BOUND.fullmatch(bound.text().strip())
        if not match:
            bound.problem(f"must be '>= NUMBER' or '<= NUMBER' (got '{visible(bound.text())}')")
            continue
        value = float(match[2]) / (100 if match[3] else 1)
        made.append(Constraint(kpi, match[1] == ">=", value, within))
    return tuple(made)


def _share(node: Node) -> float:
    text = node.text().strip()
    number = text.removesuffix("%").strip()
    if not re.fullmatch(r"\d+\.?\d*", number):
        node.problem(f"must be a share such as 95 % (got '{visible(text)}')")
        return 0.5
    value = float(number) / (100 if text.endswith("%") else 1)
    if not 0 < value < 1:
        node.problem(f"must lie between 0 and 100 %, both excluded (got '{visible(text)}')")
        return 0.5
    return value


def _search(node: Node) -> Search:
    names = ["method", "replicas", "points", "batch", "candidates", "confirm", "confidence", "seed"]
    parts = node.fields(names)
    limits = {
        "replicas": (1, 10_000),
        "points": (1, 100_000),
        "batch": (1, 1000),
        "candidates": (1, 100),
        "confirm": (2, 100_000),
        "seed": (0, 2**53 - 2),
    }
    values: dict[str, Any] = {
        name: parts[name].integer(*limit) for name, limit in limits.items() if name in parts
    }
    if "method" in parts:
        values["method"] = parts["method"].one_of(METHODS)
    if "confidence" in parts:
        values["confidence"] = _share(parts["confidence"])
    return Search(**values)


def _label(value: Any) -> str:
    return visible(str(value), 40)
