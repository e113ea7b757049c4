"""`tidepool run` and `sweep` with services: both engines, both fidelities, generated and replayed demand, bad input."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

TIDE = """\
tide: {base: 20 /s, profile: deepseek, noise: {deviation: 20 %}}
lengths: {in: {exponential: 500}, out: {exponential: 100}}
arrivals: {cv: 2, clients: 5}
"""
SCENARIO = """\
tidepool: 1
name: chat-and-jobs
horizon: 6 h
seed: 3
topology: {clusters: [{name: a, server: hgx-h100, nodes: 4}]}
failures: {}
checkpoint: {interval: fixed, every: 30 min, write: 60 s, restart: 5 min}
workloads:
  - trace: {file: jobs.csv}
    preemptible: true
services:
  - name: chat
    unit: {model: llama-3.3-70b, gpu: h100, gpus: 2, batch: 64, cold_start: 60 s}
    demand: DEMAND
    autoscale: {rule: target, utilisation: 50 %, every: 5 min, units: [2, 16]}
    slo: {ttft_p95: 2 s, tpot_p95: 50 ms}
tide: {notice: 2 min}
output: {bin: 10 min}
"""
INLINE = "{" + ", ".join(TIDE.strip().splitlines()) + "}"


@pytest.fixture
def write(tmp_path):
    def scenario(demand=INLINE, name="chat.yaml", **replaced):
        text = SCENARIO.replace("DEMAND", demand)
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text)
        rows = [f"{n},{n * 600},7200,8" for n in range(30)]
        (tmp_path / "jobs.csv").write_text("\n".join(["job_id,submit,duration,gpus", *rows]) + "\n")
        return tmp_path / name

    return scenario


def kpis(tidepool, scenario, *more):
    done = tidepool("run", scenario, "--json", "--force", *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["kpis"]


def test_sums_add_up(tidepool, write):
    k = kpis(tidepool, write())
    assert k["requests_offered"] == sum(
        k[f"requests_{what}"] for what in ("served", "rejected", "timed_out", "unfinished")
    )
    assert k["requests_offered"] > 100_000
    assert k["reclaims"] <= k["jobs_asked"]
    assert k["gpu_hours_lent"] + k["gpu_hours_units"] == pytest.approx(k["gpu_hours_allocated"], abs=1e-9)
    allocated = sum(k[f"gpu_hours_{what}"] for what in ("useful", "checkpoint", "lost", "restart", "stalled"))
    assert allocated == pytest.approx(k["gpu_hours_allocated"], abs=1e-9)


def test_engines_and_sweeps_agree(tidepool, write, tmp_path):
    scenario = write()
    by_simgrid = kpis(tidepool, scenario)
    assert kpis(tidepool, scenario, "--engine", "batch") == by_simgrid
    (tmp_path / "sweep.yaml").write_text(
        "tidepool_sweep: 1\nname: one\nbase: chat.yaml\ngrid: {horizon: [6 h]}\n"
    )
    done = tidepool("sweep", tmp_path / "sweep.yaml", "-o", tmp_path / "sweep.h5")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "sweep.h5") as file:
        for name, value in by_simgrid.items():
            row = file[f"sweep/replica/{name}"][0, 0]
            assert (value is None and np.isnan(row)) or row == value, name


def test_generating_and_replaying_give_the_same_run(tidepool, write, tmp_path):
    (tmp_path / "tide.yaml").write_text(TIDE)
    made = tidepool(
        "trace", "generate", "tide", "tide.yaml", "-o", "tide.csv.gz", "--seed", "3", "--until", "6 h"
    )
    assert made.returncode == 0, made.stderr
    generated = kpis(tidepool, write(**{"    demand:": "    fidelity: requests\n    demand:"}))
    replayed = kpis(
        tidepool,
        write("{file: tide.csv.gz}", "replay.yaml", **{"    demand:": "    fidelity: requests\n    demand:"}),
    )
    assert generated == replayed


def test_the_file_has_what_the_summary_says(tidepool, write, tmp_path):
    scenario = write()
    k = kpis(tidepool, scenario, "-o", "out.h5")
    with h5py.File(tmp_path / "out.h5") as file:
        services = file["services"]
        assert services["name"][0].decode() == "chat"
        assert services["requests_offered"][0] == k["requests_offered"]
        assert services["gpu_hours"][0] == pytest.approx(k["gpu_hours_units"])
        series = file["timeseries/service"]
        assert series["offered"].shape == (36, 1)
        assert series["offered"][:, 0].sum() * 600 == pytest.approx(k["requests_offered"])
        cluster = file["timeseries/cluster"]
        assert cluster["units"][:].mean() * 6 == pytest.approx(k["gpu_hours_units"])
        assert series["held"][:, 0] * 2 == pytest.approx(cluster["units"][:])
        assert (file["unit_log/time"][:-1] <= file["unit_log/time"][1:]).all()


def test_requests_that_fit_into_no_unit_are_a_warning(tidepool, write):
    unit = "{gpus: 2, decode: 900 tok/s, batch: 16, kv_tokens: 1000}"
    done = tidepool("run", write(), "--json", "--set", f"services[0].unit={unit}")
    assert done.returncode == 0, done.stderr
    # Exponential of mean 500 and 100: about e^-2 * 1.25 of the sums are above 1,000.
    assert "warning: service chat: 17 % of its requests need more tokens of memory" in done.stderr


def test_an_impossible_promise_is_a_warning_with_the_floor(tidepool, write):
    done = tidepool("run", write(**{"ttft_p95: 2 s": "ttft_p95: 1 ms"}), "--force")
    assert done.returncode == 0
    assert (
        "warning: service chat promises ttft_p95 1 ms, but even on idle units the first token takes"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("units: [2, 16]", "units: [16, 2]", "the least is more than the most"),
        ("gpu: h100,", "gpu: h10,", "did you mean 'h100'?"),
        ("horizon: 6 h\n", "", "needs a `horizon`"),
        ("unit: {model: llama-3.3-70b", "unit: {model: lama-3.3-70b", "did you mean 'llama-3.3-70b'?"),
        ("tide: {notice: 2 min}", "tide: {notice: 2 min, policy: split}", "`split` needs both ceilings"),
        ("tide: {notice: 2 min}", "tide: {serving: {floor: 8 GPU}}", "has no floor of its own"),
    ],
)
def test_what_cannot_be_is_refused(tidepool, write, old, new, message):
    done = tidepool("run", write(**{old: new}))
    assert done.returncode == 2
    assert message in done.stderr
    assert "chat.yaml:" in done.stderr


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2,10,10\n1,10,10\n", "demand.csv:3:"),
        ("1,0,10\n", "demand.csv:2:"),
        ("1,10,99999999999\n", "demand.csv:2:"),
    ],
)
def test_bad_requests_name_line_and_field(tidepool, write, tmp_path, rows, message):
    (tmp_path / "demand.csv").write_text("arrival,tokens_in,tokens_out\n" + rows)
    done = tidepool("run", write("{file: demand.csv}"))
    assert done.returncode == 2
    assert message in done.stderr


def test_carriage_returns_and_a_missing_line_end_are_fine(tidepool, write, tmp_path):
    (tmp_path / "demand.csv").write_bytes(b"arrival,tokens_in,tokens_out\r\n1,10,10\r\n2,20,5")
    k = kpis(tidepool, write("{file: demand.csv}", **{"    demand:": "    fidelity: requests\n    demand:"}))
    assert k["requests_served"] == 2
    assert k["tokens_in"] == 30


def test_more_notice_never_loses_more_work(tidepool, write):
    scenario = write()
    lost = [
        kpis(tidepool, scenario, "--set", f"tide.notice={notice}")["gpu_hours_lost"]
        for notice in ("0 s", "2 min")
    ]
    assert lost[1] == 0 <= lost[0]


COLD = """\
tidepool: 1
name: cold
horizon: 2 h
topology:
  clusters: [{name: a, server: hgx-h100, nodes: 16}]
  fabric: {kind: leaf-spine, leaf: qm9700, spine: qm9700, nodes_per_leaf: 8}
  storage: [{name: pfs, kind: parallel-fs, bandwidth: 10 GB/s}]
