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
    assert problem.startswith("trace.csv:3:") and "gpus" in problem
    assert trace.validate(jobs(count=3).rename(columns={"tenant": "tennant"})) == [
        "a trace of jobs has no column 'tennant', did you mean 'tenant'?"
    ]
    with pytest.raises(trace.TraceError, match="needs the columns duration, gpus as well"):
        trace.write(jobs()[["job_id", "submit"]], tmp_path / "x.csv")
    with pytest.raises(trace.TraceError, match="must end in"):
        trace.write(jobs(), tmp_path / "x.txt")
    with pytest.raises(trace.TraceError, match="inf"):
        trace.write(jobs().assign(duration=np.inf), tmp_path / "x.csv")
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
