"""`tidepool.trace`: round trips without loss through every kind of file, and the simulator's own checks."""

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tidepool import trace

TRACES = Path(__file__).resolve().parents[2] / "workloads/traces"


@pytest.fixture(autouse=True)
def program(binary, monkeypatch):
    monkeypatch.setenv("TIDEPOOL_BINARY", str(binary))


def jobs(seed=1, count=200):
    luck = random.Random(seed)
    submits = sorted(luck.random() * 1e6 for _ in range(count))
    return pd.DataFrame(
        {
            "job_id": [f'job "{n}", öß' if n % 7 == 0 else str(n) for n in range(count)],
            "submit": submits,
            "duration": [luck.choice([0.1 + 0.2, 1e-7, 3600.0, luck.random() * 1e5]) for _ in range(count)],
            "gpus": [luck.choice([1, 8, 64]) for _ in range(count)],
            "tenant": [luck.choice(["a", "b c", None]) for _ in range(count)],
            "estimate": [luck.choice([np.nan, 60.0, luck.random()]) for _ in range(count)],
        }
    )


def same(one, other):
    assert list(one.columns) == list(other.columns)
    for name in one.columns:
        left, right = one[name].tolist(), other[name].tolist()
        assert [None if value != value else value for value in left] == [
            None if value != value else value for value in right
        ], name


@pytest.mark.parametrize("suffix", trace.SUFFIXES)
def test_writing_and_reading_loses_nothing(tmp_path, suffix):
    frame = jobs().astype({"tenant": object})
    frame.attrs["notes"] = {"origin": "2026-01-01T00:00:00"}
    path = tmp_path / f"jobs{suffix}"
    trace.write(frame, path)
    got = trace.read(path)
    same(frame.fillna({"tenant": np.nan}), got)
    if suffix != ".parquet":
        assert got.attrs["notes"] == frame.attrs["notes"]
        assert trace.validate(path) == []
    assert not list(tmp_path.glob("*.partial"))


def test_equal_traces_are_equal_files(tmp_path):
    for suffix in (".csv", ".csv.gz", ".csv.zst"):
        for name in ("a", "b"):
            trace.write(jobs(), tmp_path / (name + suffix))
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_other_formats_are_read_through_the_simulator():
    frame = trace.read(TRACES / "philly-2017.csv.gz")
    assert trace.kind_of(frame) == "jobs" and len(frame) > 50_000
    assert (frame["submit"].diff().dropna() >= 0).all()


