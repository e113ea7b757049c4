"""`tidepool model tco` and `model payback`: published figures, refusals."""

import json

import pytest


def answer(tidepool, *arguments):
    done = tidepool("model", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


H200 = (
    "tco", "--capex", "361255", "--wacc", "10.25 %", "--months", "72", "--electricity", "0.087",
    "--load", "80 %", "--pue", "1.35", "--colocation", "150", "--other", "170",
)  # fmt: skip


def test_an_h200_server_costs_what_was_published(tidepool):
    # VC-60. 218.5908 $/kW-month; 2388.27 is that of 10.92575 kW, which rounds to the printed 10.93.
    got = answer(tidepool, *H200, "--power", "10.92575 kW")
    assert round(got["capital_per_month"], 2) == 6738.18
    assert round(got["electricity_per_month"] + got["colocation_per_month"], 2) == 2388.27
    assert round(got["running_per_month"], 2) == 2558.27
    assert round(got["capital_per_gpu_h"], 4) == 1.1538
    assert round(got["running_per_gpu_h"], 4) == 0.4381
    assert round(got["per_gpu_h"], 4) == 1.5919
    printed = answer(tidepool, *H200, "--power", "10.926 kW", "--occupancy", "50 %")
    assert round(printed["electricity_per_month"] + printed["colocation_per_month"], 2) == 2388.32
    assert printed["per_sold_gpu_h"] == pytest.approx(2 * printed["per_gpu_h"])


def test_capital_without_interest_is_a_straight_line(tidepool):
    # 283,000 USD over 4, 5, 6 years: 1.01, 0.81, 0.67 USD per GPU-hour
    for years, expected in ((4, 1.01), (5, 0.81), (6, 0.67)):
        got = answer(tidepool, "tco", "--capex", "283000", "--months", str(12 * years))
        assert got["per_gpu_h"] == pytest.approx(expected, abs=5e-3)


# VC-62: 2,000 P at CNY 120k per P and year, CNY 1e9. VC-63: a server of 4.992 P, CNY 600k a year.
@pytest.mark.parametrize(
    ("capex", "revenue", "occupancy", "opex", "expected"),
    [
        (1e9, 240e6, "100 %", 0, 4.1667), (1e9, 240e6, "60 %", 0, 6.9444), (1e9, 240e6, "30 %", 0, 13.8889),
        (1e9, 240e6, "60 %", 24e6, 8.3333), (1.2e6, 600e3, "1", 0, 2.0), (1.35e6, 600e3, "1", 0, 2.25),
        (1.5e6, 600e3, "1", 0, 2.5), (1.2e6, 600e3, "60 %", 0, 3.3333), (1.5e6, 600e3, "60 %", 0, 4.1667),
        (1.2e6, 600e3, "30 %", 0, 6.6667), (1.5e6, 600e3, "30 %", 0, 8.3333),
    ],
)  # fmt: skip
def test_paybacks_are_the_published_ones(tidepool, capex, revenue, occupancy, opex, expected):
    got = answer(
        tidepool, "payback", "--capex", f"{capex}", "--revenue", f"{revenue}", "--occupancy", occupancy,
        "--opex", f"{opex}",
    )["at"][0]  # fmt: skip
    assert got["payback_years"] == pytest.approx(expected, abs=5e-5)
    assert got["discounted_payback_years"] == got["payback_years"]


def test_value_and_rate_of_an_annuity(tidepool):
    # 12 months of 100 at 1 % a month are worth 1125.5077; for 1125.5077 the rate is 12 % a year.
    annuity = 100 * (1 - 1.01**-12) / 0.01
    got = answer(
        tidepool, "payback", "--capex", f"{annuity}", "--revenue", "1200", "--wacc", "12 %", "--years", "1"
    )
    assert got["at"][0]["npv"] == pytest.approx(0, abs=1e-5)
    assert got["at"][0]["irr"] == pytest.approx(0.12, abs=1e-7)
    assert got["at"][0]["discounted_payback_years"] == pytest.approx(1, abs=1e-6)
    assert got["break_even_occupancy"] == pytest.approx(annuity / 1200)


def test_what_never_pays_back_says_so(tidepool):
    got = answer(tidepool, "payback", "--capex", "1", "--revenue", "1", "--opex", "2")["at"][0]
    assert got["payback_years"] is None
    assert got["irr"] is None
    table = tidepool("model", "payback", "--capex", "7", "--revenue", "1", "--opex", "0").stdout
    assert "7.000" in table
    assert "worn out" in table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tco",), "--capex: is required"),
        (("tco", "--capex", "-1"), "--capex"),
        (("tco", "--capex", "1", "--power", "10.2"), "--power"),
        (("tco", "--capex", "1", "--pue", "0.9"), "--pue"),
        (("payback", "--capex", "1"), "--revenue: is required"),
        (("payback", "--capex", "1", "--revenue", "1", "--occupancy", "160 %"), "--occupancy"),
        (("payback", "--capex", "1", "--revenue", "1", "--ramp-from", "-1 %"), "--ramp-from"),
    ],
)
def test_bad_questions_are_refused(tidepool, arguments, message):
    done = tidepool("model", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
