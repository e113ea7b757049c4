"""Goldens of the scenarios: small, sorted, reviewable in a diff.

    .venv/bin/python tests/scenarios/golden.py BINARY [FOLDER...]   rewrites golden.json and prints what moved

A golden holds every KPI, daily means of the cluster's time series (30 days each for runs of more than 90) and one
SHA-256 over all numbers of the file. Of runs without a network, services, money or tenants, their KPIs are left
out. That of a sweep holds every KPI's mean per cell and one SHA-256 of the rows.
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
OF_PARTS = ("network", "inference", "money", "tenants")
SERIES = ("allocated", "down", "queue_length", "queued_gpus", "spare")


def says_nothing(item: h5py.Dataset) -> bool:
    """Whether this is an undefined KPI of a part that not every run has: network, services, money, tenants."""
    return item.attrs.get("group") in OF_PARTS and bool(np.isnan(item[()]).all())


def silent(path: Path) -> set[str]:
    """Names of those KPIs."""
    with h5py.File(path) as file:
        kpis = file["summary"] if "summary" in file else file["sweep/replica"]
        return {name for name, item in kpis.items() if says_nothing(item)}


def digest(path: Path) -> str:
    """SHA-256 over name, type and content of every dataset outside /provenance, /scenario and statistics."""
    content = hashlib.sha256()

    def add(name: str, item: Any) -> None:
        skipped = name.startswith(("provenance", "scenario", "sweep/stats"))
        if isinstance(item, h5py.Dataset) and not skipped and not says_nothing(item):
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
    printed = run(binary, "run", scenario / "scenario.yaml", out, *options)
    kpis = {name: value for name, value in printed["kpis"].items() if name not in silent(out)}
    return {"kpis": kpis, "daily": daily(out), "sha256": digest(out)}


def sweep_golden(binary: Path, sweep: Path, out: Path, *options: str) -> dict[str, Any]:
    """Runs the sweep and sums it up; its KPIs are named `CELL.NAME`."""
    run(binary, "sweep", sweep / "sweep.yaml", out, *options)
    left_out = silent(out)
    with h5py.File(out) as file:
        kpis = {
            f"{cell}.{name}": None if np.isnan(mean) else float(mean)
            for name, stats in file["sweep/stats"].items()
            if name not in left_out
            for cell, mean in enumerate(stats["mean"])
        }
        cells = {
            name: text.asstr()[()].tolist()
            for name, text in (file["sweep/param"].items() if "sweep/param" in file else ())
        }
    return {"kpis": kpis, "cells": cells, "sha256": digest(out)}


def run(binary: Path, command: str, file: Path, out: Path, *options: str) -> Any:
    """What the command prints as JSON; `out` holds its result."""
    words = [binary, command, file, "-o", out, "--reproducible", "--json", *options]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def folders() -> list[Path]:
    """Every scenario."""
    return sorted(path.parent for path in SCENARIOS.glob("*/scenario.yaml"))


def sweeps() -> list[Path]:
    """Every sweep."""
    return sorted(path.parent for path in SCENARIOS.glob("sweeps/*/sweep.yaml"))


def main() -> None:
    """Rewrites goldens."""
    binary = Path(sys.argv[1]).resolve()
    for folder in [Path(name).resolve() for name in sys.argv[2:]] or folders() + sweeps():
        file = folder / "golden.json"
        old = json.loads(file.read_text()) if file.exists() else {"kpis": {}}
        with tempfile.TemporaryDirectory() as scratch:
            sums_up = sweep_golden if (folder / "sweep.yaml").exists() else golden
            new = sums_up(binary, folder, Path(scratch) / "run.h5")
        file.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n")
        for name, value in new["kpis"].items():
            if old["kpis"].get(name) != value:
                print(f"{folder.name}: {name}: {old['kpis'].get(name)} -> {value}")


if __name__ == "__main__":
    main()
