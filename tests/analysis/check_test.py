"""`tidepool check`: what moved is found, what may move passes, and nothing is half-written."""

import json
import math
from pathlib import Path
from xml.etree import ElementTree

import h5py
import pytest
import small

from tidepool import check, golden, tolerances
from tidepool.golden import Golden
from tidepool.tolerances import Tolerance, Tolerances


@pytest.fixture(scope="module")
def made(binary, tmp_path_factory):
    """A folder with run.h5, its golden, and sweep.h5 with its own."""
    folder = tmp_path_factory.mktemp("check")
    small.write(folder)
    small.simulate(binary, folder, "run", "small.yaml", "run.h5")
    small.simulate(binary, folder, "sweep", "sweep.yaml", "sweep.h5")
    for name in ("run", "sweep"):
        ran(folder, f"{name}.h5", "--golden", f"{name}.json", "--update")
    return folder


def ran(folder, *arguments, env=None):
    return small.called("check", folder, *arguments, env=env)


def moved_by(made, tmp_path, name, factor=1.0, add=0.0):
    """A copy of run.h5 in which one KPI is another one."""
    copy = tmp_path / "moved.h5"
    copy.write_bytes((made / "run.h5").read_bytes())
    with h5py.File(copy, "r+") as file:
        item = file["summary"][name]
        item[()] = item[()] * factor + add
    return copy


@pytest.mark.parametrize("name", ["run", "sweep"])
def test_a_result_equals_its_own_golden(made, name):
    done = ran(made, f"{name}.h5", "--golden", f"{name}.json", "--exact")
    assert (done.returncode, done.stderr) == (0, "")
    assert "none moved" in done.stdout


def test_every_kpi_moved_by_twice_its_tolerance_is_found_and_by_half_passes(made):
    old = golden.load(made / "run.json")
    allowed = Tolerances(kpis=(("*", Tolerance(rel=1e-4)), ("jobs_*", Tolerance(abs=0.25))))
    checked = 0
    for name, value in old.kpis.items():
        step = 0.25 if name.startswith("jobs_") else 1e-4 * abs(value)
        if math.isnan(value) or step == 0:
            continue
        checked += 1
        for by, expected in ((2, [name]), (-2, [name]), (0.5, []), (-0.5, [])):
            new = Golden("run", old.title, {**old.kpis, name: value + by * step}, old.daily)
            found = [one.name for one in check.findings(old, new, allowed) if one.moved]
            assert found == expected, (name, by)
    assert checked > 20


@pytest.mark.parametrize(
    ("factor", "options", "code"),
    [
        (1 + 2e-9, [], 1),
        (1 + 0.5e-9, [], 0),
        (1 + 0.5e-9, ["--exact"], 1),
        (1.002, ["--tolerances", "t.yaml"], 1),
        (1.0005, ["--tolerances", "t.yaml"], 0),
    ],
)
def test_through_the_program(made, tmp_path, factor, options, code):
    copy = moved_by(made, tmp_path, "wait_mean_s", factor)
    (made / "t.yaml").write_text("tidepool_tolerances: 1\nkpis: {'wait_*': {rel: 1e-3}}\n")
    done = ran(made, copy, "--golden", "run.json", *options)
    assert done.returncode == code, done.stdout
    assert ("wait_mean_s: " in done.stdout) == (code == 1 and "--exact" not in options)


def test_the_worst_offender_comes_first():
    old = Golden("run", "x", {"a": 1.0, "b": 1.0, "c": 1.0, "d": math.nan, "e": 5.0, "f": 0.0})
    new = Golden("run", "x", {"a": 1.2, "b": 1.9, "c": 1.0, "d": math.nan, "f": 0.0, "g": 1.0})
    ten_percent = Tolerances(kpis=(("*", Tolerance(rel=0.1)), ("a", Tolerance(rel=0.01))))
    found = check.findings(old, new, ten_percent)
    assert [(one.name, round(one.excess, 9)) for one in found] == [
        *(("e", math.inf), ("g", math.inf), ("a", 20.0), ("b", 9.0)),
        *(("c", 0.0), ("d", 0.0), ("f", 0.0)),
    ]
    assert str(found[2]) == "a: 1 -> 1.2 (+20.0 %, allowed: rel 0.01)"


