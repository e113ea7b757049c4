"""Every scenario and sweep runs and matches its golden; both engines give the same numbers."""

import json
import math

import golden
import pytest

FOLDERS = golden.folders()
SWEEPS = golden.sweeps()


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_scenario_matches_its_golden(binary, tmp_path, folder):
    expected = json.loads((folder / "golden.json").read_text())
    got = golden.golden(binary, folder, tmp_path / "run.h5")
    same_kpis(expected["kpis"], got["kpis"])
    assert expected["daily"] == got["daily"]
    assert expected["sha256"] == got["sha256"]


@pytest.mark.parametrize("folder", SWEEPS, ids=[folder.name for folder in SWEEPS])
def test_sweep_matches_its_golden(binary, tmp_path, folder):
    expected = json.loads((folder / "golden.json").read_text())
    got = golden.sweep_golden(binary, folder, tmp_path / "sweep.h5")
    same_kpis(expected["kpis"], got["kpis"])
    assert expected["cells"] == got["cells"]
    assert expected["sha256"] == got["sha256"]


def same_kpis(expected, got):
    moved = [
        f"{name}: {expected.get(name)} -> {value}"
        for name, value in got.items()
        if not same(expected.get(name), value)
    ]
    assert not moved and expected.keys() == got.keys(), "\n".join(moved)


def same(expected, got):
    """Equal to 1e-9; null equals null only."""
    if expected is None or got is None:
        return expected is got
    return math.isclose(expected, got, rel_tol=1e-9)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_scenario_has_a_readme_with_its_command(folder):
    assert f"scenarios/{folder.name}/scenario.yaml" in (folder / "README.md").read_text()


@pytest.mark.parametrize("folder", SWEEPS, ids=[folder.name for folder in SWEEPS])
def test_sweep_has_a_readme_with_its_command(folder):
    assert f"scenarios/sweeps/{folder.name}/sweep.yaml" in (folder / "README.md").read_text()


def test_both_engines_give_the_same_numbers(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    simgrid = golden.golden(binary, folder, tmp_path / "simgrid.h5", "--engine", "simgrid")
    assert simgrid == golden.golden(binary, folder, tmp_path / "batch.h5", "--engine", "batch")


def test_equal_runs_give_equal_bytes(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    for name in ("one.h5", "two.h5"):
        golden.golden(binary, folder, tmp_path / name)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
