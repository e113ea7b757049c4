"""Strict reading of small YAML files (tolerances, plans): every problem with its place, all of them at once.

    document = yaml_file.load(path)
    top = document.root.fields(known=["tidepool_plan", "name", "axes"], required=["name"])
    name = top["name"].text() if "name" in top else ""
    document.check()                      # raises UsageError with every problem found so far

Booleans are `true` and `false` only and numbers are those of YAML 1.2, as the simulator reads them: `yes`, `on`, `010`
stay text. A node whose value is wrong reports it and gives a harmless value, so that reading goes on.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from tidepool.command import UsageError
from tidepool.numbers import visible

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
MAX_BYTES = 10_000_000
MAX_DEPTH = 50
MOST_CHOICES = 15  # named in a message
MAX_NODES = 1_000_000  # aliases can make a few lines stand for any number


class Document:
    """One file: its root node, and the problems found in it."""

    def __init__(self, path: Path, text: str) -> None:
        """Parse `text`; problems name `path`. Raises UsageError if it is no YAML at all."""
        self.path = path
        self.problems: list[tuple[int, int, str]] = []
        self.nodes = 0
        try:
            parsed = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            raise UsageError(f"{path}{place}: {error.problem or error.context}") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise UsageError(f"{path}: not readable as YAML: {error}") from error
        if parsed is None:
            raise UsageError(f"{path}:1:1: the file is empty")
        self.root = Node(self, "", parsed, 0)

    def check(self) -> None:
        """Raise UsageError with every problem, in the order of the file, if there is any."""
        if self.problems:
            lines = [
                f"{self.path}:{line}:{column}: {text}" for line, column, text in sorted(set(self.problems))
            ]
            raise UsageError("\n".join(lines))


class Node:
    """A value and its place. `path` is its name from the root, such as `axes.scheduler.spares[2]`."""

    def __init__(self, document: Document, path: str, parsed: yaml.Node, depth: int) -> None:
        """Wrap what the parser found; `load` makes them."""
        self.document, self.path, self._parsed, self._depth = document, path, parsed, depth
        self.line, self.column = parsed.start_mark.line + 1, parsed.start_mark.column + 1
        document.nodes += 1
        if depth > MAX_DEPTH or document.nodes > MAX_NODES:
            raise UsageError(f"{document.path}:{self.line}:{self.column}: nested too deep, or too large")

    def problem(self, text: str) -> None:
        """Note what is wrong here."""
        name = visible(self.path) + ": " if self.path else ""
        self.document.problems.append((self.line, self.column, name + text))

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self._parsed, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a sequence."""
        return isinstance(self._parsed, yaml.SequenceNode)

    def entries(self) -> dict[str, Node]:
        """The values by key, whatever the keys are.

        Empty, and a problem, if it is no mapping; a key that is there twice is a problem, the first one counts.
        """
        if not isinstance(self._parsed, yaml.MappingNode):
            self.problem(f"must be a mapping (got {self._shown()})")
            return {}
        found: dict[str, Node] = {}
        for key, value in self._parsed.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            node = Node(self.document, f"{self.path}.{name}" if self.path else name, value, self._depth + 1)
            if not isinstance(key, yaml.ScalarNode) or not name:
                node.problem("keys must be plain text")
            elif name in found:
                Node(self.document, node.path, key, self._depth).problem("this key is there twice")
            else:
                found[name] = node
        return found

    def fields(self, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The values by key; keys that are not `known` and `required` ones that are missing are problems."""
        if not self.is_mapping:
            self.entries()
            return {}
        known, found = list(known), self.entries()
        for name in [name for name in found if name not in known]:
            found.pop(name).problem(f"unknown key{nearest(name, known)}")
        for name in required:
            if name not in found:
                self.problem(f"'{name}' is missing")
        return found

    def items(self) -> list[Node]:
        """The entries of a list; empty, and a problem, if it is none."""
        if not isinstance(self._parsed, yaml.SequenceNode):
            self.problem(f"must be a list (got {self._shown()})")
            return []
        return [
            Node(self.document, f"{self.path}[{index}]", value, self._depth + 1)
            for index, value in enumerate(self._parsed.value)
        ]

    def text(self) -> str:
        """The scalar as it is written, without quotes."""
        if not isinstance(self._parsed, yaml.ScalarNode):
            self.problem(f"must be text (got {self._shown()})")
            return ""
        return str(self._parsed.value)

    def number(self, least: float = -math.inf, most: float = math.inf) -> float:
        """A finite number between `least` and `most`, both allowed."""
        text = self.text()
        if not text or not self._is_plain() or not NUMBER.match(text) or math.isinf(float(text)):
            if text or self.is_scalar:
                self.problem(f"must be a number (got '{visible(text)}')")
        elif not least <= float(text) <= most:
            self.problem(f"must be between {least:g} and {most:g} (got {visible(text)})")
        else:
            return float(text)
        return least if math.isfinite(least) else 0.0

    def integer(self, least: int, most: int) -> int:
        """A whole number between `least` and `most`, both allowed."""
        text = self.text()
        if not text or not self._is_plain() or not INTEGER.match(text):
            if text or self.is_scalar:
                self.problem(f"must be a whole number (got '{visible(text)}')")
        elif not least <= int(text) <= most:
            self.problem(f"must be between {least} and {most} (got {visible(text)})")
        else:
            return int(text)
        return least

    def one_of(self, choices: Iterable[str]) -> str:
        """One of some words; the first of them if it is none."""
        choices, text = list(choices), self.text()
        if text in choices:
            return text
        known = ", ".join(choices) if len(choices) <= MOST_CHOICES else f"{len(choices)} known names"
        self.problem(f"must be one of {known} (got '{visible(text)}'){nearest(text, choices)}")
        return choices[0]

    @property
    def is_scalar(self) -> bool:
        """Whether it is one value."""
        return isinstance(self._parsed, yaml.ScalarNode)

    def plain(self) -> object:
        """The value as Python data: bool, int, float, str, None, list or dict."""
        if self.is_mapping:
            return {name: node.plain() for name, node in self.entries().items()}
        if self.is_list:
            return [node.plain() for node in self.items()]
        text = self.text()
        if not self._is_plain():
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "~", "null"):
            return None
        if INTEGER.match(text):
            return int(text)
        return float(text) if NUMBER.match(text) else text

    def _is_plain(self) -> bool:
        return isinstance(self._parsed, yaml.ScalarNode) and self._parsed.style is None

    def _shown(self) -> str:
        if self.is_scalar:
            return f"'{visible(str(self._parsed.value), 40)}'"
        return "a mapping" if self.is_mapping else "a list"


def load(path: Path) -> Document:
    """Read a file. Raises UsageError if it is missing, no UTF-8, larger than 10 MB or no YAML."""
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return Document(path, text)


def nearest(word: str, known: Iterable[str]) -> str:
    """`, did you mean 'right'?` if one of `known` is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean '{close[0]}'?" if close else ""
