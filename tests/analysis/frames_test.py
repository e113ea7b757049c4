"""`import tidepool`: frames equal what plain h5py, pandas and xarray read; runs and errors from Python."""

import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray

import tidepool

BASE = """\
tidepool: 1
name: small
topology: {preset: dgx-pod}
failures: {preset: rsc-1-1024-job, scale: 30, repair: {law: exponential, mean: 8 h}}
checkpoint: {interval: fixed, every: 30 min, write: 1 min}
workloads: [{trace: {file: jobs.csv}}]
prices: {currency: USD, list: [{plan: on-demand, price: 2 USD/gpu/h}]}
horizon: 5 d
"""
SWEEP = "tidepool_sweep: 1\nname: s\nbase: small.yaml\ngrid: {scheduler.queue: [fifo, easy]}\nreplicas: 3\n"


@pytest.fixture(scope="module")
def folder(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    rows = "".join(f"j{n},{n * 3000},{5000 + n * 700},{8 << n % 4},team-{n % 3}\n" for n in range(90))
    (folder / "jobs.csv").write_text("job_id,submit,duration,gpus,tenant\n" + rows)
    (folder / "small.yaml").write_text(BASE)
    (folder / "sweep.yaml").write_text(SWEEP)
    for command, file, out in (("run", "small.yaml", "a.h5"), ("sweep", "sweep.yaml", "s.h5")):
        subprocess.run([binary, command, file, "-o", out], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(autouse=True)
def program(binary, monkeypatch):
    monkeypatch.setenv("TIDEPOOL_BINARY", str(binary))


def test_jobs_equal_those_of_h5py_and_pandas(folder):
    run = tidepool.open(folder / "a.h5")
    with h5py.File(folder / "a.h5") as file:
        jobs, tenants = file["jobs"], file["dim/tenant"].asstr()[:]
        plain = pd.DataFrame({name: item[()] for name, item in jobs.items()}).set_index("job")
        assert list(run.jobs.index) == list(plain.index) and set(run.jobs.columns) == set(plain.columns)
        for name in plain.columns:
            enum = h5py.check_enum_dtype(jobs[name].dtype)
            if name == "tenant":
                assert list(run.jobs[name]) == list(tenants[plain[name]])
            elif name == "gpu_model":
                assert list(run.jobs[name].dropna()) == [
                    file["dim/gpu_model"].asstr()[k] for k in plain[name] if k >= 0
                ]
            elif enum:
                names = {value: key for key, value in enum.items()}
                assert list(run.jobs[name]) == [names[value] for value in plain[name]]
            elif name == "id":
                assert list(run.jobs[name]) == [text.decode() for text in plain[name]]
            else:
                np.testing.assert_array_equal(run.jobs[name].to_numpy(), plain[name].to_numpy())
            assert run.jobs.attrs["units"][name] == jobs[name].attrs.get("units", "")
    assert len(run.jobs) == 90 and len(run.attempts) > 50 and len(run.failures) > 0


def test_time_series_equal_those_of_xarray(folder):
    run = tidepool.open(folder / "a.h5")
    frame = run.timeseries()
    with xarray.open_dataset(
        folder / "a.h5", group="timeseries/cluster", engine="h5netcdf", decode_times=False
    ) as other:
        assert {*frame.columns} == {*other.data_vars}
        np.testing.assert_array_equal(frame.index, other["time"])
        for name in frame.columns:
            np.testing.assert_array_equal(frame[name], other[name])
            assert frame.attrs["units"][name] == other[name].attrs.get("units", "")
        assert frame.attrs["bin_width"] == other.attrs["bin_width"]


@pytest.mark.parametrize("of", ["class", "tenant"])
def test_grids_equal_those_of_xarray_and_add_up(folder, of):
    run = tidepool.open(folder / "a.h5")
    frame = run.timeseries(of)
    with xarray.open_dataset(
        folder / "a.h5", group=f"timeseries/{of}", engine="h5netcdf", decode_times=False
    ) as other:
        names = other[{"tenant": "tenant_name"}.get(of, of)].to_numpy().astype(str).tolist()
        held = other["held"].to_pandas()
    assert frame["held"].columns.tolist() == names and len(names) >= 3
    np.testing.assert_array_equal(frame["held"].to_numpy(), held.to_numpy())
    np.testing.assert_array_equal(frame.index, held.index)
    np.testing.assert_allclose(frame["held"].sum(axis=1), run.timeseries()["allocated"], rtol=1e-12)


def test_the_summary_and_the_bill_are_those_of_the_file(folder):
    run = tidepool.open(folder / "a.h5")
    with h5py.File(folder / "a.h5") as file:
        assert {*run.summary.index} == {*file["summary"]}
        for name, item in file["summary"].items():
            np.testing.assert_equal(run.kpi(name), float(item[()]))
            assert run.summary.loc[name, "better"] == item.attrs["better"]
        amounts = file["money/revenue/amount"][()]
    bill = run.money("revenue")
    assert bill["micro"].sum() == amounts.sum() and run.currency == "USD"
    assert bill["amount"].sum() == pytest.approx(run.kpi("revenue"), rel=1e-12)
    assert run.money("credits").empty and run.services.empty and run.timeseries("service").empty


def test_sweeps_have_cells_runs_and_intervals(folder):
    sweep = tidepool.open(folder / "s.h5")
    assert list(sweep.cells["scheduler.queue"]) == ["fifo", "easy"]
    runs = sweep.replicas("wait_mean_s", "ettr")
    with h5py.File(folder / "s.h5") as file:
        rows = file["sweep/replica/wait_mean_s"][()]
        np.testing.assert_array_equal(runs["wait_mean_s"].to_numpy().reshape(2, 3), rows)
    assert {*runs["state"]} == {"complete"} and runs.attrs["units"]["wait_mean_s"] == "s"
    assert runs["seed"].nunique() == 3 and list(runs["seed"][0]) == list(runs["seed"][1])
    joined = sweep.cells.join(runs)
    assert list(joined["scheduler.queue"]) == ["fifo"] * 3 + ["easy"] * 3
    stats = sweep.stats("wait_mean_s")
    np.testing.assert_allclose(stats["mean"], rows.mean(axis=1), rtol=1e-12)
    with pytest.raises(KeyError):
        sweep.stats("wait_maen_s")
    with pytest.raises(KeyError):
        sweep.replicas("wait_maen_s")


def test_run_gives_what_the_program_gives(folder, binary):
    run = tidepool.run(
        folder / "small.yaml", set={"scheduler.queue": "easy", "topology.clusters[0].nodes": np.int64(12)}
    )
    out = folder / "easy.h5"
    words = ["--set", "scheduler.queue=easy", "--set", "topology.clusters[0].nodes=12"]
    subprocess.run([binary, "run", folder / "small.yaml", "-o", out, *words], check=True, capture_output=True)
    pd.testing.assert_frame_equal(run.summary, tidepool.open(out).summary)
    path = run.path
    assert path.exists() and run.kpi("gpus") == 96
    del run
    assert not path.exists()


def test_a_mapping_is_a_scenario_and_its_paths_are_those_of_here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    scenario = {
        **{
            "tidepool": 1,
            "name": "mapped",
            "topology": {"preset": "dgx-pod"},
            "failures": {},
            "horizon": "5 d",
        },
        "workloads": [{"trace": {"file": "jobs.csv"}}],
    }
    before = {*folder.iterdir()}
    run = tidepool.run(scenario, set={"workloads": [{"trace": {"file": "jobs.csv", "first": 10}}]}, seed=3)
    assert run.kpi("jobs_submitted") == 10 and run.attrs["seed"] == 3
    assert {*folder.iterdir()} == before


def test_mistakes_raise_with_the_words_of_the_program(folder):
    with pytest.raises(tidepool.ScenarioError, match="did you mean 'queue'"):
        tidepool.run(folder / "small.yaml", set={"scheduler.queu": "easy"})
    with pytest.raises(tidepool.ScenarioError, match=r"absent\.yaml"):
        tidepool.run(folder / "absent.yaml")
    with pytest.raises(tidepool.ScenarioError, match="no such program"):
        tidepool.run(folder / "small.yaml", program="tidepool-absent")
    with pytest.raises(tidepool.ScenarioError, match="cannot be written as YAML"):
        tidepool.run(folder / "small.yaml", set={"seed": object()})
    with pytest.raises(tidepool.ScenarioError, match="a\\.h5"):
        tidepool.run(folder / "small.yaml", output=folder / "a.h5")
    with pytest.raises(tidepool.RunError):
        tidepool.run(folder / "small.yaml", output=folder / "absent" / "x.h5")
    (folder / "late.csv").write_text("job_id,submit,duration,gpus\n1,7200,60,8\n")
    late = {"workloads": [{"trace": {"file": str(folder / "late.csv")}}]}
    with pytest.raises(tidepool.RunError, match="no work"):
        tidepool.run(folder / "small.yaml", until="1 h", set=late)


def test_a_sweep_runs_from_python(folder):
    sweep = tidepool.sweep(folder / "sweep.yaml", replicas=2, threads=1)
    assert len(sweep.replicas("ettr")) == 4


def test_partial_files_warn_and_open(folder):
    path = folder / "b.h5.partial"
    path.write_bytes((folder / "a.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs["status"] = "running"
        del file["summary"], file["jobs"], file["money"]
    with pytest.warns(tidepool.PartialResultWarning):
        run = tidepool.open(path)
    assert run.summary.empty and run.jobs.empty and run.money().empty and len(run.timeseries()) > 0


def test_what_is_no_result_says_so(folder):
    for name, content in (
        ("x.h5", b""),
        ("y.h5", b"no HDF5"),
        ("z.h5", (folder / "a.h5").read_bytes()[:2000]),
    ):
        (folder / name).write_bytes(content)
        with pytest.raises(tidepool.ResultError, match=name):
            tidepool.open(folder / name)
    with pytest.raises(FileNotFoundError):
        tidepool.open(folder / "absent.h5")
    newer = folder / "newer.h5"
    newer.write_bytes((folder / "a.h5").read_bytes())
    with h5py.File(newer, "r+") as file:
        file.attrs["tidepool_schema"] = "2.0"
    with pytest.raises(tidepool.ResultError, match="has schema 2.0"):
        tidepool.open(newer)


def test_importing_is_fast_and_loads_no_pandas():
    code = "import sys, tidepool; print('pandas' in sys.modules or 'h5py' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_progress_lines_are_not_errors():
    from tidepool.runner import _bar

    with _bar("none") as bar:
        assert (
            bar.take('{"frac": 0.5}\n') and not bar.take("a.yaml:1:1: wrong\n") and not bar.take("{broken\n")
        )


def test_every_public_name_exists():
    assert all(getattr(tidepool, name) is not None for name in tidepool.__all__)
    with pytest.raises(AttributeError):
        tidepool.absent  # noqa: B018
