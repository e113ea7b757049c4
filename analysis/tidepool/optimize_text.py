"""How the answer to a plan is told: in words, and as JSON."""

from __future__ import annotations

import json
import math
import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tidepool.numbers import percent, plain
from tidepool.optimize_decide import Candidate, Estimate, Verdict, edges, front, nearest, verdict
from tidepool.optimize_plan import Plan
from tidepool.optimize_run import Point, Runs
from tidepool.report_text import is_fraction
from tidepool.runner import scalar

FORMAT = 1
MOST_ROWS = 12


@dataclass(frozen=True)
class Answer:
    """What came out of a plan."""

    plan: Plan
    explored: Runs
    candidates: list[Candidate] = field(default_factory=list)  # the chosen one first, if there is one

    @property
    def chosen(self) -> Candidate | None:
        """The point to take; None if no confirmed point meets the constraints."""
        return self.candidates[0] if self.candidates and self.candidates[0].met else None


def command(plan: Plan, point: Point, seed: int) -> str:
    """The command that runs the scenario at this point, with the luck of replica 0 under `seed`.

    Files in values count from the plan's folder, so that is where it runs.
    """
    folder = plan.path.parent
    values = {**plan.set, **plan.assignment(point), "seed": seed}
    words = ["tidepool", "run", os.path.relpath(plan.base, folder)]
    for path, value in values.items():
        words += ["--set", f"{path}={scalar(value)}"]
    line = shlex.join(words)
    return line if folder == Path() else f"cd {shlex.quote(str(folder))} && {line}"


def lines(answer: Answer) -> list[str]:
    """The answer in words."""
    plan, chosen = answer.plan, answer.chosen
    goal = "highest" if plan.maximise else "lowest"
    text = [plan.question] if plan.question else []
    looked = (
        f"{len(answer.explored.values)} of {plan.points} points looked at, {plan.search.replicas} runs each"
    )
    if answer.explored.failed:
        looked += f"; {len(answer.explored.failed)} points cannot run: {next(iter(answer.explored.failed.values()))}"
    text += [
        looked,
        f"{len(answer.candidates)} candidates confirmed with fresh luck, {plan.search.confirm} runs each",
        "",
    ]
    if not chosen:
        return [*text, *_none(answer)]
    held = " that meet the constraints" if plan.constraints else ""
    text.append(f"Take: {plan.label(chosen.point)}")
    text.append(
        f"  {plan.kpi} {_interval(plan.kpi, chosen.objective)}, the {goal} of the confirmed points{held}"
    )
    text += [f"  {_told(one)}" for one in chosen.verdicts]
    if not chosen.sure:
        level = percent(plan.search.confidence, 3)
        text.append(f"  No confirmed point surely meets every constraint ({level}): more replicas would tell")
    text += [*_sureness(answer, chosen), *_warnings(answer, chosen), ""]
    text.append(f"  {command(plan, chosen.point, plan.search.seed + 1)}")
    return text


def table(answer: Answer) -> tuple[list[str], list[list[str]]]:
    """The confirmed points: axes, objective, distance from the chosen one, constraints."""
    plan = answer.plan
    heads = [
        *(axis.name for axis in plan.axes),
        plan.kpi,
        "behind",
        "is best",
        *(str(one) for one in plan.constraints),
    ]
    rows = []
    for one in answer.candidates[:MOST_ROWS]:
        row = [axis.labels[place] for axis, place in zip(plan.axes, one.point, strict=True)]
        row.append(_interval(plan.kpi, one.objective))
        row.append("" if one.behind is None else _interval(plan.kpi, one.behind))
        row.append("" if math.isnan(one.best) else percent(one.best, 3))
        row += [
            f"{_number(found.constraint.kpi, found.estimate.mean, found)} {found.word}"
            for found in one.verdicts
        ]
        rows.append(row)
    return heads, rows


