"""Frames of files written by hand in the documented layout: grids, ids of dimensions, what is refused."""

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray

import tidepool

TEXT = h5py.string_dtype()
TIMES = [0.0, 60.0, 90.0]


def write(path, **attributes):
    """Three bins of a run with two tenants, two services, four links and two pools."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"tidepool_schema": "1.6", "status": "complete", "title": "by hand", **attributes})
        file["dim/tenant"] = np.array(["", "a", "<b>"], dtype=TEXT)
        file["dim/gpu_model"] = np.array(["H100"], dtype=TEXT)
        file["services/service"] = np.arange(2, dtype="u4")
        file["services/name"] = np.array([b"chat", b"code"], dtype=h5py.string_dtype("utf-8", 4))
        series = {
            "service": {"service": ["chat", "code"], "held": (2, 0), "ttft_p95": (2, 10)},
            "class": {"class": ["reserved", "on-demand", "spot", "service"], "held": (4, 20)},
            "tenant": {
                "tenant": [2, -1],
                "tenant_name": ["<b>", "others"],
                "held": (2, 30),
                "queued_gpus": (2, 40),
            },
            "pool": {"pool": ["east", "west"], "pool_gpu_model": [0, 0], "held": (2, 50), "down": (2, 60)},
            "link": {
                "tier": ["node", "leaf", "pod", "storage"],
                "rate": (4, 100),
                "utilisation": (4, 200),
                "link": [3, 0, 1, 2],
                "link_name": ["leaf3", "leaf0", "leaf1", "leaf2"],
                "link_utilisation": (4, 300),
            },
        }
        for name, columns in series.items():
            group = file.create_group(f"timeseries/{name}")
            group.attrs["bin_width"] = 60.0
            group["time"] = TIMES
            for column, values in columns.items():
                if isinstance(values, tuple):
                    width, first = values
                    group[column] = first + np.arange(3.0 * width).reshape(3, width)
                    group[column].attrs["units"] = "1"
                elif isinstance(values[0], str):
                    group[column] = np.array(values, dtype=TEXT)
                else:
                    group[column] = np.array(values, dtype="i4")
        event = h5py.enum_dtype({"started": 0, "gone": 5, "asked": 7}, basetype="i1")
        file.create_dataset("unit_log/event", data=np.array([7, 0, 5], dtype="i1"), dtype=event)
        file["unit_log/service"] = np.array([-1, 1, 1], dtype="i4")
        file["usage/wait/gpu_model"] = np.array([0, 2**32 - 1], dtype="u8")
        file["usage/wait/tenant"] = np.array([2, 1], dtype="u8")
        file["usage/tenants"] = np.array(["", "a", "<b>"], dtype=TEXT)
        file["usage/node_gpus"] = np.array([8], dtype="u4")
        file["failures/cause"] = np.zeros(0, dtype="u4")
        file["dim/cause"] = np.array(["gpu"], dtype=TEXT)
        file["summary/gpus"] = 8.0
        file.create_dataset("money/credits/amount", data=np.array([-(2**53) - 1, 1_500_000]))
        file["money"].attrs["currency"] = "CNY"
    return path


@pytest.mark.parametrize(
    ("of", "names", "quantities"),
    [
        ("service", ["chat", "code"], {"held": 0, "ttft_p95": 10}),
        ("class", ["reserved", "on-demand", "spot", "service"], {"held": 20}),
        ("tenant", ["<b>", "others"], {"held": 30, "queued_gpus": 40}),
        ("pool", ["east", "west"], {"held": 50, "down": 60}),
        ("link", ["leaf3", "leaf0", "leaf1", "leaf2"], {"link_utilisation": 300}),
        ("tier", ["node", "leaf", "pod", "storage"], {"rate": 100, "utilisation": 200}),
    ],
)
def test_grids_have_a_column_per_quantity_and_name(tmp_path, of, names, quantities):
    frame = tidepool.open(write(tmp_path / "a.h5")).timeseries(of)
    assert frame.index.tolist() == TIMES and frame.index.name == "time"
    assert frame.columns.tolist() == [(quantity, name) for quantity in sorted(quantities) for name in names]
    for quantity, first in quantities.items():
        expected = first + np.arange(3.0 * len(names)).reshape(3, len(names))
        np.testing.assert_array_equal(frame[quantity].to_numpy(), expected)
        assert frame.attrs["units"][quantity] == "1"
    assert frame.attrs["bin_width"] == 60
    group = {"tier": "link"}.get(of, of)
    with xarray.open_dataset(
        tmp_path / "a.h5", group=f"timeseries/{group}", engine="h5netcdf", phony_dims="sort"
    ) as other:
        for quantity in quantities:
            np.testing.assert_array_equal(frame[quantity].to_numpy(), other[quantity].to_numpy())


def test_rows_of_dimensions_become_names_and_none_is_missing(tmp_path):
    run = tidepool.open(write(tmp_path / "a.h5"))
    log = run.table("unit_log")
    assert log["event"].tolist() == ["asked", "started", "gone"]
    assert (
        log["service"].isna().tolist() == [True, False, False] and log["service"].tolist()[1:] == ["code"] * 2
    )
    assert run.services.index.tolist() == [0, 1] and run.services["name"].tolist() == ["chat", "code"]
    wait = run.table("/usage/wait")
    assert wait["tenant"].tolist() == ["<b>", "a"] and wait["gpu_model"].isna().tolist() == [False, True]
    assert run.failures.empty and run.failures["cause"].cat.categories.tolist() == ["gpu"]


def test_amounts_are_exact_beside_the_currency(tmp_path):
    bill = tidepool.open(write(tmp_path / "a.h5")).money("credits")
    assert bill["micro"].tolist() == [-(2**53) - 1, 1_500_000] and bill["amount"].tolist()[1] == 1.5
    assert bill.attrs["units"]["amount"] == "CNY"


def test_what_is_no_table_is_refused_and_what_is_absent_is_empty(tmp_path):
    run = tidepool.open(write(tmp_path / "a.h5"))
    for group in ("usage", "dim", "summary", "timeseries/class", "money"):
        if group == "money":
            assert run.table(group).empty  # a group of groups
            continue
        with pytest.raises(tidepool.ResultError, match=f"/{group} is no table of rows"):
            run.table(group)
    for group in ("links", "topology", "latency", "money/cash", "scenario/inputs"):
        assert run.table(group).empty
    for call, word in (
        (lambda: run.table("failuers"), "did you mean 'failures'"),
        (lambda: run.timeseries("tenants"), "did you mean 'tenant'"),
        (lambda: run.money("revenues"), "did you mean 'revenue'"),
        (lambda: run.kpi("gpsu"), "did you mean 'gpus'"),
    ):
        with pytest.raises(KeyError, match=word):
            call()


def test_times_of_the_calendar_come_from_the_file(tmp_path):
    assert tidepool.open(write(tmp_path / "a.h5", start="")).start is None
    assert tidepool.open(write(tmp_path / "b.h5")).start is None
    start = tidepool.open(write(tmp_path / "c.h5", start="2017-10-03T00:00:00+08:00")).start
    assert start == pd.Timestamp("2017-10-02T16:00:00", tz="UTC")
    assert start + pd.to_timedelta(90, "s") == pd.Timestamp("2017-10-02T16:01:30", tz="UTC")


def test_numbers_that_no_name_has_are_damage_not_missing(tmp_path):
    for name, column, values in (
        ("a.h5", "usage/wait/tenant", [2, 3]),
        ("b.h5", "unit_log/service", [0, 1, 2]),
        ("c.h5", "unit_log/event", [0, 1, 5]),
    ):
        with h5py.File(write(tmp_path / name), "r+") as file:
            file[column][:] = values
        group, _, last = column.rpartition("/")
        with pytest.raises(tidepool.ResultError, match=f"/{group}/{last} has"):
            tidepool.open(tmp_path / name).table(group)
    with h5py.File(write(tmp_path / "d.h5"), "r+") as file:
        del file["timeseries/pool/held"]
        file["timeseries/pool/held"] = np.zeros((3, 3))
    with pytest.raises(tidepool.ResultError, match="held of /timeseries/pool does not fit its names"):
        tidepool.open(tmp_path / "d.h5").timeseries("pool")


def test_names_that_occur_twice_stay_apart_in_grids(tmp_path):
    with h5py.File(write(tmp_path / "a.h5"), "r+") as file:
        file["timeseries/tenant/tenant_name"][:] = ["others", "others"]
    frame = tidepool.open(tmp_path / "a.h5").timeseries("tenant")
    np.testing.assert_array_equal(frame["held"].to_numpy(), [[30, 31], [32, 33], [34, 35]])
