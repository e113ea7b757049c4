"""tidepool.results against files written by hand in the documented layout."""

import fcntl
import subprocess
import sys
import warnings

import h5py
import numpy as np
import pytest

from tidepool import results


def write(path, status="complete", schema="1.4"):
    """Two jobs on a cluster watched for three bins; the second job never started."""
    with h5py.File(path, "w") as file:
        file.attrs.update({"tidepool_schema": schema, "status": status, "seed": 7})
        kpi = file.create_dataset("summary/wait_mean_s", data=12.5)
        kpi.attrs.update({"units": "s", "long_name": "mean wait", "better": "lower", "group": "capacity"})
        jobs = file.create_group("jobs")
        state = h5py.enum_dtype({"queued": 0, "completed": 2}, basetype="i1")
        jobs.create_dataset("state", data=np.array([2, 0], dtype="i1"), dtype=state)
        jobs.create_dataset("start", data=np.array([5.0, np.nan]))
        jobs.create_dataset("tenant", data=np.array([1, 0], dtype="u4"))
        jobs["start"].attrs["units"] = "s"
        file.create_dataset("timeseries/cluster/time", data=np.array([0.0, 60.0, 120.0]))
        file.create_dataset("dim/tenant", data=["", "Łódź"], dtype=h5py.string_dtype())
        file.create_dataset("scenario/source_yaml", data="tidepool: 1  # Łódź\n")
        file.create_group("provenance").attrs["hostname"] = "tide"
    return path


def test_summary_gives_value_units_and_direction(tmp_path):
    run = results.open(write(tmp_path / "a.h5"))
    assert run.summary == {"wait_mean_s": (12.5, "s", "mean wait", "lower", "capacity")}
    assert run.summary["wait_mean_s"].better == "lower"


def test_jobs_are_columns_with_units_and_labels(tmp_path):
    jobs = results.open(write(tmp_path / "a.h5")).jobs
    assert jobs["start"][0] == 5.0
    assert np.isnan(jobs["start"][1])
    assert jobs.units["start"] == "s"
    assert list(jobs.labels("state")) == ["completed", "queued"]
    with pytest.raises(results.ResultError, match="'tenant' is not enumerated"):
        jobs.labels("tenant")


def test_ids_have_names(tmp_path):
    run = results.open(write(tmp_path / "a.h5"))
    names = run.names("tenant")
    assert [names[i] for i in run.jobs["tenant"]] == ["Łódź", ""]


def test_what_failed_is_in_tables_that_a_run_may_lack(tmp_path):
    path = write(tmp_path / "a.h5")
    lacking = results.open(path)
    names = ["failures", "attempts", "checkpoints", "nodes", "node_months"]
    assert not any(getattr(lacking, name) for name in names)
    with pytest.raises(results.ResultError, match="no group /failures"):
        lacking.table("failures")
    ended = h5py.enum_dtype({"completed": 1, "outage": 4}, basetype="i1")
    with h5py.File(path, "a") as file:
        file.create_dataset("dim/cause", data=["host", "gpu"], dtype=h5py.string_dtype())
        file.create_dataset("failures/cause", data=np.array([1], dtype="u4"))
        file.create_dataset("failures/gpus_hit", data=np.array([16], dtype="u8"))
        file.create_dataset("attempts/ended", data=np.array([4, 1], dtype="i1"), dtype=ended)
        file.create_dataset("attempts/failure", data=np.array([0, -1], dtype="i4"))
        file.create_dataset("checkpoints/writing", data=np.array([0.5])).attrs["units"] = "h"
        file.create_dataset("nodes/name", data=np.array([b"n0", b"n1"], dtype=h5py.string_dtype("utf-8", 2)))
        file.create_dataset("node_months/availability", data=np.array([0.75]))
    run = results.open(path)
    assert [run.names("cause")[cause] for cause in run.failures["cause"]] == ["gpu"]
    assert run.failures["gpus_hit"][run.attempts["failure"][0]] == 16
    assert list(run.attempts.labels("ended")) == ["outage", "completed"]
    assert run.checkpoints["writing"][0] == 0.5
    assert run.checkpoints.units["writing"] == "h"
    assert list(run.nodes["name"]) == ["n0", "n1"]
    assert run.node_months["availability"][0] == 0.75


