"""`tidepool sweep`: what cannot be meant, what only some cells cannot do, and what is printed."""

import json
import math

import h5py
import pytest

HEAD = "tidepool_sweep: 1\nname: mine\nbase: mine.yaml\n"  # the blocks begin in line 4


def refused(tidepool, mine, *arguments):
    """Runs the sweep, which writes nothing and ends with 2; returns what it says."""
    before = {path.name: path.read_bytes() for path in mine.parent.iterdir()}
    done = tidepool("sweep", mine, *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert {path.name: path.read_bytes() for path in mine.parent.iterdir()} == before
    return done.stderr.replace(f"{mine.parent}/", "")


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ("grid: {scheduler.qeue: [fifo]}\n",
         "sweep.yaml:4:8: scheduler.qeue: unknown key, did you mean 'queue'?\n"),
        ("grid: {scheduler.queue: [fifo, eassy]}\n",
         "sweep.yaml:4:32: scheduler.queue: must be one of fifo, first-fit, easy, fair-share, drf "
         "(got 'eassy'), did you mean"),
        ("set: {horizon: 3}\n", "sweep.yaml:4:16: horizon: needs a unit (got '3')"),
        ("grd: {seed: [1]}\n", "sweep.yaml:4:1: grd: unknown key, did you mean 'grid'?\n"),
        ("grid: {seed: []}\n", "sweep.yaml:4:14: grid.seed: needs at least one value\n"),
        ("zip: {seed: []}\n", "sweep.yaml:4:13: zip.seed: needs at least one value\n"),
        ("list: []\n", "sweep.yaml:4:7: list: needs at least one entry\n"),
        ("list: [{}]\n", "sweep.yaml:4:8: list[0]: sets nothing\n"),
        ("zip: {seed: [1, 2], name: [a]}\n",
         "sweep.yaml:4:27: zip.name: has 1 values, but 'seed' has 2, `zip` needs equally many of each\n"),
        ("zip: {seed: [1]}\ngrid: {seed: [2]}\n", "sweep.yaml:5:8: grid.seed: is an axis of `zip` already\n"),
        ("set: {seed: 1}\ngrid: {seed: [2]}\n",
         "sweep.yaml:5:8: grid.seed: is given by `set` already, which would have no effect\n"),
        ("replicas: 0\n", "sweep.yaml:4:11: replicas: must be between 1 and 4294967295 (got '0')\n"),
        ("replicas: -1\n", "sweep.yaml:4:11: replicas: must be between 1 and 4294967295 (got '-1')\n"),
        ("replicas: 1.5\n", "sweep.yaml:4:11: replicas: expected a whole number (got '1.5')\n"),
        ("grid: {seed: [1, 2]}\nreplicas: 4294967295\n",
         "sweep.yaml: the sweep has 8589934590 rows: 2 cells times 4294967295 replicas, if that is meant, say --yes\n"),
        ("grid:\n  workloads[0].trace.file: [jobs.csv, gone.csv]\n",
         "gone.csv: cannot be opened: No such file or directory\n"),
    ],
)  # fmt: skip
def test_sweeps_that_cannot_be_meant(tidepool, mine, blocks, message):
    mine.write_text(HEAD + blocks)
    said = refused(tidepool, mine)
    if message.endswith("\n"):
        assert said == message
    else:
        assert message in said


