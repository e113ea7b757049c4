"""Jobs that share a fabric, by hand: what a run says of them, `--network` and `tidepool topology flows`.

neocloud-1024 has 128 nodes of 8 x 50 GB/s in leaf groups of 32. At an oversubscription of 4 the trunk above a group
has a quarter of its nodes' 32 x 400 GB/s: 3.2 TB/s. A step of 1 s in which a node sends 200 GB is half of the time on
the network, so granted the g-th part of its line it takes 0.5 + 0.5 / g s.
"""

import json

import h5py
import pytest

HEAD = """\
tidepool: 1
name: shared
topology: {preset: neocloud-1024, fabric: {oversubscription: 4}}
failures: {}
workloads: [{trace: {file: jobs.csv}}]
"""
RING = HEAD + "network: {}\ncommunication: {step: 1 s, bytes: 200 GB, pattern: ring, replica_nodes: %d}\n"
ONE = "job_id,submit,duration,gpus\na,0,3600,512\n"
# With x on half of the first group the others lie across two groups each: a on 0 and 1, b on 1 and 2, c on 2 and 3.
FOUR = "job_id,submit,duration,gpus\nx,0,3600,128\na,0,3600,256\nb,0,3600,256\nc,600,3600,256\n"


@pytest.fixture
def folder(tmp_path):
    """Writes a scenario and its trace."""

    def write(scenario, jobs):
        (tmp_path / "mine.yaml").write_text(scenario)
        (tmp_path / "jobs.csv").write_text(jobs)
        return tmp_path

    return write


@pytest.mark.parametrize("engine", ["simgrid", "batch"])
def test_a_ring_across_two_groups_gets_a_quarter_of_its_line(tidepool, folder, engine):
    # Every node of a group sends to its peer in the other: 32 edges share 3.2 TB/s, 100 GB/s each, g = 1/4. Steps take
    # 2.5 s, so an hour of work takes 2.5 h (and a tick, for rounding), of which 1.5 h x 512 GPUs are lost. The trunk
    # carries 32 x 200 GB in each of 3600 steps: 23.04 PB of 3.2 TB/s x 9000 s = 28.8 PB. Two of four trunks do.
    path = folder(RING % 32, ONE)
    done = tidepool("run", "mine.yaml", "-o", "run.h5", "--json", "--engine", engine)
    assert done.returncode == 0, done.stderr
    kpis = json.loads(done.stdout)["kpis"]
    near = pytest.approx
    assert kpis["makespan_s"] == near(9000, abs=0.1)
    assert kpis["gpu_hours_useful"] == 512
    assert kpis["gpu_hours_stalled_network"] == near(768, rel=1e-4)
    assert kpis["gpu_hours_stalled_network"] == kpis["gpu_hours_stalled"]
    assert kpis["network_slowdown"] == near(2.5, rel=1e-4)
    assert kpis["link_utilisation_max"] == near(0.8, rel=1e-4)
    assert kpis["leaf_utilisation"] == near(0.4, rel=1e-4)
    assert kpis["storage_utilisation"] == 0
    with h5py.File(path / "run.h5") as file:
        assert file["jobs/effective_bus_bandwidth"][0] == near(100e9, rel=1e-9)
        assert file["jobs/slowdown"][0] == near(2.5, rel=1e-4)
        assert list(file["links/bytes"][:2]) == [near(23.04e15, rel=1e-4)] * 2
        assert list(file["links/busiest"][:4]) == [near(0.8), near(0.8), 0, 0]
        assert file["links/stalled"][()].sum() == near(kpis["gpu_hours_stalled_network"])
        series = file["timeseries/link"]
        assert list(series["link_utilisation"][0]) == [near(0.8), near(0.8)]
        # Nodes: 64 x 200 GB per 2.5 s, of 128 x 400 GB/s; no pods; nobody uses storage.
        assert series["rate"][0, 0] == near(64 * 80e9, rel=1e-6)
        assert series["utilisation"][0, :2] == near([0.1, 0.4], rel=1e-6)
        assert series["utilisation"][0, 3] == 0
        assert "flows" not in file


