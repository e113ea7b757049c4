"""`tidepool calibrate` and runs on its tables. What is expected is worked out on paper."""

import json
import os
import random
import signal
import subprocess
import time

import pytest
import yaml

# 128 nodes in 4 leaf groups of 32. Jobs of 512 GPUs span two of them; in a ring of 2 copies of 32 nodes all that a
# node sends leaves its group. At 4:1 a job alone there is granted a quarter of its line: with f = 0.5 and nothing
# hidden, a step takes 1 + 0.5 / 0.25 - 0.5 = 2.5 ideal ones.
BASE = """\
tidepool: 1
name: mine
topology: {preset: neocloud-1024, failures: {}, fabric: {oversubscription: 4}}
network: {}
communication: {step: 1 s, bytes: 200 GB, pattern: ring, replica_nodes: 32}
workloads: [{trace: {file: jobs.csv}}]
"""
TWO = "job_id,submit,duration,gpus\n1,0,3600,512\n2,0,3600,512\n"
TABLE = """\
tidepool_slowdowns: 1
rows:
  - {job: traced, leaves: 2, pods: 1, oversubscription: 4, slowdown: 2.5}
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.yaml").write_text(BASE)
    (tmp_path / "jobs.csv").write_text(TWO)
    return tmp_path / "mine.yaml"


def read(tmp_path, name="t.yaml"):
    return yaml.safe_load((tmp_path / name).read_text())


@pytest.mark.parametrize("engine", ["simgrid", "batch"])
def test_jobs_that_never_meet_get_the_slowdown_of_one_alone(tidepool, mine, tmp_path, engine):
    done = tidepool("calibrate", mine, "-o", "t.yaml", "--engine", engine)
    assert done.returncode == 0, done.stderr
    table = read(tmp_path)
    [row] = table["rows"]
    assert row["job"] == "traced"
    assert (row["leaves"], row["pods"], row["oversubscription"]) == (2, 1, 4)
    assert row["slowdown"] == row["least"] == row["worst"] == 2.5
    assert row["samples"] == 2
    assert row["gpu_hours"] == pytest.approx(2 * 512 * 2.5, abs=0.1)  # a tick more or less at the end
    [check] = table["checks"]
    assert row["error"] == check["error"] == 0
    assert check["stalled"] == pytest.approx(2 * 512 * 1.5, abs=0.1)
    assert check["stalled_table"] == check["stalled"]
    assert check["jobs"] == 2
    assert check["end_worst"] == "0 s"
    assert "2.5000" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jobs.csv", "mine.yaml", "t.yaml"]


def test_every_oversubscription_gets_its_rows(tidepool, mine, tmp_path):
    # 1:1 grants everything; 2:1 half of it: 1 + 0.5 / 0.5 - 0.5 = 1.5.
    done = tidepool("calibrate", mine, "-o", "t.yaml", "--oversubscription", 1, "--oversubscription", 2)
    assert done.returncode == 0, done.stderr
    rows = read(tmp_path)["rows"]
    assert [(row["oversubscription"], row["slowdown"]) for row in rows] == [(1, 1), (2, 1.5)]
    assert [check["oversubscription"] for check in read(tmp_path)["checks"]] == [1, 2]


def test_a_run_on_the_table_ends_when_the_solved_one_does(tidepool, mine, tmp_path):
    assert tidepool("calibrate", mine, "-o", "t.yaml").returncode == 0
    ends = []
    for more in ([], ["--set", "network={rates: table, table: t.yaml}"]):
        done = tidepool("run", mine, "--json", "--force", *more)
        assert done.returncode == 0, done.stderr
        ends.append(json.loads(done.stdout)["kpis"]["makespan_s"])
    assert ends[0] == ends[1] == pytest.approx(9000, abs=1 / 16)


def test_a_table_is_wrong_where_jobs_meet_only_at_times(tidepool, mine, tmp_path):
    """Jobs 1 and 2, 32 nodes each in two copies of 16, share the trunk of the second leaf group.

    Job 0 holds nodes 0 to 15 when the others start, so job 1 gets 16 to 47 and job 2 gets 48 to 79: half of their nodes
    in one group, half in the next. A trunk carries 32 / 4 = 8 lines, so 16 nodes alone are granted half of theirs: a
    step takes 1.5. Together it is a quarter: 2.5. Job 2 (1,200 s) ends at 3,000 s; job 1 (3,600 s) has 2,400 s left
    then and ends at 6,600 s. Together 9,600 s for 4,800 s of work: slow-down 2. It misses job 1 by 600 s, job 2 too.
    """
    (tmp_path / "jobs.csv").write_text(
        "job_id,submit,duration,gpus\n0,0,60,128\n1,0,3600,256\n2,0,1200,256\n"
    )
    mine.write_text(
        BASE.replace("replica_nodes: 32", "replica_nodes: 16") + "scheduler: {placement: first-fit}\n"
    )
    done = tidepool("calibrate", mine, "-o", "t.yaml")
    assert done.returncode == 0, done.stderr
    below, across = read(tmp_path)["rows"]
    assert (below["leaves"], below["slowdown"], below["samples"]) == (1, 1, 1)
    assert (across["leaves"], across["slowdown"], across["samples"]) == (2, 2, 2)
    assert across["least"] == pytest.approx(6600 / 3600, abs=1e-4)
    assert across["worst"] == pytest.approx(2.5, abs=2e-4)
    assert across["error"] == 0.125  # 1,200 s of 9,600
    [check] = read(tmp_path)["checks"]
    assert check["stalled"] == pytest.approx(256 * 4800 / 3600, abs=0.1)
    assert check["stalled_table"] == pytest.approx(256 * 4800 / 3600, abs=0.1)
    seconds = {key: float(text.removesuffix(" s")) for key, text in check.items() if str(text).endswith(" s")}
    assert seconds["makespan"] == pytest.approx(6600, abs=0.25)
    assert seconds["makespan_table"] == pytest.approx(7200, abs=0.25)
    assert check["jobs"] == 3
    assert seconds["end_mean"] == pytest.approx(400, abs=0.25)
    assert seconds["end_worst"] == pytest.approx(600, abs=0.25)


@pytest.mark.parametrize(
    ("change", "arguments", "code", "message"),
    [
        (("network: {}\n", ""), (), 2, "has no network to calibrate a table for"),
        (("network: {}", "network: {rates: off}"), (), 2, "has no network to calibrate a table for"),
        (("bytes: 200 GB", "bytes: 0 B"), (), 2, "network: has no effect"),
        (("", ""), ("--oversubscription", 0.5), 2, "oversubscription: must be between 1 and 1000"),
        (("", ""), ("--oversubscription", 2, "--oversubscription", "2.0"), 2, "is given twice"),
        (("jobs.csv", "none.csv"), (), 2, "none.csv"),
        (("workloads", "horizon: 10 s\nworkloads"), ("--set", "workloads[0].trace.file=late.csv"), 3, "no work"),
        (("failures: {}", "failures: {components: [{name: x, per: spine, kind: bandwidth, "
          "mtbf: 9 d, repair: {law: fixed, mean: 1 h}}]}"), (), 2, "takes bandwidth, of which a table"),
    ],
)  # fmt: skip
def test_bad_input_leaves_no_table(tidepool, mine, tmp_path, change, arguments, code, message):
    mine.write_text(BASE.replace(*change))
    (tmp_path / "late.csv").write_text("job_id,submit,duration,gpus\n2,99,9,512\n")
    done = tidepool("calibrate", mine, "-o", "t.yaml", *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert not list(tmp_path.glob("t.yaml*"))


def test_the_output_is_checked_first(tidepool, mine, tmp_path):
    assert tidepool("calibrate", mine).returncode == 2
    done = tidepool("calibrate", mine, "-o", "nowhere/t.yaml")
    assert done.returncode == 3
    assert "nowhere/t.yaml" in done.stderr
    (tmp_path / "t.yaml").write_text(TABLE)
    done = tidepool("calibrate", mine, "-o", "t.yaml")
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (tmp_path / "t.yaml").read_text() == TABLE
    done = tidepool("calibrate", mine, "-o", "jobs.csv", "--force")
    assert done.returncode == 2
    assert "is an input of this run" in done.stderr


def test_a_scenario_that_names_the_table_can_be_calibrated(tidepool, mine, tmp_path):
    mine.write_text(BASE.replace("network: {}", "network: {rates: table, table: t.yaml}"))
    assert tidepool("run", mine).returncode == 2
    done = tidepool("calibrate", mine, "-o", "t.yaml")
    assert done.returncode == 0, done.stderr
    first = (tmp_path / "t.yaml").read_bytes()
    assert tidepool("run", mine, "--force").returncode == 0
    assert tidepool("calibrate", mine, "-o", "t.yaml", "--force").returncode == 0
    assert (tmp_path / "t.yaml").read_bytes() == first  # equal runs, equal bytes


def test_a_sweep_runs_on_the_table(tidepool, mine, tmp_path):
    (tmp_path / "t.yaml").write_text(TABLE)
    (tmp_path / "sweep.yaml").write_text(
        "tidepool_sweep: 1\nname: s\nquestion: Q?\nbase: mine.yaml\n"
        "set: {network: {rates: table, table: t.yaml}}\ngrid: {topology.fabric.oversubscription: [4, 8]}\n"
    )
    done = tidepool("sweep", "sweep.yaml", "--kpi", "makespan_s", "--kpi", "network_slowdown")
    assert done.returncode == 4, done.stderr  # no row at 8:1
    assert "has no row for jobs of kind `traced` at oversubscription 8" in done.stderr
    assert "9000" in done.stdout


@pytest.mark.parametrize("whole_group", [True, False])
def test_an_interrupt_leaves_nothing_behind(binary, mine, tmp_path, whole_group):
    luck = random.Random(1)
    rows = [
        f"{job},{job * 300},{luck.randrange(600, 7200)},{luck.choice([16, 64, 256])}" for job in range(30_000)
    ]
    (tmp_path / "jobs.csv").write_text("\n".join(["job_id,submit,duration,gpus", *rows]) + "\n")
    with subprocess.Popen(
        [binary, "calibrate", mine, "-o", "t.yaml"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("t.yaml*")) and time.monotonic() < deadline:  # the run is about to begin
            time.sleep(0.01)
        if whole_group:  # as a terminal does
            os.killpg(running.pid, signal.SIGINT)
        else:
            running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130
        # Nobody is left of its session.
        with pytest.raises(ProcessLookupError):
            os.killpg(running.pid, 0)
    assert not list(tmp_path.glob("t.yaml*"))
