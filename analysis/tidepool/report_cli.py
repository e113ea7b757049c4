"""`tidepool report`: results as one page of HTML for people who decide."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tidepool import results
from tidepool.chart import Chart
from tidepool.command import OK, UsageError, guarded, write_new
from tidepool.comparable import contradictions, known_kpis
from tidepool.report_text import name_text
from tidepool.results import Result, Sweep
from tidepool.words import LANGUAGES, Words

EPILOG = """\
The first file is the one that changes are told against. Files of runs and of sweeps do not mix; runs of unlike
currency or length need --different. Exit codes: 0 done, 2 bad input, 3 the world refused (a full disk).
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool report",
        description="Write results as one HTML file: verdict, comparison, charts, how to reproduce.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="results of runs, or of sweeps (HDF5)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="HTML", help="file to write")
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    parser.add_argument(
        "--title", default="", metavar="T", help="heading of the page; default: titles of the files"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the page; default: en")
    kpi = "of sweeps: chart this KPI; may be repeated; default: those that vary most"
    parser.add_argument("--kpi", action="append", default=[], metavar="NAME", help=kpi)
    parser.add_argument(
        "--different",
        action="store_true",
        help="report on runs of unlike currency or length; changes that mean nothing are left out",
    )
    return parser


def charts_of(files: Sequence[Result], words: Words, kpis: Sequence[str] = ()) -> list[Chart]:
    """The charts of runs together, or of each sweep in turn; ids are unique."""
    from tidepool import charts

    sweeps = [file for file in files if isinstance(file, Sweep)]
    if kpis and not sweeps:
        raise UsageError("--kpi is for sweeps")
    for sweep in sweeps:
        known_kpis(sweep, kpis)
    if not sweeps:
        return list(charts.of_runs(files, words))
    made = []
    for number, sweep in enumerate(sweeps):
        for chart in charts.of_sweep(sweep, words, kpis):
            name = f"{chart.title}: {sweep.path.name}" if len(sweeps) > 1 else chart.title
            made.append(replace(chart, id=f"{chart.id}-{number}" if number else chart.id, title=name))
    return made


def _run(asked: argparse.Namespace) -> int:
    from tidepool.report_page import PageTooLargeError, Request, page

    if asked.output.exists() and not asked.force:
        raise UsageError(f"{asked.output}: exists already; --force replaces it")
    if any(_same(asked.output, file) for file in asked.files):
        raise UsageError(f"{asked.output}: is one of the results")
    words = Words(asked.lang)
    files = [results.read(path) for path in asked.files]
    found = contradictions(files)
    if found and (not asked.different or _mixed(files)):
        hint = "" if _mixed(files) else "; --different reports on them all the same"
        raise UsageError("; ".join(found) + hint)
    notes = _differences(files, words) if found else []
    command = ["tidepool", "report", *sys.argv[1:]]
    try:
        html = page(files, charts_of(files, words, asked.kpi), words, Request(command, asked.title, notes))
    except PageTooLargeError as error:
        raise UsageError(str(error)) from error
    write_new(asked.output, html, asked.force)
    print(asked.output)
    return OK


def _differences(files: Sequence[Result], words: Words) -> list[str]:
    """In which way `files` cannot be compared, for the top of the page."""
    _ = words
    notes = []
    currencies = sorted({name_text(file.currency) for file in files} - {""})
    if len(currencies) > 1:
        notes.append(_("The files count in different currencies ({names}).", names=", ".join(currencies)))
    if len({str(file.horizon_s) for file in files}) > 1:
        notes.append(_("The files cover different lengths of time."))
    return [*notes, _("Changes of numbers that cannot be compared are left out.")]


def _mixed(files: Sequence[Result]) -> bool:
    """Whether nothing helps: runs beside sweeps, or sweeps of unlike cells."""
    return any(isinstance(file, Sweep) for file in files)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def main() -> int:
    """Run the command; its exit code."""
    asked = _parser().parse_args()
    return guarded("report", lambda: _run(asked))


if __name__ == "__main__":
    sys.exit(main())
