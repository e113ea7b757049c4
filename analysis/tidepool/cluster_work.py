"""The folder that holds the parts of a sweep until they are merged, and so what a second try need not repeat.

It belongs to one sweep, cut into one number of shards: its file `sweep.json` says which. The names of all other files
begin with the first 16 digits of the sweep id. Shards write there from whichever machine they run on, so it lies on a
file system that all of them share.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tidepool.command import UsageError

MANIFEST = "sweep.json"


@dataclass(frozen=True)
class Plan:
    """A sweep and its number of shards."""

    name: str
    sweep_id: str
    rows: int
    shards: int


class WorkFolder:
    """The folder of one sweep. Make it with `open_folder`."""

    def __init__(self, path: Path, plan: Plan) -> None:
        """Take what was checked."""
        self.path = path
        self.plan = plan

    def part(self, shard: int) -> Path:
        """The file of a shard (from 1): under this name it is complete."""
        digits = len(str(self.plan.shards))
        return self.path / f"{self._prefix}{shard:0{digits}}-of-{self.plan.shards}.h5"

    def missing(self) -> list[int]:
        """The shards that have no part yet."""
        return [shard for shard in range(1, self.plan.shards + 1) if not self.part(shard).exists()]

    def remove(self) -> None:
        """Remove what belongs to the sweep, and the folder if nothing else is in it."""
        for path in [*self.path.glob(f"{self._prefix}*"), self.path / MANIFEST]:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()

    @property
    def _prefix(self) -> str:
        return f"{self.plan.sweep_id[:16]}-"


def found_plan(path: Path) -> Plan | None:
    """What the folder says it holds; None if it does not exist or is empty. UsageError if it is something else."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    try:
        plan = Plan(**json.loads((path / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{path}: exists and is no work directory of a sweep; name another one with --work-dir"
        ) from error
    return plan


def check_folder(path: Path, sweep_id: str, resume: bool, shards: int | None) -> Plan | None:
    """What there is to go on with. UsageError unless it is of this sweep and wanted; nothing is written."""
    plan = found_plan(path)
    if plan is None:
        return None
    if plan.sweep_id != sweep_id:
        raise UsageError(
            f"{path}: holds parts of another sweep, '{plan.name}' ({plan.sweep_id[:16]}; this one is "
            f"{sweep_id[:16]}): remove it, or name another folder with --work-dir"
        )
    if not resume:
        raise UsageError(
            f"{path}: holds parts of this sweep already: go on with --resume, or remove it to start afresh"
        )
    if shards not in (None, plan.shards):
        raise UsageError(
            f"{path}: holds parts of {plan.shards} shards, so --resume cannot go on with --shards {shards}"
        )
    return plan


def open_folder(path: Path, plan: Plan) -> WorkFolder:
    """Make the folder, or take the one that check_folder() accepted."""
    path.mkdir(parents=True, exist_ok=True)
    manifest = path / MANIFEST
    if not manifest.exists():
        draft = path / f"{plan.sweep_id[:16]}-{os.getpid()}.json"
        draft.write_text(json.dumps(asdict(plan), indent=2) + "\n", encoding="utf-8")
        draft.replace(manifest)
    return WorkFolder(path, plan)
