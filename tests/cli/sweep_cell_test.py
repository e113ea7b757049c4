"""A row of a sweep is the run it says it is, to the last bit, and its seed comes from where the rules say."""

import itertools
import json
import random

import h5py
import numpy as np
import pytest

REPLICAS = 7  # of `mine`
ROWS = [(0, 0), *random.Random(5).sample(list(itertools.product(range(8), range(1, REPLICAS))), 3)]


@pytest.fixture
def sweep(tidepool, mine, tmp_path):
    done = tidepool("sweep", mine, "-o", "sweep.h5")
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "sweep.h5") as file:
        yield file


def row_of(sweep, cell, replica):
    """KPIs and decision hash; of floats the bits, so that NaN equals NaN."""
    rows = sweep["sweep/replica"]
    names = set(rows) - {"state", "seed", "decision_hash", "replica"}
    return {name: rows[name][cell, replica].tobytes() for name in names}, rows["decision_hash"][cell, replica]


def run_of(path):
    with h5py.File(path) as file:
        kpis = {name: np.float64(item[()]).tobytes() for name, item in file["summary"].items()}
        return kpis, file.attrs["decision_hash"]


@pytest.mark.parametrize("engine", ["batch", "simgrid"])
def test_every_row_is_a_run_of_its_own(tidepool, mine, sweep, tmp_path, engine):
    for cell, replica in ROWS:
        done = tidepool(
            "run", mine, "--cell", cell, "--replica", replica, "--engine", engine, "-o", "run.h5", "--force"
        )
        assert done.returncode == 0, done.stderr
        assert run_of(tmp_path / "run.h5") == row_of(sweep, cell, replica)
        with h5py.File(tmp_path / "run.h5") as run:
            assert run.attrs["seed"] == sweep["sweep/replica/seed"][cell, replica]


@pytest.mark.parametrize(("cell", "replica"), ROWS)
def test_the_same_by_hand(tidepool, mine, sweep, tmp_path, cell, replica):
    """Without any of the sweep's machinery: the base, the cell's values by --set, the row's seed."""
    values = {name: text.asstr()[cell] for name, text in sweep["sweep/param"].items()}
    assert len(values) == 4
    options = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    seed = sweep["sweep/replica/seed"][cell, replica]
    done = tidepool("run", "mine.yaml", *options, "--seed", seed, "--engine", "batch", "-o", "run.h5")
    assert done.returncode == 0, done.stderr
    assert run_of(tmp_path / "run.h5") == row_of(sweep, cell, replica)


def test_cells_are_numbered_as_the_rules_say(sweep):
    names = ("recovery.on_failure", "scheduler.spare_nodes", "scheduler.queue", "scheduler.placement")
    labels = zip(*(sweep[f"sweep/param/{name}"].asstr()[()] for name in names), strict=True)
    zipped = (("requeue", "0"), ("spare", "2"))
    expected = itertools.product(zipped, ("fifo", "easy"), ("pack", "random"))
    assert list(labels) == [(*step, queue, placement) for step, queue, placement in expected]


def philox4x32(counter, key):
    """Philox4x32-10 of Salmon et al. 2011, written down from the paper."""
    for turn in range(10):
        if turn:
            key = ((key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF)
        first, second = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = (
            (second >> 32) ^ counter[1] ^ key[0],
            second & 0xFFFFFFFF,
            (first >> 32) ^ counter[3] ^ key[1],
            first & 0xFFFFFFFF,
        )
    return counter


def test_seeds_follow_the_rule(tidepool, mine, tmp_path):
    # Known answers of the Random123 library, then docs/sweeps.md: draw 0, purpose 6, entity = replica.
    assert philox4x32((0,) * 4, (0,) * 2) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert philox4x32((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2)[0] == 0x408F276D
    mine.write_text(mine.read_text().replace("grid:\n", "grid:\n  seed: [1, 9007199254740991]\n"))
    done = tidepool("sweep", mine, "-o", "seeds.h5", "--replicas", 3)
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "seeds.h5") as file:
        own = file["sweep/param/seed"].asstr()[()]
        for cell, seeds in enumerate(file["sweep/replica/seed"][()]):
            seed = int(own[cell])
            assert seeds[0] == seed
            for replica in (1, 2):
                words = philox4x32((0, 0, 6, replica), (seed & 0xFFFFFFFF, seed >> 32))
                assert seeds[replica] == ((words[1] << 32) | words[0]) % 2**53


def test_more_replicas_keep_the_first_ones(tidepool, mine, sweep, tmp_path):
    done = tidepool("sweep", mine, "-o", "more.h5", "--replicas", REPLICAS + 2)
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "more.h5") as more:
        for name in ("seed", "decision_hash", "ettr"):
            assert (more[f"sweep/replica/{name}"][:, :REPLICAS] == sweep[f"sweep/replica/{name}"][()]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep.yaml",), "sweep.yaml: is a sweep file, run all of it with `tidepool sweep`, or choose one run"),
        (("sweep.yaml", "--cell", "8"), "--cell: there are only 8, counted from 0 (got 8)"),
        (("sweep.yaml", "--cell", "-1"), "--cell: is to be a whole number, at least 0 (got '-1')"),
        (("sweep.yaml", "--cell", "x"), "--cell: is to be a whole number, at least 0 (got 'x')"),
        (("sweep.yaml", "--replica", "1"), "sweep.yaml: is a sweep file"),
        (("sweep.yaml", "--cell", "0", "--replica", "1.5"), "--replica: is to be a whole number, at least 0 (got"),
        (("sweep.yaml", "--cell", "0", "--replica", "4294967295"), "--replica: there are only 4294967295, counted"),
        (("sweep.yaml", "--cell", "0", "--replica", "1", "--seed", "3"), "--seed: says the same as --replica"),
        (("mine.yaml", "--cell", "0"), "--cell: has no meaning for mine.yaml, which is no sweep file"),
        (("mine.yaml", "--replica", "0"), "--replica: has no meaning for mine.yaml"),
    ],
)  # fmt: skip
def test_cells_that_are_not_there(tidepool, mine, tmp_path, arguments, message):
    done = tidepool("run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert not list(tmp_path.glob("*.h5*"))


def test_overrides_act_on_the_cell(tidepool, mine):
    options = ("--cell", 0, "--json", "--engine", "batch", "--force")
    whole = json.loads(tidepool("run", mine, *options).stdout)["kpis"]
    short = json.loads(tidepool("run", mine, *options, "--until", "5 d", "--set", "failures={}").stdout)[
        "kpis"
    ]
    assert whole["horizon_s"] == 864000 and whole["outages"] > 0
    assert short["horizon_s"] == 432000 and short["outages"] == 0