@pytest.mark.parametrize(
    ("tolerance", "old", "new", "excess"),
    [
        (Tolerance(rel=0.1), 100, 105, 0.5),
        (Tolerance(rel=0.1), -100, -120, 2),
        (Tolerance(rel=0.1, abs=40), 100, 120, 0.5),
        (Tolerance(), 1, 1, 0),
        (Tolerance(), 1, 1.0000001, math.inf),
        (Tolerance(rel=0.1), 0, 1e-300, math.inf),
        (Tolerance(rel=0.1), math.nan, math.nan, 0),
        (Tolerance(rel=0.1, abs=9), math.nan, 1, math.inf),
        (Tolerance(rel=0.1, abs=9), math.inf, 1, math.inf),
        (Tolerance(rel=0.1), math.inf, math.inf, 0),
        (Tolerance(ignore=True), 1, math.nan, 0),
    ],
)
def test_excess(tolerance, old, new, excess):
    assert tolerance.excess(old, new) == pytest.approx(excess, rel=1e-12)


def test_the_last_pattern_that_fits_counts_and_cells_take_that_of_their_kpi(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(
        "tidepool_tolerances: 1\nkpis:\n  '*': exact\n  'wait_*': {rel: 0.5}\n  wait_mean_s: ignore\n"
    )
    read = tolerances.load(path, ["3.wait_mean_s", "3.wait_max_s", "3.gpus"], [])
    assert read.of_kpi("3.wait_mean_s").ignore
    assert read.of_kpi("3.wait_max_s") == Tolerance(rel=0.5)
    assert read.of_kpi("3.gpus") == Tolerance()
    assert read.of_series("allocated") == tolerances.DEFAULT


def test_mistakes_in_tolerances_are_named_all_at_once(made):
    (made / "bad.yaml").write_text(
        "tidepool_tolerances: 1\nkpis:\n  wait_maen_s: {rel: 0.1}\n  gpus: {rle: 1}\n  ettr: exakt\n"
        "  makespan_s: {rel: -1}\n  wait_max_s: {}\ndayly: {}\n"
    )
    done = ran(made, "run.h5", "--golden", "run.json", "--tolerances", "bad.yaml")
    assert done.returncode == 2
    assert done.stderr.replace("tidepool check: ", "").splitlines() == [
        "bad.yaml:3:16: kpis.wait_maen_s: fits nothing in the golden, did you mean 'wait_mean_s'?",
        "bad.yaml:4:15: kpis.gpus.rle: unknown key, did you mean 'rel'?",
        "bad.yaml:5:9: kpis.ettr: must be one of exact, ignore (got 'exakt'), did you mean 'exact'?",
        "bad.yaml:6:21: kpis.makespan_s.rel: must be between 0 and inf (got -1)",
        "bad.yaml:7:15: kpis.wait_max_s: must have `rel` or `abs`, or be `exact`",
        "bad.yaml:8:8: dayly: unknown key, did you mean 'daily'?",
    ]


def test_update_writes_what_then_passes_and_says_what_moved(made, tmp_path):
    copy = moved_by(made, tmp_path, "jobs_completed", add=1)
    target = tmp_path / "g.json"
    target.write_text((made / "run.json").read_text())
    done = ran(tmp_path, copy, "--golden", target, "--update")
    assert done.returncode == 0
    assert done.stdout.startswith("jobs_completed: ")
    assert ran(tmp_path, copy, "--golden", target, "--exact").returncode == 0
    assert ran(tmp_path, made / "run.h5", "--golden", target).returncode == 1


def test_a_golden_of_another_scenario_is_refused_and_kept(made, tmp_path):
    other = json.loads((made / "run.json").read_text())
    other["title"] = "somebody else's"
    target = tmp_path / "g.json"
    target.write_text(json.dumps(other))
    before = target.read_bytes()
    for options in ([], ["--update"]):
        done = ran(made, "run.h5", "--golden", target, *options)
        assert (done.returncode, target.read_bytes()) == (2, before)
        assert "is the golden of the title" in done.stderr
    assert ran(made, "sweep.h5", "--golden", made / "run.json").returncode == 2
    assert ran(made, "run.h5", "--golden", target, "--update", "--force").returncode == 0
    assert golden.load(target) == golden.load(made / "run.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        "{}",
        '{"tidepool_golden": 2}',
        '{"tidepool_golden": 1, "kind": "run", "kpis": {"a": "b"}}',
    ],
)
def test_a_damaged_golden_is_refused(made, tmp_path, text):
    target = tmp_path / "g.json"
    target.write_text(text)
    done = ran(made, "run.h5", "--golden", target)
    assert done.returncode == 2
    assert str(target) in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_missing_golden_says_how_to_make_it(made, tmp_path):
    done = ran(made, "run.h5", "--golden", tmp_path / "g.json")
    assert done.returncode == 2 and "--update" in done.stderr
    assert not (tmp_path / "g.json").exists()


