"""A month of 32 services in flow fidelity: CPU seconds and memory of the whole process, and of `validate` alone.

    .venv/bin/python tests/benchmarks/tide_run.py build/release/sim/cli/tidepool [SERVICES] [--like]

Every service has a tide of its own (5-minute looks over 30 days) and lengths of its own; with --like all have the same
lengths, so that the latencies of a unit are worked out once.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = """\
tidepool: 1
name: thirty-days
horizon: 30 d
topology: {clusters: [{name: a, server: hgx-h100, nodes: 1024}]}
failures: {}
output: {bin: 1 h}
services:
"""
SERVICE = """\
  - name: s{n}
    unit: {{model: llama-3.3-70b, gpu: h100, gpus: 2, batch: 64}}
    demand:
      tide: {{base: {rate} /s, profile: deepseek, noise: {{deviation: 20 %}}}}
      lengths: {{in: {{exponential: {tokens}}}, out: {{exponential: 211}}}}
    autoscale: {{rule: target, every: 5 min, units: [1, 120], shrink_after: 15 min}}
    slo: {{ttft_p95: 2 s, tpot_p95: 50 ms}}
"""


def cpu(*command: str) -> tuple[float, float]:
    """CPU and wall seconds of a command that has to succeed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def main(binary: str, services: int = 32, alike: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "tide.yaml"
        rows = [
            SERVICE.format(n=n, rate=20 + 5 * n, tokens=1155 if alike else 500 + 50 * n)
            for n in range(services)
        ]
        scenario.write_text(HEAD + "".join(rows))
        for name, command in (
            ("validate", ("validate", str(scenario))),
            ("run", ("run", str(scenario), "-o", f"{folder}/out.h5", "--engine", "batch", "--force")),
        ):
            best = min(cpu(binary, *command) for _ in range(3))
            print(f"{name}: {best[0]:.2f} s CPU, {best[1]:.2f} s wall, best of 3")
    print(f"most memory of any: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--like"]
    main(words[0], int(words[1]) if len(words) > 1 else 32, "--like" in sys.argv)
