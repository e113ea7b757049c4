"""Traces from frames, and frames from traces: own CSV (plain, .gz, .zst) and Parquet.

    tidepool.trace.write(frame, "jobs.csv.zst")            # columns as docs/reference/trace.md lists them
    frame = tidepool.trace.read("workloads/traces/philly-2017.csv.gz")
    problems = tidepool.trace.validate(frame)              # what the simulator would say, a line each
    tidepool.trace.convert("jobs.parquet", "jobs.csv.zst")

On the command line: `python -m tidepool.trace IN OUT`. Parquet and .zst need pyarrow (the extra `parquet`).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tidepool.command import BAD_INPUT, OK, CommandError, UsageError, binary, guarded
from tidepool.yaml_file import nearest

if TYPE_CHECKING:
    import pandas as pd

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
ASSIGNED = ("block_tokens",)  # notes that are written with `=`
SUFFIXES = (".csv", ".csv.gz", ".csv.zst", ".parquet")


class TraceError(ValueError):
    """The frame or file is no trace; the text says every problem."""


def write(
    frame: pd.DataFrame, path: str | Path, *, force: bool = False, notes: dict[str, str] | None = None
) -> None:
    """Write a trace of jobs, requests or rates: whole or not at all.

    `frame`: a row per job (request, step), columns of docs/reference/trace.md, which also tell the kind. Times are
    seconds (float, written without loss) or calendar times; NaN and None are left empty. `path` ends in .csv, .csv.gz,
    .csv.zst or .parquet. `notes`: lines `# name: value` before the header, such as {"origin": "2026-01-01T00:00:00"};
    by default `frame.attrs["notes"]`. The rows are not checked: `validate` does.

    Raises TraceError for missing or unknown columns, FileExistsError unless `force`.
    """
    path = Path(path)
    kind_of(frame)
    suffix = _suffix(path)
    if path.exists() and not force:
        raise FileExistsError(f"{path}: exists already; force=True replaces it")
    said = notes if notes is not None else dict(frame.attrs.get("notes", {}))
    handle, scratch = tempfile.mkstemp(prefix=path.name + ".", suffix=".partial", dir=path.parent)
    os.close(handle)
    try:
        if suffix == ".parquet":
            _need_pyarrow(suffix)
            kept = frame.copy(deep=False)
            kept.attrs = {"notes": said}
            kept.to_parquet(scratch, index=False)
        else:
            with _output(scratch, suffix) as file:
                _write_csv(frame, file, said)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def read(path: str | Path) -> pd.DataFrame:
    """Read a trace as a frame, a row per job (request, step): own CSV, Parquet, or any format of jobs that ships.

    Ids and names are text, numbers float64 or int64; columns that the file lacks are missing. `frame.attrs["notes"]`
    holds the notes before the header, such as the origin of its times. Other formats are converted by the simulator
    (the one in TIDEPOOL_BINARY or on PATH).

    Raises FileNotFoundError, or TraceError with what is wrong.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix == ".parquet":
        _need_pyarrow(".parquet")
        frame = pd.read_parquet(path)
        kind_of(frame)
        return frame
    notes, header = _head(path)
    if header is None:
        return _converted(path)
    types = {name: str for name in header if name in TEXTS}
    with _input(path) as file:
        try:
            frame = pd.read_csv(
                file, comment=None, skiprows=len(notes), dtype=types, keep_default_na=False, na_values=[""],
                skipinitialspace=True, float_precision="round_trip",
            )  # fmt: skip
        except (pd.errors.ParserError, UnicodeDecodeError, ValueError) as error:
            raise TraceError(f"{path}: {error}") from error
    frame.attrs["notes"] = {found[1]: found[2] for note in notes if (found := NOTE.fullmatch(note))}
    return frame


def validate(trace: pd.DataFrame | str | Path) -> list[str]:
    """What the simulator finds wrong with a trace (a frame or a file), a line each; empty if nothing is.

    Lines name the row: in a frame the first one stands in line 2, or later if it has notes.
    """
    if not isinstance(trace, str | Path):
        with tempfile.TemporaryDirectory(prefix="tidepool-") as folder:
            file = Path(folder) / "trace.csv"
            try:
                write(trace, file)
            except TraceError as error:
                return str(error).splitlines()
            return [line.removeprefix(f"{folder}/") for line in validate(file)]
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


def _write_csv(frame: pd.DataFrame, file: IO[str], notes: dict[str, str]) -> None:
    for name, value in notes.items():
        if "\n" in f"{name}{value}" or "\r" in f"{name}{value}":
            raise TraceError(f"the note {name!r} has more than one line")
        file.write(f"# {name}{' =' if name in ASSIGNED else ':'} {value}\n")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(map(_cell, frame[name].tolist()) for name in frame.columns), strict=True))


def _cell(value: Any) -> str:
    if value is None or value != value:  # None, NaN, NaT
        return ""
    if isinstance(value, bool):
        raise TraceError(f"{value} is no value of a trace")
    if isinstance(value, float):
        if math.isinf(value):
            raise TraceError(f"{value} is no value of a trace")
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else _decimal(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _decimal(value: float) -> str:
    """The shortest decimal that reads back as `value`, without an exponent."""
    text = repr(value)
    return text if "e" not in text else f"{value:.20f}".rstrip("0")


def _head(path: Path) -> tuple[list[str], list[str] | None]:
    """The notes before the header, and its names; None if the file is not of our own format."""
    notes: list[str] = []
    with _input(path) as file:
        try:
            for line in file:
                if not line.startswith("#"):
                    names = [name.strip() for name in next(csv.reader([line.removeprefix("\ufeff")]))]
                    own = any(
                        all(name in names for name in known[:least]) for least, known in COLUMNS.values()
                    )
                    return notes, names if own else None
                notes.append(line.rstrip("\r\n"))
        except (UnicodeDecodeError, csv.Error, StopIteration):
            return notes, None
    return notes, None


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


@contextmanager
def _input(path: Path) -> Iterator[IO[str]]:
    with open(path, "rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.open(raw, "rt", encoding="utf-8", newline="") as file:
                yield file
        elif start == b"\x28\xb5\x2f\xfd":
            _need_pyarrow(".zst")
            import pyarrow

            with pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, "r"), "zstd") as unpacked:
                yield io.StringIO(unpacked.read().decode("utf-8"), newline="")
        else:
            with io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
                yield file


@contextmanager
def _output(path: str, suffix: str) -> Iterator[IO[str]]:
    if suffix == ".csv.zst":
        _need_pyarrow(".zst")
        import pyarrow

        with pyarrow.CompressedOutputStream(path, "zstd") as packed:
            text = io.StringIO(newline="")
            yield text
            packed.write(text.getvalue().encode("utf-8"))
    elif suffix == ".csv.gz":
        # No name and no time of day in the file: equal traces are equal files.
        with (
            open(path, "wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
            io.TextIOWrapper(packed, encoding="utf-8", newline="") as file,
        ):
            yield file
    else:
        with open(path, "w", encoding="utf-8", newline="") as file:
            yield file


def _suffix(path: Path) -> str:
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.name.endswith(suffix):
            return suffix
    raise TraceError(f"{path}: must end in {', '.join(SUFFIXES)}")


def _need_pyarrow(what: str) -> None:
    if find_spec("pyarrow") is None:
        raise TraceError(f"{what} needs pyarrow: .venv/bin/pip install -e 'analysis[parquet]'")


def _run() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tidepool.trace",
        description="Convert a trace, also from and to Parquet.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "source", type=Path, help="trace of any format, or Parquet with the columns of our own"
    )
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
