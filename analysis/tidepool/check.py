"""What moved between a golden and a result, and the forms in which that is told."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tidepool.golden import Golden
from tidepool.numbers import change, plain, visible
from tidepool.tolerances import DEFAULT, Tolerance, Tolerances

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Finding:
    """One number of the golden or the result, and what became of it."""

    name: str  # a KPI; daily.SERIES[DAY]; or sha256
    old: float | None  # None: it is not in the golden
    new: float | None  # None: it is not in the result
    tolerance: Tolerance
    excess: float  # deviation over what is allowed; above 1 it moved

    @property
    def moved(self) -> bool:
        """Whether this makes the check fail."""
        return self.excess > 1

    def __str__(self) -> str:
        """In one line."""
        if self.name == "sha256":
            return "sha256: some number of the file is another one"
        old, new = (_shown(value) for value in (self.old, self.new))
        relative = change(self.old, self.new) if self.old is not None and self.new is not None else ""
        allowed = f"allowed: {self.tolerance}"
        return f"{visible(self.name)}: {old} -> {new} ({relative + ', ' if relative else ''}{allowed})"


def findings(golden: Golden, found: Golden, tolerances: Tolerances, exact: bool = False) -> list[Finding]:
    """Every number of either, those that moved first, the worst of them on top; ties by name.

    `exact`: another sha256 counts as moved, if the golden has one.
    """
    all_of = [
        _finding(name, golden.kpis.get(name), found.kpis.get(name), tolerances.of_kpi(name))
        for name in golden.kpis.keys() | found.kpis.keys()
    ]
    for series in golden.daily.keys() | found.daily.keys():
        old, new = golden.daily.get(series, []), found.daily.get(series, [])
        for day in range(max(len(old), len(new))):
            before, after = (days[day] if day < len(days) else None for days in (old, new))
            all_of.append(_finding(f"daily.{series}[{day}]", before, after, tolerances.of_series(series)))
    if golden.sha256 and golden.sha256 != found.sha256:
        all_of.append(Finding("sha256", None, None, DEFAULT, math.inf if exact else 0.0))
    return sorted(all_of, key=lambda finding: (-finding.excess, _natural(finding.name)))


def as_json(result: Path, golden: Path, all_of: list[Finding]) -> str:
    """For programs: what moved, the worst first."""
    moved = [
        {
            "name": one.name,
            "golden": _json(one.old),
            "result": _json(one.new),
            "allowed": str(one.tolerance),
            "excess": _json(one.excess),
        }
        for one in all_of
        if one.moved
    ]
    data = {
        "result": str(result),
        "golden": str(golden),
        "checked": len(all_of),
        "moved": moved,
        "bytes_differ": any(one.name == "sha256" for one in all_of),
    }
    return json.dumps(data, indent=1)


def as_markdown(result: Path, golden: Path, all_of: list[Finding], most: int = 50) -> str:
    """For the summary of a CI step."""
    moved = [one for one in all_of if one.moved]
    head = f"### {markdown(str(result))} against {markdown(str(golden))}\n\n"
    if not moved:
        return head + f"{len(all_of)} numbers checked, none moved.\n"
    rows = [
        f"| {markdown(one.name)} | {_shown(one.old)} | {_shown(one.new)} "
        f"| {change(one.old, one.new) if one.old is not None and one.new is not None else ''} | {one.tolerance} |"
        for one in moved[:most]
    ]
    more = f"\n{len(moved) - most} more.\n" if len(moved) > most else ""
    return "\n".join(
        [
            f"{head}**{len(moved)} of {len(all_of)} numbers moved.**\n",
            "| number | golden | result | change | allowed |",
            "|---|---|---|---|---|",
            *rows,
            more,
        ]
    )


def as_annotations(golden: Path, all_of: list[Finding], most: int = 10) -> str:
    """Workflow commands of GitHub, which it shows at the golden; at most `most` of them, as it shows no more."""
    moved = [one for one in all_of if one.moved]
    lines = [
        f"::error file={_property(str(golden))},title={_property('tidepool check: ' + one.name)}::{_data(str(one))}"
        for one in moved[:most]
    ]
    if len(moved) > most:
        lines.append(f"::error file={_property(str(golden))}::{len(moved) - most} more numbers moved")
    return "\n".join(lines)


def as_junit(result: Path, all_of: list[Finding]) -> str:
    """One test case per KPI and series, as CI systems read it."""
    groups: dict[str, list[Finding]] = {}
    for one in sorted(all_of, key=lambda one: _natural(one.name)):
        groups.setdefault(re.sub(r"\[\d+\]$", "", one.name), []).append(one)
    failures = sum(any(one.moved for one in ones) for ones in groups.values())
    counts = {"tests": str(len(groups)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _xml(f"tidepool check {result}"), **counts})
    for name, ones in groups.items():
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": _xml(result.name), "name": _xml(name), "time": "0"}
        )
        moved = [one for one in ones if one.moved]
        if moved:
            worst = max(moved, key=lambda one: one.excess)
            failure = ElementTree.SubElement(case, "failure", {"message": _xml(str(worst)), "type": "moved"})
            failure.text = _xml("\n".join(map(str, moved)))
    ElementTree.indent(suites, " ")
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def markdown(text: str) -> str:
    """Text for a cell of a Markdown table that shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&])", r"\\\1", visible(text, 200))


def _finding(name: str, old: float | None, new: float | None, tolerance: Tolerance) -> Finding:
    if old is None or new is None:
        return Finding(name, old, new, tolerance, 0.0 if tolerance.ignore else math.inf)
    return Finding(name, old, new, tolerance, tolerance.excess(old, new))


def _shown(value: float | None) -> str:
    if value is None:
        return "absent"
    return plain(value) if math.isnan(value) else f"{value:,.10g}"


def _json(value: float | None) -> float | str | None:
    if value is None or math.isnan(value):
        return None if value is None else "nan"
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _xml(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
