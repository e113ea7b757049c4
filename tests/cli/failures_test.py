"""`tidepool run` on failures, checkpoints and spares that cannot be meant: the message names place and problem, the
exit code is 2 and nothing is written. And the stated rules for logs that are merely odd."""

import json

import h5py
import pytest

HEAD = """\
tidepool: 1
name: bad
topology: {clusters: [{name: a, server: hgx-h100, nodes: 4}]}
workloads: [{trace: {file: jobs.csv}}]
"""
JOBS = "job_id,submit,duration,gpus\n1,0,36000,16\n"  # ten hours on two of the four nodes


@pytest.fixture
def attempt(tidepool, tmp_path):
    """Runs HEAD and more; returns the finished process and what lies in the folder beside the inputs."""

    def run(more, *arguments, **files):
        inputs = {"bad.yaml": HEAD + more, "jobs.csv": JOBS}
        inputs |= {name.replace("_", "."): text for name, text in files.items()}
        for name, text in inputs.items():
            (tmp_path / name).write_text(text)
        done = tidepool("run", "bad.yaml", *arguments)
        return done, sorted(path.name for path in tmp_path.iterdir() if path.name not in inputs)

    return run


def refused(outcome, *messages):
    done, written = outcome
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert written == []
    for message in messages:
        assert message in done.stderr


PART = "failures: {components: [{name: x, %s}]}\n"
REPAIR = "failures: {components: [{name: x, per: gpu, mtbf: 3 d, repair: {%s}}]}\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        # A rate and what it is counted of.
        (PART % "mtbf: 3 d", "bad.yaml:5:25: failures.components[0].per: is required but missing"),
        (PART % "per: gpu", "failures.components[0]: the rate is missing, add `mtbf`, or `count` and `over`"),
        (PART % "per: gpu, count: 3", "failures.components[0]: the rate is missing"),
        (PART % "per: gpu, mtbf: 3 d, count: 3, over: 1 d", "components[0].mtbf: the rate is given twice"),
        (PART % "per: gpus, mtbf: 3 d", "components[0].per: must be one of gpu, node, link, leaf"),
        (PART % "per: gpu, mtbf: -3 d", "components[0].mtbf: must be between 1 s and 1e+15 s (got '-3 d')"),
        (PART % "per: gpu, mtbf: 3", "components[0].mtbf: needs a unit (got '3')"),
        (PART % "per: leaf, mtbf: 3 d", "components[0].per: the fabric has no leaf switches (got 'leaf')"),
        (PART % "per: gpu, mtbf: 3 d, kind: degraded", "components[0].kind: a degradation needs the `speed`"),
        (PART % "per: job, mtbf: 3 d, kind: repair", "components[0].kind: a job's own failures are interruptions"),
        ("failures: {per_1000_node_days: -1}\n", "failures.per_1000_node_days: must be between 0 and 1000000"),
        (
            "failures: {components: [{name: x, per: gpu, mtbf: 3 d}, {name: x, per: node, mtbf: 3 d}]}\n",
            "failures.components[1].name: another cause has the same name (got 'x')",
        ),
        # Repairs.
        (REPAIR % "law: exponential, mean: -3 h", "components[0].repair.mean: must be between 0 s and"),
        ("failures: {repair: {law: exponential, mean: -3 h}}\n", "bad.yaml:5:45: failures.repair.mean: must be"),
        (REPAIR % "law: exponential, mean: 0 s", "components[0].repair.mean: must be above 0 s (got '0 s')"),
        (REPAIR % "law: exponential", "components[0].repair.law: the law exponential needs `mean`"),
        (REPAIR % "law: lognormal, mean: 3 h", "components[0].repair.law: the law lognormal needs `sigma`"),
        (REPAIR % "law: empirical, values: [3 h, -1 h]", "components[0].repair.values[1]: must be between 0 s"),
        (REPAIR % "law: mix, mean: 1 h, hard_share: 110 %, hard_mean: 2 d", "repair.hard_share: must be between 0"),
        # Presets, with the nearest spelling.
        ("failures: {preset: llama}\n", "no such failure calibration (got 'llama'), did you mean 'llama3'?"),
        ("failures: {preset: rcs-1}\n", "(got 'rcs-1'), did you mean 'rsc-1'?"),
        ("failures: {preset: nosuch}\n", "(got 'nosuch'), `tidepool list failures` shows them"),
        (
            "failures: {preset: llama3, components: [{name: gpu, per: gpu, mtbf: 3 d}]}\n",
            "failures.components[0].name: the preset llama3 has a cause of this name (got 'gpu')",
        ),
        # Maintenance.
        (
            "failures: {maintenance: [{name: m, from: 1 h, every: 1 h, lasts: 2 h}]}\n",
            "failures.maintenance[0].every: the next one begins before this one has ended",
        ),
        (
            "failures: {maintenance: [{name: m, from: 1 h, lasts: 2 h, nodes: [0, 4]}]}\n",
            "failures.maintenance[0].nodes: the last node has the number 3 (got '4')",
        ),
        ("failures: {maintenance: [{name: m, from: -1 h, lasts: 2 h}]}\n", "maintenance[0].from: must be between 0 s"),
    ],
)  # fmt: skip
def test_failures_that_cannot_be_meant(attempt, more, message):
    refused(attempt(more), message)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("scheduler: {spare_nodes: 4}\n", "scheduler.spare_nodes: 4 spares leave nothing of the 4 nodes of a cluster"),
        ("scheduler: {spare_nodes: 400}\n", "scheduler.spare_nodes: 400 spares leave nothing of the 4 nodes"),
        ("scheduler: {spares: 80 %}\n", "scheduler.spares: 4 spares leave nothing of the 4 nodes"),
        ("scheduler: {spares: 100 %}\n", "scheduler.spares: must be between 0 and 0.99 (got '100 %')"),
        ("scheduler: {spares: 10 %, spare_nodes: 1}\n", "scheduler.spare_nodes: says the same as `spares`"),
        ("scheduler: {spare_nodes: 3}\n", "jobs.csv:2: workloads[0].trace: the job's 16 GPUs never fit"),
        ("scheduler: {preempt: priority}\n", "scheduler.preempt: `priority` needs `order: priority`"),
        (
            "failures: {preset: rsc-1}\nscheduler: {placement: fungible}\n",
            "scheduler.placement: `fungible` knows no nodes, so nothing can fail, checkpoint or stand in",
        ),
        (
            "checkpoint: {interval: fixed, every: 1 h, write: 1 s}\nscheduler: {placement: fungible}\n",
            "scheduler.placement: `fungible` knows no nodes",
        ),
        ("recovery: {on_failure: restart}\n", "recovery.on_failure: must be one of requeue, spare, wait (got"),
        ("recovery: {detect: -1 s}\n", "recovery.detect: must be between 0 s and"),
    ],
)  # fmt: skip
def test_spares_and_rules_that_cannot_be_meant(attempt, more, message):
    refused(attempt(more), message)


