"""`tidepool sweep` and `merge`: threads, shards, interruptions and single runs all give the same rows."""

import json
import random
import resource
import signal
import subprocess

import h5py
import numpy as np
import pytest

CELLS, REPLICAS = 8, 7  # of `mine`
ROWS = CELLS * REPLICAS


@pytest.fixture
def whole(tidepool, mine, tmp_path):
    """The bytes that every other way to run the sweep must come to."""
    done = tidepool("sweep", mine, "-o", "whole.h5", "--reproducible", "-j", 1)
    assert done.returncode == 0, done.stderr
    return (tmp_path / "whole.h5").read_bytes()


def test_the_number_of_threads_leaves_no_trace(tidepool, mine, whole, tmp_path):
    for threads in (2, 8):
        done = tidepool("sweep", mine, "-o", f"{threads}.h5", "--reproducible", "-j", threads)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"{threads}.h5").read_bytes() == whole


def test_rows_differ_where_they_should(tidepool, mine, whole, tmp_path):
    with h5py.File(tmp_path / "whole.h5") as file:
        seeds = file["sweep/replica/seed"][()]
        hashes = file["sweep/replica/decision_hash"][()]
        outages = file["sweep/replica/outages"][()]
    assert (seeds == seeds[0]).all() and len(set(seeds[0])) == REPLICAS
    assert seeds[0, 0] == 1 and (seeds < 2**53).all()
    assert len(set(hashes.ravel())) == ROWS
    assert (outages == outages[0]).all() and len(set(outages[0])) > 1  # common luck, other decisions


def test_statistics_are_those_of_the_rows(tidepool, mine, whole, tmp_path):
    with h5py.File(tmp_path / "whole.h5") as file:
        for kpi in ("goodput_rate", "wait_mean_s", "interruptions", "gpu_hours_lost"):
            rows = file[f"sweep/replica/{kpi}"][()]
            stats = {name: item[()] for name, item in file[f"sweep/stats/{kpi}"].items()}
            half = 2.4469118511449692 * rows.std(axis=1, ddof=1) / np.sqrt(REPLICAS)  # t(0.975; 6)
            assert (stats["n"] == REPLICAS).all()
            np.testing.assert_allclose(stats["mean"], rows.mean(axis=1), rtol=1e-12)
            np.testing.assert_allclose(stats["high"] - stats["mean"], half, rtol=1e-9)
            np.testing.assert_allclose(stats["mean"] - stats["low"], half, rtol=1e-9)
            assert (stats["p50"] == np.sort(rows, axis=1)[:, 3]).all()
            assert (stats["p05"] == rows.min(axis=1)).all() and (stats["p95"] == rows.max(axis=1)).all()


@pytest.mark.parametrize("shards", [2, 3, 7])
def test_shards_merge_to_the_unsharded_bytes(tidepool, mine, whole, tmp_path, shards):
    parts = []
    for shard in range(1, shards + 1):
        parts.append(f"part-{shard}.h5")
        done = tidepool(
            "sweep", mine, "-o", parts[-1], "--shard", f"{shard}/{shards}", "--reproducible", "--json"
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["first_row"] == (shard - 1) * ROWS // shards
        assert found["last_row"] == shard * ROWS // shards
        assert found["complete"] == found["last_row"] - found["first_row"]
        assert found["missing"] == 0
    random.Random(shards).shuffle(parts)
    done = tidepool("merge", *parts, "-o", "merged.h5", "--reproducible")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "merged.h5").read_bytes() == whole


def test_merging_in_steps_gives_the_same_bytes(tidepool, mine, whole, tmp_path, states):
    for shard in (1, 2, 3):
        tidepool("sweep", mine, "-o", f"{shard}.h5", "--shard", f"{shard}/3")
    done = tidepool("merge", "3.h5", "1.h5", "-o", "some.h5", "--partial", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["missing"] == 19
    assert states(tmp_path / "some.h5") == {"complete": ROWS - 19, "failed": 0, "missing": 19}
    done = tidepool("merge", "some.h5", "2.h5", "-o", "all.h5", "--reproducible")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "all.h5").read_bytes() == whole


def test_merge_refuses_what_does_not_fit(tidepool, mine, tmp_path):
    for shard in (1, 2, 3):
        tidepool("sweep", mine, "-o", f"{shard}.h5", "--shard", f"{shard}/3")
    tidepool("sweep", mine, "-o", "other.h5", "--shard", "3/3", "--replicas", 6)
    (tmp_path / "text.h5").write_text("no HDF5")
    tidepool("run", "mine.yaml", "-o", "run.h5")
    for parts, message in (
        (("1.h5", "3.h5"), "3.h5: is the last part, and no part has 19 of 56 rows (the first: cell 2, replica 4)"),
        (("1.h5", "2.h5", "3.h5", "2.h5"), "2.h5: has rows that '2.h5' has, too (the first: cell 2, replica 4)"),
        (("1.h5", "2.h5", "other.h5"), "other.h5: belongs to another sweep (got sweep id '"),
        (("1.h5", "text.h5"), "text.h5"),
        (("1.h5", "run.h5"), "run.h5: is not the result of a sweep"),
        (("1.h5", "gone.h5"), "gone.h5"),
    ):  # fmt: skip
        done = tidepool("merge", *parts, "-o", "merged.h5")
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert message in done.stderr
        assert not (tmp_path / "merged.h5").exists()
    # Nor does it write over a part, or over anything else unasked.
    kept = (tmp_path / "3.h5").read_bytes()
    for output, *force in (("3.h5",), ("./3.h5", "--force"), ("text.h5",)):
        done = tidepool("merge", "1.h5", "2.h5", "3.h5", "-o", output, *force)
        assert done.returncode == 2 and output in done.stderr, (output, done.stderr)
    assert (tmp_path / "3.h5").read_bytes() == kept
    assert (tmp_path / "text.h5").read_text() == "no HDF5"


