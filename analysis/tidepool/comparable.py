"""Which results may stand beside each other: what makes a comparison of their numbers meaningless."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tidepool.numbers import visible
from tidepool.results import Result, Sweep


def contradictions(files: Sequence[Result]) -> list[str]:
    """What keeps `files` from being compared, a sentence each; empty if nothing does.

    Runs and sweeps do not mix. Between runs, amounts in different currencies cannot be compared, nor sums over
    horizons of different length. Two sweeps must have the same cells. A run
    that goes on until its last job has ended has no planned horizon; it compares with others of its kind. The first file is the one the others are held
    against.
    """
    first, others = files[0], files[1:]
    found = []
    for other in others:
        if isinstance(first, Sweep) != isinstance(other, Sweep):
            found.append(
                f"{_name(first)} is the result of {_kind(first)} and {_name(other)} of {_kind(other)}"
            )
        elif isinstance(first, Sweep) and isinstance(other, Sweep):
            if first.params != other.params or first.cells != other.cells:
                found.append(f"{_name(first)} and {_name(other)} are of sweeps with different cells")
        else:
            found += _between_runs(first, other)
    return found


def _between_runs(first: Result, other: Result) -> list[str]:
    found = []
    horizons = [file.horizon_s for file in (first, other)]
    if None not in horizons and not np.array_equal(*map(np.float64, horizons), equal_nan=True):
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
    horizon = file.horizon_s
    return (
        "all the time until the last job ends" if horizon is None or math.isnan(horizon) else f"{horizon:g} s"
    )


def _name(file: Result) -> str:
    return visible(str(file.path), 200)


def _kind(file: Result) -> str:
    return "a sweep" if isinstance(file, Sweep) else "a run"
