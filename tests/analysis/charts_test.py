"""Charts: their numbers are those of brute-force twins over the tables, and parts that a run lacks give none."""

import math
import random
import subprocess

import numpy as np
import pytest

from tidepool import charts, results
from tidepool.chart import SECTIONS, XY, Diagram, Heatmap, Tornado, Waterfall
from tidepool.charts import (
    decimate,
    failures,
    money,
    sweep_data,
    sweep_front,
    sweep_map,
    sweep_tornado,
    waits,
)
from tidepool.charts.common import labelled, quantile
from tidepool.words import Words

BUSY = """\
tidepool: 1
name: <b>busy</b> & "co"
topology: {preset: dgx-pod}
failures: {preset: rsc-1-1024-job, scale: 30, repair: {law: exponential, mean: 8 h}}
checkpoint: {interval: fixed, every: 30 min, write: 1 min}
tenants:
  - {name: <script>alert(1)</script>, plan: reserved}
  - {name: "\\u202eltr", plan: spot}
workloads:
  - {trace: {file: jobs.csv}, tenant: <script>alert(1)</script>}
  - {trace: {file: more.csv}, tenant: "\\u202eltr", preemptible: true}
prices:
  currency: USD
  list: [{plan: on-demand, price: 2 USD/gpu/h}, {plan: reserved, price: 3 USD/gpu/h}, {plan: spot, price: 1 USD/gpu/h}]
costs: {preset: h100-neocloud}
horizon: 10 d
"""
QUIET = """\
tidepool: 1
name: quiet
failures: {}
topology: {preset: dgx-pod}
workloads: [{trace: {file: jobs.csv}}]
horizon: 10 d
"""
EMPTY = QUIET.replace("{trace: {file: jobs.csv}}", "{trace: {file: none.csv}, never_fits: reject}").replace(
    "quiet", "empty"
)
SWEEP = """\
tidepool_sweep: 1
name: swept
base: busy.yaml
grid:
  scheduler.queue: [fifo, easy]
  checkpoint.every: [2 h, 30 min, 10 min]
  recovery.on_failure: [requeue, spare]
replicas: 3
"""