def begin(binary, sweep, *more):
    """Starts the sweep and returns once it has some rows."""
    run = subprocess.Popen(
        [binary, "sweep", sweep, "-o", "out.h5", "--reproducible", "-j", "1", "--progress", "json", *more],
        cwd=sweep.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in run.stderr:
        if line.startswith("{") and json.loads(line)["frac"] < 1:
            return run
    raise AssertionError("no progress before the end")


def test_interrupted_killed_and_resumed_it_comes_to_the_same_bytes(
    binary, tidepool, slow, tmp_path, states, digest
):
    partial, out = tmp_path / "out.h5.partial", tmp_path / "out.h5"
    # Ctrl-C: the finished rows are there.
    run = begin(binary, slow)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    first = states(partial)
    assert first["complete"] > 0 and first["missing"] > 0 and first["failed"] == 0
    assert f"interrupted; out.h5.partial holds {first['complete']} rows; go on with --resume" in errors
    with h5py.File(partial) as file:
        assert file.attrs["status"] == "interrupted"
        means = file["sweep/stats/goodput_rate/mean"][()]
    assert np.isfinite(means[0])
    assert not out.exists()
    # Killed: they are still there.
    run = begin(binary, slow, "--resume")
    run.kill()
    run.communicate(timeout=60)
    second = states(partial)
    assert second["complete"] >= first["complete"]
    assert not out.exists()
    # The rest.
    done = tidepool("sweep", slow, "-o", "out.h5", "--reproducible", "--resume", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["complete"] == 640
    assert not partial.exists()
    done = tidepool("sweep", slow, "-o", "whole.h5", "--reproducible")
    assert done.returncode == 0, done.stderr
    assert digest(out) == digest(tmp_path / "whole.h5")


def test_a_killed_first_try_is_resumed(binary, tidepool, slow, tmp_path, digest):
    run = begin(binary, slow, "--shard", "1/2")
    run.kill()
    run.communicate(timeout=60)
    assert (tmp_path / "out.h5.partial").exists()
    # Not by accident, nor as another shard.
    for arguments, message in (
        (("--shard", "1/2"), "out.h5.partial: exists already"),
        (("--shard", "2/2", "--resume"), "out.h5.partial: belongs to another shard (got '1/2')"),
    ):
        done = tidepool("sweep", slow, "-o", "out.h5", *arguments)
        assert done.returncode == 2 and message in done.stderr, done.stderr
    done = tidepool("sweep", slow, "-o", "out.h5", "--reproducible", "--resume", "--shard", "1/2")
    assert done.returncode == 0, done.stderr
    tidepool("sweep", slow, "-o", "whole.h5", "--reproducible", "--shard", "1/2")
    assert digest(tmp_path / "out.h5") == digest(tmp_path / "whole.h5")


def test_resuming_what_is_complete_says_so(tidepool, mine, whole, tmp_path):
    done = tidepool("sweep", mine, "-o", "whole.h5", "--resume")
    assert done.returncode == 0
    assert "tidepool: whole.h5 is complete already\n" in done.stderr
    assert "8 cells x 7 replicas" in done.stdout
    assert (tmp_path / "whole.h5").read_bytes() == whole


def test_resuming_without_anything_there_starts_afresh(tidepool, mine, whole, tmp_path):
    done = tidepool("sweep", mine, "-o", "out.h5", "--resume", "--reproducible")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.h5").read_bytes() == whole


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("jobs.csv", "\n7,", "\n700,"),  # an input
        ("mine.yaml", "1 min", "2 min"),  # the base
        ("sweep.yaml", "[fifo, easy]", "[fifo, first-fit]"),
        ("sweep.yaml", "replicas: 7", "replicas: 8"),
    ],
)
def test_files_of_another_sweep_are_not_resumed(tidepool, mine, whole, tmp_path, file, old, new):
    text = (tmp_path / file).read_text()
    (tmp_path / file).write_text(text.replace(old, new, 1))
    for name in ("whole.h5", "out.h5"):  # complete, and interrupted
        if name == "out.h5":
            (tmp_path / "whole.h5").rename(tmp_path / "out.h5.partial")
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        done = tidepool("sweep", mine, "-o", name, "--resume")
        assert (done.returncode, done.stdout) == (2, "")
        assert "belongs to another sweep" in done.stderr and "the sweep file, a file it reads" in done.stderr
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_full_disk_keeps_what_was_written(binary, tidepool, mine, whole, tmp_path, states):
    # A limit on the size of files, just too small for the complete one, stands for a full disk.
    limit = len(whole) - 1000
    done = subprocess.run(
        [binary, "sweep", mine, "-o", "out.h5", "--reproducible"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "out.h5" in done.stderr and done.stdout == ""
    assert not (tmp_path / "out.h5").exists()
    assert sum(states(tmp_path / "out.h5.partial").values()) == ROWS  # readable
    done = tidepool("sweep", mine, "-o", "out.h5", "--reproducible", "--resume")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.h5").read_bytes() == whole