FIXED = "checkpoint: {interval: fixed, every: 1 h, %s}\n"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (FIXED % "write: 3 s, tiers: [{name: m, write: 1 s}]", "checkpoint.write: belongs into each of the `tiers`"),
        (FIXED % "load: 3 s, tiers: [{name: m, write: 1 s}]", "checkpoint.load: belongs into each of the `tiers`"),
        (FIXED % "tiers: [{name: m}]", "checkpoint.tiers[0].write: a tier needs `write` or `storage`"),
        (FIXED % "tiers: [{write: 1 s}]", "checkpoint.tiers[0].name: is required but missing"),
        (FIXED % "tiers: [{name: m, write: 1 s, every: 0}]", "checkpoint.tiers[0].every: must be between 1 and"),
        (FIXED % "tiers: [{name: m, write: 3 s, pause: 1 s}]", "tiers[0].pause: has no effect, it needs `overlap"),
        (FIXED % "tiers: [{name: m, write: 3 s, survives: fire}]", "tiers[0].survives: must be one of interruption,"),
        (FIXED % f"tiers: [{', '.join(['{name: t, write: 1 s}'] * 5)}]", "checkpoint.tiers: has more than 4 tiers"),
        (FIXED % "tiers: [{name: m, storage: nfs}]", "checkpoint.storage: the time to write needs `parameters`"),
        (FIXED % "parameters: 1e9, storage: nfs", "the topology has no storage named 'nfs'"),
        (FIXED % "parameters: 1e9, write: 1 s", "checkpoint.parameters: has no effect"),
        (
            "checkpoint: {interval: fixed, every: 1 min, write: 3 min, overlap: true}\n",
            "checkpoint.every: is shorter than the time to write a checkpoint in the background",
        ),
        ("checkpoint: {interval: fixed, write: 3 min}\n", "checkpoint.interval: `fixed` needs `every`"),
        ("checkpoint: {every: 3 h, write: 3 s}\n", "checkpoint.every: has no effect, it needs `interval: fixed`"),
        ("checkpoint: {interval: optimal}\n", "checkpoint.interval: needs to know what a checkpoint costs"),
        ("checkpoint: {interval: fixed, every: 1 h, write: -1 s}\n", "checkpoint.write: must be between 0 s and"),
    ],
)  # fmt: skip
def test_checkpoints_that_cannot_be_meant(attempt, more, message):
    refused(attempt(more), message)


