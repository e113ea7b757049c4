"""Money in shipped scenarios against the numbers of their sources, and its laws, read from result files.

Expected values are those of the sources (named at each test) or are worked out here in exact fractions.
"""

import json
from fractions import Fraction
from itertools import pairwise

import golden
import h5py
import numpy as np
import pytest

SCENARIOS = golden.SCENARIOS
TICKS = 16  # of a second
HOUR = 3600 * TICKS  # ticks
MICRO = 1_000_000


@pytest.fixture
def run(tidepool, tmp_path):
    """Runs a scenario or one that is written here; gives its KPIs and the path of its file."""

    def go(scenario, *options, name="run.h5"):
        path = SCENARIOS / scenario / "scenario.yaml"
        if "\n" in scenario:
            path = tmp_path / "mine.yaml"
            path.write_text(scenario)
        done = tidepool("run", path, "-o", name, "--force", "--json", *options)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["kpis"], tmp_path / name

    return go


@pytest.fixture
def sweep(tidepool, tmp_path):
    """Runs a shipped sweep; gives the labels of its cells, by path, and a reader of means by cell."""

    def go(name):
        done = tidepool("sweep", SCENARIOS / "sweeps" / name / "sweep.yaml", "-o", "sweep.h5", "--json")
        assert done.returncode == 0, done.stderr
        with h5py.File(tmp_path / "sweep.h5") as file:
            labels = {
                item.attrs["long_name"]: item.asstr()[()].tolist() for item in file["sweep/param"].values()
            }
            means = {kpi: stats["mean"][()] for kpi, stats in file["sweep/stats"].items()}
        return labels, means

    return go


def column(path, name):
    """A column, enumerations as their names."""
    with h5py.File(path) as file:
        names = h5py.check_enum_dtype(file[name].dtype)
        values = file[name][()]
        if names is None:
            return values
        text = {value: key for key, value in names.items()}
        return np.array([text[value] for value in values])


def tenants(path):
    """Names by row."""
    with h5py.File(path) as file:
        return file["dim/tenant"].asstr()[()].tolist()


def revenue(path, item, tenant=None):
    """Micro-units of an item of the bill."""
    rows = column(path, "money/revenue/item") == item
    if tenant is not None:
        rows &= column(path, "money/revenue/tenant") == tenants(path).index(tenant)
    return int(column(path, "money/revenue/amount")[rows].sum())


def test_deepseek_day_earns_and_costs_what_was_published(run):
    """deepseek-ai/open-infra-index, day 6: 87,072 USD of rent, 562,027 USD of revenue, 545 % on top of the cost."""
    kpis, path = run("deepseek-day")
    assert int(column(path, "money/costs/amount").sum()) == 87_072 * MICRO
    assert kpis["cost_rent"] == kpis["cost"] == 87_072
    assert kpis["revenue"] == pytest.approx(562_027, rel=5e-4)
    markup = (kpis["revenue"] - kpis["cost"]) / kpis["cost"]
    assert markup == pytest.approx(5.45, abs=0.01)
    assert kpis["gross_margin"] == pytest.approx(0.845, abs=0.0005)


def test_tokens_cost_their_price(run):
    """Revenue = tokens x price, summed over the bins of the run."""
    _, path = run("deepseek-day")
    prompt, cached, answers = (
        int(column(path, f"usage/token/{name}").sum()) for name in ("tokens_in", "cached", "tokens_out")
    )
    # USD per million tokens: millionths of a dollar per token.
    expected = {
        "tokens-in": (prompt - cached) * Fraction("0.55"),
        "tokens-cached": cached * Fraction("0.14"),
        "tokens-out": answers * Fraction("2.19"),
    }
    bins = len(column(path, "usage/token/bin"))
    for item, micro in expected.items():
        assert abs(revenue(path, item) - micro) <= bins


