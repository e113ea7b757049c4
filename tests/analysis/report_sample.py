"""Charts of every kind for the tests of the report, and names that try to be more than names."""

import numpy as np

from tidepool.chart import (
    XY,
    Axis,
    Box,
    Chart,
    Diagram,
    Heatmap,
    Mark,
    Series,
    Span,
    Step,
    Tornado,
    Waterfall,
)

HOSTILE = (
    "<script>window.canary=1</script>",
    '"><img src=x onerror="window.canary=2">',
    "<b>bold</b> & <a href='javascript:window.canary=3'>link</a>",
    "%{x} ${y} {{ 7*7 }} {% raw %}",
    "</script><script>window.canary=4</script>",
    "\u0645\u0633\u062a\u0623\u062c\u0631",  # right to left
    "\u4e00\u53f7\u79df\u6237",
    "a" * 300,
    "line\nbreak\x1b[31m\u202e",
)
TIME = Axis("Time", scale="time")
DAY = 86400.0


def area(name="Capacity of the run"):
    hours = np.arange(48) * 3600.0
    busy = 60 + 30 * np.sin(hours / DAY * 2 * np.pi)
    parts = (
        ("allocated", busy),
        ("idle", 90 - busy),
        ("down", np.full(48, 6.0)),
        ("spare", np.full(48, 4.0)),
    )
    series = tuple(Series(tone, hours, value, "area", tone) for tone, value in parts)
    body = XY(TIME, Axis("GPUs"), series, stacked=True)
    return Chart("capacity", "capacity", name, "100 GPUs, of which 60 were held on average.", body)


def lines():
    hours = np.arange(5000) * 60.0
    values = np.sin(hours / 9000)
    values[4321] = 9.0
    a = Series("Demand", hours, values + 3, "line", "demand")
    b = Series("Demand of B", hours, values + 4, "step", "demand", run=1)
    marks = (Mark("y", 6.5, "promise <b>6.5</b>"), Mark("x", 1.5 * DAY, "payback"))
    return Chart(
        "tide", "tide", "Demand", "Up to 12 a second.", XY(TIME, Axis("Rate", "s-1"), (a, b), marks=marks)
    )


def waterfall():
    steps = (
        Step("Capacity", 1000.0, total=True, tone="capacity"),
        Step("down", -120.0, tone="down"),
        Step("idle", -80.0, tone="idle"),
        Step("lost", -50.0, tone="lost"),
        Step("Useful", 750.0, total=True, tone="useful"),
    )
    return Chart(
        "goodput",
        "goodput",
        "From capacity to useful work",
        "75 % were useful.",
        Waterfall(Axis("GPU-hours", "h"), steps),
    )


def money():
    steps = (
        Step("On demand", 1_599_178.24, tone="revenue"),
        Step("Depreciation", -669_106.85, tone="cost"),
        Step("Colocation", -1_177_865.64, tone="cost"),
        Step("Profit", -247_794.25, total=True, tone="revenue"),
    )
    return Chart(
        "money", "money", "Profit and loss", "A loss of 247,794 USD.", Waterfall(Axis("Amount", "USD"), steps)
    )


def bars():
    names = np.array(["GPU", "NVLink", "software"], dtype=object)
    counts = Series("Outages", names, np.array([12.0, 5.0, 2.0]), "bar", "down")
    share = Series("Cumulative", names, np.array([12.0, 17.0, 19.0]), "line")
    return Chart(
        "pareto",
        "failures",
        "Causes",
        "GPUs failed most.",
        XY(Axis("Cause", scale="category"), Axis("Outages"), (counts, share)),
    )


def events():
    time = np.array([0.5, 1.0, 1.25, 1.75]) * DAY
    cause = np.array(["GPU", "software", "GPU", "NVLink"], dtype=object)
    series = Series(
        "Outage", time, cause, "points", "down", labels=("8 GPUs", "16 GPUs", "8 GPUs", "72 GPUs")
    )
    return Chart(
        "timeline", "failures", "When", "4 outages.", XY(TIME, Axis("Cause", scale="category"), (series,))
    )


