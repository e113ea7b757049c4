"""Fixtures that the Python tests share."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def binary() -> Path:
    """The program under test: $TIDEPOOL, or the one of the release build."""
    path = Path(os.environ.get("TIDEPOOL", ROOT / "build/release/sim/cli/tidepool")).absolute()
    assert path.is_file(), f"{path} does not exist: build it, or say where it is in TIDEPOOL"
    return path


@pytest.fixture
def tidepool(binary, tmp_path):
    """Runs `tidepool ARGUMENTS...` in an empty directory; returns the finished process, never raises."""

    def run(*arguments, cwd=tmp_path, env=None, timeout=120):
        return subprocess.run(
            [binary, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
