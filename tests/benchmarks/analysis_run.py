"""What reading results costs: report of a run of 1,000,000 jobs, compare of ten files, import of the package.

    .venv/bin/python tests/benchmarks/analysis_run.py build/release/sim/cli/tidepool

Each command is a process of its own, three times, the median is printed; beside it how often the same run, simulated,
fits into that time.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

JOBS = 1_000_000
SCENARIO = """\
tidepool: 1
name: million
topology: {clusters: [{name: site, server: hgx-h100, nodes: 1000}]}
failures: {}
workloads: [{trace: {file: jobs.csv}}]
scheduler: {placement: pack}
prices: {currency: USD, list: [{plan: on-demand, price: 2 USD/gpu/h}]}
horizon: 120 d
"""


def timed(command: list[object], folder: Path) -> tuple[float, float]:
    """Median of the wall times in seconds, and the peak of the memory in MiB so far among all children."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        done = subprocess.run(
            list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False
        )
        times.append(time.perf_counter() - begin)
        assert done.returncode in (0, 1), done.stderr
    return sorted(times)[1], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    binary, tools = Path(sys.argv[1]).resolve(), Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        luck = random.Random(1)
        rows = (
            f"{job},{job * 10},{luck.randrange(60, 200_000)},{luck.choice([1, 1, 2, 8])},team-{job % 40}\n"
            for job in range(JOBS)
        )
        (folder / "jobs.csv").write_text("job_id,submit,duration,gpus,tenant\n" + "".join(rows))
        (folder / "million.yaml").write_text(SCENARIO)
        table = [("import tidepool", *timed([sys.executable, "-c", "import tidepool"], folder))]
        small = ["run", "million.yaml", "--engine", "batch", "--set", "workloads[0].trace.first=1000"]
        for number in range(10):
            subprocess.run(
                [binary, *small, "-o", f"{number}.h5", "--seed", str(number)],
                cwd=folder,
                check=True,
                capture_output=True,
            )
        files = [f"{number}.h5" for number in range(10)]
        table.append(("compare of ten files", *timed([tools / "tidepool-compare", *files], folder)))
        run = [binary, "run", "million.yaml", "--engine", "batch", "-o", "million.h5", "--force"]
        begin = time.perf_counter()
        subprocess.run(run, cwd=folder, check=True, capture_output=True)
        simulated = time.perf_counter() - begin
        for name, words in (
            ("show", [tools / "tidepool-show", "million.h5"]),
            ("report", [tools / "tidepool-report", "million.h5", "-o", "r.html", "--force"]),
        ):
            seconds, _memory = timed(words, folder)
            memory = _peak([*map(str, words)], folder)
            table.append((f"{name} of {JOBS:,} jobs", seconds, memory))
        size = (folder / "r.html").stat().st_size / 1e6
    print(f"{'':28} {'seconds':>8} {'peak MiB':>9} {'of the run':>11}")
    for name, seconds, memory in table:
        print(f"{name:28} {seconds:8.2f} {memory:9.0f} {seconds / simulated:10.1%}")
    print(f"the run itself: {simulated:.2f} s; the page: {size:.1f} MB")


def _peak(words: list[str], folder: Path) -> float:
    """Memory of one process in MiB, told by a parent that has no other child."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