def as_json(answer: Answer, sweep: str) -> str:
    """Everything: every point that was looked at, the front, the candidates and the chosen one."""
    plan = answer.plan
    chosen = answer.chosen
    data = {
        "tidepool_answer": FORMAT,
        "name": plan.name,
        "question": plan.question,
        "plan": plan.text,
        "objective": {"kpi": plan.kpi, "maximise": plan.maximise},
        "search": vars(plan.search),
        "sweep": sweep,
        "chosen": _candidate(plan, chosen) if chosen else None,
        "command": command(plan, chosen.point, plan.search.seed + 1) if chosen else None,
        "edges": edges(plan, chosen.point) if chosen else [],
        "candidates": [_candidate(plan, one) for one in answer.candidates],
        "front": [_values(plan, point) for point in front(plan, answer.explored)],
        "points": [
            {**_values(plan, point), "mean": {kpi: _json(float(np.mean(runs))) for kpi, runs in kpis.items()}}
            for point, kpis in answer.explored.values.items()
        ],
        "failed": [
            {**_values(plan, point), "problem": problem} for point, problem in answer.explored.failed.items()
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _sureness(answer: Answer, chosen: Candidate) -> list[str]:
    plan = answer.plan
    text = []
    rivals = [one for one in answer.candidates[1:] if (one.sure if chosen.sure else one.met)]
    if math.isfinite(chosen.best) and rivals:
        text.append(f"  It is the best of the confirmed points with probability {percent(chosen.best, 3)}")
    near = [one for one in rivals if one.behind and one.behind.low <= 0]
    if near:
        names = "; ".join(plan.label(one.point) for one in near[:MOST_ROWS])
        text.append(f"  Not told apart from it at {percent(plan.search.confidence, 3)}: {names}")
    shrunk = chosen.objective.mean - chosen.explored
    if shrunk:
        text.append(
            f"  The search had seen {_number(plan.kpi, chosen.explored)}: fresh luck moved it by "
            f"{_number(plan.kpi, shrunk)}"
        )
    return text


def _warnings(answer: Answer, chosen: Candidate) -> list[str]:
    at_end = edges(answer.plan, chosen.point)
    if not at_end:
        return []
    return [f"  It lies at the end of {', '.join(at_end)}: the best may lie beyond"]


def _none(answer: Answer) -> list[str]:
    if not answer.explored.values:
        return ["No point could run."]
    if not answer.candidates:
        point = nearest(answer.plan, answer.explored)
        values = answer.explored.values[point]
        return [
            "No point meets the constraints, not even nearly. Nearest while looking:",
            f"  {answer.plan.label(point)}",
            *(
                f"  {_told(verdict(one, values[one.kpi], answer.plan.search.confidence))}"
                for one in answer.plan.constraints
            ),
        ]
    best = answer.candidates[0]
    text = ["No confirmed point meets every constraint. Nearest:", f"  {answer.plan.label(best.point)}"]
    return [*text, *(f"  {_told(one)}" for one in best.verdicts)]


def _told(one: Verdict) -> str:
    return f"{one.constraint}: {one.word} ({_number(one.constraint.kpi, one.estimate.mean, one)})"


def _interval(kpi: str, found: Estimate) -> str:
    half = (found.high - found.low) / 2
    shown = _number(kpi, found.mean)
    if not math.isfinite(half) or half == 0:
        return shown
    return f"{shown} +- {plain(100 * half if is_fraction(kpi, '1') else half, 2)}"


def _number(kpi: str, value: float, of: Verdict | None = None) -> str:
    """Shares of runs, and KPIs that are shares, as per cent."""
    as_share = is_fraction(kpi, "1") or (of is not None and of.constraint.within is not None)
    return percent(value, 4) if as_share else plain(value, 5)


def _candidate(plan: Plan, one: Candidate) -> dict[str, Any]:
    return {
        **_values(plan, one.point),
        "objective": _estimate(one.objective),
        "explored": _json(one.explored),
        "constraints": [
            {"constraint": str(found.constraint), "verdict": found.word, **_estimate(found.estimate)}
            for found in one.verdicts
        ],
        "behind": _estimate(one.behind) if one.behind else None,
        "probability_best": _json(one.best),
    }


def _values(plan: Plan, point: Point) -> dict[str, Any]:
    return {
        "point": {axis.name: axis.labels[place] for axis, place in zip(plan.axes, point, strict=True)},
        "set": plan.assignment(point),
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {"mean": _json(found.mean), "low": _json(found.low), "high": _json(found.high), "n": found.n}


def _json(value: float) -> float | None:
    return value if math.isfinite(value) else None
