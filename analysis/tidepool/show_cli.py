"""`tidepool show`: what is in a result file, in the terminal."""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from tidepool import charts, results, show
from tidepool.check import markdown
from tidepool.command import OK, UsageError, guarded
from tidepool.numbers import as_json
from tidepool.results import Kpi, Result, Sweep
from tidepool.terminal import blocks, print_table, width
from tidepool.words import Words

DRAWN = ("capacity", "queue", "tide", "units", "goodput", "money", "cash")  # charts that a terminal can do


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool show",
        description="Show the KPIs of a result and small charts; of a sweep its cells. Partial files work, too.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "result", type=Path, help="result file (HDF5), or the .partial file of a run that goes on"
    )
    parser.add_argument(
        "--kpi", action="append", default=[], metavar="NAME", help="only these; * and ? are allowed"
    )
    parser.add_argument("--all", action="store_true", help="every KPI, also those that are not defined")
    parser.add_argument("--no-charts", action="store_true", help="KPIs only")
    forms = parser.add_mutually_exclusive_group()
    for form in ("json", "csv", "md"):
        forms.add_argument(f"--{form}", action="store_true", help=f"print the KPIs as {form.upper()}")
    return parser


def _run() -> int:
    asked = _parser().parse_args()
    result = results.read(asked.result)
    if isinstance(result, Sweep):
        return _sweep(asked, result)
    summary = result.summary
    if not summary and (asked.kpi or asked.json or asked.csv or asked.md):
        raise UsageError(f"{asked.result}: the run is {result.status} and has no KPIs yet")
    kpis = show.chosen(summary, asked.kpi, asked.all)
    if asked.json or asked.csv or asked.md:
        _print_kpis(asked, kpis)
        return OK
    print(show.status(result))
    if kpis:
        print()
        print_table(["KPI", "value", "meaning"], show.kpi_rows(kpis), right=(1,))
        left = len(summary) - len(kpis)
        if left:
            print(f"({left} more KPIs: --all)")
    if not asked.no_charts and not asked.kpi:
        _print_charts(result)
    return OK


def _print_charts(result: Result) -> None:
    for chart in charts.of_runs([result], Words()):
        if chart.id in DRAWN:
            lines = show.chart_lines(chart, width() or 100, blocks())
            if lines:
                print()
                print("\n".join(lines))


def _sweep(asked: argparse.Namespace, sweep: Sweep) -> int:
    from tidepool.charts.sweep_data import SweepData, headline

    about = {name: Kpi(0.0, *meaning) for name, meaning in sweep.kpis.items()}
    if asked.kpi or asked.all:
        kpis = list(show.chosen(about, asked.kpi, asked.all))
    else:
        kpis = (
            headline(SweepData(sweep, Words()), 3) or [name for name in show.HEADLINES if name in about][:3]
        )
    cells = show.cells(sweep, kpis)
    if asked.json:
        print(
            json.dumps({"file": str(sweep.path), "status": sweep.status, "cells": _records(cells)}, indent=1)
        )
    elif asked.csv:
        _print_cells_csv(cells)
    elif asked.md:
        _print_markdown(*show.cell_table(sweep, cells))
    else:
        print(show.status(sweep))
        print()
        print_table(*show.cell_table(sweep, cells[: show.MOST_CELLS]))
        left = len(cells) - show.MOST_CELLS
        if left > 0:
            print(f"... and {left} more cells: --csv, --json and --md have them all")
    return OK


def _records(cells: Sequence[show.Cell]) -> list[dict[str, object]]:
    ends = ("mean", "low", "high")
    return [
        {
            "cell": cell.number,
            "params": cell.params,
            "kpis": {
                kpi: dict(zip(ends, map(as_json, values), strict=True)) for kpi, values in cell.kpis.items()
            },
        }
        for cell in cells
    ]


def _print_cells_csv(cells: Sequence[show.Cell]) -> None:
    """A row per cell, and per KPI its mean and the ends of its interval."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, cell in enumerate(cells):
        if number == 0:
            columns = [f"{kpi}{end}" for kpi in cell.kpis for end in ("", "_low", "_high")]
            writer.writerow(["cell", *cell.params, *columns])
        values = [value for three in cell.kpis.values() for value in three]
        shown = ["" if math.isnan(value) else repr(value) for value in values]
        writer.writerow([cell.number, *cell.params.values(), *shown])


def _print_kpis(asked: argparse.Namespace, kpis: dict[str, Kpi]) -> None:
    if asked.json:
        data = {name: {"value": as_json(kpi.value), **_meaning(kpi)} for name, kpi in kpis.items()}
        print(json.dumps(data, indent=1, allow_nan=False))
    elif asked.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["kpi", "value", "units", "better", "group", "long_name"])
        for name, kpi in kpis.items():
            value = "" if math.isnan(kpi.value) else repr(kpi.value)
            writer.writerow([name, value, kpi.units, kpi.better, kpi.group, kpi.long_name])
    else:
        _print_markdown(["KPI", "value", "meaning"], show.kpi_rows(kpis))


def _print_markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for line in (heads, ["---"] * len(heads), *rows):
        print("| " + " | ".join(cell if cell == "---" else markdown(cell) for cell in line) + " |")


def _meaning(kpi: Kpi) -> dict[str, str]:
    return {"units": kpi.units, "better": kpi.better, "group": kpi.group, "long_name": kpi.long_name}


def main() -> int:
    """Run the command; its exit code."""
    return guarded("show", _run)


if __name__ == "__main__":
    sys.exit(main())
