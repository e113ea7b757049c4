"""The difference of two scenarios, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

MOST_LINES = 2000  # of a difference that is shown
MOST_COMPARED = 20_000  # lines of a scenario: beyond, finding the difference takes too long


@dataclass(frozen=True)
class Line:
    """One line of a difference."""

    kind: Literal["same", "added", "removed", "place"]
    text: str  # without its mark


@dataclass(frozen=True)
class Difference:
    """From the first file to another."""

    lines: list[Line]
    added: int
    removed: int
    left_out: int = 0  # lines that are not shown
    too_long: bool = False  # they differ, but nobody looked where


def difference(first: str, other: str, context: int = 3) -> Difference | None:
    """The unified difference of two texts; None if they are equal."""
    if first == other:
        return None
    old, new = first.split("\n"), other.split("\n")
    if max(len(old), len(new)) > MOST_COMPARED:
        return Difference([], 0, 0, too_long=True)
    lines = [_line(text) for text in difflib.unified_diff(old, new, n=context, lineterm="")][2:]
    added, removed = (sum(line.kind == kind for line in lines) for kind in ("added", "removed"))
    return Difference(lines[:MOST_LINES], added, removed, max(0, len(lines) - MOST_LINES))


def _line(text: str) -> Line:
    match text[:1]:
        case "+":
            return Line("added", text[1:])
        case "-":
            return Line("removed", text[1:])
        case "@":
            return Line("place", text)
    return Line("same", text[1:])
