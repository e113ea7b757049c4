"""Traces from frames, and frames from traces: own CSV (plain, .gz, .zst) and Parquet.

    tidepool.trace.write(frame, "jobs.csv.zst")            # columns as docs/reference/trace.md lists them
    frame = tidepool.trace.read("workloads/traces/philly-2017.csv.gz")
    problems = tidepool.trace.validate(frame)              # what the simulator would say, a line each
    tidepool.trace.convert("jobs.parquet", "jobs.csv.zst")

On the command line: `python -m tidepool.trace IN OUT`. Parquet and .zst need pyarrow (the extra `parquet`).
"""

from __future__ import annotations

import argparse
import math
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tidepool.command import BAD_INPUT, OK, CommandError, UsageError, binary, guarded, place
from tidepool.trace_file import (
    SUFFIXES,
    TraceError,
    cell,
    cells,
    fields_of,
    need_pyarrow,
    packed,
    rows_of,
    suffix_of,
    unpacked,
)
from tidepool.yaml_file import nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "SUFFIXES", "TEXTS", "TraceError", "convert", "kind_of", "read", "validate", "write"]

# Columns by kind of trace, those that must be there first, and how many of them must.
COLUMNS = {
    "jobs": (
        4,
        ("job_id", "submit", "duration", "gpus", "tenant", "plan", "priority", "gpu_model", "cpus", "memory", "state",
         "estimate", "checkpoint_interval", "checkpoint_write"),
    ),
    "requests": (3, ("arrival", "tokens_in", "tokens_out", "class", "blocks")),
    "rates": (2, ("time", "rate", "client", "tokens_in", "tokens_out", "cv", "law", "shape")),
}  # fmt: skip
TEXTS = ("job_id", "tenant", "plan", "gpu_model", "state", "class", "blocks", "client", "law")
NOTE = re.compile(r"#\s*([\w ]+?)\s*[:=]\s*(.*)")
NUMERIC = frozenset("0123456789+-.eE")
FOUND = re.compile(r"trace\.csv:(?:(\d+):(?:\d+:)?)? (.*)")  # what the simulator says of a frame
ASSIGNED = ("block_tokens",)  # notes that are written with `=`


