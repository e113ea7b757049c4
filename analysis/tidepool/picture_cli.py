"""`tidepool picture`: one chart of a result as SVG."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from tidepool import charts, picture, results
from tidepool.chart import Chart
from tidepool.command import DIFFERENT, OK, UsageError, guarded, write_new
from tidepool.comparable import contradictions, known_kpis
from tidepool.numbers import visible
from tidepool.results import Result, Sweep
from tidepool.words import LANGUAGES, Words
from tidepool.yaml_file import nearest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool picture",
        description="Draw one chart of a result, or of several runs, as SVG.",
        epilog="Exit codes: 0 done, 1 --check found a stale picture, 2 bad input, 3 the world refused.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "result", type=Path, nargs="+", help="result file (HDF5) of a run or sweep, or of several runs"
    )
    parser.add_argument("--list", action="store_true", help="name the charts that the result has")
    parser.add_argument("--chart", metavar="ID", help="which one")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="SVG to write")
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="say whether this picture shows the result as it is now"
    )
    kpi = "of a sweep: draw this KPI; may be repeated; default: those that vary most"
    parser.add_argument("--kpi", action="append", default=[], metavar="NAME", help=kpi)
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language; default: en")
    parser.add_argument("--dark", action="store_true", help="light on dark")
    return parser


def _charts(files: Sequence[Result], words: Words, kpis: Sequence[str]) -> list[Chart]:
    if isinstance(files[0], Sweep):
        if len(files) > 1:
            raise UsageError("draws one sweep at a time")
        known_kpis(files[0], kpis)
        return charts.of_sweep(files[0], words, kpis)
    if kpis:
        raise UsageError("--kpi is for sweeps")
    found = contradictions(files)
    if found:
        raise UsageError("\n".join(found))
    return charts.of_runs(files, words)


def _find(made: Sequence[Chart], wanted: str) -> Chart:
    for chart in made:
        if chart.id == wanted:
            return chart
    ids = [chart.id for chart in made]
    raise UsageError(f"the result has no chart {visible(wanted)!r}{nearest(wanted, ids)} (--list names them)")


def _run() -> int:
    asked = _parser().parse_args()
    if sum(map(bool, (asked.list, asked.output, asked.check))) != 1:
        raise UsageError("needs one of --list, -o FILE and --check FILE")
    if asked.output and not asked.chart:
        raise UsageError("needs --chart ID (--list names them)")
    words = Words(asked.lang)
    made = _charts([results.read(path) for path in asked.result], words, asked.kpi)
    if asked.list:
        wide = max((len(chart.id) for chart in made), default=0)
        for chart in made:
            print(f"{chart.id:{wide}}  {visible(chart.title)}")
        return OK
    if asked.check:
        return _check(asked.check, made)
    chart = _find(made, asked.chart)
    if find_spec("matplotlib") is None:
        raise UsageError("needs matplotlib: .venv/bin/pip install -e 'analysis[picture]'")
    write_new(asked.output, picture.svg(chart, words, asked.dark), asked.force)
    return OK


def _check(path: Path, made: Sequence[Chart]) -> int:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    shown = picture.chart_id(text)
    if not shown:
        raise UsageError(f"{path}: is no picture of tidepool")
    current = any(chart.id == shown and picture.is_current(text, chart) for chart in made)
    print(f"{path}: {visible(shown)}: {'shows the result' if current else 'is stale'}")
    return OK if current else DIFFERENT


def main() -> int:
    """Run the command; its exit code."""
    return guarded("picture", _run)


if __name__ == "__main__":
    sys.exit(main())
