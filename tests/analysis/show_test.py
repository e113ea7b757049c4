"""`tidepool show`: the numbers are those of the file, on any terminal, of whole and of partial files."""

import json
import math

import h5py
import numpy as np
import pytest
import small

from tidepool import show


def ran(folder, *arguments, env=None):
    return small.called("show", folder, *arguments, env=env)


@pytest.fixture(scope="module")
def folder(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("show")
    small.write(folder)
    small.simulate(binary, folder, "run", "small.yaml", "a.h5")
    small.simulate(binary, folder, "sweep", "sweep.yaml", "s.h5")
    with h5py.File(folder / "a.h5", "r+") as file:
        file.attrs["title"] = "small\x1b[31m\u202e"
    return folder


def test_json_and_csv_hold_every_kpi_of_the_file(folder):
    data = json.loads(ran(folder, "a.h5", "--json", "--all").stdout)
    lines = ran(folder, "a.h5", "--csv", "--all").stdout.splitlines()
    with h5py.File(folder / "a.h5") as file:
        assert data.keys() == file["summary"].keys() and len(lines) == len(data) + 1
        for name, item in file["summary"].items():
            value = float(item[()])
            assert data[name]["value"] == (None if math.isnan(value) else value)
            assert data[name]["units"] == item.attrs["units"]


def test_the_table_and_the_charts_are_printed_without_control_characters(folder):
    done = ran(folder, "a.h5")
    assert done.returncode == 0 and not done.stderr
    assert not {*done.stdout} & {"\x1b", "\u202e"}
    (gpus,) = (line.split() for line in done.stdout.splitlines() if line.startswith("gpus "))
    assert gpus[1] == "128"
    assert "From installed to useful GPU-hours" in done.stdout and "█" in done.stdout


def test_a_plain_encoding_gets_plain_characters(folder):
    done = ran(folder, "a.h5", env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin"})
    assert done.returncode == 0 and done.stdout.isascii() and "####" in done.stdout


def test_patterns_choose(folder):
    lines = ran(folder, "a.h5", "--kpi", "wait_m*").stdout.splitlines()
    assert [line.split()[0] for line in lines[3:5]] == ["wait_max_s", "wait_mean_s"]
    done = ran(folder, "a.h5", "--kpi", "wait_maen_s")
    assert done.returncode == 2 and "did you mean 'wait_mean_s'?" in done.stderr


def test_a_sweep_shows_its_cells(folder):
    data = json.loads(ran(folder, "s.h5", "--json", "--kpi", "wait_mean_s").stdout)
    params = [cell["params"] for cell in data["cells"]]
    assert params == [{"scheduler.queue": "fifo"}, {"scheduler.queue": "easy"}]
    lines = [
        line.split(",") for line in ran(folder, "s.h5", "--csv", "--kpi", "wait_mean_s").stdout.splitlines()
    ]
    assert lines[0] == ["cell", "scheduler.queue", "wait_mean_s", "wait_mean_s_low", "wait_mean_s_high"]
    with h5py.File(folder / "s.h5") as file:
        for place, column in enumerate(("mean", "low", "high")):
            expected = list(file["sweep/stats/wait_mean_s"][column])
            assert [cell["kpis"]["wait_mean_s"][column] for cell in data["cells"]] == expected
            assert [float(line[2 + place]) for line in lines[1:]] == expected
    assert "2 cells x 2 replicas, 4 runs done" in ran(folder, "s.h5").stdout


def test_a_large_sweep_is_cut_in_the_table_only(folder, binary):
    values = ", ".join(map(str, range(1, 61)))
    (folder / "large.yaml").write_text(
        f"tidepool_sweep: 1\nname: large\nbase: small.yaml\ngrid: {{'workloads[0].trace.first': [{values}]}}\n"
    )
    small.simulate(binary, folder, "sweep", "large.yaml", "l.h5")
    assert "... and 20 more cells" in ran(folder, "l.h5", "--kpi", "gpus").stdout
    assert len(json.loads(ran(folder, "l.h5", "--kpi", "gpus", "--json").stdout)["cells"]) == 60
    assert len(ran(folder, "l.h5", "--kpi", "gpus", "--csv").stdout.splitlines()) == 61


def test_a_partial_file_shows_how_far_it_got(folder):
    partial = folder / "p.h5.partial"
    partial.write_bytes((folder / "a.h5").read_bytes())
    with h5py.File(partial, "r+") as file:
        file.attrs["status"] = "running"
        file.attrs["reached_s"] = 129600.0
        del file["summary"], file["jobs"]
    done = ran(folder, "p.h5.partial")
    assert done.returncode == 0
    assert "running, reached 36 h of 3 d (50 %)" in done.stdout and "GPUs by state" in done.stdout
    assert ran(folder, "p.h5.partial", "--json").returncode == 2


def test_files_that_cannot_be_read_say_so(folder):
    (folder / "short.h5").write_bytes((folder / "a.h5").read_bytes()[:3000])
    for name in ("short.h5", "absent.h5", "jobs.csv"):
        done = ran(folder, name)
        assert done.returncode == 2 and name in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("values", "wide", "text"),
    [
        ([0, 1, 2, 4, 8], 5, " ▁▂▄█"),
        ([8, 8, 0, 0], 2, "█ "),
        ([0, 0], 2, "  "),
        ([np.nan, 4, 8], 3, " ▄█"),
        ([-8, 0, 8], 3, " ▄█"),
        ([np.nan], 1, " "),
    ],
)
def test_sparklines(values, wide, text):
    assert show.sparkline(np.array(values, float), wide) == text


def test_bars():
    assert [show.bar(share, 8) for share in (0, 0.001, 0.5, 1, 2, math.nan)] == [
        "",
        "█",
        "████",
        "█" * 8,
        "█" * 8,
        "",
    ]
