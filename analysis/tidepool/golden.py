"""Goldens: what a result is held against, small and sorted, one value a line, so that a diff can be read.

A golden (JSON) holds

    tidepool_golden  1
    kind, title      "run" or "sweep", and what the scenario is called: a result of another one is refused
    kpis             name -> value; null: not defined. Of a sweep CELL.NAME -> mean over the replicas
    daily            of a run: series of the cluster -> mean per day (or per 30 days, of runs of more than 90)
    cells            of a sweep: path -> the value in each cell
    sha256           over all numbers of the file (`result_digest`): only `check --exact` fails for it

KPIs of parts that the run does not have (network, services, money, tenants) are left out when they are undefined.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tidepool.command import UsageError
from tidepool.result_digest import OF_PARTS, digest
from tidepool.results import Result, Sweep

FORMAT = 1
SERIES = ("allocated", "down", "queue_length", "queued_gpus", "spare")
DAY = 86400.0


@dataclass(frozen=True)
class Golden:
    """One golden, or a result summed up like one. NaN stands for null."""

    kind: str
    title: str
    kpis: dict[str, float]
    daily: dict[str, list[float]] = field(default_factory=dict)
    cells: dict[str, list[str]] = field(default_factory=dict)
    sha256: str = ""


def sum_up(result: Result) -> Golden:
    """What the golden of this result would say. Raises UsageError if the result is not complete."""
    if not result.complete:
        raise UsageError(
            f"{result.path}: the {_kind(result)} is {result.status}: there is nothing to hold on to"
        )
    if isinstance(result, Sweep):
        return Golden("sweep", result.title, _means(result), {}, result.params, digest(result.path))
    kpis = {name: kpi.value for name, kpi in result.summary.items() if not _silent(kpi.group, [kpi.value])}
    return Golden("run", result.title, kpis, daily(result), {}, digest(result.path))


def daily(run: Result) -> dict[str, list[float]]:
    """Mean per day of every series of SERIES, or per 30 days; bins divide the day, the last mean may be of less.

    Of runs whose bins are longer than a day, the bins themselves.
    """
    cluster = run.columns("timeseries/cluster", "time", *SERIES)
    if "time" not in cluster:
        return {}
    per_day = max(1, round(DAY / float(cluster.attrs["bin_width"])))
    if len(cluster["time"]) > 90 * per_day:
        per_day *= 30
    return {
        name: [
            round(float(np.mean(day)), 6)
            for day in np.split(cluster[name], range(per_day, len(cluster[name]), per_day))
        ]
        for name in SERIES
        if name in cluster
    }


def load(path: Path) -> Golden:
    """Read a golden. Raises UsageError if it is missing or none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: no JSON: {error}") from error
    return _checked(path, data)


def text(golden: Golden) -> str:
    """The golden as its file holds it."""
    data = {name: value for name, value in asdict(golden).items() if value or name in ("kpis", "title")}
    data["tidepool_golden"] = FORMAT
    data["kpis"] = {name: _number(value) for name, value in golden.kpis.items()}
    if golden.daily:
        data["daily"] = {name: [_number(value) for value in values] for name, values in golden.daily.items()}
    return json.dumps(data, indent=1, sort_keys=True, allow_nan=False) + "\n"


def same_scenario(path: Path, golden: Golden, result: Result, found: Golden) -> None:
    """Raise UsageError if the golden is one of another scenario, or of a sweep with other cells."""
    for what, old, new in (("kind", golden.kind, found.kind), ("title", golden.title, found.title)):
        if old != new:
            raise UsageError(f"{path}: is the golden of the {what} {old!r}, {result.path} is of {new!r}")
    if golden.cells != found.cells:
        raise UsageError(f"{path}: is the golden of a sweep with other cells than {result.path}")


def _means(sweep: Sweep) -> dict[str, float]:
    means: dict[str, float] = {}
    for name, meaning in sweep.kpis.items():
        if not _silent(meaning.group, sweep.replica(name)):
            means |= {f"{cell}.{name}": float(mean) for cell, mean in enumerate(sweep.stats(name)["mean"])}
    return means


def _silent(group: str, values: Any) -> bool:
    return group in OF_PARTS and bool(np.isnan(values).all())


def _number(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _kind(result: Result) -> str:
    return "sweep" if isinstance(result, Sweep) else "run"


def _checked(path: Path, data: Any) -> Golden:
    if not isinstance(data, dict) or data.get("tidepool_golden") != FORMAT:
        version = data.get("tidepool_golden") if isinstance(data, dict) else None
        what = f"a golden of format {version}, this package reads {FORMAT}" if version else "not a golden"
        raise UsageError(f'{path}: {what} ("tidepool_golden": {FORMAT})')
    daily_means, cells = data.get("daily", {}), data.get("cells", {})
    lists = [*_dict(daily_means).values(), *_dict(cells).values()]
    if (
        data.get("kind") not in ("run", "sweep")
        or not isinstance(data.get("kpis"), dict)
        or not all(isinstance(data.get(name, ""), str) for name in ("title", "sha256"))
        or not isinstance(daily_means, dict)
        or not isinstance(cells, dict)
        or not all(isinstance(values, list) for values in lists)
        or not all(isinstance(value, str) for values in _dict(cells).values() for value in values)
    ):
        raise UsageError(f"{path}: a damaged golden; make it again with --update --force")
    return Golden(
        data["kind"],
        data.get("title", ""),
        {name: _value(path, name, value) for name, value in data["kpis"].items()},
        {name: [_value(path, name, value) for value in values] for name, values in daily_means.items()},
        cells,
        data.get("sha256", ""),
    )


def _dict(value: Any) -> dict[str, list[Any]]:
    return value if isinstance(value, dict) else {}


def _value(path: Path, name: str, value: Any) -> float:
    if value is None:
        return math.nan
    if value in ("inf", "-inf") or (isinstance(value, int | float) and not isinstance(value, bool)):
        return float(value)
    raise UsageError(f"{path}: {name!r} must be a number or null (got {value!r})")
