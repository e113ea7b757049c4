"""The report: one HTML file that needs nothing else, put together from results, charts and a template."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tidepool import numbers, report_kpis, report_palette, report_sweep
from tidepool.chart import SECTIONS, Chart, Diagram
from tidepool.report_origin import origin, scenario_text
from tidepool.report_plotly import figure
from tidepool.report_table import ROWS, DataTable, table
from tidepool.report_text import name_text
from tidepool.report_yaml import Difference, difference
from tidepool.results import Result, Sweep
from tidepool.words import Words

LIMIT = 8_000_000  # bytes of a page
LONGER = 1.01  # times as long as the shortest: worth a word
# Points of a series and rows of a table, tried in this order until the page is small enough.
SIZES = ((2000, ROWS), (1000, 100), (500, 60), (250, 30), (120, 20), (60, 10))


class PageTooLargeError(Exception):
    """Even with the fewest points the page is larger than LIMIT: too many files at once."""


@dataclass(frozen=True)
class File:
    """One of the files as the page speaks of it."""

    letter: str
    title: str
    path: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True)
class Figure:
    """A chart in the page."""

    id: str
    chart: Chart
    height: int
    label: str
    table: DataTable | None
    json: Markup = field(default_factory=Markup)
    diagram: Diagram | None = None


@dataclass(frozen=True)
class Section:
    """Charts under one heading."""

    id: str
    title: str
    figures: list[Figure]


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    command: Sequence[str] = ()  # what makes the same page again
    title: str = ""
    warnings: Sequence[str] = ()  # said at the top


def page(
    files: Sequence[Result], charts: Sequence[Chart], words: Words, request: Request | None = None
) -> str:
    """The whole page for runs, or for sweeps, with `charts` made of them. PageTooLargeError if it cannot be small."""
    request = request or Request()
    context = _context(files, words, request)
    for points, rows in SIZES:
        sections = _sections(charts, words, points, rows)
        html = _environment().get_template("report.html.j2").render(
            context, sections=sections, thinned=(points, rows) != SIZES[0]
        )  # fmt: skip
        if len(html.encode("utf-8", "surrogatepass")) <= LIMIT:
            return html
    raise PageTooLargeError(
        f"{len(files)} files make a page of more than {LIMIT:,} bytes: report on fewer of them"
    )


def section_title(section: str, words: Words) -> str:
    """The heading of one of SECTIONS."""
    _ = words
    titles = {
        "capacity": _("Capacity over time"),
        "tide": _("The tide: demand and units"),
        "goodput": _("From capacity to useful work"),
        "money": _("Revenue, cost and cash"),
        "failures": _("Failures and ETTR"),
        "waits": _("Waiting in the queue"),
        "latency": _("Latency against the promise"),
        "tenants": _("Tenants and pools"),
        "network": _("Hottest links"),
        "topology": _("Topology"),
        "sweep": _("The sweep: what moves the result"),
    }
    return titles[section]


def _sections(charts: Sequence[Chart], words: Words, points: int, rows: int) -> list[Section]:
    figures: dict[str, list[Figure]] = {}
    for number, chart in enumerate(charts):
        figures.setdefault(chart.section, []).append(_figure(f"chart-{number}", chart, words, points, rows))
    return [Section(name, section_title(name, words), figures[name]) for name in SECTIONS if name in figures]


def _figure(anchor: str, chart: Chart, words: Words, points: int, rows: int) -> Figure:
    chart = replace(chart, title=name_text(chart.title), summary=name_text(chart.summary, 1000))
    drawn = figure(chart.body, words, points)
    return Figure(
        anchor,
        chart,
        drawn["height"] if drawn else 0,
        f"{chart.title}. {chart.summary}",
        table(chart.body, words, rows),
        embedded(shared(drawn)),
        chart.body if isinstance(chart.body, Diagram) else None,
    )


def shared(figure: dict[str, Any] | None) -> dict[str, Any] | None:
    """The figure with every list of x that several traces have in it once: they have its index in "shared" instead."""
    if figure is None:
        return None
    lists: dict[int, list[Any]] = {}
    data = []
    for trace in figure["data"]:
        lists.setdefault(id(trace["x"]), trace["x"])
        data.append(trace | {"x": list(lists).index(id(trace["x"]))})
    return figure | {"data": data, "shared": list(lists.values())}


def embedded(value: Any) -> Markup:
    """JSON that can stand in a script element whatever texts are in it."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _context(files: Sequence[Result], words: Words, request: Request) -> dict[str, Any]:
    sweeps = [file for file in files if isinstance(file, Sweep)]
    titles = _titles(files)
    heading = request.title or titles[0] + (
        words(" and {n} more", n=len(files) - 1) if len(files) > 1 else ""
    )
    script, plotly, style = _script(), _plotly(), _style()
    context: dict[str, Any] = {
        "_": words,
        "language": {"zh": "zh-Hans"}.get(words.language, words.language),
        "heading": name_text(heading),
        "files": [_file(index, file, titles[index], words) for index, file in enumerate(files)],
        "sweeping": bool(sweeps),
        "questions": sorted({name_text(str(file.attrs.get("question", "")), 400) for file in sweeps} - {""}),
        "remarks": _remarks(files, words),
        "warnings": [*request.warnings, *(text for file in files for text in _unfinished(file, words))],
        "differences": _differences(files, titles, words),
        "origins": [origin(file, words) for file in files],
        "command": name_text(shlex.join(request.command), 4000),
        "script": Markup(script),
        "plotly": Markup(plotly),
        "style": Markup(style),
        "policy": content_security_policy([plotly, script]),
    }
    if sweeps:
        context["cards"] = report_sweep.cards(sweeps, words)
        context["cells"] = [report_sweep.cells(sweep, words) for sweep in sweeps]
        context["ranges"] = [report_sweep.ranges(sweep, words) for sweep in sweeps]
    else:
        context["cards"] = report_kpis.cards(files, words)
        context["groups"], context["undefined"] = report_kpis.groups(files, words)
    return context


