"""A result in a terminal: its KPIs, and small charts of characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from tidepool.chart import XY, Array, Chart, Waterfall
from tidepool.charts.sweep_data import SweepData, short_name
from tidepool.command import UsageError
from tidepool.numbers import duration, percent, plain, visible
from tidepool.report_text import kpi_value, with_interval
from tidepool.results import Kpi, Result, Sweep
from tidepool.words import Words
from tidepool.yaml_file import nearest

# What a planner looks at first; `--all` shows the others.
HEADLINES = (
    "gpus", "horizon_s", "allocation_rate", "goodput_rate", "ettr", "availability", "gpu_hours_capacity",
    "gpu_hours_useful", "gpu_hours_lost", "jobs_submitted", "jobs_completed", "jobs_rejected", "wait_mean_s",
    "wait_p95_s", "queue_length_max", "interruptions", "mtti_h", "preemptions", "requests_offered",
    "requests_served", "requests_rejected", "slo_attainment", "ttft_p95_s", "tpot_p95_s", "units_mean",
    "network_slowdown", "gpu_hours_stalled_network", "link_utilisation_max", "revenue", "sla_credits", "cost",
    "profit", "gross_margin", "occupancy", "cost_per_useful_gpu_h", "payback_years", "npv", "irr", "energy_kwh",
)  # fmt: skip
EIGHTHS, PLAIN_STEPS = " ▁▂▃▄▅▆▇█", " .:-=+*#@"
BAR, PLAIN_BAR = "█", "#"
MOST_CELLS = 40  # in a table


def chosen(summary: dict[str, Kpi], patterns: Sequence[str], everything: bool) -> dict[str, Kpi]:
    """The KPIs to show, by group: those that fit `patterns`, or all, or the defined ones among HEADLINES.

    Raises UsageError for a pattern that fits none.
    """
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in summary):
            raise UsageError(f"--kpi {visible(pattern)}: there is no such KPI{nearest(pattern, summary)}")
    if patterns:
        names = [name for name in summary if any(fnmatchcase(name, pattern) for pattern in patterns)]
    elif everything:
        names = list(summary)
    else:
        names = [name for name in HEADLINES if name in summary and not math.isnan(summary[name].value)]
    groups = list(dict.fromkeys(summary[name].group for name in names))
    return {name: summary[name] for group in groups for name in names if summary[name].group == group}


def kpi_rows(kpis: dict[str, Kpi]) -> list[list[str]]:
    """Name, value with unit, and meaning of each."""
    return [
        [visible(name), kpi_value(name, kpi.value, kpi.units, Words()), visible(kpi.long_name, 100)]
        for name, kpi in kpis.items()
    ]


def status(result: Result) -> str:
    """One line on what the file is and how far it got."""
    what = "sweep" if isinstance(result, Sweep) else "run"
    title = visible(result.title) or "(no title)"
    if isinstance(result, Sweep):
        done = int(result.attrs.get("rows_complete", 0)) + int(result.attrs.get("rows_failed", 0))
        rest = f"{result.cells} cells x {result.replicas} replicas, {done} runs done"
        failed = int(result.attrs.get("rows_failed", 0))
        return f"{title}: {what}, {result.status}, {rest}" + (f", {failed} failed" if failed else "")
    reached, horizon = result.reached_s, result.horizon_s
    line = f"{title}: {what}, {result.status}"
    if not result.complete and reached is not None:
        line += f", reached {duration(reached)}"
        if horizon and math.isfinite(horizon):
            line += f" of {duration(horizon)} ({percent(reached / horizon, 3)})"
    return line


def sparkline(values: Array, wide: int, blocks: bool = True) -> str:
    """Values [points] as at most `wide` characters: each the mean of equally many points, from zero to the largest.

    If some are negative, from the least to the largest.
    """
    steps = EIGHTHS if blocks else PLAIN_STEPS
    parts = [part for part in np.array_split(np.asarray(values, float), min(wide, len(values))) if len(part)]
    means = np.array([np.nan if np.isnan(part).all() else np.nanmean(part) for part in parts])
    known = np.isfinite(means)
    low, top = (min(0.0, float(np.nanmin(means))), float(np.nanmax(means))) if known.any() else (0.0, 0.0)
    if not top > low:
        return steps[0] * len(parts)
    shares = np.where(known, (means - low) / (top - low), 0.0)
    places = np.ceil(np.clip(shares, 0, 1) * (len(steps) - 1) - 1e-9).astype(int)
    return "".join(steps[place] for place in places)


def bar(share: float, wide: int, blocks: bool = True) -> str:
    """A bar of `share` (0 to 1) of `wide` characters, at least one if it is above zero."""
    count = round(max(0.0, min(1.0, share)) * wide) if math.isfinite(share) else 0
    return (BAR if blocks else PLAIN_BAR) * max(count, 1 if share > 0 else 0)


def chart_lines(chart: Chart, wide: int, blocks: bool = True) -> list[str]:
    """A chart in lines of text: lines and areas over time as sparklines, waterfalls as bars; none for other kinds."""
    body = chart.body
    if isinstance(body, XY) and body.x.scale in ("time", "linear"):
        name_wide = max(len(visible(one.name, 28)) for one in body.series)
        factor = 100.0 if body.y.percent else 1.0
        unit = " %" if body.y.percent else ""
        lines = [visible(chart.title, wide)]
        for one in body.series:
            if not np.isfinite(one.y).any():
                continue
            ends = [plain(float(end(one.y)) * factor, 3) + unit for end in (np.nanmin, np.nanmax)]
            shown = f"max {ends[1]}" if np.nanmin(one.y) >= 0 else f"{ends[0]} to {ends[1]}"
            room = max(10, wide - name_wide - len(shown) - 6)
            spark = sparkline(_even(one.x, one.y, one.draw == "step"), room, blocks)
            lines.append(f"  {visible(one.name, 28):{name_wide}} {spark} {shown}")
        return lines
    if isinstance(body, Waterfall):
        largest = max(abs(step.value) for step in body.steps) or 1.0
        name_wide = max(len(visible(step.name, 28)) for step in body.steps)
        values = [plain(step.value, 4) for step in body.steps]
        value_wide = max(map(len, values))
        room = max(10, wide - name_wide - value_wide - 6)
        lines = [visible(chart.title, wide)]
        for step, value in zip(body.steps, values, strict=True):
            drawn = bar(abs(step.value) / largest, room, blocks)
            lines.append(f"  {visible(step.name, 28):{name_wide}} {value:>{value_wide}} {drawn}")
        return lines
    return []


@dataclass(frozen=True)
class Cell:
    """One combination of values of a sweep: by path its values, by KPI mean and ends of the 95 % interval."""

    number: int
    params: dict[str, str]
    kpis: dict[str, tuple[float, float, float]]  # NaN: undefined, or no second replica


def cells(sweep: Sweep, kpis: Sequence[str]) -> list[Cell]:
    """Every cell of a sweep, with what differs between them and these KPIs."""
    params = {path: labels for path, labels in sweep.params.items() if len(set(labels)) > 1}
    data = SweepData(sweep, Words())
    found = [(kpi, data.interval(kpi)) for kpi in kpis]
    return [
        Cell(
            cell,
            {path: labels[cell] for path, labels in params.items()},
            {
                kpi: (float(mean[cell]), float(low[cell]), float(high[cell]))
                for kpi, (mean, low, high) in found
            },
        )
        for cell in range(sweep.cells)
    ]


def cell_table(sweep: Sweep, every: Sequence[Cell]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of cells for people: means and half intervals with their units."""
    paths = list(every[0].params) if every else []
    kpis = list(every[0].kpis) if every else []
    heads = ["cell", *(visible(short_name(path, paths)) for path in paths), *kpis]
    rows = [
        [
            str(cell.number),
            *(visible(label, 40) for label in cell.params.values()),
            *(
                with_interval(kpi, mean, (high - low) / 2, sweep.kpis[kpi].units, Words())
                for kpi, (mean, low, high) in cell.kpis.items()
            ),
        ]
        for cell in every
    ]
    return heads, rows


def _even(x: Array, y: Array, step: bool) -> Array:
    """Points that were thinned, spaced evenly again."""
    if len(x) < 2:
        return y
    grid = np.linspace(x[0], x[-1], max(200, len(x)))
    if step:
        return np.asarray(y[np.clip(np.searchsorted(x, grid, side="right") - 1, 0, len(y) - 1)])
    return np.interp(grid, x, y)
