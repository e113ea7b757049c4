"""How far a number may be from its golden. A tolerance file:

    tidepool_tolerances: 1
    kpis:                             # by name, with * and ?; of the patterns that fit, the last one counts
      'gpu_hours_*': {rel: 1e-6}
      'revenue*': {rel: 1e-4, abs: 1}
      jobs_completed: exact
      'wait_*': ignore
    daily:                            # the same for the daily means of the cluster's series
      queue_length: {abs: 0.01}

A new value passes if |new - old| <= max(rel x |old|, abs). What no pattern fits has DEFAULT.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tidepool import yaml_file

FORMAT = 1
WORDS = ("exact", "ignore")


@dataclass(frozen=True)
class Tolerance:
    """How far a value may move."""

    rel: float = 0.0
    abs: float = 0.0
    ignore: bool = False

    def excess(self, old: float, new: float) -> float:
        """The deviation over what is allowed: at most 1 passes; infinite where nothing is allowed, or for NaN."""
        if self.ignore or old == new or (math.isnan(old) and math.isnan(new)):
            return 0.0
        deviation, allowed = abs(new - old), max(self.rel * abs(old), self.abs)
        if not math.isfinite(deviation) or not math.isfinite(allowed) or allowed == 0:
            return math.inf
        return deviation / allowed

    def __str__(self) -> str:
        """As a tolerance file says it."""
        if self.ignore:
            return "ignore"
        parts = [f"{name} {value:g}" for name, value in (("rel", self.rel), ("abs", self.abs)) if value]
        return ", ".join(parts) or "exact"


DEFAULT = Tolerance(rel=1e-9)


@dataclass(frozen=True)
class Tolerances:
    """Patterns and what they allow, in the order of the file."""

    kpis: tuple[tuple[str, Tolerance], ...] = ()
    daily: tuple[tuple[str, Tolerance], ...] = ()

    def of_kpi(self, name: str) -> Tolerance:
        """Of a KPI; that of a sweep, CELL.NAME, has the tolerance of NAME."""
        return _last(self.kpis, kpi_name(name))

    def of_series(self, name: str) -> Tolerance:
        """Of the daily means of a series."""
        return _last(self.daily, name)


def kpi_name(name: str) -> str:
    """NAME of CELL.NAME."""
    cell, dot, rest = name.partition(".")
    return rest if dot and cell.isdecimal() else name


def load(path: Path, kpis: list[str], series: list[str]) -> Tolerances:
    """Read a tolerance file. `kpis`, `series`: names that there are; a pattern that fits none of them is a mistake.

    Raises UsageError with every problem.
    """
    document = yaml_file.load(path)
    top = document.root.fields(["tidepool_tolerances", "kpis", "daily"], ["tidepool_tolerances"])
    if "tidepool_tolerances" in top:
        top["tidepool_tolerances"].integer(FORMAT, FORMAT)
    known = sorted({kpi_name(name) for name in kpis})
    read = Tolerances(
        _patterns(top["kpis"], known) if "kpis" in top else (),
        _patterns(top["daily"], sorted(series)) if "daily" in top else (),
    )
    document.check()
    return read


def schema() -> dict[str, Any]:
    """The JSON schema (draft 7) of tolerance files."""
    number = {"type": "number", "minimum": 0}
    tolerance = {
        "oneOf": [
            {"enum": list(WORDS)},
            {
                "type": "object",
                "properties": {
                    "rel": {**number, "description": "Share of the golden value."},
                    "abs": {**number, "description": "In the unit of the value."},
                },
                "additionalProperties": False,
                "minProperties": 1,
            },
        ]
    }
    patterns = {"type": "object", "additionalProperties": tolerance}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Tidepool tolerances",
        "type": "object",
        "properties": {
            "tidepool_tolerances": {"const": FORMAT, "description": "Version of this format."},
            "kpis": {**patterns, "description": "By name of a KPI, with * and ?; the last that fits counts."},
            "daily": {**patterns, "description": "By name of a series of the cluster, with * and ?."},
        },
        "required": ["tidepool_tolerances"],
        "additionalProperties": False,
    }


def _patterns(node: yaml_file.Node, known: list[str]) -> tuple[tuple[str, Tolerance], ...]:
    read = []
    for pattern, value in node.entries().items():
        if not any(fnmatchcase(name, pattern) for name in known):
            value.problem(f"fits nothing in the golden{yaml_file.nearest(pattern, known)}")
        read.append((pattern, _tolerance(value)))
    return tuple(read)


def _tolerance(node: yaml_file.Node) -> Tolerance:
    if node.is_scalar:
        return Tolerance(ignore=node.one_of(WORDS) == "ignore")
    parts = node.fields(["rel", "abs"])
    if node.is_mapping and not node.entries():
        node.problem("must have `rel` or `abs`, or be `exact`")
    rel, absolute = (parts[name].number(0) if name in parts else 0.0 for name in ("rel", "abs"))
    return Tolerance(rel, absolute)


def _last(patterns: tuple[tuple[str, Tolerance], ...], name: str) -> Tolerance:
    fitting = [tolerance for pattern, tolerance in patterns if fnmatchcase(name, pattern)]
    return fitting[-1] if fitting else DEFAULT