def content_security_policy(scripts: Sequence[str]) -> str:
    """Nothing may be loaded, sent or run but these scripts; styles may stand in the page (plotly.js sets them)."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    sources = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _titles(files: Sequence[Result]) -> list[str]:
    """What each file is called: its title, and the file's name where that is not enough."""
    titles = [file.title for file in files]
    return [
        name_text(_title(title, file.path.name, titles.count(title) > 1), 80)
        for title, file in zip(titles, files, strict=True)
    ]


def _title(title: str, name: str, twice: bool) -> str:
    if not title:
        return name
    return f"{title} ({name})" if twice else title


def letter(index: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _file(index: int, file: Result, title: str, words: Words) -> File:
    _ = words
    facts = [(_("Status"), _status(file, words))]
    if isinstance(file, Sweep):
        facts.append((_("Varies"), report_sweep.varying(file)))
        facts.append(
            (_("Runs"), _("{cells} cells, {replicas} replicas", cells=file.cells, replicas=file.replicas))
        )
    else:
        facts.append((_("Length"), _length(file, words)))
        facts.append((_("Seed"), str(file.attrs.get("seed", ""))))
    start = str(file.attrs.get("start", ""))
    facts.append((_("Starts"), name_text(start)))
    engine = " / ".join(str(file.attrs.get(key, "")) for key in ("engine", "network"))
    facts.append((_("Engine / network"), name_text(engine)))
    return File(letter(index), title, name_text(str(file.path), 300), [fact for fact in facts if fact[1]])


def _status(file: Result, words: Words) -> str:
    _ = words
    known = {
        "complete": _("complete"),
        "failed": _("failed"),
        "interrupted": _("interrupted"),
        "running": _("running"),
    }
    return known.get(file.status, name_text(file.status))


def _length(file: Result, words: Words) -> str:
    horizon = file.horizon_s
    if horizon is None or math.isnan(horizon):
        reached = file.reached_s
        return words("until the last job has ended") + (f", {numbers.duration(reached)}" if reached else "")
    return numbers.duration(horizon)


def _remarks(files: Sequence[Result], words: Words) -> list[str]:
    """What one has to know before comparing: to what the changes are, and that runs ended at different times."""
    if len(files) == 1:
        return []
    remarks = [words("Changes are against file A.")]
    if not any(isinstance(file, Sweep) for file in files):
        remarks.append(
            words("Each file is one run: a small change may be luck; a sweep with replicas tells.")
        )
    lengths = [file.summary["horizon_s"].value for file in files if "horizon_s" in file.summary]
    if lengths and max(lengths) > LONGER * min(lengths):
        told = ", ".join(numbers.duration(length) for length in lengths)
        remarks.append(
            words("The runs ended after different times ({lengths}): totals grow with time.", lengths=told)
        )
    return remarks


def _unfinished(file: Result, words: Words) -> list[str]:
    """That a file is only a part, in a sentence."""
    if file.complete and file.path.suffix != ".partial":
        return []
    name = name_text(str(file.path.name))
    if isinstance(file, Sweep):
        done, rows = int(file.attrs.get("rows_complete", 0)), file.cells * file.replicas
        return [
            words(
                "{name} is not finished ({status}): {done} of {all} runs are in it.",
                name=name, status=_status(file, words), done=done, all=rows,
            )
        ]  # fmt: skip
    return [
        words(
            "{name} is not finished ({status}): it got to {reached} of {length}. Numbers that are not in it yet are "
            "missing here.",
            name=name,
            status=_status(file, words),
            reached=numbers.duration(file.reached_s or 0.0),
            length=_length(file, words),
        )
    ]


def _differences(
    files: Sequence[Result], titles: Sequence[str], words: Words
) -> list[tuple[str, Difference]]:
    """How the scenario of each file differs from that of the first, where it does."""
    found = []
    for index, file in enumerate(files[1:], 1):
        lines = difference(scenario_text(files[0]), scenario_text(file))
        if lines is not None:
            found.append((f"A → {letter(index)}: {titles[index]}", lines))
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tidepool"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = lambda text: name_text(text, 2000)
    return environment


def _script() -> str:
    return _resource("report.js")


def _resource(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    """The style sheet with the palette in front, once for light, twice for dark (by wish of system or reader)."""
    light = _properties(report_palette.LIGHT)
    dark = _properties(report_palette.DARK)
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
        f"@media print{{:root:root:root{{color-scheme:light;{light}}}}}\n" + _resource("report.css")
    )


def _properties(palette: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


@cache
def _plotly() -> str:
    """The JavaScript of plotly.js out of the Python package plotly, which is not imported for it."""
    found = find_spec("plotly")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'plotly'")
    folder = Path(found.submodule_search_locations[0])
    return (folder / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
