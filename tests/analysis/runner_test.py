"""`tidepool.run`: scenarios as mappings and text, values of `set`, one interrupt, nothing left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

import tidepool
from tidepool.runner import _yaml, scalar

SCENARIO = {
    "tidepool": 1,
    "name": "small",
    "topology": {"preset": "dgx-pod"},
    "workloads": [{"trace": {"file": "jobs.csv"}}],
    "horizon": "1 d",
}
JOBS = "job_id,submit,duration,gpus\na,0,3600,8\nb,60,7200,16\n"


@pytest.fixture(autouse=True)
def here(binary, tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEPOOL_BINARY", str(binary))
    monkeypatch.chdir(tmp_path)
    Path("jobs.csv").write_text(JOBS)


def test_values_become_yaml():
    for value, text in (
        (3, "3"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (True, "true"),
        (None, "null"),
        ("2 d", "2 d"),
        (np.float64(0.5), "0.5"),
        (np.arange(3), "[0, 1, 2]"),
        ([1, "2 d", {"a": False}], '[1, "2 d", {"a": false}]'),
        (Path("a.csv"), '"a.csv"'),
    ):
        assert scalar(value) == text
    for value in (object(), {1, 2}, float("nan"), [float("inf")], b"x"):
        with pytest.raises(tidepool.ScenarioError, match="cannot be written as YAML"):
            scalar(value)


def test_text_stays_text_in_yaml_of_both_versions():
    value = {
        "a": ["1e3", "0o17", "yes", "null", "1.5", "2 d", "", "nan", "x: y", "<b>", "é"],
        "b": 1.5,
        "c": True,
    }
    text = _yaml(value)
    assert yaml.safe_load(text) == value
    for word in ("1e3", "0o17"):  # numbers in YAML 1.2, not in 1.1
        assert f'"{word}"' in text


def test_a_scenario_is_a_path_a_mapping_or_text(tmp_path):
    Path("small.yaml").write_text(yaml.safe_dump(SCENARIO))
    text = Path("small.yaml").read_text()
    runs = [tidepool.run(one, output="a.h5", force=True).summary for one in ("small.yaml", SCENARIO, text)]
    assert runs[0].loc["jobs_submitted", "value"] == 2
    for other in runs[1:]:
        np.testing.assert_array_equal(other["value"], runs[0]["value"])
    assert {path.name for path in tmp_path.iterdir()} == {"jobs.csv", "small.yaml", "a.h5"}


def test_equal_mappings_give_equal_inputs():
    inputs = [tidepool.run(SCENARIO).table("scenario/inputs") for _ in range(2)]
    assert list(inputs[0]["path"]) == list(inputs[1]["path"]) and len(inputs[0]) == 2


def test_mistakes_in_mappings_name_the_scenario_not_its_file(tmp_path):
    with pytest.raises(
        tidepool.ScenarioError, match=r"^scenario:\d+:1: horizn: unknown key, did you mean 'horizon'"
    ):
        tidepool.run({**SCENARIO, "horizn": 1})
    assert [path.name for path in tmp_path.iterdir()] == ["jobs.csv"]


def test_a_failed_run_keeps_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "scratch").mkdir()
    with pytest.raises(tidepool.ScenarioError):
        tidepool.run("absent.yaml")
    run = tidepool.run(SCENARIO)
    assert len([*(tmp_path / "scratch").iterdir()]) == 1
    del run
    assert not [*(tmp_path / "scratch").iterdir()]


def test_other_exit_codes_raise(tmp_path):
    program = tmp_path / "program"
    for code, error, text in (
        (2, tidepool.ScenarioError, "wrong"),
        (3, tidepool.RunError, "wrong"),
        (139, tidepool.RunError, "wrong"),
        (130, KeyboardInterrupt, "^$"),
    ):
        program.write_text(f"#!/bin/sh\necho '{{\"frac\": 0.5}}' >&2; echo wrong >&2; exit {code}\n")
        program.chmod(0o755)
        with pytest.raises(error, match=text):
            tidepool.run("small.yaml", output="a.h5", program=program)
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    with pytest.raises(tidepool.RunError, match="ended with code -9"):
        tidepool.run("small.yaml", output="a.h5", program=program)


def test_what_the_program_says_is_kept_to_its_end(tmp_path):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nseq 100000 >&2; exit 3\n")
    program.chmod(0o755)
    with pytest.raises(tidepool.RunError) as error:
        tidepool.run("small.yaml", output="a.h5", program=program)
    assert str(error.value).splitlines() == [str(n) for n in range(99_801, 100_001)]


PROGRAM = """\
#!{python}
import pathlib, signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
pathlib.Path("started").touch()
until = time.monotonic() + 20
while not seen and time.monotonic() < until:
    time.sleep(0.01)
time.sleep(0.5)  # a second one would come now
print("x" * 200_000, file=sys.stderr)  # more than a pipe holds
pathlib.Path("seen").write_text(str(len(seen)))
sys.exit(130)
"""
CALLER = """\
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
import tidepool
try:
    tidepool.run("small.yaml", output="a.h5", program="./program", progress="none")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_at_the_terminal_reaches_the_program_once(tmp_path):
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    terminal, inside = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", CALLER],
        stdin=inside,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as caller:
        until = time.monotonic() + 20
        while not Path("started").exists() and time.monotonic() < until:
            time.sleep(0.01)
        os.write(terminal, b"\x03")
        assert caller.communicate(timeout=30)[0] == "interrupted\n"
    os.close(inside)
    os.close(terminal)
    assert Path("seen").read_text() == "1"