def test_all_problems_at_once(attempt):
    refused(
        attempt("failures: {preset: lama3}\nrecovery: {swap: 3}\ncheckpoint: {restart: -1 s, evry: 1 h}\n"),
        "bad.yaml:5:20: failures.preset: ",
        "bad.yaml:6:18: recovery.swap: needs a unit (got '3')",
        "bad.yaml:7:23: checkpoint.restart: must be between 0 s and",
        "bad.yaml:7:29: checkpoint.evry: unknown key, did you mean 'every'?",
    )


CSV = "failures: {log: {file: faults.csv}}\n"
JSON = "failures: {log: {file: faults.json}}\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("n0,-5,100,x", "faults.csv:2:4: begin: must not be negative (got '-5')"),
        ("n0,,100,x", "faults.csv:2:4: begin: the value is missing"),
        ("n0,200,100,x", "faults.csv:2:8: end: lies before the begin (got '100')"),
        ("n0,1,1e99,x", "faults.csv:2:6: end: must lie between 0 and"),
        ("n0,nan,100,x", "faults.csv:2:4: begin: not a number (got 'nan')"),
        ("a,1,2,x\nb,1,2,x\nc,1,2,x\nd,1,2,x\ne,1,2,x", "log.file: the log names 5 nodes, the datacenter has 4"),
    ],
)  # fmt: skip
def test_logs_that_cannot_be_meant(attempt, rows, message):
    refused(attempt(CSV, faults_csv=f"node,begin,end,cause\n{rows}\n"), message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "faults.csv: the file is empty"),
        ("node,begin,end\nn0,1,2\n", "faults.csv:1: header: column 'cause' is missing"),
        ("node,begin,end,cause,kind\nn0,1,3,x,interruption\n", "faults.csv:2:6: end: an interruption has no length"),
        ("node,begin,end,cause,kind\nn0,1,3,x,degraded\n", "faults.csv:2:10: kind: a degradation needs the speed"),
        ("node,begin,end,cause,kind\nn0,1,3,x,repiar\n", "such kind of fault (got 'repiar'), did you mean 'repair'?"),
    ],
)  # fmt: skip
def test_log_files_that_cannot_be_meant(attempt, text, message):
    refused(attempt(CSV, faults_csv=text), message)


def test_missing_log(attempt):
    refused(attempt(CSV), "faults.csv")


def event(day, kind):
    return {
        "node_id": "n",
        "event_time": day,
        "event_type": kind,
        "fault_type": {"Level": "Hardware Failure", "Class": "GPU", "Desc": "xid"},
    }


def test_events_before_time_zero_and_of_unknown_kind(attempt):
    events = [event(-0.1, "fault_start"), event(0.1, "fault_begin")]
    refused(
        attempt(JSON, faults_json=json.dumps(events)),
        "[0].event_time: must be between 0 and",
        "[1].event_type: must be one of fault_start, fault_end (got 'fault_begin')",
    )


