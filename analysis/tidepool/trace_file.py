"""Text files of traces: their fields, and how they are packed. `tidepool.trace` knows what stands in them."""

from __future__ import annotations

import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FIELD = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"|([^",]*))[ \t]*(,|$)')
QUOTED = re.compile(r'[",]|^[ \t]|[ \t]$')  # texts that need quotes
SUFFIXES = (".csv", ".csv.gz", ".csv.zst", ".parquet")


class TraceError(ValueError):
    """The frame or file is no trace; the text says every problem."""


def cells(column: pd.Series[Any]) -> Iterator[str]:
    """What stands in the file, with quotes where it needs them."""
    for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True):
        text = "" if missing else cell(value)
        if isinstance(value, str) and QUOTED.search(text):
            text = '"' + text.replace('"', '""') + '"'
        yield text


def cell(value: Any) -> str:
    """A value as text; TraceError if no trace can hold it."""
    if isinstance(value, str):
        if "\n" in value or "\r" in value:
            raise TraceError(f"{value!r} has more than one line")
        return value
    if isinstance(value, bool) or (isinstance(value, float) and math.isinf(value)):
        raise TraceError(f"{value} is no value of a trace")
    if isinstance(value, float):  # the shortest text that reads back as it was
        text = repr(value)
        return (format(Decimal(text), "f") if "e" in text else text).removesuffix(".0")
    if isinstance(value, int | Decimal):
        return format(Decimal(value), "f")
    if hasattr(value, "total_seconds"):  # a timedelta; of pandas', to the nanosecond
        microseconds = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
        return cell(Decimal(microseconds * 1000 + getattr(value, "nanoseconds", 0)).scaleb(-9).normalize())
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, Sequence) or hasattr(value, "tolist"):
        return " ".join(cell(one) for one in (value.tolist() if hasattr(value, "tolist") else value))
    raise TraceError(f"{value!r} is no value of a trace")


def rows_of(file: IO[str], header: list[str], first: int, path: Path) -> list[list[str]]:
    """The fields of every row after the header, which stands in line `first`; TraceError for too many or too few."""
    rows = []
    for number, line in enumerate(file, first + 1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        fields = [one.strip(" \t") for one in text.split(",")] if '"' not in text else fields_of(text)
        if fields is None or len(fields) != len(header):
            raise TraceError(f"{path}:{number}: has not {len(header)} fields, as the header has")
        rows.append(fields)
    return rows


def fields_of(line: str) -> list[str] | None:
    """The fields of a line, without blanks around them and quotes; None if a quote does not end."""
    fields, place, more = [], 0, True
    while more:
        found = FIELD.match(line, place)
        if not found:
            return None
        fields.append(found[2].strip(" \t") if found[1] is None else found[1].replace('""', '"'))
        place, more = found.end(), found[3] == ","
    return fields


@contextmanager
def unpacked(path: Path) -> Iterator[IO[str]]:
    """The text of a file, unpacked; TraceError if it is damaged."""
    with open(path, "rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        stream: Any = raw
        if start[:2] == b"\x1f\x8b":
            stream = gzip.GzipFile(fileobj=raw)
        elif start == b"\x28\xb5\x2f\xfd":
            need_pyarrow(".zst")
            import pyarrow

            stream = pyarrow.CompressedInputStream(raw, "zstd")
        try:
            with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as file:
                yield file
        except (UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
            raise TraceError(f"{path}: damaged, or no UTF-8 text ({error})") from error


@contextmanager
def packed(path: str, suffix: str) -> Iterator[IO[str]]:
    """A file to write text into, which is packed as `suffix` says."""
    if suffix == ".csv.zst":
        need_pyarrow(".zst")
        import pyarrow

        with pyarrow.CompressedOutputStream(path, "zstd") as stream:
            text = io.StringIO(newline="")
            yield text
            stream.write(text.getvalue().encode("utf-8"))
    elif suffix == ".csv.gz":
        # No name and no time of day in the file: equal traces are equal files.
        with (
            open(path, "wb") as raw,
            gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream,
            io.TextIOWrapper(stream, encoding="utf-8", newline="") as file,
        ):
            yield file
    else:
        with open(path, "w", encoding="utf-8", newline="") as file:
            yield file


def suffix_of(path: Path) -> str:
    """The one of SUFFIXES with which a name ends; TraceError if it does with none."""
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.name.endswith(suffix):
            return suffix
    raise TraceError(f"{path}: must end in {', '.join(SUFFIXES)}")


def need_pyarrow(what: str) -> None:
    """Raise TraceError if pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise TraceError(f"{what} needs pyarrow: .venv/bin/pip install -e 'analysis[parquet]'")