def test_h200_costs_what_the_published_table_says(run):
    """SemiAnalysis AI TCO model, per server and month: capital 6,738.18, operation 2,558.27; 1.5919 USD/GPU-h."""
    kpis, path = run("h200-tco")
    with h5py.File(path) as file:
        names = file["money/costs/name"].asstr()[()].tolist()
    kinds = column(path, "money/costs/kind")
    amounts = column(path, "money/costs/amount")
    servers = 20
    capital = int(amounts[kinds == "depreciation"].sum()) / MICRO / servers
    operation = int(amounts[kinds != "depreciation"].sum()) / MICRO / servers
    assert round(capital, 2) == 6738.18, names
    assert round(operation, 2) == 2558.27, names
    assert kpis["cost_per_available_gpu_h"] == pytest.approx(1.5919, abs=5e-5)
    # Sixteen of twenty servers pay for all.
    assert kpis["cost_per_sold_gpu_h"] == pytest.approx(1.5919 * 20 / 16, abs=1e-4)


def test_payback_of_a_centre(run, sweep):
    """CNY 1e9 for 2,000 P at 120,000 per P and year: 6.944 years at 60 %, by arithmetic on the articles."""
    kpis, _ = run("payback-60pct")
    assert kpis["payback_years"] == pytest.approx(1e9 / (2000 * 120_000 * 0.6), rel=1e-6)
    labels, means = sweep("payback")
    for cell, years in enumerate(means["payback_years"]):
        occupancy = float(labels["workloads[0].trace.file"][cell].split("/")[-1].removesuffix(".csv")) / 100
        opex = 0.1 if labels["costs.other[0].cost"][cell].startswith("12000") else 0
        assert years == pytest.approx(500_000 / (120_000 * (occupancy - opex)), rel=1e-6)
        assert means["occupancy"][cell] == pytest.approx(occupancy, rel=1e-12)


def test_payback_of_a_server(sweep):
    """A800 server: 4.992 P, CNY 599,040 a year; 1.2 to 1.5 million for it, 2.496 million with its centre."""
    labels, means = sweep("a800-lease")
    assert len(means["payback_years"]) == 12
    for cell, years in enumerate(means["payback_years"]):
        cost = labels["costs.capex.items[0].cost"][cell]
        occupancy = float(labels["workloads[0].trace.file"][cell].split("/")[-1].removesuffix(".csv")) / 100
        pflops = 8 * 2 * 0.312
        per_server = float(cost.split()[0]) * (pflops if cost.endswith("/P") else 1)
        assert years == pytest.approx(per_server / (pflops * 120_000 * occupancy), rel=1e-6)
    full = means["revenue"][labels["workloads[0].trace.file"].index("../../a800-lease/100.csv")]
    assert full / 10 == pytest.approx(599_040, rel=1e-9)
    assert full / (80 * 8760) == pytest.approx(8.548, abs=5e-4)  # the article rounds 59.9 to 60: 8.56


ONE_HOUR = """\
tidepool: 1
name: one-hour
topology: {{clusters: [{{name: a, server: hgx-h100, nodes: 1}}]}}
failures: {{}}
workloads: [{{trace: {{file: one.csv}}}}]
prices: {{preset: h100-path, starts: {date}}}
"""


@pytest.mark.parametrize(
    ("date", "price"),
    [
        ("2023-03-01", 8.00),
        ("2024-02-01", 4.50),
        ("2024-11-01", 2.99),
        ("2025-07-01", 2.30),
        ("2025-11-01", 1.70),
        ("2026-04-01", 2.35),
    ],
)
def test_prices_of_h100_by_date(run, tmp_path, date, price):
    """USD per GPU-hour as quoted at the time; neighborhoodsf, compux, techreaderdaily."""
    (tmp_path / "one.csv").write_text("job_id,submit,duration,gpus\n1,0,3600,8\n")
    kpis, _ = run(ONE_HOUR.format(date=date))
    assert kpis["revenue"] == pytest.approx(8 * price, abs=1e-9)


def charge(steps, begin, end, gpus):
    """Exact micro-units of GPUs in [begin, end) ticks; `steps`: from when on which USD per GPU-hour."""
    edges = [*(max(at, begin) for at, _ in steps), 1 << 40]
    total = Fraction(0)
    for (left, right), (_, price) in zip(pairwise(edges), steps, strict=True):
        total += max(0, min(right, end) - left) * Fraction(price) * MICRO / HOUR
    return gpus * total