def test_a_run_with_a_network_says_who_shared_what(tmp_path):
    path = write(tmp_path / "a.h5")
    lacking = results.open(path)
    assert not lacking.links and not lacking.flows and not lacking.link_series
    tier = h5py.enum_dtype({"node": 0, "leaf": 1, "pod": 2, "storage": 3}, basetype="i1")
    with h5py.File(path, "a") as file:
        file.create_dataset("links/name", data=["leaf0", "leaf1"], dtype=h5py.string_dtype())
        file.create_dataset("links/tier", data=np.array([1, 1], dtype="i1"), dtype=tier)
        file.create_dataset("links/utilisation", data=np.array([0.25, 0.75])).attrs["units"] = "1"
        file["links"].attrs["solves"] = 9
        file.create_dataset("flows/held_by", data=np.array([1, -1], dtype="i4"))
        series = file.create_group("timeseries/link")
        series.attrs["bins_of_links"] = "kept"
        series.create_dataset("tier", data=["node", "leaf", "pod", "storage"], dtype=h5py.string_dtype())
        series.create_dataset("utilisation", data=np.full((3, 4), 0.5))
        series.create_dataset("link", data=np.array([1, 0], dtype="u4"))
        series.create_dataset("link_utilisation", data=np.array([[0.5, 0.25]] * 3))
    run = results.open(path)
    assert list(run.links.labels("tier")) == ["leaf", "leaf"]
    assert run.links.attrs["solves"] == 9
    assert [run.links["name"][row] for row in run.flows["held_by"] if row >= 0] == ["leaf1"]
    leaf = list(run.link_series["tier"]).index("leaf")
    assert list(run.link_series["utilisation"][:, leaf]) == [0.5, 0.5, 0.5]
    assert run.link_series["link_utilisation"].shape == (3, len(run.link_series["link"]))
    assert run.link_series.attrs["bins_of_links"] == "kept"


def test_time_series_scenario_and_provenance(tmp_path):
    run = results.open(write(tmp_path / "a.h5"))
    assert list(run.timeseries("cluster")["time"]) == [0.0, 60.0, 120.0]
    assert run.source_yaml == "tidepool: 1  # Łódź\n"
    assert run.provenance == {"hostname": "tide"}
    assert run.attrs["seed"] == 7
    with pytest.raises(results.ResultError, match="no group /timeseries/pool"):
        run.timeseries("pool")
    with pytest.raises(results.ResultError, match="no scenario/resolved_yaml"):
        _ = run.resolved_yaml


@pytest.mark.parametrize(
    ("name", "status"), [("a.h5.partial", "running"), ("a.h5", "interrupted"), ("b.partial", "complete")]
)
def test_unfinished_files_open_with_a_warning(tmp_path, name, status):
    with pytest.warns(results.PartialResultWarning, match=f"the run is {status}"):
        run = results.open(write(tmp_path / name, status=status))
    assert len(run.jobs["state"]) == 2


