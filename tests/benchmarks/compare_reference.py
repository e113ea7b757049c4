"""Runs reference.py and the decision core on the same trace in one go and prints the ratio of their speeds.

usage: python3 tests/benchmarks/compare_reference.py REPLAY [TRACE] [ROUNDS]

REPLAY is the program `replay` of this folder (build/release/tests/benchmarks/replay). Both sides read the
trace, then time the replay alone in CPU seconds; rounds alternate, the medians are compared. The answers must be
equal, or the script fails: a fast wrong answer is no speed.
"""

import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINE = re.compile(r"mean_wait_s (\S+) last_end_s (\S+) cpu_s \S+ jobs_per_s (\S+)")


def run(command: list[str]) -> tuple[str, str, float]:
    """Mean wait and last end as printed, and jobs per CPU second."""
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wait, last, speed = LINE.search(output).groups()
    return wait, last, float(speed)


def main() -> int:
    replay = sys.argv[1]
    trace = sys.argv[2] if len(sys.argv) > 2 else str(HERE / "../../workloads/traces/common-100k.csv.gz")
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    failed = False
    for placement, queue in (("packed", "fifo"), ("fungible", "fifo"), ("fungible", "easy")):
        speeds: tuple[list[float], list[float]] = ([], [])
        answers = set()
        for _ in range(rounds):
            for side, command in enumerate(([sys.executable, str(HERE / "reference.py")], [replay])):
                wait, last, speed = run([*command, trace, placement, queue])
                speeds[side].append(speed)
                answers.add((wait, last))
        reference, core = map(statistics.median, speeds)
        verdict = "equal answers" if len(answers) == 1 else f"DIFFERENT ANSWERS {sorted(answers)}"
        failed |= len(answers) != 1
        print(
            f"{placement:8} {queue:4}  reference {reference:9.0f} jobs/s  core {core:9.0f} jobs/s  "
            f"ratio {core / reference:6.1f}  {verdict}"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