def test_results_that_cannot_be_read_are_refused(made, tmp_path):
    whole = (made / "run.h5").read_bytes()
    (tmp_path / "short.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.h5").write_text("no HDF5")
    (tmp_path / "empty.h5").write_bytes(b"")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = 1
    for name, change in (("newer.h5", ("tidepool_schema", "2.0")), ("failed.h5", ("status", "failed"))):
        (tmp_path / name).write_bytes(whole)
        with h5py.File(tmp_path / name, "r+") as file:
            file.attrs[change[0]] = change[1]
    for name in ("short.h5", "text.h5", "empty.h5", "foreign.h5", "newer.h5", "failed.h5", "absent.h5", "."):
        done = ran(
            made, tmp_path / name, "--golden", "run.json", "--junit", tmp_path / "junit.xml", "--update"
        )
        assert done.returncode == 2, (name, done.stderr)
        assert name == "." or name in done.stderr
    assert not (tmp_path / "junit.xml").exists()


def test_a_result_that_another_process_holds_locked_is_read(made):
    with h5py.File(made / "run.h5", "r+", locking=True):
        assert ran(made, "run.h5", "--golden", "run.json").returncode == 0


def test_places_that_cannot_be_written_are_the_worlds_fault(made):
    done = ran(made, "run.h5", "--golden", "run.json", "--junit", made / "absent" / "junit.xml")
    assert (done.returncode, "cannot write" in done.stderr) == (3, True)
    done = ran(made, "run.h5", "--golden", "run.json", "--junit", "run.json")
    assert done.returncode == 2 and golden.load(made / "run.json")


def hostile():
    name = "a,b:c%\n::error::<script>&\"'|`*\x1b[31m\x00\u202e"
    old, new = (Golden("run", "x", {name: value, "ok": 1.0}) for value in (1.0, 2.0))
    return check.findings(old, new, Tolerances())


def test_junit_has_a_case_per_kpi_and_survives_any_name(made, tmp_path):
    copy = moved_by(made, tmp_path, "wait_mean_s", 1.5)
    ran(made, copy, "--golden", "run.json", "--junit", tmp_path / "junit.xml")
    suites = ElementTree.fromstring((tmp_path / "junit.xml").read_text())
    cases = {case.get("name"): case for case in suites.iter("testcase")}
    old = golden.load(made / "run.json")
    assert cases.keys() == old.kpis.keys() | {f"daily.{name}" for name in old.daily} | {"sha256"}
    assert [name for name, case in cases.items() if case.find("failure") is not None] == ["wait_mean_s"]
    assert suites.get("failures") == "1" and suites.get("tests") == str(len(cases))
    parsed = ElementTree.fromstring(check.as_junit(Path("x.h5"), hostile()))
    assert [case.find("failure") is not None for case in parsed.iter("testcase")].count(True) == 1


def test_github_annotations_are_one_line_each_and_the_summary_is_appended(made, tmp_path):
    copy = moved_by(made, tmp_path, "wait_mean_s", 1.5)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = ran(
        made, copy, "--golden", "run.json", "--format", "github", env={"GITHUB_STEP_SUMMARY": str(summary)}
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith(
        "::error file=run.json,title=tidepool check%3A wait_mean_s::"
    )
    assert summary.read_text().startswith("before\n### ") and "wait\\_mean\\_s" in summary.read_text()
    annotations = check.as_annotations(Path("g.json"), hostile())
    assert (
        annotations.count("\n") == 0 and annotations.count("::error") == 2
    )  # the second is text after the first
    assert annotations.split("::")[1] == (
        "error file=g.json,title=tidepool check%3A a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3A<script>&\"'|`*\x1b[31m\x00\u202e"
    )


def test_json_names_what_moved(made, tmp_path):
    copy = moved_by(made, tmp_path, "wait_mean_s", 1.5)
    data = json.loads(ran(made, copy, "--golden", "run.json", "--format", "json").stdout)
    (moved,) = data["moved"]
    assert moved["name"] == "wait_mean_s" and moved["excess"] == pytest.approx(0.5 / 1e-9)
    assert data["bytes_differ"] is True


def test_schema_accepts_what_the_reader_accepts(tmp_path):
    import jsonschema

    schema = json.loads(ran(tmp_path, "--schema").stdout)
    jsonschema.validate({"tidepool_tolerances": 1, "kpis": {"*": {"rel": 1e-9}, "a": "exact"}}, schema)
    for bad in (
        {},
        {"tidepool_tolerances": 1, "kpis": {"a": {}}},
        {"tidepool_tolerances": 1, "kpis": {"a": "x"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
