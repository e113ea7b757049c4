"""`tidepool report` as a command: what it writes, and what it refuses."""

import sys
import types

import pytest
import report_sample as sample
from report_files import Page, write_run, write_sweep

from tidepool import report_cli

VALUES = {"allocation_rate": 0.735, "goodput_rate": 0.5, "revenue": 1599178.24}


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs `tidepool report ARGUMENTS` with charts of our own: its exit code, output, complaints."""
    module = types.ModuleType("tidepool.charts")
    module.of_runs, module.of_sweep = sample.of_runs, sample.of_sweep
    import tidepool

    monkeypatch.setitem(sys.modules, "tidepool.charts", module)
    monkeypatch.setattr(tidepool, "charts", module, raising=False)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tidepool-report", *map(str, arguments)])
        try:
            code = report_cli.main()
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_command_writes_the_page_and_says_where(command, tmp_path):
    path, out = write_run(tmp_path / "a.h5", VALUES), tmp_path / "r.html"
    assert command(path, path, "-o", out, "--title", "T & <U>", "--lang", "zh") == (0, f"{out}\n", "")
    html = out.read_text()
    assert "<title>T &amp; &lt;U&gt;</title>" in html and '<html lang="zh-Hans">' in html
    code, _, err = command(path, "-o", out)
    assert code == 2 and "exists already; --force replaces it" in err and out.read_text() == html
    assert command(path, "-o", out, "--force")[0] == 0
    assert '<html lang="en">' in out.read_text()


def test_several_sweeps_have_charts_of_their_own(command, tmp_path):
    kpis = {"goodput_rate": [[0.5], [0.8]]}
    paths = [write_sweep(tmp_path / f"{name}.h5", {"x": ["1", "2"]}, kpis) for name in "ab"]
    assert command(*paths, "-o", tmp_path / "r.html")[0] == 0
    made = Page((tmp_path / "r.html").read_text())
    assert len(made.figures) == 8
    assert "Goodput by spares: b.h5" in made.text


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({}, {"currency": "CNY"}, "their amounts cannot be compared"),
        ({}, {"horizon_s": 2 * 86400.0}, "their sums cannot be compared"),
    ],
)
def test_unlike_runs_need_different(command, tmp_path, one, other, said):
    paths = [write_run(tmp_path / "a.h5", VALUES, **one), write_run(tmp_path / "b.h5", VALUES, **other)]
    out = tmp_path / "r.html"
    code, _, err = command(*paths, "-o", out)
    assert code == 2 and said in err and "--different" in err and not out.exists()
    assert command(*paths, "-o", out, "--different")[0] == 0
    text = Page(out.read_text()).text
    assert ("different currencies (CNY, USD)" in text) == ("amounts" in said)
    assert ("different lengths of time" in text) == ("sums" in said)
    assert "Changes of numbers that cannot be compared are left out" in text


def test_runs_and_sweeps_do_not_mix_even_if_different(command, tmp_path):
    paths = [
        write_run(tmp_path / "a.h5", VALUES),
        write_sweep(tmp_path / "s.h5", {"x": ["1"]}, {"ettr": [[0.5]]}),
    ]
    for more in ([], ["--different"]):
        code, _, err = command(*paths, "-o", tmp_path / "r.html", *more)
        assert code == 2 and "a run" in err and "a sweep" in err and "--different" not in err
        assert not (tmp_path / "r.html").exists()


def test_bad_files_and_places_are_refused_before_anything_is_written(command, tmp_path):
    good, out = write_run(tmp_path / "a.h5", VALUES), tmp_path / "r.html"
    short = tmp_path / "short.h5"
    short.write_bytes(good.read_bytes()[:1000])
    foreign = tmp_path / "foreign.h5"
    foreign.write_text("hello")
    newer = write_run(tmp_path / "newer.h5", VALUES, tidepool_schema="2.0")
    for bad, said in (
        (tmp_path / "none.h5", "no such file"),
        (short, "not a readable HDF5 file"),
        (foreign, "not a readable HDF5 file"),
        (newer, "has schema 2.0, this package reads 1.x"),
    ):
        code, _, err = command(good, bad, "-o", out)
        assert code == 2 and said in err and str(bad) in err
    assert command(good, "-o", good, "--force")[0] == 2
    assert command(good, "-o", tmp_path, "--force")[0] == 2
    assert command(good, "-o", tmp_path / "no" / "r.html")[0] == 3
    assert command(good, "-o", out, "--lang", "fr")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "foreign.h5", "newer.h5", "short.h5"]