def write(
    frame: pd.DataFrame, path: str | Path, *, force: bool = False, notes: dict[str, str] | None = None
) -> None:
    """Write a trace of jobs, requests or rates: whole or not at all.

    `frame`: a row per job (request, step), columns of docs/reference/trace.md, which also tell the kind. Times are
    seconds (numbers, written without loss, or timedeltas) or calendar times; lists of `blocks` may be lists; NaN and
    None are left empty. `path` ends in .csv, .csv.gz, .csv.zst or .parquet. `notes`: lines `# name: value` before the
    header, such as {"origin": "2026-01-01T00:00:00"}; by default `frame.attrs["notes"]`. The rows are not checked:
    `validate` does.

    Raises TraceError for missing or unknown columns and values that no trace can hold, FileExistsError unless `force`.
    """
    path = Path(path)
    kind_of(frame)
    suffix = suffix_of(path)
    if path.exists() and not force:
        raise FileExistsError(f"{path}: exists already; force=True replaces it")
    said = notes if notes is not None else dict(frame.attrs.get("notes", {}))
    scratch = f"{path}.{secrets.token_hex(4)}.partial"
    try:
        if suffix == ".parquet":
            need_pyarrow(suffix)
            kept = frame.copy(deep=False)
            kept.attrs = {"notes": said}
            kept.to_parquet(scratch, index=False)
        else:
            with packed(scratch, suffix) as file:
                _write_csv(frame, file, said)
        place(scratch, path, force)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def read(path: str | Path) -> pd.DataFrame:
    """Read a trace as a frame, a row per job (request, step): own CSV, Parquet, or any format of jobs that ships.

    Ids and names are text, numbers float64 or int64 (a column in which something else stands remains text, such as
    calendar times); columns that the file lacks are missing. `frame.attrs["notes"]` holds the notes before the header,
    such as the origin of its times. Other formats are converted by the simulator (the one in TIDEPOOL_BINARY or on
    PATH). Values are not checked: `validate` does.

    Raises FileNotFoundError, or TraceError with what is wrong.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix == ".parquet":
        return _read_parquet(path)
    with unpacked(path) as file:
        notes, header, first = _head(file)
        if header and len(set(header)) < len(header):
            raise TraceError(f"{path}:{first}: two columns have the same name")
        rows = rows_of(file, header, first, path) if header else []
    if not header:
        return _converted(path)
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    frame = pd.DataFrame(
        {
            name: _texts(values) if name in TEXTS else _numbers(values)
            for name, values in zip(header, columns, strict=True)
        }
    )
    frame.attrs["notes"] = {found[1]: found[2] for note in notes if (found := NOTE.fullmatch(note))}
    return frame


def validate(trace: pd.DataFrame | str | Path) -> list[str]:
    """What the simulator finds wrong with a trace (a frame or a file), a line each; empty if nothing is.

    Lines name file, line and column, of a frame or Parquet the row as `frame.iloc` counts it: "row 0: gpus: ...".
    """
    if not isinstance(trace, str | Path):
        with tempfile.TemporaryDirectory(prefix="tidepool-") as folder:
            file = Path(folder) / "trace.csv"
            try:
                write(trace, file)
            except TraceError as error:
                return str(error).splitlines()
            first = 2 + len(trace.attrs.get("notes", {}))
            return [_row(line.removeprefix(f"{folder}/"), first) for line in validate(file)]
    path = Path(trace)
    if path.suffix == ".parquet":
        return validate(read(path))
    done = _called("validate", path)
    if done.returncode not in (OK, BAD_INPUT):
        raise CommandError(done.stderr.strip(), done.returncode)
    return [] if done.returncode == OK else done.stderr.strip().splitlines()


def convert(source: str | Path, target: str | Path, *, force: bool = False) -> None:
    """Write the trace `source` (any format that `read` takes) as `target`, by its ending; errors as `read`, `write`."""
    write(read(source), target, force=force)


def kind_of(frame: pd.DataFrame) -> str:
    """ "jobs", "requests" or "rates", by the columns. Raises TraceError if they are of none, or some are unknown."""
    names = [str(name) for name in frame.columns]
    for kind, (least, known) in COLUMNS.items():
        if all(name in names for name in known[:least]):
            unknown = [name for name in names if name not in known]
            if unknown:
                lines = (
                    f"a trace of {kind} has no column {name!r}{nearest(name, known)}" for name in unknown
                )
                raise TraceError("\n".join(lines))
            if len(set(names)) < len(names):
                raise TraceError("two columns have the same name")
            return kind
    best = max(COLUMNS, key=lambda kind: sum(name in names for name in COLUMNS[kind][1]))
    missing = [name for name in COLUMNS[best][1][: COLUMNS[best][0]] if name not in names]
    raise TraceError(f"a trace of {best} needs the columns {', '.join(missing)} as well")


def _row(line: str, first: int) -> str:
    found = FOUND.fullmatch(line)
    if not found:
        return line
    return f"row {int(found[1]) - first}: {found[2]}" if found[1] else found[2]


def _write_csv(frame: pd.DataFrame, file: IO[str], notes: dict[str, str]) -> None:
    for name, value in notes.items():
        if "\n" in f"{name}{value}" or "\r" in f"{name}{value}":
            raise TraceError(f"the note {name!r} has more than one line")
        file.write(f"# {name}{' =' if name in ASSIGNED else ':'} {value}\n")
    file.write(",".join(frame.columns) + "\n")
    columns = [cells(frame[name]) for name in frame.columns]
    file.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))


def _texts(values: Sequence[str | None]) -> pd.Series[str]:
    import pandas as pd

    return pd.Series([value or None for value in values], dtype="str")


def _numbers(values: Sequence[str]) -> Any:
    """Text as int64 if all of it is whole, else as float64 without loss; text if any of it is no number."""
    import numpy as np

    used = set("".join(values))
    try:
        if used <= NUMERIC - set(".eE") and all(values):
            return np.array([int(value) for value in values], dtype="int64")
        if used <= NUMERIC:
            return np.array([float(value) if value else math.nan for value in values])
    except (ValueError, OverflowError):
        pass
    return _texts(values)


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd

    need_pyarrow(".parquet")
    import pyarrow

    try:
        frame = pd.read_parquet(path)
    except pyarrow.ArrowInvalid as error:
        raise TraceError(f"{path}: not a readable Parquet file ({error})") from error
    kind_of(frame)
    for name in (name for name in TEXTS if name in frame):
        missing = frame[name].isna()
        texts = [None if gone else cell(value) for value, gone in zip(frame[name], missing, strict=True)]
        frame[name] = _texts(texts).set_axis(frame.index)
    return frame


def _head(file: IO[str]) -> tuple[list[str], list[str], int]:
    """The notes before the header, its names, and the number of its line; no names if the file is not our own."""
    notes: list[str] = []
    try:
        for number, line in enumerate(file, 1):
            if line.startswith("#"):
                notes.append(line.rstrip("\r\n"))
            elif line.strip():
                names = fields_of(line.rstrip("\r\n")) or []
                kinds = COLUMNS.values()
                own = any(all(name in names for name in known[:least]) for least, known in kinds)
                return notes, names if own else [], number
    except UnicodeDecodeError:
        pass  # an archive, say
    return notes, [], 0


def _converted(path: Path) -> pd.DataFrame:
    with tempfile.TemporaryDirectory(prefix="tidepool-") as folder:
        own = Path(folder) / "trace.csv"
        done = _called("convert", path, own)
        if done.returncode == BAD_INPUT:
            raise TraceError(done.stderr.strip())
        if done.returncode != OK:
            raise CommandError(done.stderr.strip(), done.returncode)
        return read(own)


def _called(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(binary()), "trace", *map(str, words)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def _run() -> int:
    parser = argparse.ArgumentParser(
        "python -m tidepool.trace", description="Convert a trace, also Parquet.", allow_abbrev=False
    )
    parser.add_argument("source", type=Path, help="trace of any format, or Parquet with our own columns")
    parser.add_argument("target", type=Path, help=f"file to write: {', '.join(SUFFIXES)}")
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    asked = parser.parse_args()
    try:
        convert(asked.source, asked.target, force=asked.force)
    except (TraceError, FileExistsError) as error:
        raise UsageError(str(error)) from error
    return OK


def main() -> int:
    """Run the conversion; its exit code."""
    return guarded("trace", _run)


if __name__ == "__main__":
    sys.exit(main())
