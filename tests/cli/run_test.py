"""`tidepool run`: the seven known answers, bad input, output files, exit codes."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import h5py
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMON = ROOT / "scenarios/common-trace/scenario.yaml"

SMALL = """\
tidepool: 1
name: small
topology: {preset: dgx-pod}
workloads:
  - trace: {file: jobs.csv}
"""
JOBS = "job_id,submit,duration,gpus\n1,0,3600,128\n2,10,1800,64\n"


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "jobs.csv").write_text(JOBS)
    return tmp_path / "small.yaml"


# Mean wait and last end: published with the trace; the FIFO rows agree with AccaSim and the Helios simulator,
# the EASY rows with a brute-force EASY.
@pytest.mark.parametrize(
    ("jobs", "placement", "queue", "wait", "end"),
    [
        ("10k", "fungible", "fifo", "13.6733", 208785),
        ("10k", "pack", "fifo", "21.8531", 208785),
        ("10k", "fungible", "easy", "9.9699", 208785),
        ("10k", "fungible", "first-fit", "2.3244", None),
        ("100k", "fungible", "fifo", "540.2659", 1363867),
        ("100k", "pack", "fifo", "1277.3503", 1363867),
        ("100k", "fungible", "easy", "337.3983", None),
    ],
)
def test_common_trace_gives_the_known_answers(tidepool, jobs, placement, queue, wait, end):
    done = tidepool(
        "run", COMMON, "--json",
        "--set", f"workloads[0].trace.file={ROOT}/workloads/traces/common-{jobs}.csv.gz",
        "--set", f"scheduler.placement={placement}",
        "--set", f"scheduler.queue={queue}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kpis = json.loads(done.stdout)["kpis"]
    assert f"{kpis['wait_mean_s']:.4f}" == wait
    assert end is None or kpis["makespan_s"] == end


def test_philly_hours_equal_the_trace_to_the_tick(tidepool, tmp_path):
    done = tidepool("run", ROOT / "scenarios/quickstart/scenario.yaml", "-o", "q.h5")
    assert done.returncode == 0, done.stderr
    # Sum of duration x GPUs over the rows of the file: whole seconds, so exact in integers.
    import csv
    import gzip

    with gzip.open(ROOT / "workloads/traces/philly-2017.csv.gz", "rt") as trace:
        expected = sum(int(float(row["duration"])) * int(row["num_gpus"]) for row in csv.DictReader(trace))
    with h5py.File(tmp_path / "q.h5") as file:
        jobs = file["jobs"]
        assert int(((jobs["end"][()] - jobs["start"][()]) * jobs["gpus"][()]).sum()) == expected
        assert file["summary/gpu_hours_allocated"][()] == expected / 3600
        states = h5py.check_enum_dtype(jobs["state"].dtype)
        assert (jobs["state"][()] == states["completed"]).all()
        assert len(jobs["state"]) == 62194


def test_jobs_by_hand(tidepool, small, tmp_path):
    # Job 1 holds all 128 GPUs from 0 to 3600 s; job 2 comes at 10 s, waits 3590 s and ends at 5400 s.
    # Capacity 128 x 1.5 h = 192 h, allocated 128 x 1 h + 64 x 0.5 h = 160 h.
    done = tidepool("run", small, "--json")
    kpis = json.loads(done.stdout)["kpis"]
    assert kpis["gpu_hours_capacity"] == 192
    assert kpis["gpu_hours_allocated"] == 160
    assert kpis["wait_mean_s"] == 1795
    assert kpis["wait_max_s"] == 3590
    assert kpis["makespan_s"] == 5400
    assert kpis["queue_length_mean"] == pytest.approx(3590 / 5400, rel=1e-12)


def test_until_cuts_the_run(tidepool, small):
    # At 1 h job 1 has just ended and job 2 has not started: the horizon itself is not part of the run.
    done = tidepool("run", small, "--json", "--until", "1 h")
    kpis = json.loads(done.stdout)["kpis"]
    assert kpis["gpu_hours_allocated"] == 128
    assert kpis["jobs_unfinished"] == 2
    assert kpis["horizon_s"] == 3600


def test_everything_wrong_is_reported_at_once_with_its_place(tidepool, tmp_path):
    (tmp_path / "bad.yaml").write_text(
        "tidepool: 1\nname: bad\nhorzon: 3 d\nseed: -1\nseed: 2\n"
        "topology:\n  preset: philly-55\n"
        "workloads:\n  - trace: {format: phily, file: nothere.csv.gz}\n    tennant: x\n"
        "scheduler: {queue: eassy, estimates: factor}\noutput: {bin: 3600}\n"
    )
    done = tidepool("run", "bad.yaml")
    assert done.returncode == 2
    assert done.stdout == ""
    for line in (
        "bad.yaml:3:1: horzon: unknown key, did you mean 'horizon'?",
        "bad.yaml:4:7: seed: must be at least 0 (got '-1')",
        "bad.yaml:5:1: duplicate key 'seed'",
        "bad.yaml:7:11: topology.preset: no such topology preset (got 'philly-55'), did you mean 'philly-552'?",
        "bad.yaml:9:21: workloads[0].trace.format: must be one of",
        "bad.yaml:10:5: workloads[0].tennant: unknown key, did you mean 'tenant'?",
        "bad.yaml:11:20: scheduler.queue: must be one of fifo, first-fit, easy, fair-share, drf (got 'eassy'), "
        "did you mean 'easy'?",
        "bad.yaml:12:15: output.bin: needs a unit (got '3600')",
    ):
        assert line in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        (
            "job_id,submit,duration,gpus\n1,0,-3,1\n",
            "jobs.csv:2:5: duration: must not be negative (got '-3')",
        ),
        (
            "job_id,submit,duration,gpus\n1,0,3,129\n",
            "jobs.csv:2: workloads[0].trace: the job's 129 GPUs never fit",
        ),
        ("job_id,submit,duration,gpus\n1,9,3,1\n2,8,3,1\n", "jobs.csv:3:3: submit: "),
        ("job_id,submit,durations,gpus\n1,0,3,1\n", "did you mean 'duration'?"),
        ("job_id,submit,duration,gpus\n1,0,3\n", "jobs.csv:2: "),
        ("job_id,submit,duration,gpus\n1,1e12,3,1\n", "jobs.csv:2:3: submit: "),
        ("job_id,submit,duration,gpus\n", "jobs.csv"),
        ("", "jobs.csv"),
    ],
)
def test_bad_traces_name_the_place_and_leave_no_file(tidepool, small, tmp_path, jobs, message):
    (tmp_path / "jobs.csv").write_text(jobs)
    done = tidepool("run", small)
    assert done.returncode == 2
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jobs.csv", "small.yaml"]


def test_a_broken_scenario_is_reported_once(tidepool, tmp_path):
    (tmp_path / "broken.yaml").write_text("a: [1\n")
    done = tidepool("run", "broken.yaml", "--set", "scheduler.queue=easy", "--seed", "3")
    assert done.returncode == 2
    assert done.stderr == "broken.yaml:2:1: end of sequence flow not found\n"


def test_missing_and_broken_trace_files(tidepool, small, tmp_path):
    (tmp_path / "jobs.csv").unlink()
    done = tidepool("run", small)
    assert done.returncode == 2 and "jobs.csv" in done.stderr
    (tmp_path / "jobs.csv").write_bytes(b"\x1f\x8b\x08\x00broken")
    done = tidepool("run", small)
    assert done.returncode == 2 and "jobs.csv" in done.stderr and "gzip" in done.stderr
    assert not list(tmp_path.glob("*.h5*"))


def test_jobs_that_never_fit_can_be_rejected(tidepool, small, tmp_path):
    (tmp_path / "jobs.csv").write_text(JOBS + "3,20,60,1000\n")
    done = tidepool("run", small, "--json", "--set", "workloads[0].never_fits=reject")
    assert done.returncode == 0
    assert json.loads(done.stdout)["kpis"]["jobs_rejected"] == 1
    with h5py.File(tmp_path / "small.h5") as file:
        reasons = {value: name for name, value in h5py.check_enum_dtype(file["jobs/rejection"].dtype).items()}
        assert [reasons[int(value)] for value in file["jobs/rejection"]] == ["none", "none", "too_large"]


def test_a_run_without_work_fails(tidepool, small, tmp_path):
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n1,0,60,1000\n")
    done = tidepool("run", small, "--set", "workloads[0].never_fits=reject")
    assert done.returncode == 3
    assert "no work" in done.stderr
    assert not (tmp_path / "small.h5").exists()


def test_an_existing_file_is_kept_unless_forced(tidepool, small, tmp_path):
    (tmp_path / "small.h5").write_text("precious")
    done = tidepool("run", small)
    assert done.returncode == 2 and "--force" in done.stderr
    assert (tmp_path / "small.h5").read_text() == "precious"
    assert tidepool("run", small, "--force").returncode == 0
    with h5py.File(tmp_path / "small.h5") as file:
        assert file.attrs["status"] in (b"complete", "complete")


def test_a_full_disk_is_the_worlds_fault(binary, small, tmp_path):
    # A limit of 4 kB on the size of files stands for a full disk.
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 4; {binary} run small.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "small.h5" in done.stderr
    assert not (tmp_path / "small.h5").exists()


def test_unwritable_output_is_the_worlds_fault(tidepool, small, tmp_path):
    done = tidepool("run", small, "-o", "no/such/folder/run.h5")
    assert done.returncode == 3
    assert "no/such/folder" in done.stderr


def test_paths_resolve_against_the_file_that_holds_them(tidepool, small, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other.csv").write_text(JOBS)
    assert tidepool("run", "../small.yaml", "-o", "a.h5", cwd=elsewhere).returncode == 0
    done = tidepool(
        "run", "../small.yaml", "-o", "b.h5", "--set", "workloads[0].trace.file=other.csv", cwd=elsewhere
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in elsewhere.iterdir()) == ["a.h5", "b.h5", "other.csv"]


def test_progress_as_json_lines_goes_to_stderr(tidepool):
    done = tidepool("run", ROOT / "scenarios/quickstart/scenario.yaml", "-o", "q.h5", "--progress", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines and set(lines[-1]) == {"t_sim", "frac", "eta_s", "events"}
    assert lines[-1]["frac"] == 1
    assert lines[-1]["events"] == 2 * 62194
    assert "kpis" not in done.stderr


def test_no_bar_without_a_terminal(tidepool, small):
    assert tidepool("run", small).stderr == ""


def test_the_printed_command_reproduces_the_run(tidepool, small, tmp_path):
    done = tidepool("run", small, "-o", "a b.h5", "--reproducible", "--set", "scheduler.queue=easy")
    command = done.stdout.split("reproduce: ")[1].strip()
    first = (tmp_path / "a b.h5").read_bytes()
    (tmp_path / "a b.h5").write_text("overwritten by the command")
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "a b.h5").read_bytes() == first


def test_the_resolved_scenario_runs_to_the_same_numbers(tidepool, small, tmp_path):
    tidepool("run", small, "-o", "a.h5", "--set", "scheduler.placement=spread")
    with h5py.File(tmp_path / "a.h5") as file:
        resolved = file["scenario/resolved_yaml"][()].decode()
        jobs = file["jobs/first_node"][()]
    (tmp_path / "resolved.yaml").write_text(resolved)
    done = tidepool("run", "resolved.yaml", "-o", "b.h5")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "b.h5") as file:
        assert (file["jobs/first_node"][()] == jobs).all()
        assert file["scenario/resolved_yaml"][()].decode() == resolved


def test_a_killed_run_leaves_a_readable_partial_file(binary, tmp_path):
    # Many small jobs, so that the run takes a while; killed at several moments.
    rows = "".join(f"{i},{i},100000,1\n" for i in range(1, 200_001))
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n" + rows)
    (tmp_path / "small.yaml").write_text(SMALL.replace("dgx-pod}", "dgx-pod}\nscheduler: {queue: first-fit}"))
    seen = 0
    for delay in (0.3, 0.6, 1.0, 1.5):
        run = subprocess.Popen(
            [binary, "run", "small.yaml", "--force"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        run.send_signal(signal.SIGKILL)
        run.wait()
        partial = tmp_path / "small.h5.partial"
        if partial.exists():
            seen += 1
            with h5py.File(partial) as file:
                assert file["scenario/source_yaml"][()].decode().startswith("tidepool: 1")
    assert seen > 0


def test_ctrl_c_ends_with_130_and_keeps_the_partial_file(binary, tmp_path):
    rows = "".join(f"{i},{i},100000,1\n" for i in range(1, 200_001))
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n" + rows)
    (tmp_path / "small.yaml").write_text(SMALL.replace("dgx-pod}", "dgx-pod}\nscheduler: {queue: first-fit}"))
    run = subprocess.Popen(
        [binary, "run", "small.yaml"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "small.h5.partial").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "interrupted" in errors
    with h5py.File(tmp_path / "small.h5.partial") as file:
        assert file.attrs["status"] in (b"interrupted", "interrupted")
    assert not (tmp_path / "small.h5").exists()


@pytest.mark.parametrize("seed", ["99999999999999999999", "010", "0x10", "1.5", "-1", ""])
def test_seeds_are_read_strictly(tidepool, small, seed):
    done = tidepool("run", small, "--seed", seed)
    assert done.returncode == 2
    assert "seed" in done.stderr


def test_a_decimal_horizon_is_no_tick_longer(tidepool, small):
    # 1.1 h = 3960 s; in binary 1.1 * 3600 lies a little above.
    done = tidepool("run", small, "--json", "--until", "1.1 h")
    assert json.loads(done.stdout)["kpis"]["horizon_s"] == 3960


def test_pools_have_no_nodes(tidepool, small, tmp_path):
    pools = tidepool("run", small, "--set", "scheduler.placement=fungible", "--set", "failures={}")
    assert pools.returncode == 0
    with h5py.File(tmp_path / "small.h5") as file:
        assert (file["jobs/nodes"][()] == 0).all()
        assert (file["jobs/first_node"][()] == -1).all()


def test_several_workloads_are_told_apart(tidepool, small, tmp_path):
    small.write_text(SMALL + "  - trace: {file: jobs.csv}\n    tenant: second\n")
    assert tidepool("run", small).returncode == 0
    with h5py.File(tmp_path / "small.h5") as file:
        assert file["jobs/workload"][()].tolist() == [0, 0, 1, 1]


def test_the_result_never_replaces_an_input(tidepool, small, tmp_path):
    for name in ("small.yaml", "jobs.csv", "./jobs.csv"):
        before = (tmp_path / name).read_bytes()
        done = tidepool("run", small, "-o", name, "--force")
        assert done.returncode == 2 and "input" in done.stderr
        assert (tmp_path / name).read_bytes() == before


def test_a_run_beyond_the_clock_fails_and_keeps_what_it_knows(tidepool, small, tmp_path):
    # Two whole-machine jobs of 6.3 years each: the clock shows 8.5.
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n1,0,2e8,128\n2,0,2e8,128\n")
    done = tidepool("run", small, "--set", "output.bin=30 d")
    assert done.returncode == 3 and "8.5 years" in done.stderr
    with h5py.File(tmp_path / "small.h5.partial") as file:
        assert file.attrs["status"] in (b"failed", "failed")
        assert len(file["jobs/start"]) == 2


def test_a_queue_too_long_for_64_bits_is_refused(tidepool, small, tmp_path):
    # 3e5 jobs of 8e4 GPUs wait 2.68e8 s: 3e5 * 8e4 * 2.68e8 * 16 = 1.03e20 GPU-ticks > 2^64 = 1.8e19.
    rows = "".join(f"{i},0,268000000,80000\n" for i in range(1, 300_001))
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n" + rows)
    options = (
        "--set",
        "topology.preset=fat-tree-100k",
        "--set",
        "output.bin=365 d",
        "--until",
        "268000000 s",
    )
    done = tidepool("run", small, *options)
    assert done.returncode == 3 and "2^64" in done.stderr
    assert not (tmp_path / "small.h5").exists()


def test_too_many_bins_are_refused(tidepool, small):
    done = tidepool("run", small, "--until", "268000000 s", "--set", "output.bin=1 s")
    assert done.returncode == 2 and "output.bin" in done.stderr


def test_overrides_mean_the_same_to_every_command(tidepool, small, tmp_path):
    for option in ("topology.preset=nvl72-pod", "topology={preset: nvl72-pod}"):
        shown = json.loads(tidepool("topology", "show", small, "--json", "--set", option).stdout)
        run = json.loads(tidepool("run", small, "--json", "--force", "--set", option).stdout)
        assert shown["gpus"] == run["kpis"]["gpus"] == 576
    for option in ("preset=nvl72-pod", "topology.preset=nvl72-pod"):
        shown = json.loads(tidepool("topology", "show", "dgx-pod", "--json", "--set", option).stdout)
        assert shown["gpus"] == 576
    table = tidepool("topology", "show", "neocloud-1024", "--set", "failures.preset=llama3").stdout
    assert "3.79" in table and "2.23" not in table


@pytest.mark.parametrize("command", [["topology", "stats"], ["validate"], ["run"], ["trace", "info"]])
def test_odd_file_names_are_the_users_mistake(tidepool, tmp_path, command):
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("a" * 5000, "loop", "pipe", "folder", "nothing-here"):
        done = tidepool(*command, name, timeout=20)
        assert done.returncode == 2, (name, done.returncode, done.stderr[:300])
