"""tidepool.results against sweep files written by hand in the documented layout."""

import warnings

import h5py
import numpy as np
import pytest

from tidepool import results

PATH = "topology.clusters[0].nodes"
COUNTS = np.zeros((3, 1728), dtype="u8")
COUNTS[1, 64] = 5


def write(path, status="complete", **attributes):
    """Three cells of two replicas; the second run of the last cell failed."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"tidepool_schema": "1.4", "kind": "sweep", "status": status})
        file.attrs.update({"cells": 3, "replicas": 2, "sweep_id": "ab"} | attributes)
        labels = file.create_dataset(
            f"sweep/param/{PATH}", data=np.array([b"64", b"128", b"256"], dtype="S3")
        )
        labels.attrs["long_name"] = PATH
        file["sweep/problem"] = np.array(["", "", "no job started"], dtype=h5py.string_dtype())
        state = h5py.enum_dtype({"missing": 0, "complete": 1, "failed": 2}, basetype="i1")
        file["sweep/replica/replica"] = np.arange(2)
        file.create_dataset("sweep/replica/state", data=[[1, 1], [1, 1], [1, 2]], dtype=state)
        file.create_dataset("sweep/replica/seed", data=[[7, 2**53 - 1]] * 3, dtype="u8")
        ettr = file.create_dataset("sweep/replica/ettr", data=[[0.5, 0.7], [0.8, 0.8], [0.9, np.nan]])
        ettr.attrs.update(
            {"units": "1", "long_name": "training time ratio", "better": "higher", "group": "reliability"}
        )
        file["sweep/histogram/wait"] = COUNTS
        file["sweep/histogram/wait_lower"] = np.arange(1728) / 16
        if status != "running":
            file["sweep/stats/ettr/n"] = np.array([2, 2, 1], dtype="u8")
            file["sweep/stats/ettr/mean"] = np.array([0.6, 0.8, 0.9])
            file["sweep/stats/ettr/se"] = np.array([0.1, 0.0, np.nan])
            file["sweep/stats/ettr/mean"].attrs["units"] = "1"
    return path


def test_a_sweep_says_what_differs_between_its_cells(tmp_path):
    sweep = results.sweep(write(tmp_path / "s.h5"))
    assert (sweep.cells, sweep.replicas) == (3, 2)
    assert sweep.params == {PATH: ["64", "128", "256"]}
    assert sweep.problems == {2: "no job started"}
    assert sweep.states.tolist() == [["complete"] * 2, ["complete"] * 2, ["complete", "failed"]]


def test_every_run_has_its_kpis_and_seed(tmp_path):
    sweep = results.sweep(write(tmp_path / "s.h5"))
    assert sweep.kpis == {"ettr": ("1", "training time ratio", "higher", "reliability")}
    np.testing.assert_array_equal(sweep.replica("ettr"), [[0.5, 0.7], [0.8, 0.8], [0.9, np.nan]])
    assert sweep.replica("seed")[0, 1] == 2**53 - 1
    with pytest.raises(results.ResultError, match="has no sweep/replica/sed"):
        sweep.replica("sed")


def test_cells_have_statistics_and_a_histogram(tmp_path):
    sweep = results.sweep(write(tmp_path / "s.h5"))
    stats = sweep.stats("ettr")
    assert stats["n"].tolist() == [2, 2, 1]
    assert stats["mean"].tolist() == [0.6, 0.8, 0.9]
    assert stats.units["mean"] == "1"
    assert sweep.waits["wait"][1, 64] == 5
    assert sweep.waits["wait_lower"][64] == 4.0
    with pytest.raises(results.ResultError, match="no group /sweep/stats/gpus"):
        sweep.stats("gpus")


def test_a_sweep_without_axes_or_problems_has_none(tmp_path):
    path = write(tmp_path / "s.h5")
    with h5py.File(path, "a") as file:
        del file["sweep/param"], file["sweep/problem"]
    sweep = results.sweep(path)
    assert sweep.params == {}
    assert sweep.problems == {}


def test_unfinished_sweeps_open_with_a_warning_and_without_statistics(tmp_path):
    with pytest.warns(results.PartialResultWarning, match="the sweep is running"):
        sweep = results.sweep(write(tmp_path / "s.h5.partial", status="running"))
    assert sweep.replica("ettr").shape == (3, 2)
    with pytest.raises(results.ResultError, match="no group /sweep/stats/ettr"):
        sweep.stats("ettr")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert results.sweep(write(tmp_path / "s.h5")).complete


def test_runs_and_sweeps_are_not_mistaken_for_each_other(tmp_path):
    with pytest.raises(results.ResultError, match=r"the result of a sweep \(open it with results.sweep"):
        results.open(write(tmp_path / "s.h5"))
    with h5py.File(tmp_path / "r.h5", "w") as file:
        file.attrs.update({"tidepool_schema": "1.4", "status": "complete"})
    with pytest.raises(results.ResultError, match=r"the result of a run, not of a sweep"):
        results.sweep(tmp_path / "r.h5")
    assert results.open(tmp_path / "r.h5").complete
