"""What is generated is what is committed, and every command in a README runs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import analysis_reference
import picture
import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = [ROOT / "README.md", *sorted(ROOT.glob("scenarios/**/README.md"))]


@pytest.mark.parametrize("page", ["scenario", "topology", "sweep", "slowdowns", "trace", "kpis", "cli"])
def test_reference_page_is_current(tidepool, page):
    done = tidepool("reference", page)
    assert done.stdout == (ROOT / f"docs/reference/{page}.md").read_text(), (
        f"tidepool reference {page} > docs/reference/{page}.md"
    )


@pytest.mark.parametrize("kind", ["scenario", "topology", "sweep", "slowdowns"])
def test_schema_is_current(tidepool, kind):
    done = tidepool("schema", kind)
    assert json.loads(done.stdout)["$schema"].startswith("http://json-schema.org/draft-07")
    assert done.stdout == (ROOT / f"docs/schema/{kind}.schema.json").read_text(), (
        f"tidepool schema {kind} > docs/schema/{kind}.schema.json"
    )


def test_reference_of_the_python_package_is_current():
    assert analysis_reference.page() == (ROOT / "docs/reference/analysis.md").read_text(), (
        "see tests/docs/analysis_reference.py"
    )


def test_schema_of_tolerances_is_current():
    program = Path(sys.executable).with_name("tidepool-check")
    done = subprocess.run([program, "--schema"], capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs/schema/tolerances.schema.json").read_text()


def test_picture_is_current(binary):
    assert picture.svg(picture.output(binary)) == picture.PICTURE.read_text(), "see tests/docs/picture.py"


@pytest.mark.parametrize("readme", READMES, ids=[str(path.parent.name) for path in READMES])
def test_commands_of_the_readme_run(readme, binary, tmp_path):
    commands = re.findall(r"^```bash\n(.*?)^```", readme.read_text(), re.MULTILINE | re.DOTALL)
    assert commands
    # A folder that looks like the repository, so that what the commands write lands here.
    for entry in ROOT.iterdir():
        if entry.name != ".git":
            (tmp_path / entry.name).symlink_to(entry)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=tmp_path,
        env={**os.environ, "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_example_scenarios_of_the_readme_run(tidepool, tmp_path):
    text = (ROOT / "README.md").read_text()
    (tmp_path / "jobs.csv").write_text(re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1])
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 6
    for example in examples:
        command, name = ("sweep", "sweep.yaml") if "tidepool_sweep" in example else ("run", "mine.yaml")
        (tmp_path / name).write_text(example)
        done = tidepool(command, name, "--force")
        assert done.returncode == 0, done.stderr


def test_snippets_of_the_rules_are_valid(tidepool, tmp_path):
    snippet = re.search(r"```yaml\n(.*?)```", (ROOT / "docs/interruptions.md").read_text(), re.DOTALL)[1]
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n1,0,86400,512\n")
    (tmp_path / "mine.yaml").write_text(
        "tidepool: 1\nname: rules\nhorizon: 2 d\ntopology: {preset: neocloud-1024}\n"
        "workloads: [{trace: {file: jobs.csv}}]\n" + snippet
    )
    done = tidepool("run", "mine.yaml")
    assert done.returncode == 0, done.stderr


def test_schema_and_reader_agree(tidepool, tmp_path):
    """Every shipped file passes both; a wrong one fails both."""
    import jsonschema
    import yaml

    schema = json.loads((ROOT / "docs/schema/scenario.schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema)
    shipped = sorted(ROOT.glob("scenarios/*/scenario.yaml"))
    assert shipped
    for path in shipped:
        validator.validate(yaml.safe_load(path.read_text()))
        assert tidepool("validate", path).returncode == 0
    good = yaml.safe_load(shipped[0].read_text())
    sweeps = sorted(ROOT.glob("scenarios/sweeps/*/sweep.yaml"))
    assert sweeps
    schema = json.loads((ROOT / "docs/schema/sweep.schema.json").read_text())
    for path in sweeps:
        jsonschema.Draft7Validator(schema).validate(yaml.safe_load(path.read_text()))
        assert tidepool("validate", path).returncode == 0
    for change in (
        {"horizn": "3 d"},
        {"horizon": 3},
        {"seed": "x"},
        {"scheduler": {"queue": "eassy"}},
        {"output": {"bin": "1 GB"}},
    ):
        bad = {**good, **change}
        assert not validator.is_valid(bad), change
        (tmp_path / "bad.yaml").write_text(yaml.safe_dump(bad))
        assert tidepool("validate", "bad.yaml").returncode == 2, change
