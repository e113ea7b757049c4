"""Tables in a terminal, or as plain text where there is none."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

PLAIN_WIDTH = 0  # not a terminal: as wide as it takes


def width() -> int:
    """Columns of the terminal; PLAIN_WIDTH if standard output is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else PLAIN_WIDTH


def colours() -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def blocks() -> bool:
    """Whether the encoding of standard output has block characters."""
    try:
        "▁█░─│".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print columns, aligned; the first line is bold on a terminal. `right`: columns aligned to the right."""
    lines = [list(heads), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for number, line in enumerate(lines):
        cells = [
            cell.rjust(wide) if column in right else cell.ljust(wide)
            for column, (cell, wide) in enumerate(zip(line, widths, strict=True))
        ]
        text = "  ".join(cells).rstrip()
        limit = width()
        text = text if not limit or len(text) <= limit else text[: limit - 1] + "…"
        text = text if blocks() else text.encode("ascii", "replace").decode()
        print(f"\033[1m{text}\033[0m" if number == 0 and colours() else text)
