"""`tidepool model serving` and `model fleet`: published figures, promises that hold, refusals."""

import json

import pytest

LLAMA = ("--model", "llama-3.3-70b", "--gpu", "h100")
CHATS = ("--tokens-in", "1155", "--tokens-out", "211", "--sigma-in", "0.99", "--sigma-out", "0.86")


def answer(tidepool, *arguments):
    done = tidepool("model", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_unit_is_as_fast_as_its_file_says(tidepool, tmp_path):
    file = tmp_path / "unit.yaml"
    file.write_text("{prefill: 32 ktok/s, decode: 2 ktok/s, batch: 64, gpus: 8}\n", encoding="utf-8")
    lengths = ("--tokens-in", "3200", "--tokens-out", "101")
    got = answer(tidepool, "serving", "--file", str(file), *lengths)
    assert got["gpus"] == 8
    assert got["prefill_tokens_per_s"] == pytest.approx(32e3)
    assert got["decode_tokens_per_s"] == pytest.approx(2e3)
    # 0.1 s of prompt and 100 of 2,000 tokens/s; alone, 100 iterations of 32 ms.
    assert got["capacity_per_s"] == pytest.approx(1 / 0.15)
    assert got["idle"]["ttft"]["mean_s"] == pytest.approx(0.1)
    assert got["idle"]["total"]["mean_s"] == pytest.approx(3.3)
    cached = answer(tidepool, "serving", "--file", str(file), *lengths, "--cached", "50 %")
    assert cached["capacity_per_s"] == pytest.approx(10)


def test_as_many_units_as_a_promise_takes(tidepool):
    ask = ("serving", *LLAMA, *CHATS, "--rate", "100 /s", "--ttft", "400 ms", "--tpot", "50 ms")
    got = answer(tidepool, *ask)
    assert got["loaded"]["ttft"]["p95_s"] <= 0.4
    assert got["loaded"]["tpot"]["p95_s"] <= 0.05
    one_less = answer(tidepool, *ask, "--units", str(got["units"] - 1))["loaded"]
    assert one_less["ttft"]["p95_s"] > 0.4 or one_less["tpot"]["p95_s"] > 0.05
    assert one_less["in_slo"] < got["loaded"]["in_slo"] < 1
    assert got["loaded"]["utilisation"] == pytest.approx(100 / got["units"] / got["capacity_per_s"])


def test_overload_is_said_and_not_a_number(tidepool):
    got = answer(tidepool, "serving", *LLAMA, "--rate", "1000 /s", "--units", "1")["loaded"]
    assert got["utilisation"] > 1
    assert got["ttft"]["p95_s"] is None
    done = tidepool("model", "serving", *LLAMA, "--rate", "1000 /s", "--units", "1")
    assert "overloaded" in done.stdout


def test_the_list_says_what_is_measured(tidepool):
    rows = json.loads(tidepool("list", "serving", "--json").stdout)["serving"]
    docs = {row["name"]: row["doc"] for row in rows}
    assert len(docs) == 28
    assert "scaled from 2 x h100" in docs["llama-3.3-70b h20"]
    assert "scaled" not in docs["llama-3.3-70b h200"]


def test_a_fleet_is_the_planners_line(tidepool):
    gpus = ("--flops-per-gpu", "624 TFLOPS", "--utilisation", "45 %")
    got = answer(tidepool, "fleet", "--visits", "1.4e9", "--parameters", "175e9", *gpus)
    assert got["tokens_per_s"] == pytest.approx(5.401e6, rel=1e-4)
    assert got["gpus"] == pytest.approx(6732, abs=0.5)
    same = answer(
        tidepool, "fleet", "--tokens-per-second", f"{got['tokens_per_s']} tok/s",
        "--parameters", "175e9", *gpus,
    )  # fmt: skip
    assert same["gpus"] == pytest.approx(got["gpus"])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("serving",), "--model: is missing, give --model and --gpu, or --file"),
        (("serving", "--model", "llama-3.3-70b"), "--gpu: is missing"),
        (("serving", *LLAMA, "--file", "x.yaml"), "--model: says the unit a second time"),
        (("serving", "--model", "gpt", "--gpu", "h100"), "known are llama-3.1-8b, llama-3.3-70b"),
        (("serving", *LLAMA, "--units", "3"), "--units: has no effect, it needs --rate"),
        (("fleet", "--parameters", "1", "--flops-per-gpu", "1 FLOPS", "--utilisation", "1"),
         "--visits: is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(tidepool, arguments, complaint):
    done = tidepool("model", *arguments)
    assert done.returncode == 2
    assert complaint in done.stderr
