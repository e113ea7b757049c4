"""Which GPU a shard gets: one that no other shard on this machine holds."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tidepool.command import CommandError

VISIBLE = "CUDA_VISIBLE_DEVICES"
POLL_SECONDS = 0.2


def visible_gpus() -> list[str]:
    """The GPUs this process may use, as CUDA_VISIBLE_DEVICES names them."""
    named = os.environ.get(VISIBLE)
    if named is not None:
        return [name.strip() for name in named.split(",") if name.strip() not in ("", "-1")]
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    lines = [line for line in listed.stdout.splitlines() if line.startswith("GPU ")]
    return [str(number) for number in range(len(lines))]


@contextmanager
def lease_gpu() -> Iterator[dict[str, str]]:
    """Hold one GPU; gives the environment that shows a program this one only. Waits while all are taken.

    Workers are processes that know nothing of each other, so a GPU is held by the lock of a file, which the kernel
    opens when a holder dies.
    """
    gpus = visible_gpus()
    if not gpus:
        raise CommandError("no GPU on this machine, though its worker was started with GPU as a resource")
    while True:
        for gpu in gpus:
            with ExitStack() as held:
                lock = held.enter_context(open(_lock_path(gpu), "w"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield {VISIBLE: gpu}
                return
        time.sleep(POLL_SECONDS)


def _lock_path(gpu: str) -> Path:
    # Numbers are relative to what a batch system gave its job, so they tell GPUs apart within a job only.
    job = os.environ.get("SLURM_JOB_ID") or os.environ.get("PBS_JOBID") or "0"
    name = f"tidepool-gpu-{os.getuid()}-{job}-{gpu}.lock".replace("/", "_")
    return Path(tempfile.gettempdir(), name)
