"""Which results may stand beside each other: what makes a comparison of their numbers meaningless."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from tidepool.command import UsageError
from tidepool.numbers import visible
from tidepool.results import Result, Sweep
from tidepool.yaml_file import nearest

Verdict = Literal["better", "worse", "same", "changed", ""]


def contradictions(files: Sequence[Result]) -> list[str]:
    """What keeps `files` from being compared, a sentence each; empty if nothing does.

    Runs and sweeps do not mix. Between runs, amounts in different currencies cannot be compared, nor sums over
    horizons of different length; a run that goes on until its last job has ended has no planned horizon and compares
    with others of its kind. Two sweeps must have the same cells. The first file is the one the others are held against.
    """
    return incomparable(files) or [
        sentence for other in files[1:] for sentence in _between_runs(files[0], other)
    ]


def incomparable(files: Sequence[Result]) -> list[str]:
    """Of the contradictions those that leave nothing to compare: runs beside sweeps, and sweeps with other cells."""
    first, found = files[0], []
    for other in files[1:]:
        if isinstance(first, Sweep) != isinstance(other, Sweep):
            found.append(
                f"{_name(first)} is the result of {_kind(first)} and {_name(other)} of {_kind(other)}"
            )
        elif isinstance(first, Sweep) and isinstance(other, Sweep) and _cells(first) != _cells(other):
            found.append(f"{_name(first)} and {_name(other)} are of sweeps with different cells")
    return found


def known_kpis(sweep: Sweep, kpis: Sequence[str]) -> None:
    """Raise UsageError for names that are no KPIs of the sweep."""
    unknown = [kpi for kpi in kpis if kpi not in sweep.kpis]
    if unknown:
        raise UsageError(
            "\n".join(
                f"--kpi {visible(kpi)}: there is no such KPI{nearest(kpi, sweep.kpis)}" for kpi in unknown
            )
        )


def verdict(old: float, new: float, better: str) -> Verdict:
    """ "better", "worse", "changed" where nobody says which way is better, "same"; empty if one is undefined."""
    if math.isnan(old) or math.isnan(new):
        return ""
    if old == new:
        return "same"
    if better not in ("higher", "lower"):
        return "changed"
    return "better" if (new > old) == (better == "higher") else "worse"


def _cells(sweep: Sweep) -> tuple[int, dict[str, list[str]]]:
    return sweep.cells, sweep.params


def _between_runs(first: Result, other: Result) -> list[str]:
    if isinstance(first, Sweep):
        return []
    found = []
    if _horizon(first) and _horizon(other) and _horizon(first) != _horizon(other):
        found.append(
            f"{_name(first)} covers {_horizon(first)} and {_name(other)} {_horizon(other)}: "
            "their sums cannot be compared"
        )
    currencies = [file.currency for file in (first, other)]
    if all(currencies) and currencies[0] != currencies[1]:
        found.append(
            f"{_name(first)} counts in {currencies[0]} and {_name(other)} in {currencies[1]}: "
            "their amounts cannot be compared"
        )
    return found


def _horizon(file: Result) -> str:
    if file.horizon_s is None:
        return ""
    return "the time until its last job ends" if math.isnan(file.horizon_s) else f"{file.horizon_s:.15g} s"


def _name(file: Result) -> str:
    return visible(str(file.path), 200)


def _kind(file: Result) -> str:
    return "a sweep" if isinstance(file, Sweep) else "a run"