def test_everything_wrong_in_all_cells_at_once(tidepool, mine):
    mine.write_text(HEAD + "grid: {scheduler.queue: [eassy, fifo], scheduler.spare_nodes: [0, -1, 2, x]}\n")
    lines = refused(tidepool, mine).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("sweep.yaml:4:26: scheduler.queue: must be one of")
    assert lines[1].startswith("sweep.yaml:4:67: scheduler.spare_nodes: must be between")
    assert lines[2].startswith("sweep.yaml:4:74: scheduler.spare_nodes: expected a whole number (got 'x')")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        *(
            (("--shard", shard), f"--shard: is to be I/N with 1 <= I <= N (got '{shard}'), for example 2/4\n")
            for shard in ("5/4", "0/4", "x", "1", "1/", "/4", "1/4x", "1/-4", "-1/4", "1/0", "1 /4", "1/99999999999")
        ),
        (("--shard", "1/57"), "--shard: there are more shards than the 56 rows of the sweep\n"),
        *(
            (("--threads", n), f"--threads: is to be a whole number, at least 1 (got '{n}')\n")
            for n in ("0", "-1", "x", "1.5", "2x")
        ),
        (("--threads", "4097"), "--threads: is more than 4096\n"),
        (("--replicas", "0"), "--replicas: replicas: must be between 1 and 4294967295 (got '0')\n"),
        (("--replicas", "x"), "--replicas: replicas: expected a whole number (got 'x')\n"),
        (("--kpi", "goodput_rat"), "--kpi: there is no KPI 'goodput_rat', did you mean 'goodput_rate'?\n"),
        (("--kpi", "xyzzy"), "--kpi: there is no KPI 'xyzzy', see `tidepool list kpis`\n"),
        (("-o", "sweep.yaml", "--force"), "sweep.yaml: is an input of this run, choose another name"),
        (("-o", "./mine.yaml", "--force"), "./mine.yaml: is an input of this run, choose another name"),
        (("-o", "jobs.csv", "--force"), "jobs.csv: is an input of this run, choose another name"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant(tidepool, mine, arguments, message):
    assert message in refused(tidepool, mine, *arguments)


def test_empty_shard_is_no_shard(tidepool, mine):
    assert "--shard" in refused(tidepool, mine, "--shard", "")


def test_a_scenario_is_no_sweep(tidepool, mine):
    done = tidepool("sweep", "mine.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mine.yaml:1:1: tidepool_sweep: is required but missing" in done.stderr


def test_an_existing_file_is_kept_unless_forced(tidepool, mine, tmp_path):
    (tmp_path / "mine.h5").write_text("precious")
    assert refused(tidepool, mine) == "mine.h5: exists already, replace it with --force\n"
    done = tidepool("sweep", mine, "--force")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "mine.h5") as file:
        assert (file.attrs["status"], file.attrs["kind"]) == ("complete", "sweep")


def test_unwritable_output_is_the_worlds_fault(tidepool, mine):
    done = tidepool("sweep", mine, "-o", "no/such/folder/out.h5")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no/such/folder" in done.stderr


# The largest job has 64 GPUs: it fits into 9 of the 16 nodes, not into 7.
FAILING = HEAD + "grid: {scheduler.spare_nodes: [7, 9, 5]}\nreplicas: 3\n"


def test_a_cell_that_cannot_be_compiled_leaves_the_others_alone(tidepool, mine, tmp_path, states):
    mine.write_text(FAILING)
    done = tidepool("sweep", mine, "--reproducible", "--json", "-j", 2)
    assert done.returncode == 4
    assert "tidepool: 3 rows failed:\n  cell 1: " in done.stderr and "never fit" in done.stderr
    found = json.loads(done.stdout)
    assert (found["complete"], found["failed"], found["missing"]) == (6, 3, 0)
    assert states(tmp_path / "mine.h5") == {"complete": 6, "failed": 3, "missing": 0}
    with h5py.File(tmp_path / "mine.h5") as file:
        assert file.attrs["status"] == "complete"
        problems = file["sweep/problem"].asstr()[()]
        assert problems[0] == problems[2] == "" and "64 GPUs never fit" in problems[1]
        goodput = file["sweep/replica/goodput_rate"][()]
        stats = file["sweep/stats/goodput_rate"]
        assert stats["n"][()].tolist() == [3, 0, 3] and math.isnan(stats["mean"][1])
    assert [all(math.isnan(x) for x in row) for row in goodput] == [False, True, False]
    assert goodput[[0, 2]].min() > 0
    # The same when asked again, from another number of threads, and from shards.
    assert tidepool("sweep", mine, "--resume").returncode == 4
    for shard in (1, 2):
        tidepool("sweep", mine, "-o", f"{shard}.h5", "--shard", f"{shard}/2", "-j", 1)
    done = tidepool("merge", "1.h5", "2.h5", "-o", "merged.h5", "--reproducible")
    assert done.returncode == 4
    assert (tmp_path / "merged.h5").read_bytes() == (tmp_path / "mine.h5").read_bytes()
    # And as a run of its own it is an error like any other.
    done = tidepool("run", mine, "--cell", 1, "-o", "run.h5")
    assert done.returncode == 2 and "64 GPUs never fit" in done.stderr


def test_a_run_without_work_is_a_failed_row(tidepool, mine, tmp_path, states):
    (tmp_path / "jobs.csv").write_text("job_id,submit,duration,gpus\n1,0,60,16\n")
    mine.write_text(
        HEAD + "set:\n  workloads[0].never_fits: reject\ngrid: {scheduler.spare_nodes: [0, 15]}\n"
    )
    done = tidepool("sweep", mine)
    assert done.returncode == 4
    assert states(tmp_path / "mine.h5") == {"complete": 1, "failed": 1, "missing": 0}
    assert "  cell 1: " in done.stderr and "not one job started" in done.stderr


def test_dry_run_says_what_would_run(tidepool, mine, tmp_path):
    done = tidepool("sweep", mine, "--dry-run", "--shard", "2/3", "-o", "x.h5")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "mine: 8 cells x 7 replicas = 56 rows\n\n"
        "cell  recovery.on_failure  scheduler.spare_nodes  scheduler.queue  scheduler.placement\n"
        "0     requeue              0                      fifo             pack\n"
        "1     requeue              0                      fifo             random\n"
        "2     requeue              0                      easy             pack\n"
        "3     requeue              0                      easy             random\n"
        "4     spare                2                      fifo             pack\n"
        "5     spare                2                      fifo             random\n"
        "6     spare                2                      easy             pack\n"
        "7     spare                2                      easy             random\n"
        "\nwould run rows 18 to 36 into x.h5\n"
    )
    assert not list(tmp_path.glob("*.h5*"))


