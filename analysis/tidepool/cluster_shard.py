"""What a worker does: runs one shard of a sweep, in a process that cannot outlive the worker.

Every attempt writes to a name of its own and takes the part's name by rename at the end. So a part that has its
name is complete, and two attempts at one shard (a worker that was cut off, not killed, may go on for a while) never
write to the same file. An attempt goes on with the rows that an earlier one left behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import uuid
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from tidepool import cluster_exec, results
from tidepool.cluster_errors import ShardFailedError, ShardStoppedError
from tidepool.cluster_gpus import lease_gpu
from tidepool.command import BAD_INPUT, INTERRUPTED, OK, ROWS_FAILED

PARTIAL = ".partial"  # the binary adds it to the name of a file that is not complete
DETAIL_BYTES = 4000  # of what a failed attempt said


@dataclass(frozen=True)
class Shard:
    """One unit of work; equal shards give equal parts wherever and however often they run."""

    index: int  # from 1
    command: tuple[str, ...]  # everything but -o and --resume
    part: Path
    sweep_id: str
    run: str  # of the client that asks for it, see stop_shards
    gpu: bool


class _Children:
    """The processes of this worker by run, so that they can be stopped from outside their threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: dict[str, set[subprocess.Popen[bytes]]] = {}
        self.stopped: set[str] = set()


_children = _Children()


def stop_shards(run: str) -> int:
    """Ask the shards of a run on this worker to stop, and refuse those to come; how many still run."""
    with _children.lock:
        first = run not in _children.stopped
        _children.stopped.add(run)
        processes = _children.running.get(run, set())
        for process in processes if first else ():
            process.terminate()
        return len(processes)


def run_shard(shard: Shard) -> None:
    """Make the part of a shard, unless it is there. Raises ShardFailedError, or ShardStoppedError after stop_shards."""
    part = shard.part
    if not part.exists():
        attempt = part.with_suffix(f".attempt-{uuid.uuid4().hex[:12]}.h5")
        _attempt(shard, attempt, _adopt_rows(part, attempt))
        _check_sweep(attempt, shard.sweep_id)
        # Another attempt may have been faster; its part is the same.
        if part.exists():
            attempt.unlink(missing_ok=True)
        else:
            attempt.replace(part)


def _adopt_rows(part: Path, attempt: Path) -> bool:
    """Take over the newest rows of an attempt that came to nothing; whether there were any."""
    left = []
    for path in part.parent.glob(f"{part.stem}.attempt-*.h5{PARTIAL}"):
        with suppress(FileNotFoundError):
            left.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(left, reverse=True):
        with suppress(FileNotFoundError):  # someone else took it
            path.rename(f"{attempt}{PARTIAL}")
            return True
    return False


def _attempt(shard: Shard, attempt: Path, resume: bool) -> None:
    """Run the binary until the part is complete. Rows that failed are part of it: the merged file tells."""
    code, said = _run(shard, attempt, resume)
    if code == BAD_INPUT and resume:  # the rows left behind are no good
        Path(f"{attempt}{PARTIAL}").unlink(missing_ok=True)
        code, said = _run(shard, attempt, False)
    if code in (OK, ROWS_FAILED):
        return
    if code == INTERRUPTED or shard.run in _children.stopped:
        raise ShardStoppedError(shard.index)
    raise ShardFailedError(code, _worker_address(), said)


def _check_sweep(attempt: Path, wanted: str) -> None:
    """Let no part in that was made from other files than those which the client saw."""
    found = results.sweep(attempt).attrs.get("sweep_id")
    if found != wanted:
        attempt.unlink()
        raise ShardFailedError(
            BAD_INPUT,
            _worker_address(),
            "the sweep file, one of its inputs or the binary has changed since the start",
        )


def _run(shard: Shard, attempt: Path, resume: bool) -> tuple[int, str]:
    command = [sys.executable, "-I", "-S", cluster_exec.__file__, str(os.getpid()), *shard.command]
    command += ["-o", str(attempt), *(["--resume"] if resume else [])]
    with tempfile.TemporaryFile() as said, _gpu_of(shard) as gpu:
        with _children.lock:
            if shard.run in _children.stopped:
                raise ShardStoppedError(shard.index)
            # In a session of its own: a Ctrl-C at the terminal is for the client, which then asks us.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                env={**os.environ, **gpu},
            )
            _children.running.setdefault(shard.run, set()).add(process)
        try:
            process.wait()
        finally:
            process.kill()
            with _children.lock:
                _children.running[shard.run].discard(process)
        said.seek(max(0, said.seek(0, os.SEEK_END) - DETAIL_BYTES))
        return process.returncode, said.read().decode(errors="replace").strip()


def _gpu_of(shard: Shard) -> AbstractContextManager[dict[str, str]]:
    return lease_gpu() if shard.gpu else nullcontext({})


def _worker_address() -> str:
    from distributed import get_worker

    address = str(get_worker().address)
    return "this machine" if address.startswith("inproc:") else address