failures: {}
network: {}
services:
  - name: chat
    unit:
      {model: llama-3.3-70b, gpu: h100, gpus: 2, weights: 140 GB, start: {image: 20 s, storage: pfs, warm_up: 10 s}}
    demand:
      tide: {base: 20 /s}
      lengths: {in: {exponential: 1155}, out: {exponential: 211}}
    autoscale: {rule: schedule, every: 60 s, units: [6, 54], schedule: [{at: 0 s, units: 6}, {at: 31 min, units: 54}]}
"""


@pytest.mark.parametrize("network", ["simgrid", "maxmin"])
def test_units_that_start_together_share_the_storage(tidepool, tmp_path, network):
    """48 x 140 GB at 10 GB/s are 672 s, and 30 s for image and warm-up: from 1860 s to 2562 s, or a tick later."""
    (tmp_path / "cold.yaml").write_text(COLD)
    done = tidepool("run", "cold.yaml", "--network", network, "-o", "out.h5")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "out.h5") as file:
        log = {name: file[f"unit_log/{name}"][:] for name in ("time", "event")}
    ready = log["time"][(log["event"] == 1) & (log["time"] > 0)]
    assert len(ready) == 48
    assert (ready >= 2562).all()
    assert (ready <= 2562 + 1 / 16).all()
