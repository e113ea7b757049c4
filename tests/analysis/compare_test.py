"""`tidepool compare`: values, changes and verdicts are those of the files."""

import csv
import io
import json

import h5py
import pytest
import small

PRICES = "prices: {currency: USD, list: [{plan: on-demand, price: 2 USD/gpu/h}]}\n"


@pytest.fixture(scope="module")
def folder(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    small.write(folder, small.SCENARIO + PRICES)
    (folder / "other.yaml").write_text(small.SWEEP.replace("easy", "first-fit"))
    for command, file, out, *more in (
        ("run", "small.yaml", "a.h5"),
        ("run", "small.yaml", "b.h5", "--set", "topology.clusters[0].nodes=8"),
        ("run", "small.yaml", "short.h5", "--until", "2 d"),
        ("sweep", "sweep.yaml", "s.h5"),
        ("sweep", "other.yaml", "t.h5"),
    ):
        small.simulate(binary, folder, command, file, out, *more)
    cny = folder / "cny.h5"
    cny.write_bytes((folder / "a.h5").read_bytes())
    with h5py.File(cny, "r+") as file:
        file["money"].attrs["currency"] = "CNY"
    return folder


def ran(folder, *arguments):
    return small.called("compare", folder, *arguments)


def test_equal_files_have_nothing_to_say(folder):
    done = ran(folder, "a.h5", "a.h5", "a.h5")
    assert done.returncode == 0
    assert done.stdout.startswith("0 of ")


def test_values_are_those_of_the_files_and_verdicts_follow_what_is_better(folder):
    data = json.loads(ran(folder, "a.h5", "b.h5", "--json", "--all").stdout)
    records = {record["kpi"]: record for record in data["kpis"]}
    with h5py.File(folder / "a.h5") as a, h5py.File(folder / "b.h5") as b:
        assert records.keys() == a["summary"].keys()
        for name, record in records.items():
            old, new = (float(file["summary"][name][()]) for file in (a, b))
            assert record["values"] == [None if value != value else value for value in (old, new)]
            better = a["summary"][name].attrs["better"]
            verdict = ""
            if old == old and new == new and old != new and better != "none":
                verdict = "better" if (new > old) == (better == "higher") else "worse"
            assert record["verdict"] == [verdict], name
    assert records["wait_mean_s"]["verdict"] == ["worse"]


def test_the_table_shows_what_differs(folder):
    done = ran(folder, "a.h5", "b.h5")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    (gpus,) = (line.split() for line in lines if line.startswith("gpus "))
    assert gpus == ["gpus", "128", "64", "-50.0", "%"]
    assert not any(line.startswith("jobs_submitted ") for line in lines)
    assert any(
        line.startswith("jobs_submitted ")
        for line in ran(folder, "a.h5", "b.h5", "--all").stdout.splitlines()
    )


def test_patterns_choose_and_a_pattern_for_nothing_is_a_mistake(folder):
    rows = list(
        csv.reader(io.StringIO(ran(folder, "a.h5", "b.h5", "--csv", "--all", "--kpi", "wait_m*").stdout))
    )
    assert [(row[0], row[4]) for row in rows[1:]] == [
        *(("wait_max_s", "a.h5"), ("wait_max_s", "b.h5"), ("wait_mean_s", "a.h5"), ("wait_mean_s", "b.h5"))
    ]
    done = ran(folder, "a.h5", "b.h5", "--kpi", "wait_maen_s")
    assert done.returncode == 2 and "did you mean 'wait_mean_s'?" in done.stderr


def test_sweeps_are_compared_cell_by_cell(folder):
    moved = folder / "moved.h5"
    moved.write_bytes((folder / "s.h5").read_bytes())
    with h5py.File(moved, "r+") as file:
        for column, value in (("mean", 0.25), ("low", 0.25), ("high", 0.25)):
            file["sweep/stats/allocation_rate"][column][1] = value
    data = json.loads(ran(folder, "s.h5", "moved.h5", "--json").stdout)
    (record,) = data["kpis"]
    assert (record["kpi"], record["cell"], record["values"][1]) == ("allocation_rate", 1, 0.25)
    assert record["verdict"] == ["worse"]


def test_markdown_has_a_row_per_kpi(folder):
    lines = ran(folder, "a.h5", "b.h5", "--md").stdout.splitlines()
    assert lines[0] == "| KPI | a | b | change |"
    assert "| gpus | 128 | 64 | -50.0 % |" in lines


@pytest.mark.parametrize(
    ("files", "sentence", "different"),
    [
        (("a.h5", "s.h5"), "is the result of a run and s.h5 of a sweep", 2),
        (("s.h5", "t.h5"), "sweeps with different cells", 2),
        (("a.h5", "short.h5"), "covers 259200 s and short.h5 172800 s", 1),
        (("a.h5", "cny.h5"), "counts in USD and cny.h5 in CNY", 0),
        (("a.h5", "absent.h5"), "absent.h5", 2),
    ],
)
def test_what_cannot_be_compared_is_refused(folder, files, sentence, different):
    done = ran(folder, *files)
    assert done.returncode == 2 and sentence in done.stderr and not done.stdout
    assert ran(folder, *files, "--different").returncode == different
