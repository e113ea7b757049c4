"""`tidepool optimize`: the best point of a plan under its constraints, and how sure that is."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tidepool.command import DIFFERENT, OK, CommandError, UsageError, binary, guarded, write_new

EPILOG = """\
Points are compared under the same luck, and the best ones run again with fresh luck before one is named.
Exit codes: 0 a point was found, 1 none meets the constraints, 2 bad input, 3 the world refused, 130 interrupted.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool optimize",
        description="Search the axes of a plan for the best KPI under constraints.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("plan", type=Path, nargs="?", help="plan (YAML)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write the answer (JSON), and beside it the confirming sweep (.h5)",
    )
    parser.add_argument("--force", action="store_true", help="replace existing files")
    parser.add_argument("-j", "--threads", type=int, metavar="N", help="CPU threads; never change the answer")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument(
        "--progress", choices=["auto", "bar", "json", "none"], default="auto", help="on stderr"
    )
    parser.add_argument(
        "--binary", metavar="FILE", help="the tidepool to run; default: the one that was called"
    )
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of plans")
    return parser


def _run() -> int:
    asked = _parser().parse_args()
    if asked.schema:
        from tidepool.optimize_schema import schema

        print(json.dumps(schema(), indent=2))
        return OK
    if not asked.plan:
        raise UsageError("needs a plan")
    missing = [name for name in ("optuna", "scipy") if find_spec(name) is None]
    if missing:
        raise UsageError("needs Optuna and SciPy: .venv/bin/pip install -e 'analysis[optimize]'")
    return _answer(asked)


def _answer(asked: argparse.Namespace) -> int:
    from tidepool import optimize_decide, optimize_plan, optimize_run, optimize_search, optimize_text
    from tidepool.terminal import print_table

    program = binary(asked.binary)
    plan = optimize_plan.load(asked.plan, _kpis(program))
    sweep = _outputs(asked)
    driver = optimize_run.Driver(plan, program, asked.threads, asked.progress)
    driver.check()
    explored = optimize_search.explore(
        plan, lambda points: driver.run(points, plan.search.replicas, plan.search.seed)
    )
    chosen = optimize_decide.candidates(plan, explored)
    confirmed = optimize_run.Runs()
    if chosen:
        # Luck that no point was chosen by: the winner's luck of the search must not count for it.
        confirmed = driver.run(chosen, plan.search.confirm, plan.search.seed + 1, sweep)
    answer = optimize_text.Answer(plan, explored, optimize_decide.decide(plan, explored, confirmed))
    text = optimize_text.as_json(answer, sweep.name if sweep else "")
    if asked.output:
        write_new(asked.output, text, asked.force)
    if asked.json:
        print(text, end="")
    else:
        print("\n".join(optimize_text.lines(answer)))
        if answer.candidates:
            print()
            print_table(*optimize_text.table(answer))
    return OK if answer.chosen else DIFFERENT


def _outputs(asked: argparse.Namespace) -> Path | None:
    """Where the confirming sweep goes; UsageError before anything runs if a file is in the way."""
    if not asked.output:
        return None
    sweep = Path(asked.output).with_suffix(".h5")
    if sweep == asked.output:
        raise UsageError(f"{asked.output}: the answer is JSON, the sweep beside it has the name in .h5")
    for path in (asked.output, sweep):
        if path.exists() and not asked.force:
            raise UsageError(f"{path}: exists already; --force replaces it")
    if not asked.output.absolute().parent.is_dir():
        raise CommandError(f"cannot write {asked.output}: its folder does not exist")
    return sweep


def _kpis(program: Path) -> list[str]:
    done = subprocess.run(
        [str(program), "list", "kpis", "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{program}: {done.stderr.strip() or 'does not list its KPIs'}")
    return [str(kpi["name"]) for kpi in json.loads(done.stdout)["kpis"]]


def main() -> int:
    """Run the command; its exit code."""
    return guarded("optimize", _run)


if __name__ == "__main__":
    sys.exit(main())