def jobs(count, seed, most=60_000):
    luck, submit, rows = random.Random(seed), 0, ["job_id,submit,duration,gpus"]
    for job in range(count):
        submit += luck.randrange(6000)
        rows.append(f"{job},{submit},{luck.randrange(60, most)},{luck.choice([1, 2, 4, 8, 16, 32, 64])}")
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def folder(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts")
    (folder / "jobs.csv").write_text(jobs(200, 1))
    (folder / "more.csv").write_text(jobs(80, 2))
    (folder / "none.csv").write_text("job_id,submit,duration,gpus\n1,0,60,100000\n")
    for name, text in (("busy", BUSY), ("quiet", QUIET), ("empty", EMPTY), ("sweep", SWEEP)):
        (folder / f"{name}.yaml").write_text(text)
        command = "sweep" if name == "sweep" else "run"
        done = subprocess.run(
            [binary, command, f"{name}.yaml", "-o", f"{name}.h5"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == (3 if name == "empty" else 0), done.stderr  # empty: no work was done
    return folder


@pytest.fixture(scope="module")
def busy(folder):
    return results.open(folder / "busy.h5")


def of(made, chart_id):
    (chart,) = [chart for chart in made if chart.id == chart_id]
    return chart


def test_a_busy_run_has_its_charts_in_the_order_of_the_page(busy):
    made = charts.of_runs([busy], Words())
    ids = [chart.id for chart in made]
    assert {
        "capacity",
        "queue",
        "goodput",
        "money",
        "revenue",
        "cash",
        "failures",
        "pareto",
        "ettr",
        "waits",
    } <= {*ids}
    assert len(ids) == len({*ids})
    places = [SECTIONS.index(chart.section) for chart in made]
    assert places == sorted(places)
    for chart in made:
        assert chart.title and chart.summary and "{" not in chart.summary


def test_a_run_without_a_part_has_no_chart_of_it(folder):
    quiet = {chart.section for chart in charts.of_runs([results.open(folder / "quiet.h5")], Words())}
    assert quiet <= {"capacity", "goodput", "waits", "topology"}
    with pytest.warns(results.PartialResultWarning):
        failed = results.open(folder / "empty.h5.partial")
    empty = charts.of_runs([failed], Words())
    assert {chart.id for chart in empty} <= {"capacity", "goodput", "topology"}


def test_the_states_add_up_to_the_capacity(busy):
    body = of(charts.of_runs([busy], Words()), "capacity").body
    assert isinstance(body, XY) and body.stacked
    total = np.sum([series.y for series in body.series], axis=0)
    assert np.allclose(total, busy.timeseries()["capacity"][: len(total)], rtol=1e-9)


def test_the_goodput_waterfall_closes(busy):
    body = of(charts.of_runs([busy], Words()), "goodput").body
    assert isinstance(body, Waterfall)
    first, *losses, last = body.steps
    assert first.value + sum(step.value for step in losses) == pytest.approx(last.value, rel=1e-9)
    assert (first.value, last.value) == (
        busy.summary["gpu_hours_capacity"].value,
        busy.summary["gpu_hours_useful"].value,
    )


def test_money_adds_up_to_the_kpis_to_the_micro_unit(busy):
    (run,) = labelled([busy])
    revenue = sum(money.items_of(run).values()) - money.credits_of(run)
    cost = sum(money.costs_of(run).values())
    assert revenue / 1e6 == busy.summary["revenue"].value
    assert cost / 1e6 == pytest.approx(busy.summary["cost"].value, abs=2e-6)
    table = busy.table("money/revenue")
    by_hand = {}
    for item, amount in zip(table.labels("item"), table["amount"], strict=True):
        by_hand[str(item)] = by_hand.get(str(item), 0) + int(amount)
    assert money.items_of(run) == by_hand
    daily = of(charts.of_runs([busy], Words()), "revenue").body
    assert sum(float(series.y.sum()) for series in daily.series) == pytest.approx(
        sum(by_hand.values()) / 1e6, rel=1e-12
    )


def test_pareto_counts_what_the_attempts_say(busy):
    (run,) = labelled([busy])
    names, failed, attempts = busy.names("cause"), busy.failures, busy.attempts
    by_hand = {name: [0, 0.0] for name in names}
    for cause in failed["cause"]:
        by_hand[names[cause]][0] += 1
    for row, failure in enumerate(attempts["failure"]):
        if failure >= 0:
            by_hand[names[failed["cause"][failure]]][1] += attempts["lost"][row] + attempts["restart"][row]
    got = failures.costs_by_cause(run)
    assert got.keys() == {name for name, (count, _hours) in by_hand.items() if count}
    for name, (count, hours) in got.items():
        assert (count, pytest.approx(hours, rel=1e-12)) == tuple(by_hand[name])
    timeline = of(charts.of_runs([busy], Words()), "failures").body
    assert isinstance(timeline, Heatmap) and timeline.values.sum() == len(failed["time"])


def test_the_distribution_of_waits_is_exact_where_it_is_drawn():
    luck = random.Random(5)
    for count in (1, 2, 7, 400, 5000):
        values = np.array([luck.choice([0.0, luck.randrange(50), luck.random() * 1e5]) for _ in range(count)])
        x, share = waits.distribution(values, most=100)
        assert len(x) <= 100 and share[-1] == 1.0
        for at, part in zip(x, share, strict=True):
            assert part == sum(value <= at for value in values) / count


def test_quantiles_are_the_least_value_that_enough_do_not_exceed():
    luck = random.Random(6)
    for _ in range(200):
        values = np.array([float(luck.randrange(20)) for _ in range(luck.randrange(1, 30))])
        share = luck.choice([0.1, 0.5, 0.95, 1.0])
        by_hand = min(v for v in values if sum(w <= v for w in values) >= share * len(values) - 1e-9)
        assert quantile(values, share) == by_hand
    assert math.isnan(quantile(np.array([]), 0.5))


def test_waits_by_size_lose_no_job():
    gpus = np.array([1, 2, 3, 4, 5, 8, 9, *range(20, 60)])
    groups = waits.by_size(gpus.astype(float), gpus)
    assert [(name, [int(v) for v in values]) for name, values in groups[:4]] == [
        *(("1", [1]), ("2", [2]), ("3 to 4", [3, 4]), ("5 to 8", [5, 8]))
    ]
    assert sum(len(values) for _name, values in groups) == len(gpus)


def test_thinning_keeps_extremes_ends_gaps_and_order():
    luck = np.random.default_rng(7)
    for points in (1, 5, 2000, 2001, 9999, 123_456):
        series = [luck.normal(size=points).cumsum(), luck.normal(size=points)]
        if points > 10:
            series[0][points // 3] = np.nan
        where = decimate.kept(series)
        assert len(where) <= 2000 and (np.diff(where) > 0).all()
        assert where[0] == 0 and where[-1] == points - 1
        if points <= 2000:
            assert len(where) == points
        for values in series:
            assert np.nanmax(values[where]) == np.nanmax(values)
            assert np.nanmin(values[where]) == np.nanmin(values)
            assert np.isnan(values[where]).any() == np.isnan(values).any()


def test_heat_maps_keep_means_or_extremes():
    values = np.arange(2 * 1000, dtype=float).reshape(2, 1000)
    values[1, 400:800] = np.nan
    time, means = decimate.columns(np.arange(1000.0), values, most=10)
    assert means.shape == (2, 10) and list(time[:2]) == [0, 100]
    assert means[0, 3] == values[0, 300:400].mean() and np.isnan(means[1, 5])
    largest = decimate.columns(np.arange(1000.0), values, most=10, largest=True)[1]
    assert largest[0, 3] == 399 and np.isnan(largest[1, 5])
    assert decimate.columns(np.arange(1000.0), values, most=1000)[1] is values


def test_several_runs_stand_beside_each_other(folder, busy):
    quiet = results.open(folder / "quiet.h5")
    made = charts.of_runs([quiet, busy, busy], Words())
    ids = [chart.id for chart in made]
    assert len(ids) == len({*ids})
    assert {"capacity", "capacity-2", "capacity-3", "waits"} <= {*ids} and "waits-2" not in ids
    assert [series.run for series in of(made, "waits").body.series] == [0, 1, 2]
    labels = [run.label for run in labelled([quiet, busy, busy])]
    assert len({*labels}) == 3 and labels[0] == "quiet"


def test_quantities_are_numbers_of_one_kind():
    read = {
        ("30 min", "2 h", "1 d"): ([1800, 7200, 86400], "s"),
        ("10 %", "0.5 %"): ([0.1, 0.005], "1"),
        ("8 GPU", "256 GPU"): ([8, 256], "GPU"),
        ("1 GB/s", "200 MB/s"): ([1e9, 2e8], "B/s"),
        ("0.2 TB", "1 TB"): ([0.2e12, 1e12], "B"),
        ("1", "2.5"): ([1, 2.5], ""),
    }
    for labels, (values, units) in read.items():
        got = sweep_data.quantities(labels)
        assert got and list(got[0]) == pytest.approx(values, rel=1e-12) and got[1] == units
    for labels in (("fifo", "easy"), ("2 h", "fifo"), ("2 h", "3 GPU"), ("2 CNY", "3 USD"), ("", "1")):
        assert sweep_data.quantities(labels) is None


def test_axes_of_a_sweep_are_ordered_as_numbers(folder):
    data = sweep_data.SweepData(results.sweep(folder / "sweep.h5"), Words())
    every = {one.name: one for one in data.dimensions}
    interval = every["checkpoint.every"]
    assert interval.labels == ("10 min", "30 min", "2 h")
    for cell in range(data.cells):
        assert interval.labels[interval.of_cell[cell]] == data.sweep.params["checkpoint.every"][cell]
    assert data.cells == 12 and len(data.dimensions) == 3


def test_maps_and_tornado_show_the_means_of_the_rows(folder):
    sweep = results.sweep(folder / "sweep.h5")
    data = sweep_data.SweepData(sweep, Words())
    rows = sweep.replica("goodput_rate")
    first, second, _third = data.dimensions
    got = sweep_map.grid(data, "goodput_rate", first, second)
    for x, x_label in enumerate(first.labels):
        for y, y_label in enumerate(second.labels):
            cells = [
                c
                for c in range(12)
                if data.label(c).count(x_label) and f"{second.name} {y_label}" in data.label(c)
            ]
            assert got[y, x] == pytest.approx(np.mean([rows[c].mean() for c in cells]), rel=1e-12)
    for one in data.dimensions:
        effect = sweep_tornado.main_effect(data, "goodput_rate", one)
        for value in range(len(one.labels)):
            cells = [c for c in range(12) if one.of_cell[c] == value]
            assert effect[value] == pytest.approx(np.mean([rows[c].mean() for c in cells]), rel=1e-12)
    made = charts.of_sweep(sweep, Words())
    assert any(isinstance(chart.body, Tornado) for chart in made) and any(
        isinstance(c.body, Heatmap) for c in made
    )
    fan = next(chart for chart in made if chart.id.startswith("fan"))
    assert all(series.low is not None for series in fan.body.series)


def test_nobody_beats_the_front_and_all_others_are_beaten():
    luck = random.Random(8)
    for _ in range(300):
        count = luck.randrange(1, 25)
        first, second = (np.array([float(luck.randrange(6)) for _ in range(count)]) for _ in range(2))
        if luck.random() < 0.3:
            first[luck.randrange(count)] = np.nan
        points = [p for p in range(count) if not math.isnan(first[p])]
        by_hand = {
            p
            for p in points
            if not any(
                first[q] >= first[p]
                and second[q] >= second[p]
                and (first[q], second[q]) != (first[p], second[p])
                for q in points
            )
        }
        got = sweep_front.front(first, second)
        assert set(got) == by_hand and list(first[got]) == sorted(first[got])


def test_the_datacenter_is_drawn_with_all_its_gpus(busy):
    made = [chart for chart in charts.of_runs([busy], Words()) if isinstance(chart.body, Diagram)]
    assert made

    def gpus(box):
        inner = sum(gpus(part) for part in box.parts)
        return box.times * (inner if box.parts else (1 if box.kind == "GPU" else 0))

    assert sum(gpus(box) for chart in made for box in chart.body.boxes) == busy.summary["gpus"].value
