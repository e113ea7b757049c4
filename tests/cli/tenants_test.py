"""`tidepool run` and `sweep` with tenants: what the files say, and bad input."""

import h5py
import numpy as np
import pytest

SCENARIO = """\
tidepool: 1
name: three-tenants
horizon: 1 d
topology: {preset: dgx-pod}
workloads: [{trace: {file: jobs.csv}}]
tenants:
  - {name: top, limit: 16 GPU}
  - {name: a, parent: top, guaranteed: 8 GPU, weight: 2}
  - {name: b, parent: top, leaves: 50 min}
scheduler: {queue: fair-share, preempt: quota, preempt_after: 0 s, preempt_notice: 2 min}
"""
JOBS = """\
job_id,submit,duration,gpus,tenant
1,0,7200,8,a
2,0,7200,8,b
3,0,3600,4,a
4,600,3600,8,b
5,1200,1800,16,c
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tenants.yaml").write_text(SCENARIO)
    (tmp_path / "jobs.csv").write_text(JOBS)
    return tmp_path


def test_run_says_who_waited_for_what(folder, tidepool):
    done = tidepool("run", "tenants.yaml", "-o", "out.h5", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    with h5py.File(folder / "out.h5") as file:
        jobs = {name: file["jobs"][name][()] for name in file["jobs"]}
        tenants = {name: file["tenants"][name][()] for name in file["tenants"]}
        summary = {name: file["summary"][name][()] for name in file["summary"]}
    # b's job 2 is driven out at 50 min, job 4 goes with the tenant; job 3 starts then. c is not listed.
    np.testing.assert_array_equal(jobs["start"][[0, 1, 2, 4]], [0, 0, 3000, 1200])
    np.testing.assert_array_equal(jobs["wait_quota"], [0, 0, 3000, 2400, 0])
    reasons = sum(jobs[f"wait_{name}"] for name in ("quota", "capacity", "fragmentation", "priority"))
    np.testing.assert_array_equal(reasons, jobs["queued"])
    np.testing.assert_array_equal(jobs["evictions"], [0, 1, 0, 0, 0])
    np.testing.assert_array_equal(tenants["parent"], [-1, 0, 0])
    np.testing.assert_array_equal(tenants["withdrawn"], [0, 0, 2])
    np.testing.assert_allclose(tenants["gpu_hours"], [0, 8 * 2 + 4 * 1, 8 * 5 / 6])
    assert summary["wait_quota_share"] == 1
    shares = np.array([20 / 2, 8 * 5 / 6])
    assert summary["jain_index"] == pytest.approx(shares.sum() ** 2 / (2 * (shares**2).sum()))


def test_sweep_rows_equal_runs(folder, tidepool):
    (folder / "sweep.yaml").write_text(
        "tidepool_sweep: 1\nname: queues\nbase: tenants.yaml\n"
        "grid: {scheduler.queue: [fifo, fair-share, drf]}\nreplicas: 1\n"
    )
    done = tidepool("sweep", "sweep.yaml", "-o", "sweep.h5", cwd=folder)
    assert done.returncode == 0, done.stderr
    with h5py.File(folder / "sweep.h5") as file:
        names = ("wait_quota_share", "jain_index", "evictions")
        swept = {name: file[f"sweep/replica/{name}"][()].ravel() for name in names}
    for row, queue in enumerate(("fifo", "fair-share", "drf")):
        args = ("run", "tenants.yaml", "-o", f"{queue}.h5", "--set", f"scheduler.queue={queue}")
        assert tidepool(*args, cwd=folder).returncode == 0
        with h5py.File(folder / f"{queue}.h5") as file:
            for name, values in swept.items():
                assert values[row] == file["summary"][name][()], (queue, name)


def test_bad_tenants_are_told(folder, tidepool):
    (folder / "tenants.yaml").write_text(SCENARIO.replace("parent: top, leaves", "parent: tpo, leaves"))
    done = tidepool("validate", "tenants.yaml", cwd=folder)
    assert done.returncode == 2
    assert "tenants.yaml:9:23: tenants[2].parent: there is no tenant 'tpo'" in done.stderr
    assert "did you mean 'top'" in done.stderr


def test_tenants_grow_at_rates_of_their_own(tmp_path, tidepool):
    """What a trace has at s comes at log(1 + k s) / k, k = log(1 + growth) / 1 d; in ticks of 1/16 s."""
    days = [0, 1, 7, 30]
    rows = "".join(f"{day},{day * 86400},60,8\n" for day in days)
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n" + rows)
    (tmp_path / "grow.yaml").write_text(
        "tidepool: 1\nname: grow\nhorizon: 60 d\ntopology: {preset: dgx-pod}\nfailures: {}\n"
        "tenants: [{name: steady}, {name: startup}, {name: fading}]\nworkloads:\n"
        "  - {trace: {file: jobs.csv}, tenant: steady}\n"
        "  - {trace: {file: jobs.csv, growth: 0.05}, tenant: startup}\n"
        "  - {trace: {file: jobs.csv, growth: -0.02}, tenant: fading}\n"
    )
    done = tidepool("run", "grow.yaml", "-o", "grow.h5")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "grow.h5") as file:
        submit = file["jobs/submit"][()].reshape(3, len(days)) / 86400
    for row, growth in enumerate((0.0, 0.05, -0.02)):
        k = np.log(1 + growth)
        expected = [day if k == 0 else np.log(1 + k * day) / k for day in days]
        np.testing.assert_allclose(submit[row], expected, atol=1 / 16 / 86400)
    done = tidepool("trace", "convert", "jobs.csv", "grown.csv", "--growth", "0.05")
    assert done.returncode == 0, done.stderr
    grown = [float(line.split(",")[1]) for line in (tmp_path / "grown.csv").read_text().splitlines()[1:]]
    np.testing.assert_allclose(grown, submit[1] * 86400, atol=1 / 16)


def test_a_tenant_that_fades_too_fast_is_told(tmp_path, tidepool):
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n1,0,60,8\n2,8640000,60,8\n")
    (tmp_path / "grow.yaml").write_text(
        "tidepool: 1\nname: grow\nhorizon: 60 d\ntopology: {preset: dgx-pod}\n"
        "workloads: [{trace: {file: jobs.csv, growth: -0.1}}]\n"
    )
    done = tidepool("run", "grow.yaml")
    assert done.returncode == 2
    assert "jobs.csv:3: growth: moves the end of this job beyond the simulator's clock" in done.stderr
    (tmp_path / "grow.yaml").write_text(
        (tmp_path / "grow.yaml").read_text().replace("growth: -0.1", "growht: 0.1")
    )
    assert "did you mean 'growth'?" in tidepool("run", "grow.yaml").stderr
