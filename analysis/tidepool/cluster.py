"""A sweep on many machines: runs its shards on Dask workers and merges their parts.

    from tidepool.cluster import ClusterSweep
    ClusterSweep(sweep=Path("sweep.yaml"), output=Path("out.h5"), binary=Path("tidepool")).run(connect)

Nothing is simulated here: a shard is `tidepool sweep --shard i/n` and the end is `tidepool merge`, so the result is
that of `tidepool sweep` on one machine byte for byte, whichever worker ran what and however often. Sweep file, binary
and work directory must have the same path on every worker.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidepool.cluster_shard import Shard
from tidepool.cluster_work import Plan, WorkFolder, check_folder, found_plan, open_folder
from tidepool.command import OK, ROWS_FAILED, RUN_FAILED, CommandError, UsageError

if TYPE_CHECKING:
    from distributed import Client

SHARDS_PER_SLOT = 4  # so that the slowest shard keeps the others waiting for a quarter of the time at most
MAX_SHARDS = 10_000

# Starts or finds workers: gives the client and how many shards they run at once.
Connect = Callable[[], AbstractContextManager[tuple["Client", int]]]


@dataclass(frozen=True)
class ClusterSweep:
    """What to run. Paths are absolute: workers have folders of their own."""

    sweep: Path
    output: Path
    binary: Path
    work: Path
    replicas: str | None = None
    shards: int | None = None  # default: a few per slot
    threads: int = 1  # of each shard
    gpus: bool = False
    retries: int = 3
    resume: bool = False
    force: bool = False
    reproducible: bool = False
    keep_parts: bool = False
    yes: bool = False
    reproduce: str = ""  # the command that runs it again, for the user
    tick: Callable[[int, int], None] = lambda done, all_of_them: None

    def run(self, connect: Connect) -> int:
        """Do it; the exit code is OK or ROWS_FAILED. Raises CommandError, or passes KeyboardInterrupt on.

        What cannot work is found before `connect` is called and before anything is written.
        """
        about = self._describe()
        if self.output.exists() and not self.force:
            return self._finished_before(about["sweep_id"])
        before = check_folder(self.work, about["sweep_id"], self.resume, self.shards)
        work = open_folder(self.work, before) if before else None
        if work is None or work.missing():
            with connect() as (client, slots):
                work = work or open_folder(self.work, self._plan(about, slots))
                self._run_shards(client, work)
        code = self._merge(work)
        if not self.keep_parts:
            work.remove()
        return code

    def _describe(self) -> dict[str, Any]:
        """What the binary says about the sweep, having checked all of it."""
        done = self._call(
            "sweep",
            self.sweep,
            "-o",
            self.output,
            "--dry-run",
            "--json",
            *self._rows(),
            stdout=subprocess.PIPE,
        )
        if done.returncode != OK:
            raise _failed(done)
        try:
            about = json.loads(done.stdout)
            return {key: kind(about[key]) for key, kind in (("name", str), ("sweep_id", str), ("rows", int))}
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(
                f"{self.binary}: does not describe the sweep as expected: {error!r}"
            ) from error

    def _finished_before(self, sweep_id: str) -> int:
        if not self.resume:
            raise UsageError(f"{self.output}: exists already, replace it with --force")
        # The binary knows whether that is this sweep's result; if so there is nothing to do.
        done = self._call(
            "sweep", self.sweep, "-o", self.output, "--resume", *self._rows(), *self._volatile()
        )
        if done.returncode not in (OK, ROWS_FAILED):
            raise _failed(done)
        plan = found_plan(self.work)
        if plan and plan.sweep_id == sweep_id and not self.keep_parts:
            WorkFolder(self.work, plan).remove()
        return done.returncode

    def _plan(self, about: dict[str, Any], slots: int) -> Plan:
        wanted = self.shards or min(SHARDS_PER_SLOT * max(1, slots), MAX_SHARDS)
        return Plan(about["name"], about["sweep_id"], about["rows"], max(1, min(wanted, about["rows"])))

    def _run_shards(self, client: Client, work: WorkFolder) -> None:
        from tidepool.cluster_run import ShardRunner

        run, missing, count = uuid.uuid4().hex[:8], work.missing(), work.plan.shards
        device = "cuda" if self.gpus else "cpu"
        common = (str(self.binary), "sweep", str(self.sweep), *self._rows(), "--reproducible")
        common += ("--progress", "none", "-j", str(self.threads), "--device", device)
        shards = [
            Shard(
                index,
                (*common, "--shard", f"{index}/{count}"),
                work.part(index),
                work.plan.sweep_id,
                run,
                self.gpus,
            )
            for index in missing
        ]
        before = count - len(missing)
        ShardRunner(client, self.retries, lambda done: self.tick(before + done, count)).run(shards)

    def _merge(self, work: WorkFolder) -> int:
        """Put the parts together. They are merged in the order of the rows, whenever they came."""
        # Short names: a command has room for 10,000 of them.
        names = [work.part(shard).name for shard in range(1, work.plan.shards + 1)]
        force = ["--force"] if self.force else []
        done = self._call(
            "merge",
            *names,
            "-o",
            self.output,
            *force,
            *self._volatile(),
            cwd=work.path,
            stdout=subprocess.PIPE,
        )
        lines = done.stdout.splitlines()  # the table; but the parts that its last line speaks of will be gone
        print("\n".join(line for line in lines if not line.startswith("reproduce: ")))
        if done.returncode not in (OK, ROWS_FAILED):
            raise _failed(done, f"the parts in {work.path} are complete, but could not be merged")
        if self.reproduce:
            print(f"reproduce: {self.reproduce}")
        return done.returncode

    def _rows(self) -> list[str]:
        """The options that the rows, and so the sweep id, depend on."""
        replicas = ["--replicas", self.replicas] if self.replicas is not None else []
        return replicas + (["--yes"] if self.yes else [])

    def _volatile(self) -> list[str]:
        return ["--reproducible"] if self.reproducible else []

    def _call(self, *words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [str(self.binary), *map(str, words)],
                stdin=subprocess.DEVNULL,
                text=True,
                check=False,
                **options,
            )
        except OSError as error:
            raise CommandError(f"cannot start {self.binary}: {error.strerror}") from error


def _failed(done: subprocess.CompletedProcess[str], text: str = "") -> CommandError:
    """The end of a call of the binary as ours; it has said itself what was wrong."""
    return CommandError(text, done.returncode if done.returncode > 0 else RUN_FAILED)
