"""Whole runs on a network: 100,000 GPUs, 100,000 job starts, at two oversubscriptions and with both rate solvers.

usage: python3 tests/benchmarks/network_run.py TIDEPOOL [JOBS [ROUNDS]]

The trace is made here: gangs of 1 to 128 whole nodes, log-uniform, 12 h each on average (exponential), arriving so
that 90 % of 12,500 nodes would be busy. Prints CPU seconds of the whole process, the number of solves, the time per
solve over a run without a network, and the ratios; runs with both solvers must agree on every end of a job.
"""

import csv
import math
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

NODES = 12_500
MEAN_HOURS = 12

SCENARIO = """tidepool: 1
name: network-run
topology: {preset: fat-tree-100k}
failures: {}
network: {}
communication: {class: llm-3d}
workloads: [{trace: {file: jobs.csv}}]
output: {bin: 1 d}
"""


def write_trace(path: Path, jobs: int) -> None:
    dice = random.Random(1)
    nodes_mean = (128 - 1) / math.log(128)  # of a log-uniform size
    rate = 0.9 * NODES / (nodes_mean * MEAN_HOURS * 3600)
    now = 0.0
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["job_id", "submit", "duration", "gpus"])
        for job in range(jobs):
            now += dice.expovariate(rate)
            nodes = round(128 ** dice.random())
            duration = max(60, dice.expovariate(1 / (MEAN_HOURS * 3600)))
            rows.writerow([job, round(now), round(duration), 8 * nodes])


def run(tidepool: str, folder: Path, name: str, options: list[str]) -> float:
    """CPU seconds of the whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [tidepool, "run", "network-run.yaml", "-o", f"{name}.h5", "--force", "--json", *options],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ends(path: Path) -> tuple[bytes, int]:
    import h5py

    with h5py.File(path) as file:
        solves = file["links"].attrs.get("solves", 0) if "links" in file else 0
        return file["jobs/end"][()].tobytes(), int(solves)


def main() -> int:
    tidepool = str(Path(sys.argv[1]).resolve())
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_trace(folder / "jobs.csv", jobs)
        (folder / "network-run.yaml").write_text(SCENARIO)
        for oversubscription in (1, 2, 8):
            at = ["--set", f"topology.fabric.oversubscription={oversubscription}"]
            found: dict[str, tuple[float, bytes, int]] = {}
            for rates in ("off", "maxmin", "simgrid"):
                seconds = min(
                    run(tidepool, folder, rates, [*at, "--set", f"network.rates={rates}"])
                    for _ in range(rounds)
                )
                found[rates] = (seconds, *ends(folder / f"{rates}.h5"))
            off, own, simgrid = (found[rates] for rates in ("off", "maxmin", "simgrid"))
            agree = own[1] == simgrid[1]
            failed |= not agree
            for rates, (seconds, _, solves) in found.items():
                each = (seconds - off[0]) / solves * 1e6 if solves else math.nan
                print(
                    f"{oversubscription}:1 {rates:8} {seconds:7.2f} s CPU  {solves:7} solves  {each:7.1f} us each"
                )
            print(
                f"{oversubscription}:1 simgrid / maxmin {simgrid[0] / own[0]:5.1f}  "
                f"{'equal ends' if agree else 'DIFFERENT ENDS'}"
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
