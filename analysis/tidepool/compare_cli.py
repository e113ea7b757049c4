"""`tidepool compare`: the KPIs of results beside each other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tidepool import compare, results
from tidepool.command import DIFFERENT, OK, UsageError, guarded
from tidepool.comparable import contradictions, incomparable
from tidepool.terminal import print_table

EPILOG = """\
Exit codes, as those of diff: 0 all KPIs are equal, 1 some differ, 2 bad input.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool compare",
        description="Compare the KPIs of results with those of the first one; of sweeps cell by cell.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("base", type=Path, help="result file (HDF5) that the others are held against")
    parser.add_argument(
        "other", type=Path, nargs="+", help="result files of other runs, or of the same sweep"
    )
    parser.add_argument(
        "--kpi", action="append", default=[], metavar="NAME", help="only these; * and ? are allowed"
    )
    parser.add_argument("--all", action="store_true", help="KPIs that are equal, too")
    parser.add_argument(
        "--different", action="store_true", help="compare although currencies or horizons differ"
    )
    forms = parser.add_mutually_exclusive_group()
    for form in ("json", "md", "csv"):
        forms.add_argument(f"--{form}", action="store_true", help=f"print {form.upper()} instead of a table")
    return parser


def _run() -> int:
    asked = _parser().parse_args()
    files = [results.read(path) for path in (asked.base, *asked.other)]
    if incomparable(files):
        raise UsageError("\n".join(incomparable(files)))
    found = contradictions(files)
    if found and not asked.different:
        raise UsageError("\n".join([*found, "--different compares them all the same"]))
    every = compare.rows(files, asked.kpi)
    differing = [row for row in every if row.any_differs]
    shown = every if asked.all else differing
    if asked.json:
        print(compare.as_json(files, shown))
    elif asked.csv:
        print(compare.as_csv(files, shown))
    elif asked.md:
        print(compare.as_markdown(files, shown))
    else:
        if shown:
            print_table(*compare.table(files, shown))
        print(f"{len(differing)} of {len(every)} KPIs differ")
    return DIFFERENT if differing else OK


def main() -> int:
    """Run the command; its exit code."""
    return guarded("compare", _run)


if __name__ == "__main__":
    sys.exit(main())
