"""Where a result comes from and how to make it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tidepool import numbers
from tidepool.report_text import name_text
from tidepool.results import Result, ResultError, Sweep
from tidepool.words import Words

BUILT_WITH = ("compiler", "simgrid", "hdf5", "cuda")


@dataclass(frozen=True)
class Origin:
    """Where a file comes from and how to make it again."""

    command: str
    overrides: list[str]
    facts: list[tuple[str, str]]
    inputs: list[tuple[str, str, str]]  # path, sha256, bytes
    scenario: str


def origin(file: Result, words: Words) -> Origin:
    """What the file says about its making; little if it was written with --reproducible."""
    _ = words
    made = file.provenance
    facts = [
        (_("Schema of the file"), str(file.attrs.get("tidepool_schema", ""))),
        (_("Seed"), str(file.attrs.get("seed", ""))),
        (_("Hash of all decisions"), hexadecimal(file.attrs.get("decision_hash"))),
        (_("Sweep"), str(file.attrs.get("sweep_id", ""))),
        (_("Version"), " ".join(str(made[key]) for key in ("version", "git_commit") if made.get(key))),
        (_("Made"), str(made.get("created_utc", ""))),
        (_("Built with"), ", ".join(f"{key} {made[key]}" for key in BUILT_WITH if made.get(key))),
        (_("Ran on"), ", ".join(str(made[key]) for key in ("device", "hostname") if made.get(key))),
        (_("Took"), numbers.duration(float(made["wall_s"])) if "wall_s" in made else ""),
    ]  # fmt: skip
    scenario = file.table("scenario") if file.has("scenario") else {}
    inputs = file.table("scenario/inputs") if file.has("scenario/inputs") else {}
    return Origin(
        name_text(str(made.get("argv", "")), 4000),
        [name_text(str(text), 400) for text in scenario.get("overrides", [])],
        [(key, name_text(value)) for key, value in facts if value],
        [
            (name_text(str(path), 300), str(digest), f"{int(size):,}")
            for path, digest, size in zip(
                *(inputs.get(key, []) for key in ("path", "sha256", "bytes")), strict=True
            )
        ],
        scenario_text(file),
    )


def hexadecimal(value: Any) -> str:
    """A hash of 64 bits; empty if there is none."""
    return "" if value is None else f"{int(value):016x}"


def scenario_text(file: Result) -> str:
    """The scenario as it ran, of a sweep its file as written; empty if it is not there."""
    try:
        return file.source_yaml if isinstance(file, Sweep) else file.resolved_yaml
    except ResultError:
        return ""
