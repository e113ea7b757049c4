"""`tidepool model`: published figures through the command line, units, refusals."""

import json
import math

import pytest


def answer(tidepool, *arguments):
    done = tidepool("model", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_checkpoints_of_a_job_that_is_known(tidepool):
    # Model Q: M = 28440 s, work 172800 s, interval 3600 s, write 300 s, downtime 600 s, restart 300 s.
    given = answer(
        tidepool, "checkpoint", "--mtbf", "28440 s", "--write", "5 min", "--detect", "10 min",
        "--restart", "300 s", "--work", "2 d", "--interval", "1 h",
    )["intervals"]  # fmt: skip
    assert given["given"]["wall_s"] == pytest.approx(206695.168, abs=5e-4)
    assert given["given"]["ettr"] == pytest.approx(0.836014, abs=5e-7)
    shares = [given["given"][f"{part}_share"] for part in ("checkpoint", "lost", "recovery")]
    assert given["given"]["ettr"] + sum(shares) == pytest.approx(1, abs=1e-12)
    # The same job in the published table of intervals.
    assert given["optimal"]["interval_s"] == pytest.approx(3933.33, abs=5e-3)
    assert given["young_1974"]["interval_s"] == pytest.approx(4130.86, abs=5e-3)


def test_rate_per_node_gives_the_published_ratios(tidepool):
    # 6.5 failures per 1,000 node-days, 16,384 GPUs, 5 min lost per interruption, interval 1 h: MTTI 1.803 h,
    # first order 0.676, exact 0.715. Writes of 1 ms stand for free ones.
    for size in (("--nodes", "2048"), ("--gpus", "16384"), ("--gpus", "8192", "--gpus-per-node", "4")):
        got = answer(
            tidepool, "checkpoint", "--per-1000-node-days", "6.5", *size,
            "--write", "1 ms", "--detect", "5 min", "--interval", "60 min",
        )  # fmt: skip
        assert got["mtti_s"] / 3600 == pytest.approx(1.803, abs=5e-4)
        assert got["intervals"]["given"]["ettr"] == pytest.approx(0.715, abs=5e-4)
        assert got["intervals"]["given"]["ettr_kokolis_2024"] == pytest.approx(0.676, abs=5e-4)


def test_write_time_follows_from_size_and_storage(tidepool):
    # 405e9 parameters of 14 B at 2 TB/s: 5.67 TB, 2.835 s
    got = answer(tidepool, "checkpoint", "--mtbf", "3 h", "--parameters", "405e9", "--storage", "2 TB/s")
    assert got["write_s"] == pytest.approx(2.835)


def test_what_never_fails_needs_no_checkpoint(tidepool):
    got = answer(
        tidepool, "checkpoint", "--per-1000-node-days", "0", "--nodes", "4", "--write", "10 s",
        "--work", "1 d", "--interval", "6 h",
    )  # fmt: skip
    assert got["mtti_s"] is None
    assert got["intervals"]["given"]["wall_s"] == 86400 + 3 * 10
    assert got["intervals"]["optimal"] == {
        "interval_s": None, "ettr": 1, "checkpoint_share": 0, "lost_share": 0, "recovery_share": 0,
        "ettr_kokolis_2024": 1, "wall_s": 86400, "interruptions": 0,
    }  # fmt: skip


def test_background_writes_cost_what_they_leave_unsafe(tidepool):
    # In the long run e^(B/M) times the time of the same job without: B = M = 1 h gives a factor of e.
    common = ("checkpoint", "--mtbf", "1 h", "--write", "10 s", "--interval", "10 min")
    plain = answer(tidepool, *common)["intervals"]["given"]["ettr"]
    late = answer(tidepool, *common, "--background", "1 h")["intervals"]["given"]["ettr"]
    assert plain / late == pytest.approx(math.e)
    table = tidepool("model", *common, "--background", "1 h").stdout
    # sqrt(2 * 10 * 3600) - 2/3 * 10 = 261.7 s and the write: 3600 / 271.7 = 13.2
    assert "13.2 checkpoints are on their way at once" in table


def test_table_of_checkpoints_is_for_people(tidepool):
    done = tidepool(
        "model",
        "checkpoint",
        "--mtbf",
        "185.6 min",
        "--write",
        "10 s",
        "--restart",
        "5 min",
        "--gpus",
        "16384",
    )
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "A job on 16,384 GPUs (2,048 nodes) is interrupted every 3.093 h on average: 7.76 times a day."
    )
    names = [line.split("  ")[0] for line in lines[3:]]
    assert names == ["interval by", "Young 1974", "Daly 2006", "Saxena 2024", "optimal"]
    # sqrt(2 * 10 * 11136) = 471.9 s
    assert "7.866 min" in lines[4]
    assert len({len(line) for line in lines[3:]}) == 1


@pytest.mark.parametrize(
    ("repair", "mean", "p99", "p999"),
    [("12 h", 6.63, 13, 16), ("2 d", 26.28, 39, 43), ("5.535 d", 71.1, 91, 98)],
)
def test_spares_of_the_published_table(tidepool, repair, mean, p99, p999):
    got = answer(tidepool, "spares", "--nodes", "2048", "--per-1000-node-days", "6.5", "--repair", repair)
    assert got["mean_down"] == pytest.approx(mean, abs=0.05)
    spares = {row["confidence"]: row["spares"] for row in got["spares"]}
    assert (spares[0.99], spares[0.999]) == (p99, p999)


def test_given_spares_are_judged(tidepool):
    # One node, up and down one day each: no spare is enough half of the time, one always.
    common = ("spares", "--nodes", "1", "--per-1000-node-days", "1000", "--repair", "1 d", "--spares")
    assert answer(tidepool, *common, "0")["given_confidence"] == 0.5
    assert answer(tidepool, *common, "1")["given_confidence"] == 1
    assert "0 spares: enough in 50 % of the time." in tidepool("model", *common, "0").stdout


