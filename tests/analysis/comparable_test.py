"""Which results may stand beside each other."""

import math

import h5py
import pytest

from tidepool import results
from tidepool.comparable import contradictions


def run(path, horizon=86400.0, currency=""):
    with h5py.File(path, "w") as file:
        file.attrs.update({"tidepool_schema": "1.5", "status": "complete", "horizon_s": horizon})
        if currency:
            file.create_group("money").attrs["currency"] = currency
    return results.open(path)


def sweep(path, values=("1", "2")):
    with h5py.File(path, "w") as file:
        file.attrs.update(
            {
                "tidepool_schema": "1.5",
                "status": "complete",
                "kind": "sweep",
                "cells": len(values),
                "replicas": 1,
            }
        )
        file.create_dataset("sweep/param/x", data=list(values)).attrs["long_name"] = "x"
    return results.sweep(path)


def test_equal_runs_and_a_file_beside_itself_are_comparable(tmp_path):
    first = run(tmp_path / "a.h5", currency="USD")
    assert contradictions([first]) == []
    assert contradictions([first, first, run(tmp_path / "b.h5", currency="USD")]) == []
    assert contradictions([first, run(tmp_path / "c.h5")]) == []  # one knows no money


def test_runs_until_the_last_job_has_ended_are_comparable(tmp_path):
    endless = [run(tmp_path / f"{name}.h5", horizon=math.nan) for name in "ab"]
    assert contradictions(endless) == []
    (said,) = contradictions([endless[0], run(tmp_path / "c.h5")])
    assert "covers the time until its last job ends and" in said
    assert "c.h5 86400 s: their sums cannot be compared" in said


def test_every_other_file_is_held_against_the_first(tmp_path):
    files = [
        run(tmp_path / "a.h5", currency="USD"),
        run(tmp_path / "b.h5", currency="CNY"),
        run(tmp_path / "c.h5", horizon=172800.0, currency="EUR"),
    ]
    said = contradictions(files)
    assert ["b.h5" in text for text in said] == [True, False, False]
    assert "counts in USD" in said[0] and "CNY: their amounts cannot be compared" in said[0]
    assert "covers 86400 s" in said[1] and "172800 s" in said[1]
    assert "EUR" in said[2]


@pytest.mark.parametrize("first_is_sweep", [True, False])
def test_runs_and_sweeps_do_not_mix(tmp_path, first_is_sweep):
    both = [run(tmp_path / "a.h5"), sweep(tmp_path / "s.h5")]
    (said,) = contradictions(both[::-1] if first_is_sweep else both)
    assert "a run" in said and "a sweep" in said


def test_sweeps_need_the_same_cells(tmp_path):
    first = sweep(tmp_path / "s.h5")
    assert contradictions([first, sweep(tmp_path / "t.h5")]) == []
    (said,) = contradictions([first, sweep(tmp_path / "u.h5", ("1", "3"))])
    assert "sweeps with different cells" in said