def test_a_job_alone_on_a_wide_fabric_is_not_slowed(tidepool, folder):
    folder((RING % 32).replace("oversubscription: 4", "oversubscription: 1"), ONE)
    kpis = json.loads(tidepool("run", "mine.yaml", "--json").stdout)["kpis"]
    assert kpis["makespan_s"] == 3600
    assert kpis["network_slowdown"] == 1
    assert kpis["gpu_hours_stalled_network"] == 0
    assert kpis["link_utilisation_max"] == 0.5  # half of the time at full rate


def test_network_chooses_the_rates(tidepool, folder):
    folder(RING % 32, ONE)
    rates = {}
    for rule in ("simgrid", "maxmin", "off"):
        done = tidepool("run", "mine.yaml", "--json", "--force", "--network", rule)
        assert done.returncode == 0, done.stderr
        rates[rule] = json.loads(done.stdout)["kpis"]
        with h5py.File(folder(RING % 32, ONE) / "shared.h5") as file:
            assert file.attrs["network"] == rule
            assert file["scenario/overrides"].asstr()[0] == f"network.rates={rule}"
            assert ("links" in file) == (rule != "off")
    assert rates["simgrid"] == rates["maxmin"]
    assert rates["off"]["makespan_s"] == 3600
    assert rates["off"]["network_slowdown"] is None
    done = tidepool("run", "mine.yaml", "--force", "--network", "simgrid", "--engine", "batch")
    assert done.returncode == 2
    assert "`batch` has no SimGrid rates" in done.stderr


def test_network_does_not_make_one(tidepool, folder):
    path = folder(HEAD, ONE)
    done = tidepool("run", "mine.yaml", "--network", "maxmin")
    assert done.returncode == 2
    assert done.stderr.startswith("--network: the scenario has no `network` section")
    assert not list(path.glob("*.h5*"))
    done = tidepool("run", "mine.yaml", "--network", "off")
    assert done.returncode == 0
    assert "network_slowdown" not in done.stdout
    done = tidepool("run", "mine.yaml", "--network", "fast")
    assert done.returncode == 2


