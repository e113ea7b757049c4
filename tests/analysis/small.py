"""A small run and its sweep, and how the commands of the package are called on them."""

import os
import subprocess
import sys
from pathlib import Path

SCENARIO = """\
tidepool: 1
name: small
topology: {preset: dgx-pod}
workloads: [{trace: {file: jobs.csv}}]
horizon: 3 d
"""
SWEEP = (
    "tidepool_sweep: 1\nname: small\nbase: small.yaml\ngrid: {scheduler.queue: [fifo, easy]}\nreplicas: 2\n"
)
JOBS = "job_id,submit,duration,gpus\n" + "".join(
    f"{n},{n * 3000},{5000 + n * 700},{8 << n % 4}\n" for n in range(60)
)


def write(folder, scenario=SCENARIO):
    """jobs.csv, small.yaml and sweep.yaml."""
    for name, text in (("jobs.csv", JOBS), ("small.yaml", scenario), ("sweep.yaml", SWEEP)):
        (folder / name).write_text(text)


def simulate(binary, folder, command, file, out, *words):
    """`tidepool run` or `sweep`."""
    subprocess.run([binary, command, file, "-o", out, *words], cwd=folder, check=True, capture_output=True)


def called(command, folder, *arguments, env=None):
    """The finished process of `tidepool-COMMAND ARGUMENTS...`, which never ends in a traceback."""
    done = subprocess.run(
        [Path(sys.executable).with_name(f"tidepool-{command}"), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done
