"""How the KPIs of results differ from those of the first one."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from tidepool import numbers
from tidepool.check import markdown
from tidepool.command import UsageError
from tidepool.comparable import verdict
from tidepool.report_text import with_interval
from tidepool.results import Result, Sweep
from tidepool.words import Words
from tidepool.yaml_file import nearest


@dataclass(frozen=True)
class Value:
    """A number of one file; of a sweep the mean over the replicas with its 95 % interval, else that is NaN."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Row:
    """One KPI (of one cell) in all files."""

    name: str
    cell: int | None  # None: of a run
    units: str
    better: str  # "higher", "lower" or "none"
    group: str
    values: tuple[Value, ...]  # as many as files

    def differs(self, file: int) -> bool:
        """Whether this file has another value than the first; NaN equals NaN."""
        old, new = self.values[0].value, self.values[file].value
        return not (old == new or (math.isnan(old) and math.isnan(new)))

    @property
    def any_differs(self) -> bool:
        """Whether any file has another value than the first."""
        return any(self.differs(file) for file in range(1, len(self.values)))

    def verdict(self, file: int) -> str:
        """`better`, `worse` or nothing, against the first file; for sweeps also whether it may be luck."""
        old, new = self.values[0], self.values[file]
        word = verdict(old.value, new.value, self.better)
        if word not in ("better", "worse"):
            return ""
        if self.cell is None:
            return word
        apart = new.low > old.high or new.high < old.low
        return word if apart else f"{word}, or luck"


def rows(files: Sequence[Result], patterns: Sequence[str] = ()) -> list[Row]:
    """Every KPI that any file has, in the order of its group and name; or those that fit one of `patterns` (*, ?).

    Raises UsageError for a pattern that fits none.
    """
    made = _of_sweeps(files) if isinstance(files[0], Sweep) else _of_runs(files)
    names = sorted({row.name for row in made})
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError(
                f"--kpi {numbers.visible(pattern)}: there is no such KPI{nearest(pattern, names)}"
            )
    fitting = [row for row in made if not patterns or any(fnmatchcase(row.name, one) for one in patterns)]
    return sorted(fitting, key=lambda row: (row.group, row.name, -1 if row.cell is None else row.cell))


def as_json(files: Sequence[Result], made: Sequence[Row]) -> str:
    """For programs: the files, and a record per row."""
    records = [
        {
            "kpi": row.name,
            **({} if row.cell is None else {"cell": row.cell}),
            "units": row.units,
            "better": row.better,
            "values": [numbers.as_json(value.value) for value in row.values],
            **({} if row.cell is None else {"low": _each(row, "low"), "high": _each(row, "high")}),
            "differs": [row.differs(file) for file in range(1, len(files))],
            "verdict": [row.verdict(file) for file in range(1, len(files))],
        }
        for row in made
    ]
    return json.dumps({"files": [str(file.path) for file in files], "kpis": records}, indent=1)


def table(files: Sequence[Result], made: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Heads and cells of a table for people; names of files are shown as they are."""
    is_sweep = isinstance(files[0], Sweep)
    heads = ["KPI", *(["cell"] if is_sweep else []), *_names(files)]
    for name in _names(files)[1:]:
        heads[heads.index(name) + 1 : heads.index(name) + 1] = ["change"]
    cells = []
    for row in made:
        line = [row.name, *([str(row.cell)] if is_sweep else []), _shown(row, 0)]
        for file in range(1, len(files)):
            moved = numbers.change(row.values[0].value, row.values[file].value)
            words = [moved if row.differs(file) else "=", row.verdict(file)]
            line += [_shown(row, file), " ".join(word for word in words if word)]
        cells.append(line)
    return heads, cells


def as_markdown(files: Sequence[Result], made: Sequence[Row]) -> str:
    """The table in Markdown."""
    heads, cells = table(files, made)
    lines = [heads, ["---" for _ in heads], *cells]
    escaped = [[cell if cell == "---" else markdown(cell) for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in escaped)


def as_csv(files: Sequence[Result], made: Sequence[Row]) -> str:
    """Full numbers, a row per KPI (and cell) and file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kpi", "cell", "units", "better", "file", "value", "low", "high"])
    for row in made:
        for file, value in zip(files, row.values, strict=True):
            bounds = [
                "" if math.isnan(bound) else repr(bound) for bound in (value.value, value.low, value.high)
            ]
            cell = "" if row.cell is None else row.cell
            writer.writerow([row.name, cell, row.units, row.better, str(file.path), *bounds])
    return text.getvalue().rstrip("\n")


def _of_runs(files: Sequence[Result]) -> list[Row]:
    kpis = [file.summary for file in files]
    meanings = {name: kpi for of_file in reversed(kpis) for name, kpi in of_file.items()}
    return [
        Row(
            name,
            None,
            about.units,
            about.better,
            about.group,
            tuple(Value(of_file[name].value if name in of_file else math.nan) for of_file in kpis),
        )
        for name, about in meanings.items()
    ]


def _of_sweeps(files: Sequence[Result]) -> list[Row]:
    sweeps = [file for file in files if isinstance(file, Sweep)]
    meanings = {name: about for sweep in reversed(sweeps) for name, about in sweep.kpis.items()}
    made = []
    for name, about in meanings.items():
        stats = [_stats(sweep, name) for sweep in sweeps]
        for cell in range(sweeps[0].cells):
            values = tuple(Value(*(float(column[cell]) for column in columns)) for columns in stats)
            made.append(Row(name, cell, about.units, about.better, about.group, values))
    return made


def _stats(sweep: Sweep, name: str) -> list[Any]:
    if name not in sweep.kpis or not sweep.has(f"sweep/stats/{name}"):
        return [np.full(sweep.cells, math.nan)] * 3
    stats = sweep.stats(name)
    return [stats["mean"], stats["low"], stats["high"]]


def _names(files: Sequence[Result]) -> list[str]:
    """What tells the files apart, in few letters."""
    stems = [numbers.visible(file.path.stem, 40) for file in files]
    if len(set(stems)) == len(stems):
        return stems
    return [f"{stem} [{index}]" for index, stem in enumerate(stems)]


def _shown(row: Row, file: int) -> str:
    value = row.values[file]
    return with_interval(row.name, value.value, (value.high - value.low) / 2, row.units, Words())


def _each(row: Row, bound: str) -> list[float | str | None]:
    return [numbers.as_json(getattr(value, bound)) for value in row.values]