def cdf():
    seconds = np.geomspace(1, 3e5, 50)
    series = Series("Wait", seconds, np.linspace(0.1, 1, 50), "step")
    body = XY(
        Axis("First wait", "s", "log"),
        Axis("Jobs", "1", percent=True),
        (series,),
        marks=(Mark("x", 3600.0, "p50"),),
    )
    return Chart("waits", "waits", "First waits", "Half of the jobs waited for an hour.", body)


def tenants():
    hours = np.arange(40) * 3600.0
    values = np.arange(len(HOSTILE) * 40, dtype=float).reshape(len(HOSTILE), 40)
    values[1, 3] = np.nan
    body = Heatmap(TIME, Axis("Tenant", scale="category"), Axis("GPUs"), hours, HOSTILE, values)
    return Chart("tenants", "tenants", "Tenants", "The last one holds most.", body)


def hostile_lines():
    x = np.arange(3.0)
    series = tuple(
        Series(name, x, x + index, "bar", labels=(name,) * 3) for index, name in enumerate(HOSTILE)
    )
    names = Series("GPU-hours", np.array(HOSTILE, dtype=object), np.arange(1.0, len(HOSTILE) + 1), "bar")
    return (
        Chart(
            "names",
            "tenants",
            HOSTILE[0],
            HOSTILE[4],
            XY(Axis(HOSTILE[2]), Axis(HOSTILE[1]), series),
            (HOSTILE[2],),
        ),
        Chart(
            "axis",
            "tenants",
            "By tenant",
            "Most by the last.",
            XY(Axis("Tenant", scale="category"), Axis("GPU-hours", "h"), (names,)),
        ),
    )


def topology():
    node = Box("node", "node", 8, "8 x H200")
    pod = Box(HOSTILE[0], "pod", 4, HOSTILE[2], (Box("leaf group", "leaf group", 2, "", (node,)),))
    return Chart(
        "topology", "topology", "Topology", "512 GPUs.", Diagram((Box("cluster", "cluster", 1, "", (pod,)),))
    )


def sweep():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    mean = np.array([0.5, 0.7, 0.8, 0.82])
    fan = XY(
        Axis("Spares"),
        Axis("Goodput", "1", percent=True),
        (Series("mean", x, mean, "line", low=mean - 0.05, high=mean + 0.05),),
    )
    front = XY(
        Axis("Cost", "USD"),
        Axis("Goodput", "1", percent=True),
        (
            Series(
                "cells",
                x * 1e6,
                mean,
                "points",
                low=mean - 0.05,
                high=mean + 0.05,
                labels=("1", "2", "4", "8"),
            ),
        ),
    )
    grid = Heatmap(
        Axis("Spares", scale="category"),
        Axis("Interval", scale="category"),
        Axis("Goodput", "1", percent=True),
        ("1", "2"),
        ("10 min", "1 h"),
        np.array([[0.5, 0.7], [np.nan, 0.8]]),
    )
    spans = (Span("spares", 0.5, 0.9, "1", "8"), Span("interval", 0.85, 0.75, "10 min", "1 h"))
    return [
        Chart("fan", "sweep", "Goodput by spares", "More spares, more goodput.", fan),
        Chart("front", "sweep", "Cost and goodput", "Three cells are on the front.", front),
        Chart("grid", "sweep", "Goodput", "Best at 2 and 1 h.", grid),
        Chart(
            "tornado",
            "sweep",
            "What moves goodput",
            "Spares move it most.",
            Tornado(Axis("Goodput", "1", percent=True), 0.8, spans),
        ),
    ]


def of_runs(runs, words):
    return [
        area(),
        lines(),
        waterfall(),
        money(),
        bars(),
        events(),
        cdf(),
        tenants(),
        *hostile_lines(),
        topology(),
    ]


def of_sweep(one, words, _kpis=()):
    return sweep()