def test_a_complete_file_opens_without_a_warning(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert results.open(str(write(tmp_path / "a.h5"))).complete


def test_a_missing_file_points_to_the_partial_one(tmp_path):
    write(tmp_path / "a.h5.partial")
    with pytest.raises(FileNotFoundError, match=r"no such file; the run left .*a\.h5\.partial"):
        results.open(tmp_path / "a.h5")
    with pytest.raises(FileNotFoundError, match="no such file$"):
        results.open(tmp_path / "b.h5")


def test_what_is_no_result_is_refused(tmp_path):
    (tmp_path / "text.h5").write_text("no HDF5 at all\n")
    h5py.File(tmp_path / "foreign.h5", "w").close()
    write(tmp_path / "future.h5", schema="2.0")
    whole = write(tmp_path / "whole.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.h5").touch()
    (tmp_path / "folder.h5").mkdir()
    for name, why in {
        "text.h5": "not a readable HDF5 file: it holds something else$",
        "empty.h5": "is empty$",
        "folder.h5": "is a folder$",
        "foreign.h5": "not a tidepool result",
        "future.h5": r"has schema 2\.0, this package reads 1\.x",
        "cut.h5": f"not a readable HDF5 file: it is cut off after {len(whole) // 2} of {len(whole)} bytes$",
    }.items():
        with pytest.raises(results.ResultError, match=why):
            results.open(tmp_path / name)


def test_newer_minor_schemas_and_unknown_parts_are_read(tmp_path):
    with h5py.File(write(tmp_path / "a.h5", schema="1.99"), "a") as file:
        file["novelty/x"] = [1.0]
        file["jobs/novelty"] = [1, 2]
    run = results.open(tmp_path / "a.h5")
    assert run.jobs["novelty"].tolist() == [1, 2] and run.table("novelty")["x"].tolist() == [1.0]


def test_only_the_named_columns_are_read(tmp_path):
    run = results.open(write(tmp_path / "a.h5"))
    assert run.has("jobs") and not run.has("failures") and run.has("scenario/source_yaml")
    assert set(run.columns("jobs", "start", "absent")) == {"start"}
    assert run.columns("failures", "time") == {} and run.columns_or_empty("failures") == {}


def test_a_file_without_permission_says_so(tmp_path, monkeypatch):
    path = write(tmp_path / "a.h5")

    def refuse(*_, **__):
        raise PermissionError(13, "Unable to open file")

    monkeypatch.setattr(h5py, "File", refuse)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(results.ResultError, match=r"a\.h5: no permission to read it$"):
        results.open(path)


def test_files_that_others_write_are_read(tmp_path):
    """Another process has the file open for writing, and locks it for itself."""
    path = write(tmp_path / "a.h5")
    code = f"import h5py; file = h5py.File({str(path)!r}, 'r+'); print('open', flush=True); input()"
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        with open(path, "rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # it does hold a lock
        assert results.open(path).summary["wait_mean_s"].value == 12.5
        other.communicate("\n", timeout=20)


def test_files_that_this_process_has_open_are_read(tmp_path):
    path = write(tmp_path / "a.h5")
    with h5py.File(path, "r"):
        assert results.open(path).summary["wait_mean_s"].value == 12.5


def test_every_cut_is_noticed(tmp_path):
    whole = write(tmp_path / "a.h5").read_bytes()
    for length in range(1, len(whole), len(whole) // 50):
        (tmp_path / "b.h5").write_bytes(whole[:length])
        with pytest.raises(results.ResultError, match=r"b\.h5: not a readable HDF5 file"):
            results.open(tmp_path / "b.h5")


def test_damaged_columns_are_noticed(tmp_path):
    """Columns have checksums: a single byte is enough, and what is whole is still read."""
    path = write(tmp_path / "a.h5")
    values = np.arange(1000.0)
    with h5py.File(path, "a") as file:
        file.create_dataset("nodes/down", data=values, chunks=(1000,), fletcher32=True)
        place = file["nodes/down"].id.get_chunk_info(0).byte_offset
    assert results.open(path).nodes["down"].tolist() == values.tolist()
    data = bytearray(path.read_bytes())
    data[place + 4001] ^= 1
    path.write_bytes(data)
    run = results.open(path)
    assert len(run.jobs["start"]) == 2
    with pytest.raises(results.ResultError, match=r"a\.h5: damaged or incomplete \(.*"):
        _ = run.nodes


def test_text_that_is_no_utf8_is_damage(tmp_path):
    path = write(tmp_path / "a.h5")
    with h5py.File(path, "a") as file:
        file.create_dataset("links/name", data=np.array([b"\xff\xfe"], dtype=h5py.string_dtype("utf-8", 2)))
    with pytest.raises(results.ResultError, match="damaged or incomplete"):
        _ = results.open(path).links