def test_dry_run_as_json(tidepool, mine, tmp_path):
    mine.write_text(HEAD + "grid: {seed: [1, 2, 3]}\nreplicas: 4294967295\n")  # far too many to run unasked
    done = tidepool("sweep", mine, "--dry-run", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert len(plan.pop("sweep_id")) == 64
    assert plan == {
        "name": "mine",
        "scenarios": 3,
        "replicas": 2**32 - 1,
        "rows": 3 * (2**32 - 1),
        "first_row": 0,
        "last_row": 3 * (2**32 - 1),
        "output": "mine.h5",
    }
    assert not list(tmp_path.glob("*.h5*"))


def test_json_and_table_name_the_same_file(tidepool, mine, tmp_path):
    done = tidepool("sweep", mine, "--json", "--device", "cpu")
    found = json.loads(done.stdout)
    sweep_id = found.pop("sweep_id")
    reproduce = found.pop("reproduce")
    assert found == {
        "name": "mine", "scenarios": 8, "replicas": 7, "rows": 56, "first_row": 0, "last_row": 56,
        "complete": 56, "failed": 0, "missing": 0, "device": "cpu", "output": "mine.h5",
    }  # fmt: skip
    assert reproduce.endswith("--json --device cpu --force")
    with h5py.File(tmp_path / "mine.h5") as file:
        assert file.attrs["sweep_id"] == sweep_id
        mean = file["sweep/stats/ettr/mean"][3]
    done = tidepool("sweep", mine, "--force", "--kpi", "ettr", "--kpi", "jobs_unfinished")
    assert done.returncode == 0 and "Which rules are best?\n" in done.stdout
    table = [line.split() for line in done.stdout.splitlines()]
    assert table[4][-2:] == ["ettr", "jobs_unfinished"]
    assert float(next(row for row in table if row and row[0] == "3")[5]) == pytest.approx(mean, rel=1e-3)


def test_no_bar_and_no_words_without_a_terminal(tidepool, mine):
    done = tidepool("sweep", mine, "--progress", "none")
    assert (done.returncode, done.stderr) == (0, "")


def test_progress_as_json_lines(tidepool, mine):
    done = tidepool("sweep", mine, "--progress", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert set(lines[-1]) == {"rows", "rows_per_s", "frac", "eta_s"}
    assert (lines[-1]["rows"], lines[-1]["frac"]) == (56, 1)
