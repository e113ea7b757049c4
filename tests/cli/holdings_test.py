"""Who holds GPUs over time, distributions of latencies and the topology in files of real scenarios.

Everything is counted once more in numpy, from other tables of the same file.
"""

import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
NAMES = ("contract-mix", "mixed-chips", "night-tide", "philly-552", "power-tou", "spot-notice", "two-claims")


@pytest.fixture(scope="module")
def files(binary, tmp_path_factory):
    """The open result file of each of NAMES, made when it is asked for."""
    folder, made = tmp_path_factory.mktemp("holdings"), {}

    def open_file(name):
        if name not in made:
            path = folder / f"{name}.h5"
            scenario = SCENARIOS / name / "scenario.yaml"
            subprocess.run(
                [binary, "run", scenario, "-o", path, "--progress", "none"], check=True, capture_output=True
            )
            made[name] = h5py.File(path)
        return made[name]

    yield open_file
    for file in made.values():
        file.close()


def gpu_hours(file, series):
    """Of every column of a grid, over the whole run."""
    cluster = file["timeseries/cluster"]
    starts, width = cluster["time"][:], cluster.attrs["bin_width"]
    lengths = np.minimum(width, file["summary/horizon_s"][()] - starts)
    return (series[:] * lengths[:, None]).sum(axis=0) / 3600


def held_by_jobs(file):
    """GPU-hours that each job held, from /attempts or, in runs without interruptions, from /jobs."""
    jobs = file["jobs"]
    if "attempts" in file:
        attempts = file["attempts"]
        hours = sum(attempts[part][:] for part in ("useful", "checkpoint", "lost", "restart", "stalled"))
        return np.bincount(attempts["job"][:], weights=hours, minlength=len(jobs["job"]))
    end = np.where(np.isnan(jobs["end"][:]), file["summary/horizon_s"][()], jobs["end"][:])
    hours = (end - jobs["start"][:]) * jobs["gpus"][:] / 3600
    return np.where(np.isnan(hours), 0, hours)


@pytest.mark.parametrize("name", NAMES)
def test_classes_hold_what_their_jobs_and_units_held(files, name):
    file = files(name)
    held = file["timeseries/class/held"]
    cluster = file["timeseries/cluster"]
    assert file["timeseries/class/class"].asstr()[:].tolist() == ["reserved", "on-demand", "spot", "service"]
    np.testing.assert_array_equal(file["timeseries/class/time"][:], cluster["time"][:])
    np.testing.assert_allclose(held[:].sum(axis=1), cluster["allocated"][:], rtol=1e-12, atol=1e-9)
    by_plan = np.bincount(file["jobs/plan"][:], weights=held_by_jobs(file), minlength=3)
    units = file["services/gpu_hours"][:].sum() if "services" in file else 0
    np.testing.assert_allclose(gpu_hours(file, held), [*by_plan, units], rtol=1e-9, atol=1e-6)
    if "services" in file:
        np.testing.assert_allclose(held[:, 3], cluster["units"][:], rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_tenants_hold_and_wait_as_their_jobs_did(files, name):
    file = files(name)
    names = file["dim/tenant"].asstr()[:]
    assert ("tenant" in file["timeseries"]) == (len(names) > 1)
    if len(names) == 1:
        return
    series, cluster = file["timeseries/tenant"], file["timeseries/cluster"]
    for ours, whole in (("held", "allocated"), ("queued_gpus", "queued_gpus")):
        np.testing.assert_allclose(series[ours][:].sum(axis=1), cluster[whole][:], rtol=1e-12, atol=1e-9)
    held = np.bincount(file["jobs/tenant"][:], weights=held_by_jobs(file), minlength=len(names))
    if "services" in file:
        np.add.at(held, file["services/tenant"][:], file["services/gpu_hours"][:])
    rows, hours = series["tenant"][:], gpu_hours(file, series["held"])
    assert rows.min() >= 0
    assert series["tenant_name"].asstr()[:].tolist() == names[rows].tolist()
    np.testing.assert_allclose(hours, held[rows], rtol=1e-9, atol=1e-6)
    assert held[rows].sum() == pytest.approx(held.sum())
    assert (np.diff(hours) <= 1e-6).all()


@pytest.mark.parametrize("name", NAMES)
def test_pools_are_parts_of_the_datacenter(files, name):
    file = files(name)
    site = file["topology"]
    assert site.attrs["gpus"] == site["gpus"][:].sum() == (site["nodes"][:] * site["gpus_per_node"][:]).sum()
    assert site.attrs["nodes"] == site["nodes"][:].sum()
    assert ("pool" in file["timeseries"]) == (len(site["cluster"]) > 1)
    if len(site["cluster"]) == 1:
        return
    pools, cluster = file["timeseries/pool"], file["timeseries/cluster"]
    for ours, whole in (("held", "allocated"), ("capacity", "capacity"), ("down", "down")):
        np.testing.assert_allclose(pools[ours][:].sum(axis=1), cluster[whole][:], rtol=1e-12, atol=1e-9)
    assert pools["pool"].asstr()[:].tolist() == site["name"].asstr()[:].tolist()
    np.testing.assert_array_equal(pools["pool_gpu_model"][:], site["gpu_model"][:])
    np.testing.assert_array_equal(pools["capacity"][-1], site["gpus"][:])


@pytest.mark.parametrize("name", ["night-tide", "power-tou"])
def test_latencies_add_up_to_requests_and_hold_the_percentiles(files, name):
    file = files(name)
    table, services = file["latency"], file["services"]
    lower, upper, requests = (table[column][:] for column in ("lower", "upper", "requests"))
    for service, served in enumerate(services["requests_served"][:]):
        for quantity, prefix in enumerate(("ttft", "tpot", "latency")):
            mine = np.flatnonzero((table["service"][:] == service) & (table["quantity"][:] == quantity))
            assert 0 < len(mine) <= 200
            assert (upper[mine][:-1] <= lower[mine][1:]).all()
            if prefix == "latency":
                assert requests[mine].sum() == served
            reached = np.cumsum(requests[mine])
            for percent in (50, 95, 99):
                value = services[f"{prefix}_p{percent}"][service]
                at = mine[np.searchsorted(reached, -(-int(reached[-1]) * percent // 100))]
                assert lower[at] <= value <= upper[at]


def test_latencies_are_only_in_files_with_services(files):
    assert "latency" not in files("philly-552")