# Of the job: two nodes for 36,000 s from 0 on, on nodes 0 and 1; it needs 300 s to notice and 300 s to restart.
# Node 0 is that of the log.
@pytest.mark.parametrize(
    ("events", "down", "interruptions", "end"),
    [
        # A start without an end stays open: down from 8640 s to the end of the run. The job moves to nodes 1 and 2.
        ([(0.1, "start")], 8640 + 36_600 - 8640, 1, 8640 + 600 + 36_000),
        # An end without a start was open from the beginning: down until 8640 s, when nobody runs on it.
        ([(0.1, "end")], 8640, 0, 36_000),
        # Overlaps are one downtime, 8640 to 25,920 s; the end closes the fault that was open first.
        ([(0.1, "start"), (0.2, "start"), (0.25, "end"), (0.3, "end")], 17_280, 1, 8640 + 600 + 36_000),
        # So does one that lies within another.
        ([(0.1, "start"), (0.2, "start"), (0.2, "end"), (0.3, "end")], 17_280, 1, 8640 + 600 + 36_000),
        # Out of order in the file, in order in time.
        ([(0.3, "end"), (0.1, "start")], 17_280, 1, 8640 + 600 + 36_000),
    ],
)  # fmt: skip
def test_odd_logs_follow_the_stated_rules(attempt, events, down, interruptions, end):
    done, _ = attempt(
        JSON,
        "--json",
        faults_json=json.dumps([event(day, "fault_" + kind) for day, kind in events]),
    )
    assert done.returncode == 0, done.stderr
    kpis = json.loads(done.stdout)["kpis"]
    assert kpis["makespan_s"] == end
    assert kpis["gpu_hours_down"] == pytest.approx(8 * down / 3600, rel=1e-12)
    assert kpis["interruptions"] == interruptions


def test_overlapping_rows_are_one_downtime(attempt):
    # [100, 300), [200, 400) and [250, 260) of one node: 300 s.
    rows = "n0,100,300,x\nn0,200,400,y\nn0,250,260,x\n"
    done, _ = attempt(CSV, "--json", faults_csv="node,begin,end,cause\n" + rows)
    kpis = json.loads(done.stdout)["kpis"]
    assert kpis["gpu_hours_down"] == pytest.approx(8 * 300 / 3600, rel=1e-12)
    assert kpis["outages"] == 3
    assert kpis["interruptions"] == 1


BUSY = """\
horizon: 30 d
failures: {preset: rsc-1-1024-job, scale: 100, repair: {law: exponential, mean: 8 h}}
checkpoint: {interval: fixed, every: 30 min, write: 1 min}
"""


def test_failures_in_the_file_do_not_depend_on_scheduling(attempt, tmp_path):
    def table(rules):
        done, _ = attempt(BUSY + rules, "-o", "out.h5", "--force")
        assert done.returncode == 0, done.stderr
        with h5py.File(tmp_path / "out.h5") as file:
            # All columns but what it did to jobs.
            columns = (
                "time",
                "end",
                "cause",
                "kind",
                "entity",
                "first_node",
                "nodes",
                "gpus",
                "reach",
                "speed",
            )
            return {name: file["failures"][name][()].tolist() for name in columns}

    base = table("scheduler: {placement: pack}\n")
    assert len(base["time"]) > 100  # at 2.37 failures a node-day and 8 h repairs: about 160
    assert table("scheduler: {placement: random, queue: easy}\nrecovery: {on_failure: wait}\n") == base
    assert table("scheduler: {placement: spread, spare_nodes: 1}\nrecovery: {on_failure: spare}\n") == base


def test_gpu_hours_add_up(attempt):
    done, _ = attempt(BUSY + "scheduler: {spare_nodes: 1}\nrecovery: {on_failure: spare}\n", "--json")
    kpis = json.loads(done.stdout)["kpis"]
    hours = {
        name[len("gpu_hours_") :]: value for name, value in kpis.items() if name.startswith("gpu_hours_")
    }
    assert hours["capacity"] == pytest.approx(32 * 720, rel=1e-12)
    assert hours["capacity"] == pytest.approx(
        hours["down"] + hours["spare"] + hours["idle"] + hours["allocated"], rel=1e-12
    )
    parts = ("useful", "checkpoint", "lost", "restart", "stalled")
    assert hours["allocated"] == pytest.approx(sum(hours[part] for part in parts), rel=1e-12)
    assert hours["down"] > 0
    assert hours["restart"] > 0
    assert hours["useful"] == pytest.approx(160, rel=1e-12)  # 16 GPUs, ten hours
