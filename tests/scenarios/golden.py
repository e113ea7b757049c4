"""Goldens of the scenarios: small, sorted, reviewable in a diff.

    .venv/bin/python tests/scenarios/golden.py BINARY [SCENARIO_FOLDER...]   rewrites golden.json and prints what moved

A golden holds every KPI, daily means of the cluster's time series (30 days each for runs of more than 90) and one
SHA-256 over all numbers of the file.
Look at the difference before you commit it, and say in the CHANGELOG why the numbers moved.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SERIES = ("allocated", "down", "queue_length", "queued_gpus", "spare")


def digest(path: Path) -> str:
    """SHA-256 over name, type and content of every dataset outside /provenance and /scenario."""
    content = hashlib.sha256()

    def add(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith(("provenance", "scenario")):
            content.update(name.encode())
            data = item[()]
            text = isinstance(data, np.ndarray) and data.dtype.kind == "O"
            content.update(b"\0".join(data) if text else np.ascontiguousarray(data).tobytes())

    with h5py.File(path) as file:
        file.visititems(add)
    return content.hexdigest()


def daily(path: Path) -> dict[str, list[float]]:
    """Mean per day of every series, or per 30 days; bins divide the day, the last mean may be of less."""
    with h5py.File(path) as file:
        cluster = file["timeseries/cluster"]
        per_day = round(86400 / float(cluster.attrs["bin_width"]))
        if len(cluster["time"]) > 90 * per_day:
            per_day *= 30
        return {
            name: [
                round(float(np.mean(day)), 6)
                for day in np.split(values, range(per_day, len(values), per_day))
            ]
            for name in SERIES
            for values in [cluster[name][()]]
        }


def golden(binary: Path, scenario: Path, out: Path, *options: str) -> dict[str, Any]:
    """Runs the scenario and sums it up."""
    command = [
        str(binary),
        "run",
        str(scenario / "scenario.yaml"),
        "-o",
        str(out),
        "--reproducible",
        "--json",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {"kpis": json.loads(done.stdout)["kpis"], "daily": daily(out), "sha256": digest(out)}


def folders() -> list[Path]:
    """Every scenario."""
    return sorted(path.parent for path in SCENARIOS.glob("*/scenario.yaml"))


def main() -> None:
    """Rewrites goldens."""
    binary = Path(sys.argv[1]).resolve()
    for folder in [Path(name).resolve() for name in sys.argv[2:]] or folders():
        file = folder / "golden.json"
        old = json.loads(file.read_text()) if file.exists() else {"kpis": {}}
        with tempfile.TemporaryDirectory() as scratch:
            new = golden(binary, folder, Path(scratch) / "run.h5")
        file.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
        for name, value in new["kpis"].items():
            if old["kpis"].get(name) != value:
                print(f"{folder.name}: {name}: {old['kpis'].get(name)} -> {value}")


if __name__ == "__main__":
    main()