def test_mtti_of_a_counted_run(tidepool):
    # 419 interruptions of 16,384 GPUs in 54 d
    got = answer(tidepool, "mtti", "--interruptions", "419", "--over", "54 d", "--gpus", "16384")
    assert got["mtti_s"] / 3600 == pytest.approx(3.093, abs=5e-4)
    assert got["per_1000_node_days"] == pytest.approx(3.789, abs=5e-4)
    assert got["per_gpu_year"] == pytest.approx(0.1729, abs=5e-5)
    assert got["gpu_hours_per_interruption"] == pytest.approx(50677, abs=0.5)
    at = {row["gpus"]: row["mtti_s"] for row in got["mtti_at"]}
    assert at[8192 * 2] == pytest.approx(got["mtti_s"])
    assert at[1024] == pytest.approx(16 * got["mtti_s"])


def test_mtti_shows_that_two_claims_contradict_each_other(tidepool):
    small = answer(tidepool, "mtti", "--mtbf", "20 d", "--gpus", "1000")
    large = answer(tidepool, "mtti", "--mtbf", "3 h", "--gpus", "10000")
    assert small["gpu_hours_per_interruption"] == pytest.approx(480_000)
    assert large["gpu_hours_per_interruption"] == pytest.approx(30_000)
    same = answer(
        tidepool, "mtti", "--per-1000-node-days", str(small["per_1000_node_days"]), "--nodes", "125"
    )
    assert same["mtti_s"] == pytest.approx(20 * 86400)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("checkpoint --mtbf 185 --write 10s", "--mtbf: needs a unit (got '185')"),
        (
            "checkpoint --mtbf 185minn --write 10s",
            "--mtbf: unknown unit 'minn' (got '185minn'), did you mean 'min'?",
        ),
        ("checkpoint --mtbff 1h --write 10s", "did you mean '--mtbf'?"),
        ("checkpoint --mtbf 1h", "--write: is missing"),
        ("checkpoint --write 1s", "--mtbf: is missing"),
        ("checkpoint --mtbf 1h --write 0s", "--write: must be between 1 ms and 300 yr (got '0s')"),
        (
            "checkpoint --mtbf 1h --write 1s --storage 1GB/s",
            "--write: says the time of a checkpoint a second time",
        ),
        ("checkpoint --mtbf 1h --storage 1GB/s", "--parameters: is missing"),
        (
            "checkpoint --mtbf 1h --per-1000-node-days 1 --write 1s",
            "--mtbf: says the rate of failures a second time",
        ),
        ("checkpoint --per-1000-node-days 1 --write 1s", "--nodes: is missing"),
        (
            "checkpoint --mtbf 1h --write 1s --nodes 1 --gpus 8",
            "--gpus: says the size of the job a second time",
        ),
        ("checkpoint --mtbf 1h --write 1s --detect -1s", "--detect: must be"),
        ("checkpoint --mtbf 1h --write 1s --interval nan", "--interval: "),
        ("spares --nodes 8 --repair 1h", "--per-1000-node-days: is missing"),
        ("spares --nodes 8 --repair 1h --per-1000-node-days -1", "--per-1000-node-days: must be"),
        ("spares --nodes 1e12 --repair 1h --per-1000-node-days 1", "--nodes: "),
        ("mtti --gpus 8", "--mtbf: is missing"),
        ("mtti --mtbf 1h", "--gpus: is missing"),
        ("mtti --gpus 8 --over 3d", "--interruptions: is missing"),
        ("mtti --gpus 8 --mtbf 1h --per-1000-node-days 1", "--mtbf: is one of several rates"),
        ("sparess", "did you mean 'spares'?"),
    ],
)
def test_wrong_options_are_named(tidepool, arguments, message):
    done = tidepool("model", *arguments.split())
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_every_wrong_option_is_reported_at_once(tidepool):
    done = tidepool("model", "checkpoint", "--mtbf", "1", "--write", "2", "--gpus", "x")
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["--mtbf", "--gpus", "--write"]


def test_presets_are_rates_by_name(tidepool):
    # rsc-1 is 6.5 per 1,000 days of an 8-GPU node: 1.803 h at 16,384 GPUs, however they are packed.
    for packing in ((), ("--gpus-per-node", "4")):
        got = answer(tidepool, "mtti", "--preset", "rsc-1", "--gpus", "16384", *packing)
        assert got["mtti_s"] / 3600 == pytest.approx(1.803, abs=5e-4)
    # llama3 is given by causes: 419 in 54 d of 16,384 GPUs, 3.093 h.
    got = answer(tidepool, "mtti", "--preset", "llama3", "--gpus", "16384")
    assert got["mtti_s"] == pytest.approx(54 * 86400 / 419)
    named = answer(tidepool, "spares", "--preset", "rsc-1", "--nodes", "2048", "--repair", "2 d")
    assert [row["spares"] for row in named["spares"]][1:3] == [39, 43]


def test_presets_are_spelled_right_and_given_once(tidepool):
    done = tidepool("model", "mtti", "--preset", "rsc1", "--nodes", "8")
    assert done.returncode == 2
    assert "did you mean 'rsc-1'?" in done.stderr
    done = tidepool(
        "model", "spares", "--preset", "rsc-1", "--per-1000-node-days", "1", "--nodes", "8", "--repair", "1 d"
    )
    assert done.returncode == 2
    assert "second time" in done.stderr
    done = tidepool("model", "spares", "--nodes", "8", "--repair", "1 d")
    assert done.returncode == 2
    assert "--per-1000-node-days: is missing" in done.stderr
