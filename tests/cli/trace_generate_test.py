"""`tidepool trace generate tide`: the same file every time, with what the rates expect, or what is wrong."""

import gzip

import pytest

DEMAND = """\
tide: {base: 2 /s, profile: deepseek, noise: {deviation: 20 %}, time_zone: Europe/Berlin, start: 2026-03-29}
lengths: {preset: azure-2023-conversation}
arrivals: {cv: 2, clients: 10, zipf: 1}
classes: [{name: chat, share: 75 %}, {name: batch, share: 25 %}]
"""


@pytest.fixture
def demand(tmp_path):
    (tmp_path / "d.yaml").write_text(DEMAND)
    return tmp_path


def test_requests_are_as_many_as_the_rates_expect(demand, tidepool):
    made = tidepool("trace", "generate", "tide", "d.yaml", "-o", "r.csv", "--until", "1 d")
    assert (made.returncode, made.stdout) == (0, "")
    note, header, *rows = (demand / "r.csv").read_text().splitlines()
    assert note == "# origin: 2026-03-29T00:00:00+01:00"
    assert header == "arrival,tokens_in,tokens_out,class"
    assert made.stderr == f"wrote {len(rows)} requests to r.csv\n"
    times = [float(row.split(",")[0]) for row in rows]
    assert times == sorted(times)
    assert times[-1] < 86400
    share = sum(row.endswith(",chat") for row in rows) / len(rows)
    assert abs(share - 0.75) < 4 * (0.75 * 0.25 / len(rows)) ** 0.5

    tidepool(
        "trace",
        "generate",
        "tide",
        "d.yaml",
        "-o",
        "w.csv",
        "--kind",
        "rates",
        "--until",
        "1 d",
        "--bin",
        "1 h",
    )
    lines = (demand / "w.csv").read_text().splitlines()
    assert lines[1:3] == ["# end: 86400", "time,rate,tokens_in,tokens_out"]
    assert len(lines) == 3 + 24
    expected = sum(3600 * float(line.split(",")[1]) for line in lines[3:])
    assert abs(len(rows) - expected) < 4 * 2 * expected**0.5  # clients of CV 2


def test_equal_seeds_give_equal_bytes(demand, tidepool):
    for name, more in {"a.csv": (), "b.csv.gz": ("--seed", 0), "c.csv": ("--seed", 1)}.items():
        done = tidepool("trace", "generate", "tide", "d.yaml", "-o", name, "--until", "1 h", *more)
        assert done.returncode == 0, done.stderr
    first = (demand / "a.csv").read_bytes()
    assert gzip.decompress((demand / "b.csv.gz").read_bytes()) == first
    assert (demand / "c.csv").read_bytes() != first


def test_files_are_not_replaced_unasked(demand, tidepool):
    (demand / "r.csv").write_text("mine")
    command = ("trace", "generate", "tide", "d.yaml", "-o", "r.csv", "--until", "1 min")
    assert tidepool(*command).returncode == 2
    assert (demand / "r.csv").read_text() == "mine"
    assert tidepool(*command, "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--until", "1"), "until"),
        (("--until", "0 s"), "until"),
        (("--bin", "1 min"), "bin: has no effect"),
        (("--kind", "rates", "--until", "1 yr", "--bin", "1 s"), "more than 10,000,000 rates"),
        (("--seed", "-1"), "seed"),
        (("--kind", "jobs"), "--kind"),
        (("--untl", "1 d"), "--until"),
    ],
)
def test_wrong_options_are_named(demand, tidepool, arguments, problem):
    done = tidepool("trace", "generate", "tide", "d.yaml", "-o", "r.csv", *arguments)
    assert done.returncode == 2
    assert problem in done.stderr
    assert not (demand / "r.csv").exists()


def test_everything_wrong_with_the_file_is_reported_at_once(demand, tidepool):
    (demand / "d.yaml").write_text(
        DEMAND.replace("deepseek", "deepseak").replace("cv: 2", "cv: 0").replace("25 %", "26 %")
    )
    done = tidepool("trace", "generate", "tide", "d.yaml", "-o", "r.csv")
    assert done.returncode == 2
    assert "d.yaml:1:" in done.stderr
    assert "did you mean 'deepseek'?" in done.stderr
    assert "arrivals.cv" in done.stderr
    assert not (demand / "r.csv").exists()


def test_a_missing_file_is_named(tidepool):
    done = tidepool("trace", "generate", "tide", "none.yaml", "-o", "r.csv")
    assert done.returncode == 2
    assert "none.yaml" in done.stderr
