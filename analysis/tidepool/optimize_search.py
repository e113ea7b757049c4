"""Which points to look at: all of them, or those that Optuna's sampler asks for."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from tidepool.optimize_decide import violation
from tidepool.optimize_plan import Plan
from tidepool.optimize_run import Point, Runs

Evaluate = Callable[[Sequence[Point]], Runs]
WORST = 1e300  # what the sampler is told of a point that cannot run
PATIENCE = 20  # batches in a row without a new point end the search


def explore(plan: Plan, evaluate: Evaluate) -> Runs:
    """Look for good points with the plan's method; `evaluate` runs points and gives what they came to."""
    return _optuna(plan, evaluate) if plan.search.method == "optuna" else _grid(plan, evaluate)


def _grid(plan: Plan, evaluate: Evaluate) -> Runs:
    return evaluate(list(product(*(range(len(axis.values)) for axis in plan.axes))))


def _optuna(plan: Plan, evaluate: Evaluate) -> Runs:
    """A tree-structured Parzen estimator (Bergstra et al. 2011) with constraints, asked in batches of fixed size.

    A point is looked at once; one that is asked for again is told what it came to. Equal plans and seeds give equal
    points, however many threads run them.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=plan.search.seed, multivariate=True, constant_liar=True, n_startup_trials=16
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    found, idle, wanted = Runs(), 0, min(plan.search.points, plan.points)
    while len(found.values) + len(found.failed) < wanted and idle < PATIENCE:
        trials = [(trial, _ask(plan, trial)) for trial in (study.ask() for _ in range(plan.search.batch))]
        seen = found.values.keys() | found.failed.keys()
        fresh = [point for point in dict.fromkeys(point for _trial, point in trials) if point not in seen]
        fresh = fresh[: wanted - len(seen)]
        if fresh:
            found.add(evaluate(fresh))
        idle = 0 if fresh else idle + 1
        for trial, point in trials:
            if point not in found.values and point not in found.failed:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                continue
            value, broken = _score(plan, found, point)
            for number, amount in enumerate(broken):
                trial.set_constraint(str(number), amount)
            study.tell(trial, value)
    return found


def _ask(plan: Plan, trial: object) -> Point:
    places = []
    for axis in plan.axes:
        last = len(axis.values) - 1
        if axis.ordered:
            places.append(trial.suggest_int(axis.name, 0, last))  # type: ignore[attr-defined]
        else:
            places.append(trial.suggest_categorical(axis.name, list(range(last + 1))))  # type: ignore[attr-defined]
    return tuple(places)


def _score(plan: Plan, runs: Runs, point: Point) -> tuple[float, list[float]]:
    values = runs.values.get(point)
    if values is None or np.isnan(values[plan.kpi]).any():
        return -WORST, [WORST for _one in plan.constraints]
    mean = float(np.mean(values[plan.kpi]))
    broken = [min(violation(one, values[one.kpi]), WORST) for one in plan.constraints]
    return (mean if plan.maximise else -mean), broken