def test_revenue_is_price_times_billed_seconds(run):
    """Of every on-demand job that /jobs lists, under a price that falls while jobs run."""
    kpis, path = run("price-shock")
    steps = [(0, "2.95"), (90 * 24 * HOUR, "2.065")]
    end = round(kpis["horizon_s"] * TICKS)
    job = {name: column(path, f"jobs/{name}") for name in ("tenant", "start", "end", "gpus")}
    of_public = job["tenant"] == tenants(path).index("public")
    expected = Fraction(0)
    for row in np.flatnonzero(of_public & np.isfinite(job["start"])):
        stop = job["end"][row]
        stop = end if np.isnan(stop) else round(stop * TICKS)
        expected += charge(steps, round(job["start"][row] * TICKS), stop, int(job["gpus"][row]))
    lines = np.count_nonzero(column(path, "money/revenue/item") == "on-demand")
    assert expected > 1e12
    assert (
        abs(revenue(path, "on-demand", "public") - expected) <= lines / 2
    )  # each is rounded to the micro-unit
    # The contract costs the same whether used or not; what the tenant holds beyond it is on demand.
    assert revenue(path, "reserved") == charge([(0, "2.35")], 0, end, 512)
    assert revenue(path, "overage") == charge(steps, 0, end, 768 - 512)


def test_bills_add_up(run):
    """Over tenants, days and items: one total, that of the KPIs."""
    kpis, path = run("price-shock")
    amount = column(path, "money/revenue/amount")
    total = int(amount.sum())
    for by in ("tenant", "day", "item", "gpu_model"):
        keys = column(path, f"money/revenue/{by}")
        parts = {key: int(amount[keys == key].sum()) for key in np.unique(keys)}
        assert sum(parts.values()) == total
        assert len(parts) > 1 or by == "gpu_model"
    credits = int(column(path, "money/credits/amount").sum())
    assert total - credits == round(kpis["revenue"] * MICRO)


def test_twice_the_price_is_twice_the_revenue(run):
    """Of what it is for, and of nothing else; no decision changes."""
    before, first = run("price-shock")
    after, second = run("price-shock", "--set", "prices.contracts[0].price=4.70 USD/gpu/h", name="twice.h5")
    assert revenue(second, "reserved") == 2 * revenue(first, "reserved")
    for item in ("on-demand", "overage"):
        assert revenue(second, item) == revenue(first, item)
    for kpi in ("gpu_hours_useful", "wait_mean_s", "cost", "occupancy"):
        assert before[kpi] == after[kpi]


def test_reprice_is_the_full_run(run, tidepool, tmp_path):
    """To the micro-unit, row by row."""
    prices = (
        "prices:\n  list:\n    - {plan: on-demand, price: 1.5 USD/gpu/h}\n"
        "    - {plan: reserved, price: 1.3 USD/gpu/h}\n"
    )
    (tmp_path / "cheap.yaml").write_text(prices)
    run("price-shock")
    done = tidepool("reprice", "run.h5", "--prices", "cheap.yaml", "-o", "cheap.h5", "--json")
    assert done.returncode == 0, done.stderr
    billed = json.loads(done.stdout)["kpis"]
    scenario = (SCENARIOS / "price-shock/scenario.yaml").read_text()
    begin, after = (
        scenario.index("prices:\n"),
        scenario.index("costs:\n" if "costs:\n" in scenario else "costs: "),
    )
    for name in ("anchor.csv", "public.csv"):
        (tmp_path / name).write_text((SCENARIOS / "price-shock" / name).read_text())
    full, path = run(scenario[:begin] + prices + scenario[after:], name="full.h5")
    assert revenue(path, "overage") == 0
    assert revenue(path, "reserved") == charge([(0, "1.3")], 0, round(full["horizon_s"] * TICKS), 768)
    for table in ("money/revenue", "money/costs"):
        with h5py.File(tmp_path / "cheap.h5") as one, h5py.File(path) as two:
            for name in two[table]:
                assert np.array_equal(one[table][name][()], two[table][name][()]), name
    for kpi, value in full.items():
        assert billed[kpi] == value or (billed[kpi] is None and value is None), kpi
