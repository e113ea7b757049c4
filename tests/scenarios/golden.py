"""Goldens of the scenarios: small, sorted, reviewable in a diff.

    .venv/bin/python tests/scenarios/golden.py BINARY [--force] [FOLDER...]   rewrites golden.json and prints what moved

Runs each scenario or sweep and calls `tidepool check --update`; analysis/tidepool/golden.py says what a golden holds.
Look at the difference before you commit it, and say in the CHANGELOG why the numbers moved.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
CHECK = Path(sys.executable).with_name("tidepool-check")


def is_sweep(folder: Path) -> bool:
    """Whether the folder holds a sweep, not a scenario."""
    return (folder / "sweep.yaml").exists()


def run(binary: Path, folder: Path, out: Path, *options: str) -> Any:
    """Runs the scenario or sweep; what that prints as JSON. `out` holds its result."""
    command, file = ("sweep", "sweep.yaml") if is_sweep(folder) else ("run", "scenario.yaml")
    words = [binary, command, folder / file, "-o", out, "--reproducible", "--json", *options]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(folder: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Holds the result against the folder's golden."""
    words = [CHECK, out, "--golden", folder / "golden.json", *options]
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)


def folders() -> list[Path]:
    """Every scenario."""
    return sorted(path.parent for path in SCENARIOS.glob("*/scenario.yaml"))


def sweeps() -> list[Path]:
    """Every sweep."""
    return sorted(path.parent for path in SCENARIOS.glob("sweeps/*/sweep.yaml"))


def main() -> None:
    """Rewrites goldens."""
    binary = Path(sys.argv[1]).resolve()
    force = [word for word in sys.argv[2:] if word == "--force"]
    named = [Path(name).resolve() for name in sys.argv[2:] if name not in force]
    for folder in named or folders() + sweeps():
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "run.h5"
            run(binary, folder, out)
            done = check(folder, out, "--update", "--all", *force)
        print(f"{folder.name}: {done.stdout}{done.stderr}", end="")


if __name__ == "__main__":
    main()
