"""What people may get wrong about the network: every mistake is named with its place, and nothing is written."""

import pytest

SCENARIO = """tidepool: 1
name: mistakes
topology: {preset: neocloud-1024, fabric: {oversubscription: 2}}
failures: {}
network: {}
communication: {class: llm-3d}
workloads: [{trace: {file: jobs.csv}}]
"""

MODEL = "communication={model: {name: gpt3-175b}, parallelism: {batch: 1536, tensor: 8, pipeline: %s}}"
SPINE = (
    "failures={components: [{name: x, per: %s, mtbf: 1 d, kind: bandwidth, repair: {law: fixed, mean: 1 h}}]}"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "case.yaml").write_text(SCENARIO)
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\na,0,3600,512\n")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "where", "problem"),
    [
        ("communication={class: llm-3e}", "communication.class", "did you mean"),
        ("communication={class: none}", "network", "has no effect"),
        ("communication={step: 1 s}", "communication.step", "needs `bytes`"),
        ("communication={overlap: 50 %}", "communication.overlap", "needs `step`"),
        # 8 cards of 50 GB/s send 400 GB in a second.
        ("communication={step: 1 s, bytes: 401 GB}", "communication.bytes", "take longer than `step`"),
        (
            "communication={step: 1 s, bytes: 1 GB, pattern: all-to-all}",
            "communication.pattern",
            "needs `expert_nodes`",
        ),
        (
            "communication={step: 1 s, bytes: 1 GB, pattern: pipeline}",
            "communication.pattern",
            "needs `replica_nodes`",
        ),
        ("communication={class: moe, step: 1 s, bytes: 1 GB}", "communication", "in two ways"),
        # 512 GPUs are no multiple of 8 x 9; 175e9 parameters on 8 GPUs: 350 GB of weights, 80 GB of memory each.
        (MODEL % 9, "communication.parallelism", "job a, 512 GPUs"),
        (MODEL % 1, "communication.parallelism", "memory"),
        ("topology.fabric.link_rate=0 Gb/s", "topology.fabric.link_rate", ""),
        ("topology.storage=[{name: s, kind: object, bandwidth: -1 GB/s}]", "bandwidth", ""),
        ("topology={clusters: [{name: a, server: hgx-h100, nodes: 128}]}", "network", "has no fabric"),
        (SPINE % "rack", "components[0].kind", "only a link, leaf, spine or core"),
        ("network={rates: table}", "network.rates", "needs the `table`"),
    ],
)
def test_mistakes_are_named(tidepool, folder, change, where, problem):
    done = tidepool("run", "case.yaml", "-o", "out.h5", "--set", change)
    assert done.returncode == 2, done.stdout
    assert where in done.stderr and problem in done.stderr, done.stderr
    assert not list(folder.glob("out.h5*"))


def test_lost_bandwidth_needs_a_network(tidepool, folder):
    done = tidepool("run", "case.yaml", "-o", "o.h5", "--set", SPINE % "spine", "--set", "network.rates=off")
    assert done.returncode == 2
    assert "takes bandwidth that nobody counts" in done.stderr
    assert tidepool("run", "case.yaml", "-o", "o.h5", "--set", SPINE % "spine").returncode == 0
