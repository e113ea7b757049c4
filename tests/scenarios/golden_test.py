"""Every scenario runs, matches its golden, and gives the same numbers from both engines."""

import json
import math

import golden
import pytest

FOLDERS = golden.folders()


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_scenario_matches_its_golden(binary, tmp_path, folder):
    expected = json.loads((folder / "golden.json").read_text())
    got = golden.golden(binary, folder, tmp_path / "run.h5")
    moved = [
        f"{name}: {expected['kpis'].get(name)} -> {value}"
        for name, value in got["kpis"].items()
        if not same(expected["kpis"].get(name), value)
    ]
    assert not moved and expected["kpis"].keys() == got["kpis"].keys(), "\n".join(moved)
    assert expected["daily"] == got["daily"]
    assert expected["sha256"] == got["sha256"]


def same(expected, got):
    """Equal to 1e-9; null equals null only."""
    if expected is None or got is None:
        return expected is got
    return math.isclose(expected, got, rel_tol=1e-9)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_scenario_has_a_readme_with_its_command(folder):
    assert f"scenarios/{folder.name}/scenario.yaml" in (folder / "README.md").read_text()


def test_both_engines_give_the_same_numbers(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    simgrid = golden.golden(binary, folder, tmp_path / "simgrid.h5", "--engine", "simgrid")
    assert simgrid == golden.golden(binary, folder, tmp_path / "batch.h5", "--engine", "batch")


def test_equal_runs_give_equal_bytes(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    for name in ("one.h5", "two.h5"):
        golden.golden(binary, folder, tmp_path / name)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
