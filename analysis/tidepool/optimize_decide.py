"""What the runs of points say: which is best, what holds, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tidepool.hdf5 import Array
from tidepool.optimize_plan import Constraint, Plan
from tidepool.optimize_run import Point, Runs

DRAWS = 20_000


@dataclass(frozen=True)
class Estimate:
    """A mean over runs with its two-sided interval (Student's t)."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Verdict:
    """Whether a constraint holds: `estimate` is the mean, or the share of the runs within the bound."""

    constraint: Constraint
    estimate: Estimate
    met: bool  # the estimate itself
    sure: bool  # the end of the interval that matters

    @property
    def word(self) -> str:
        """ "holds", "may hold" or "fails"."""
        return "holds" if self.sure else "may hold" if self.met else "fails"


@dataclass(frozen=True)
class Candidate:
    """A point that was confirmed with fresh luck."""

    point: Point
    objective: Estimate
    explored: float  # the mean that made it a candidate, from other luck
    verdicts: tuple[Verdict, ...]
    behind: Estimate | None = (
        None  # how far it is behind the chosen one, paired run by run; None: it is chosen
    )
    best: float = math.nan  # probability of being the best of the feasible candidates

    @property
    def met(self) -> bool:
        """Whether all constraints are met by their estimates."""
        return all(one.met for one in self.verdicts)

    @property
    def sure(self) -> bool:
        """Whether all constraints hold with the confidence asked for."""
        return all(one.sure for one in self.verdicts)


def estimate(values: Array, confidence: float) -> Estimate:
    """Mean of `values` [runs] and its interval, mean +- t(n - 1) s / sqrt(n); that of one run is infinite."""
    from scipy.stats import t

    n, mean = len(values), float(np.mean(values)) if len(values) else math.nan
    if n < 2:
        return Estimate(mean, -math.inf, math.inf, n)
    spread = float(np.ptp(values))
    half = (
        0.0
        if spread == 0
        else float(t.ppf(0.5 + confidence / 2, n - 1) * np.std(values, ddof=1) / math.sqrt(n))
    )
    return Estimate(mean, mean - half, mean + half, n)


def share(hits: int, n: int, confidence: float) -> Estimate:
    """A share of runs and its exact interval (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    rest = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(rest, hits, n - hits + 1))
    high = 1.0 if hits == n else float(beta.ppf(1 - rest, hits + 1, n - hits))
    return Estimate(hits / n if n else math.nan, low, high, n)


def verdict(constraint: Constraint, values: Array, confidence: float) -> Verdict:
    """Whether the constraint holds for runs with these values of its KPI [runs]; an undefined KPI fails.

    Sure: the one-sided bound of level `confidence` of the mean, or of the share of runs, is on the right side.
    """
    if np.isnan(values).any() or len(values) == 0:
        undefined = Estimate(math.nan, -math.inf, math.inf, len(values))
        return Verdict(constraint, undefined, False, False)
    two_sided = 2 * confidence - 1  # whose one end is the one-sided bound
    if constraint.within is None:
        found = estimate(values, max(two_sided, 0.0))
        if constraint.at_least:
            return Verdict(constraint, found, found.mean >= constraint.bound, found.low >= constraint.bound)
        return Verdict(constraint, found, found.mean <= constraint.bound, found.high <= constraint.bound)
    good = values >= constraint.bound if constraint.at_least else values <= constraint.bound
    found = share(int(good.sum()), len(values), max(two_sided, 0.0))
    return Verdict(constraint, found, found.mean >= constraint.within, found.low >= constraint.within)


def violation(constraint: Constraint, values: Array) -> float:
    """How far the estimate is on the wrong side; at most 0 if it is met, infinite if it is undefined."""
    found = verdict(constraint, values, 0.5).estimate.mean
    if math.isnan(found):
        return math.inf
    bound = constraint.bound if constraint.within is None else constraint.within
    at_least = constraint.at_least if constraint.within is None else True
    return bound - found if at_least else found - bound


def candidates(plan: Plan, explored: Runs) -> list[Point]:
    """Points worth confirming, best first: those that no luck of the search would have ruled out.

    Of the points whose constraints are met, or nearly (their interval reaches the bound), those whose objective is not
    surely behind the best one that meets them (paired by run, at the plan's confidence); at most `search.candidates`
    of them, the best by objective first, and always the best two.
    """
    usable = [point for point, values in explored.values.items() if not np.isnan(values[plan.kpi]).any()]
    possible = [
        point for point in usable if all(_possible(plan, one, explored, point) for one in plan.constraints)
    ]
    possible.sort(key=lambda point: (-_signed(plan, explored, point), point))
    met = [point for point in possible if all(_met(one, explored, point) for one in plan.constraints)]
    if not possible:
        return []
    leader = met[0] if met else possible[0]
    kept: list[Point] = []
    for point in possible:
        ahead = _paired(plan, explored, leader, point)
        behind = estimate(ahead, plan.search.confidence)
        if len(kept) < 2 or behind.low <= 0 or not behind.n > 1:
            kept.append(point)
    first = [leader, *(point for point in kept if point != leader)]
    return sorted(first[: plan.search.candidates], key=lambda point: (-_signed(plan, explored, point), point))


def nearest(plan: Plan, runs: Runs) -> Point:
    """The point whose worst violation, in shares of the bound, is the least; the first of equals."""

    def worst(point: Point) -> float:
        values = runs.values[point]
        return max(
            (
                violation(one, values[one.kpi]) / (abs(one.within or one.bound) or 1.0)
                for one in plan.constraints
            ),
            default=0.0,
        )

    return min(sorted(runs.values), key=worst)


def decide(plan: Plan, explored: Runs, confirmed: Runs) -> list[Candidate]:
    """The confirmed candidates, the chosen one first; then those that meet the constraints by objective, then others.

    Chosen: the best mean among those whose constraints surely hold; if there is none, among those that meet them.
    """
    confidence = plan.search.confidence
    made = [
        Candidate(
            point,
            estimate(values[plan.kpi], confidence),
            float(np.mean(explored.values[point][plan.kpi])),
            tuple(verdict(one, values[one.kpi], confidence) for one in plan.constraints),
        )
        for point, values in confirmed.values.items()
    ]
    sign = 1 if plan.maximise else -1
    made.sort(key=lambda one: (not one.sure, not one.met, -sign * one.objective.mean, one.point))
    if not made or not made[0].met:
        return made
    chosen = made[0]
    rivals = [one.point for one in made if (one.sure if chosen.sure else one.met)]
    odds = probabilities([sign * confirmed.values[point][plan.kpi] for point in rivals], plan.search.seed)
    best = dict(zip(rivals, odds, strict=True))
    return [
        Candidate(
            one.point,
            one.objective,
            one.explored,
            one.verdicts,
            None
            if one is chosen
            else estimate(_paired(plan, confirmed, chosen.point, one.point), confidence),
            best.get(one.point, 0.0),
        )
        for one in made
    ]


def probabilities(values: Sequence[Array], seed: int) -> list[float]:
    """How probably each of `values` (arrays [runs], paired) has the highest mean.

    From DRAWS of the means that the runs leave possible: around the observed ones, with the covariance of the runs over
    their number (paired: what the points share stays shared) and the tails of Student's t with n - 1 degrees of
    freedom, by a counter-based generator (Philox) with `seed`. For two points this is the one-sided paired t-test.
    Equal means share their win.
    """
    table = np.array(values)
    n = table.shape[1]
    means = table.mean(axis=1, keepdims=True)
    luck = np.random.Generator(np.random.Philox(key=seed))
    draws = means
    if n > 1:
        moved = (table - means) @ luck.standard_normal((n, DRAWS)) / math.sqrt(n * (n - 1))
        draws = means + moved / np.sqrt(luck.chisquare(n - 1, DRAWS) / (n - 1))
    top = draws >= draws.max(axis=0) - 1e-12 * np.abs(draws).max(axis=0)
    return [float(one) for one in (top / top.sum(axis=0)).mean(axis=1)]


def front(plan: Plan, runs: Runs) -> list[Point]:
    """Points that no other one beats in the objective and in every constrained KPI; best objective first."""
    points = [
        point
        for point, values in runs.values.items()
        if all(np.isfinite(np.mean(values[kpi])) for kpi in _goals(plan))
    ]
    table = {point: _scores(plan, runs, point) for point in points}
    kept = [
        point
        for point in points
        if not any(
            all(a >= b for a, b in zip(table[other], table[point], strict=True))
            and table[other] != table[point]
            for other in points
        )
    ]
    return sorted(kept, key=lambda point: (-_signed(plan, runs, point), point))


def edges(plan: Plan, point: Point) -> list[str]:
    """Names of the ordered axes at whose end the point lies: the optimum may be beyond."""
    return [
        axis.name
        for axis, place in zip(plan.axes, point, strict=True)
        if axis.ordered and len(axis.values) > 2 and place in (0, len(axis.values) - 1)
    ]


def _goals(plan: Plan) -> dict[str, bool]:
    """KPI -> whether more is better: the objective and what is constrained."""
    goals = {one.kpi: one.at_least for one in plan.constraints}
    return {**goals, plan.kpi: plan.maximise}


def _scores(plan: Plan, runs: Runs, point: Point) -> tuple[float, ...]:
    values = runs.values[point]
    return tuple(float(np.mean(values[kpi])) * (1 if more else -1) for kpi, more in _goals(plan).items())


def _signed(plan: Plan, runs: Runs, point: Point) -> float:
    mean = float(np.mean(runs.values[point][plan.kpi]))
    return mean if plan.maximise else -mean


def _paired(plan: Plan, runs: Runs, better: Point, other: Point) -> Array:
    """By how much `better` is ahead, run by run."""
    difference = runs.values[better][plan.kpi] - runs.values[other][plan.kpi]
    return np.asarray(difference if plan.maximise else -difference)


def _met(constraint: Constraint, runs: Runs, point: Point) -> bool:
    return verdict(constraint, runs.values[point][constraint.kpi], 0.5).met


def _possible(plan: Plan, constraint: Constraint, runs: Runs, point: Point) -> bool:
    values = runs.values[point][constraint.kpi]
    found = verdict(constraint, values, plan.search.confidence)
    if found.met or math.isnan(found.estimate.mean):
        return found.met
    bound = constraint.bound if constraint.within is None else constraint.within
    upwards = constraint.at_least if constraint.within is None else True
    return found.estimate.high >= bound if upwards else found.estimate.low <= bound
