"""A small sweep of a scenario in which things break, and ways to look into result files."""

import hashlib
import random

import h5py
import pytest

BASE = """\
tidepool: 1
name: mine
topology: {preset: dgx-pod}
workloads: [{trace: {file: jobs.csv}}]
failures: {preset: rsc-1-1024-job, scale: 20, repair: {law: exponential, mean: 8 h}}
checkpoint: {interval: fixed, every: 30 min, write: 1 min}
horizon: 10 d
"""
SWEEP = """\
tidepool_sweep: 1
name: mine
question: Which rules are best?
base: mine.yaml
zip:
  recovery.on_failure: [requeue, spare]
  scheduler.spare_nodes: [0, 2]
grid:
  scheduler.queue: [fifo, easy]
  scheduler.placement: [pack, random]
replicas: 7
"""
CELLS = 8


def jobs(count, seed=1):
    """A trace that keeps the 128 GPUs about as busy as they can be for ten days of 300 jobs."""
    luck = random.Random(seed)
    submit = 0
    rows = ["job_id,submit,duration,gpus"]
    for job in range(count):
        submit += luck.randrange(4000)
        rows.append(f"{job},{submit},{luck.randrange(60, 40_000)},{luck.choice([1, 2, 4, 8, 16, 32, 64])}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def mine(tmp_path):
    """A folder with mine.yaml (its base, `mine.yaml`, and jobs.csv beside it); returns the sweep file."""
    (tmp_path / "jobs.csv").write_text(jobs(300))
    (tmp_path / "mine.yaml").write_text(BASE)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    return tmp_path / "sweep.yaml"


@pytest.fixture
def slow(mine):
    """The same with a hundred times the work in all: seconds, so that one can come in between."""
    folder = mine.parent
    (folder / "jobs.csv").write_text(jobs(3000))
    (folder / "mine.yaml").write_text(BASE.replace("10 d", "60 d"))
    mine.write_text(SWEEP.replace("replicas: 7", "replicas: 80"))
    return mine


@pytest.fixture
def states():
    """Names of the states of a sweep's rows, and how many rows of a file are in each."""

    def count(path):
        with h5py.File(path) as file:
            state = file["sweep/replica/state"]
            names = {value: name for name, value in h5py.check_enum_dtype(state.dtype).items()}
            found = [names[int(value)] for value in state[()].ravel()]
        return {name: found.count(name) for name in ("complete", "failed", "missing")}

    return count


@pytest.fixture
def digest():
    """SHA-256 of a file's bytes: shorter to report than the bytes."""
    return lambda path: hashlib.sha256(path.read_bytes()).hexdigest()
