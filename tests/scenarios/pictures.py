"""Pictures of the READMEs: one chart of a scenario's or sweep's result each.

    .venv/bin/python tests/scenarios/pictures.py BINARY [FOLDER...]   draws picture.svg again

Tests run the same scenarios and ask `tidepool picture --check` whether the pictures still show what comes out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import golden

PICTURES: dict[str, tuple[str, ...]] = {  # folder: options of `tidepool picture`
    "azure-week": ("--chart", "units"),
    "flash-crowd": ("--chart", "tide"),
    "llama3-54-days": ("--chart", "pareto"),
    "neocloud-1024": ("--chart", "money"),
    "night-tide": ("--chart", "capacity"),
    "rack-loss": ("--chart", "failures"),
    "sweeps/cache-size": ("--chart", "fan-slo-attainment"),
    "sweeps/contract-mix": ("--chart", "fan-profit"),
    "sweeps/inference-chips": ("--kpi", "gpu_hours_units", "--chart", "fan-gpu-hours-units"),
    "sweeps/oversubscription": ("--chart", "fan-wait-mean-s"),
    "sweeps/payback": ("--chart", "map-payback-years-0-1"),
    "sweeps/power-tou": ("--kpi", "cost_electricity", "--chart", "map-cost-electricity-0-1"),
    "sweeps/prefill-decode": ("--chart", "fan-goodput-rps"),
    "sweeps/price-shock": ("--chart", "map-profit-0-1"),
    "sweeps/rail-or-tor": ("--chart", "tornado-goodput-rate"),
    "sweeps/spares-and-repair": ("--chart", "fan-goodput-rate"),
    "sweeps/spot-notice": ("--kpi", "gpu_hours_lost", "--chart", "map-gpu-hours-lost-0-1"),
    "sweeps/tide-policies": ("--chart", "fan-slo-attainment"),
}
DRAW = Path(sys.executable).with_name("tidepool-picture")


def check(folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Whether the picture in the folder shows the result `out`."""
    options = PICTURES[str(folder.relative_to(golden.SCENARIOS))]
    kpi = options[: options.index("--chart")]
    words = [DRAW, out, "--check", folder / "picture.svg", *kpi]
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)


def main() -> None:
    """Draw them again."""
    binary = Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or PICTURES:
        folder = golden.SCENARIOS / name
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "run.h5"
            golden.run(binary, folder, out)
            words = [DRAW, out, *PICTURES[name], "-o", folder / "picture.svg", "--force"]
            subprocess.run(list(map(str, words)), check=True)
        print(folder / "picture.svg")


if __name__ == "__main__":
    main()