def flows(tidepool, at, *more):
    done = tidepool("topology", "flows", "mine.yaml", "--at", at, "--json", *more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("engine", ["simgrid", "batch"])
def test_flows_show_who_shares_what(tidepool, folder, engine):
    # Replicas of 16 nodes: a job's halves send to each other, 16 edges out of each of its groups. Group 1 has 16 of a
    # and 16 of b: 100 GB/s each. Groups 0, 2 and 3 have 16 edges, until c comes at 600 s and shares group 2 with b.
    path = folder(RING % 16, FOUR)
    got = flows(tidepool, "599 s", "--engine", engine)
    assert [flow["job"] for flow in got["flows"]] == ["a", "b"]
    assert got["running"] == 3
    assert [(link["link"], link["jobs"]) for link in got["links"]] == [("leaf1", ["a", "b"])]
    got = flows(tidepool, "10 min", "--engine", engine)  # c starts at that instant
    assert [flow["job"] for flow in got["flows"]] == ["a", "b", "c"]
    for flow, held_by in zip(got["flows"], ["leaf1", "leaf1", "leaf2"], strict=True):
        assert flow["kind"] == "training"
        assert (flow["nodes"], flow["leaf_groups"], flow["pods"]) == (32, 2, 1)
        assert flow["asked"] == 400e9
        assert flow["granted"] == pytest.approx(100e9)
        assert flow["pace"] == pytest.approx(0.4, rel=1e-6)
        assert flow["held_by"] == held_by
    assert [(link["link"], link["jobs"]) for link in got["links"]] == [
        ("leaf1", ["a", "b"]),
        ("leaf2", ["b", "c"]),
    ]
    # a and b end at 9000 s. c has done 8400 x 0.4 s of work; then its 16 edges get 200 GB/s.
    got = flows(tidepool, "9001 s", "--engine", engine)
    assert [flow["job"] for flow in got["flows"]] == ["c"]
    assert got["flows"][0]["pace"] == pytest.approx(1 / 1.5, rel=1e-6)
    assert [link["jobs"] for link in got["links"]] == [["c"], ["c"]]
    assert sorted(file.name for file in path.iterdir()) == ["jobs.csv", "mine.yaml"]


def test_flows_as_a_table(tidepool, folder):
    folder(RING % 32, ONE)
    done = tidepool("topology", "flows", "mine.yaml", "--at", "1 h")
    assert done.stdout == (
        "shared on neocloud-1024 at 1 h\n\n"
        "job  kind      nodes  leaf groups  pods     asked   granted     pace  held by\n"
        "a    training     64            2     1  400 GB/s  100 GB/s  40.00 %  leaf0\n\n"
        "link   tier      left   granted  flows  jobs\n"
        "leaf0  leaf  3.2 TB/s  3.2 TB/s      1  a\n"
        "leaf1  leaf  3.2 TB/s  3.2 TB/s      1  a\n"
    )


def test_the_table_names_a_few_of_many_jobs(tidepool, folder):
    # Ten jobs of 12 nodes each, drawn at random from 128: most have some in every group of 32.
    rows = "".join(f"j{job},0,3600,96\n" for job in range(10))
    folder(RING % 6, "job_id,submit,duration,gpus\n" + rows)
    done = tidepool("topology", "flows", "mine.yaml", "--at", "1 h", "--set", "scheduler.placement=random")
    links = [line for line in done.stdout.splitlines() if line.startswith("leaf") and " 10  j" in line]
    assert links
    for line in links:
        assert line.endswith(" 10  j0 j1 j2 j3 j4 j5 j6 j7 and 2 more")


def test_flows_when_there_is_nothing_to_see(tidepool, folder):
    folder(RING % 32, ONE)
    say = ["topology", "flows", "mine.yaml", "--at"]
    assert tidepool(*say, "3 h").stdout.endswith("\n\nnothing runs any more\n")
    over = tidepool(*say, "1 h", "--set", "horizon=1 h")
    assert (over.returncode, over.stdout.split("\n\n")[1]) == (
        0,
        "the run is over: nothing runs any more\n",
    )
    assert flows(tidepool, "3 h")["flows"] == []
    folder(RING % 32, "job_id,submit,duration,gpus\na,0,3600,64\nb,4000,3600,512\n")
    assert "none of the 1 running jobs uses a link" in tidepool(*say, "1 min").stdout
    assert tidepool(*say, "3700 s").stdout.endswith("\n\nnothing runs\n")
    for at, message in {
        "1": "--at: needs a unit",
        "20 y": "--at: ",
        "9999999 d": "--at: must lie within",
    }.items():
        done = tidepool(*say, at)
        assert done.returncode == 2
        assert done.stderr.startswith(message), done.stderr


@pytest.mark.parametrize("more", [[], ["--set", "network.rates=off"]])
def test_flows_need_a_network(tidepool, folder, more):
    folder(RING % 32 if more else HEAD, ONE)
    done = tidepool("topology", "flows", "mine.yaml", "--at", "1 h", *more)
    assert done.returncode == 2
    assert "mine.yaml: has no network: no job shares anything, add `network: {}`" in done.stderr


# All four spines die in the first weeks and stay dead for longer than the clock goes.
DEAD = RING.replace(
    "failures: {}",
    "failures: {components: [{name: spine, per: spine, mtbf: 10 d, kind: bandwidth, "
    "repair: {law: fixed, mean: 3106 d}}]}",
)
LONG = "job_id,submit,duration,gpus\na,0,8640000,512\nb,0,8640000,512\nc,0,3600,8\n"


@pytest.mark.parametrize("engine", ["simgrid", "batch"])
def test_jobs_that_are_cut_off_end_the_run(tidepool, folder, engine):
    folder(DEAD % 32, LONG)
    done = tidepool("run", "mine.yaml", "--engine", engine, timeout=60)
    assert done.returncode == 3
    split = "2 jobs stand still: the fabric between their nodes is split (job a: leaf0 has nothing left)"
    assert done.stderr == f"tidepool: {split}, and nothing brings them on; see shared.h5.partial\n"
    done = tidepool("run", "mine.yaml", "--engine", engine, "--force", "--until", "100 d")
    assert done.returncode == 0
    assert done.stderr == f"tidepool: warning: at the end of the run {split}\n"
    with h5py.File(folder(DEAD % 32, LONG) / "shared.h5") as file:
        assert list(file["flows/pace"]) == [0, 0]
        assert list(file["flows/granted"]) == [0, 0]
        assert list(file["flows/held_by"]) == [0, 2]
