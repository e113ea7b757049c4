"""`tidepool check`: whether a result still is what its golden says."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from tidepool import check, golden, results, tolerances
from tidepool.command import DIFFERENT, OK, CommandError, UsageError, guarded, write_new
from tidepool.golden import Golden
from tidepool.results import Result

EPILOG = """\
The golden is a small JSON file to be kept beside the scenario and looked at in reviews. `--update` writes it.
Exit codes: 0 nothing moved, 1 something did, 2 bad input, 3 the world refused.
"""
MOST = 20  # lines that say what moved, unless --all


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool check",
        description="Check a result of a run or sweep against a golden file.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("result", type=Path, nargs="?", help="result file (HDF5)")
    parser.add_argument("--golden", type=Path, metavar="FILE", help="golden (JSON)")
    parser.add_argument("--tolerances", type=Path, metavar="FILE", help="how far numbers may move (YAML)")
    parser.add_argument("--exact", action="store_true", help="every number of the file must be the same")
    parser.add_argument("--update", action="store_true", help="write the golden, and say what moves")
    parser.add_argument(
        "--force", action="store_true", help="with --update: replace a golden of another scenario"
    )
    parser.add_argument(
        "--format",
        choices=["text", "json", "md", "github"],
        default="text",
        help="of standard output; github: annotations, and a summary of the step",
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML as well")
    parser.add_argument("--all", action="store_true", help="name everything that moved, not the first 20")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of tolerance files")
    return parser


def _run() -> int:
    asked = _parser().parse_args()
    if asked.schema:
        print(json.dumps(tolerances.schema(), indent=2))
        return OK
    if not asked.result or not asked.golden:
        raise UsageError("needs a result and --golden FILE")
    if asked.force and not asked.update:
        raise UsageError("--force means nothing without --update")
    if asked.junit and asked.junit.absolute() in {
        path.absolute() for path in (asked.result, asked.golden, asked.tolerances) if path
    }:
        raise UsageError(f"{asked.junit}: is to be read, so --junit must not replace it")
    result = results.read(asked.result)
    found = golden.sum_up(result)
    old = _old(asked, result, found)
    allowed = tolerances.Tolerances()
    if asked.tolerances:
        names = old.kpis.keys() | found.kpis.keys()
        allowed = tolerances.load(asked.tolerances, list(names), list(old.daily.keys() | found.daily.keys()))
    all_of = check.findings(old, found, allowed, asked.exact)
    if asked.junit:
        write_new(asked.junit, check.as_junit(asked.result, all_of), force=True)
    if asked.update:
        write_new(asked.golden, golden.text(found), force=True)
        print(f"wrote {asked.golden}", file=sys.stderr)
    if old.kpis or not asked.update:
        print(_text(asked, all_of))
    if asked.update:
        return OK
    return DIFFERENT if any(one.moved for one in all_of) else OK


def _old(asked: argparse.Namespace, result: Result, found: Golden) -> Golden:
    if asked.update and not asked.golden.exists():
        return Golden(found.kind, found.title, {})
    try:
        old = golden.load(asked.golden)
        golden.same_scenario(asked.golden, old, result, found)
        return old
    except UsageError as error:
        if asked.force and asked.golden.is_file():
            return Golden(found.kind, found.title, {})
        if asked.golden.exists():
            raise
        command = shlex.join(
            ["tidepool", "check", str(asked.result), "--golden", str(asked.golden), "--update"]
        )
        raise UsageError(f"{error}; make it with: {command}") from error


def _text(asked: argparse.Namespace, all_of: list[check.Finding]) -> str:
    if asked.format == "json":
        return check.as_json(asked.result, asked.golden, all_of)
    if asked.format == "md":
        return check.as_markdown(asked.result, asked.golden, all_of)
    moved = [one for one in all_of if one.moved]
    lines = [str(one) for one in (moved if asked.all else moved[:MOST])]
    if len(moved) > len(lines):
        lines.append(f"... and {len(moved) - len(lines)} more (--all)")
    lines.append(f"{len(all_of)} numbers checked, {len(moved) or 'none'} moved")
    if any(one.name == "sha256" and not one.moved for one in all_of):
        lines.append("some number moved within its tolerance, or is in no KPI (--exact fails for it)")
    if asked.format == "github":
        annotations = check.as_annotations(asked.golden, all_of)
        lines = [*([annotations] if annotations else []), *lines]
        _summarise(check.as_markdown(asked.result, asked.golden, all_of))
    return "\n".join(lines)


def _summarise(text: str) -> None:
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise CommandError(f"cannot write the summary of the step, {path}: {error.strerror}") from error


def main() -> int:
    """Run the command; its exit code."""
    return guarded("check", _run)


if __name__ == "__main__":
    sys.exit(main())
