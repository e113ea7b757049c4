"""Points of a plan through `tidepool sweep`: what each run of each point came to."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

from tidepool import results
from tidepool.command import BAD_INPUT, INTERRUPTED, OK, ROWS_FAILED, RUN_FAILED, CommandError, UsageError
from tidepool.hdf5 import Array
from tidepool.optimize_plan import Plan

Point = tuple[int, ...]


@dataclass
class Runs:
    """What the runs of some points came to."""

    values: dict[Point, dict[str, Array]] = field(default_factory=dict)  # KPI -> [replicas]
    failed: dict[Point, str] = field(default_factory=dict)  # why a point cannot run

    def add(self, other: Runs) -> None:
        """Take in other points."""
        self.values |= other.values
        self.failed |= other.failed


class Driver:
    """Runs points with the binary; every point of one plan meets the same luck under one seed."""

    def __init__(self, plan: Plan, binary: Path, threads: int | None = None, progress: str = "auto") -> None:
        """`threads`: of the sweep; they never change a number."""
        self.plan, self.binary, self.progress = plan, binary, progress
        self.options = ["--threads", str(threads)] if threads else []
        self.kpis = list(dict.fromkeys([plan.kpi, *(one.kpi for one in plan.constraints)]))

    def check(self) -> None:
        """Have the simulator read every value of every axis, with the others at their first. Raises UsageError."""
        first = tuple(0 for _axis in self.plan.axes)
        points = {first}
        for place, axis in enumerate(self.plan.axes):
            points |= {(*first[:place], value, *first[place + 1 :]) for value in range(len(axis.values))}
        with TemporaryDirectory(prefix="tidepool-") as folder:
            self._sweep(Path(folder), sorted(points), 1, 0, ["--dry-run"])

    def run(self, points: Sequence[Point], replicas: int, seed: int, keep: Path | None = None) -> Runs:
        """Run points; `keep`: where the result file of the sweep is to stay."""
        with TemporaryDirectory(prefix="tidepool-") as folder:
            out = keep or Path(folder) / "out.h5"
            self._sweep(
                Path(folder), points, replicas, seed, ["-o", str(out), "--force", "--progress", self.progress]
            )
            return self._read(out, points)

    def file(self, points: Sequence[Point], replicas: int, seed: int) -> str:
        """The sweep file that runs these points."""
        cells: list[dict[str, Any]] = [self.plan.assignment(point) for point in points]
        sweep = {
            "tidepool_sweep": 1,
            "name": self.plan.name,
            **({"question": self.plan.question} if self.plan.question else {}),
            "base": str(self.plan.base.resolve()),
            "set": {**self.plan.set, "seed": seed},
            "list": cells,
            "replicas": replicas,
        }
        return str(yaml.safe_dump(sweep, sort_keys=False, allow_unicode=True, width=1000))

    def _sweep(
        self, folder: Path, points: Sequence[Point], replicas: int, seed: int, words: list[str]
    ) -> None:
        # In the plan's folder, so that files in values are found from there.
        path = self.plan.path.resolve().parent / f".{self.plan.path.stem}-{folder.name}.yaml"
        path.write_text(self.file(points, replicas, seed), encoding="utf-8")
        try:
            shown = (
                None
                if self.progress in ("bar", "json", "auto") and "--dry-run" not in words
                else subprocess.PIPE
            )
            done = subprocess.run(
                [str(self.binary), "sweep", str(path), *words, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=shown,
                text=True,
                check=False,
            )
        except OSError as error:
            raise CommandError(f"cannot start {self.binary}: {error.strerror}") from error
        finally:
            path.unlink()
        if done.returncode == INTERRUPTED:
            raise KeyboardInterrupt
        if done.returncode == BAD_INPUT:
            raise UsageError(self._translated(path, done.stderr or ""))
        if done.returncode not in (OK, ROWS_FAILED, RUN_FAILED) or (
            done.returncode == RUN_FAILED and not keepable(words)
        ):
            raise CommandError((done.stderr or "").strip() or f"the sweep ended with code {done.returncode}")

    def _translated(self, path: Path, text: str) -> str:
        """Messages about the sweep that was made, as messages about the plan that the user wrote."""
        lines = []
        for line in text.strip().splitlines():
            found = re.match(re.escape(str(path)) + r":\d+:\d+: (.*)", line)
            if not found:
                lines.append(line)
                continue
            place = next(
                (axis for axis in self.plan.axes if any(inner in found[1] for inner in axis.paths)), None
            )
            where = (
                f"{self.plan.path}:{place.line}:{place.column}: axes.{place.name}"
                if place
                else str(self.plan.path)
            )
            lines.append(f"{where}: {found[1]}")
        return "\n".join(dict.fromkeys(lines))

    def _read(self, out: Path, points: Sequence[Point]) -> Runs:
        sweep = results.sweep(out)
        complete, made = sweep.states == "complete", Runs()
        columns = {kpi: sweep.replica(kpi) for kpi in self.kpis}
        for cell, point in enumerate(points):
            if complete[cell].all():
                made.values[point] = {kpi: np.asarray(columns[kpi][cell], float) for kpi in self.kpis}
            else:
                made.failed[point] = sweep.problems.get(cell, "a run of it failed")
        return made


def keepable(words: Sequence[str]) -> bool:
    """Whether the call wrote a file that says what failed."""
    out = words[words.index("-o") + 1] if "-o" in words else ""
    return bool(out) and Path(out).exists()
