"""Every scenario and sweep runs and matches its golden; both engines give the same numbers."""

import re

import golden
import pictures
import pytest

from tidepool.golden import sum_up, text
from tidepool.results import read

FOLDERS = golden.folders()
SWEEPS = golden.sweeps()


@pytest.mark.parametrize(
    "folder", FOLDERS + SWEEPS, ids=[str(folder.relative_to(golden.SCENARIOS)) for folder in FOLDERS + SWEEPS]
)
def test_matches_its_golden(binary, tmp_path, folder):
    golden.run(binary, folder, tmp_path / "run.h5")
    done = golden.check(folder, tmp_path / "run.h5", "--exact")
    assert done.returncode == 0, done.stdout + done.stderr
    if str(folder.relative_to(golden.SCENARIOS)) in pictures.PICTURES:
        shown = pictures.check(folder, tmp_path / "run.h5")
        assert shown.returncode == 0, f"{shown.stdout}{shown.stderr}: see tests/scenarios/pictures.py"


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_readme_states_question_command_answer_and_picture(name):
    text = (golden.SCENARIOS / name / "README.md").read_text()
    assert re.match(r"# .*\?\n", text), "the question"
    assert re.search(r"```bash\n(.|\n)*?tidepool (run|sweep) ", text), "the command"
    assert re.search(r"\*\*[^*]+\*\*", text), "the answer"
    assert re.search(r"!\[[^\]]+\]\(picture\.svg\)", text), "the picture"


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_scenario_has_a_readme_with_its_command(folder):
    assert f"scenarios/{folder.name}/scenario.yaml" in (folder / "README.md").read_text()


@pytest.mark.parametrize("folder", SWEEPS, ids=[folder.name for folder in SWEEPS])
def test_sweep_has_a_readme_with_its_command(folder):
    assert f"scenarios/sweeps/{folder.name}/sweep.yaml" in (folder / "README.md").read_text()


def test_both_engines_give_the_same_numbers(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    for engine in ("simgrid", "batch"):
        golden.run(binary, folder, tmp_path / f"{engine}.h5", "--engine", engine)
    simgrid, batch = (text(sum_up(read(tmp_path / f"{engine}.h5"))) for engine in ("simgrid", "batch"))
    assert simgrid == batch


def test_equal_runs_give_equal_bytes(binary, tmp_path):
    folder = golden.SCENARIOS / "quickstart"
    for name in ("one.h5", "two.h5"):
        golden.run(binary, folder, tmp_path / name)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