def test_parquet_converts_on_the_command_line(tmp_path):
    jobs().to_parquet(tmp_path / "jobs.parquet", index=False)
    words = [sys.executable, "-m", "tidepool.trace", "jobs.parquet", "jobs.csv.zst"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    same(jobs(), trace.read(tmp_path / "jobs.csv.zst"))
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 2 and "exists already" in again.stderr


def test_requests_and_rates_are_traces_as_well(tmp_path):
    requests = pd.DataFrame(
        {"arrival": [0.0, 0.125], "tokens_in": [1000, 2000], "tokens_out": [1, 2], "blocks": ["1 2", "1 3"]}
    )
    trace.write(requests, tmp_path / "r.csv", notes={"block_tokens": "512"})
    assert (tmp_path / "r.csv").read_text().startswith("# block_tokens = 512\n")
    same(requests, trace.read(tmp_path / "r.csv"))
    assert trace.validate(tmp_path / "r.csv") == []
    rates = pd.DataFrame({"time": [0, 60], "rate": [1.5, 2.5]})
    assert trace.validate(rates) == []
    assert trace.kind_of(rates) == "rates"


def test_what_is_wrong_is_said_with_its_row(tmp_path):
    frame = jobs(count=3)
    frame.loc[1, "gpus"] = -1
    (problem,) = trace.validate(frame)
    assert problem == "row 1: gpus: must lie between 1 and 2000000 (got '-1')"
    frame.attrs["notes"] = {"origin": "2026-01-01T00:00:00", "made by": "hand"}
    assert trace.validate(frame) == [problem]
    frame.to_parquet(tmp_path / "a.parquet", index=False)
    assert trace.validate(tmp_path / "a.parquet") == [problem]
    trace.write(frame, tmp_path / "a.csv")
    (line,) = trace.validate(tmp_path / "a.csv")
    assert line.startswith(f"{tmp_path}/a.csv:5:") and line.endswith(problem.removeprefix("row 1: "))
    for made in tmp_path.iterdir():
        made.unlink()
    assert trace.validate(jobs(count=3).rename(columns={"tenant": "tennant"})) == [
        "a trace of jobs has no column 'tennant', did you mean 'tenant'?"
    ]
    with pytest.raises(trace.TraceError, match="needs the columns duration, gpus as well"):
        trace.write(jobs()[["job_id", "submit"]], tmp_path / "x.csv")
    with pytest.raises(trace.TraceError, match="must end in"):
        trace.write(jobs(), tmp_path / "x.txt")
    for value in (np.inf, True, [True]):
        with pytest.raises(trace.TraceError, match="is no value of a trace"):
            trace.write(jobs(count=1).assign(duration=[value]), tmp_path / "x.csv")
    with pytest.raises(trace.TraceError, match="has more than one line"):
        trace.write(jobs(count=1).assign(tenant="a\nb"), tmp_path / "x.csv")
    assert trace.validate(jobs(count=0)) == ["the trace holds no jobs"]
    assert not list(tmp_path.iterdir())


def test_nothing_is_replaced_unasked(tmp_path):
    trace.write(jobs(1), tmp_path / "a.csv")
    before = (tmp_path / "a.csv").read_bytes()
    with pytest.raises(FileExistsError):
        trace.write(jobs(2), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == before
    trace.write(jobs(2), tmp_path / "a.csv", force=True)
    assert (tmp_path / "a.csv").read_bytes() != before


def test_calendar_times_are_written_as_such(tmp_path):
    frame = jobs(count=2).assign(submit=pd.to_datetime(["2026-01-01T00:00:00", "2026-01-01T00:01:00"]))
    trace.write(frame, tmp_path / "a.csv")
    assert "2026-01-01T00:01:00" in (tmp_path / "a.csv").read_text()
    assert trace.validate(tmp_path / "a.csv") == []


HOSTILE = [
    " a",
    "b ",
    '"',
    '""',
    'x","y',
    "NA",
    "nan",
    "None",
    "#c",
    "<script>",
    "\u05d0\u05d1",
    "é" * 60,
    "0001",
    "1.0",
    ",",
]


@pytest.mark.parametrize("seed", range(20))
def test_any_text_and_any_float_come_back(tmp_path, seed):
    luck = random.Random(seed)
    count = len(HOSTILE)
    edges = [5e-324, 1.2345678901234567e-05, 1e22, 1.7976931348623157e308, 2.0**53, 0.1 + 0.2, 0.0]
    floats = [
        luck.choice(edges) if luck.random() < 0.5 else 10 ** luck.uniform(-12, 12) for _ in range(count)
    ]
    frame = pd.DataFrame(
        {
            "job_id": HOSTILE,
            "submit": floats,
            "duration": floats,
            "gpus": 1,
            "tenant": luck.sample(HOSTILE, count),
        }
    )
    trace.write(frame, tmp_path / "a.csv")
    same(
        frame.astype({"submit": float}),
        trace.read(tmp_path / "a.csv").astype({"submit": float, "duration": float}),
    )


def test_texts_mean_the_same_to_the_simulator(tmp_path, tidepool):
    frame = jobs(count=len(HOSTILE)).assign(job_id=HOSTILE, tenant=HOSTILE[::-1])
    trace.write(frame, tmp_path / "a.csv")
    assert tidepool("trace", "convert", "a.csv", "b.csv").returncode == 0
    same(frame[["job_id", "tenant"]], trace.read(tmp_path / "b.csv")[["job_id", "tenant"]])


def test_own_files_by_other_hands_read_as_the_simulator_reads_them(tmp_path, tidepool):
    text = (
        "\ufeff# origin: 2026-01-01T00:00:00\r\n\r\ngpus, job_id ,submit,duration,tenant\r\n\r\n"
        '8, a ,0, 1e2 ,\r\n 1,"b, c" ,5,.5," d"\r\n'
    )
    (tmp_path / "a.csv").write_bytes(text.encode())
    frame = trace.read(tmp_path / "a.csv")
    assert frame.attrs["notes"] == {"origin": "2026-01-01T00:00:00"}
    assert tidepool("trace", "convert", "a.csv", "b.csv").returncode == 0
    other = trace.read(tmp_path / "b.csv")
    same(frame[other.columns], other)
    assert frame["tenant"].tolist()[1] == " d" and frame["duration"].tolist() == [100, 0.5]


def test_nullable_columns_timedeltas_and_lists_are_written(tmp_path):
    frame = pd.DataFrame(
        {
            "job_id": [1, 2],
            "submit": pd.to_timedelta([0, 90_000_000_001], unit="ns"),
            "duration": pd.to_timedelta(["2 days", "1 min"]),
            "gpus": pd.array([8, 64], dtype="Int64"),
            "priority": pd.array([None, 3], dtype="Int64"),
            "tenant": pd.Categorical(["a", None]),
        }
    )
    trace.write(frame, tmp_path / "a.csv")
    rows = "1,0,172800,8,,a\n2,90.000000001,60,64,3,\n"
    assert (tmp_path / "a.csv").read_text().partition("\n")[2] == rows
    assert trace.validate(frame) == []
    requests = pd.DataFrame({"arrival": [0], "tokens_in": [9], "tokens_out": [9], "blocks": [[1, 22]]})
    requests.to_parquet(tmp_path / "r.parquet", index=False)
    assert trace.read(tmp_path / "r.parquet")["blocks"].tolist() == ["1 22"]
    trace.write(requests, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_text().endswith("\n0,9,9,1 22\n")


def test_damaged_files_say_so(tmp_path):
    for suffix in (".csv.gz", ".csv.zst", ".parquet"):
        path = tmp_path / f"a{suffix}"
        trace.write(jobs(), path)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(trace.TraceError, match=f"a{suffix}: (damaged|not a readable)"):
            trace.read(path)
    (tmp_path / "b.csv").write_text("job_id,submit,duration,gpus\n1,0,1,1\n2,0,1\n")
    with pytest.raises(trace.TraceError, match=r"b\.csv:3: has not 4 fields"):
        trace.read(tmp_path / "b.csv")
    (tmp_path / "c.csv").write_text("job_id,submit,duration,gpus,gpus\n1,0,1,1,1\n")
    with pytest.raises(trace.TraceError, match=r"c\.csv:1: two columns"):
        trace.read(tmp_path / "c.csv")
    (tmp_path / "d.csv").write_bytes(b"job_id,submit,duration,gpus\n\xff,0,1,1\n")
    with pytest.raises(trace.TraceError, match=r"d\.csv:2:1: job_id: not printable UTF-8 text"):
        trace.read(tmp_path / "d.csv")
    (tmp_path / "e.csv").write_bytes(b"\xff\xfe\x00\n")
    with pytest.raises(trace.TraceError, match=r"e\.csv"):
        trace.read(tmp_path / "e.csv")
    with pytest.raises(FileNotFoundError):
        trace.read(tmp_path / "absent.csv")
