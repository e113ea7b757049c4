"""What a chart shows, apart from how it is drawn.

Functions in `tidepool.charts` make a `Chart` from a result; `tidepool.report` draws it in a page, `tidepool.show` in a
terminal, `tidepool.picture` as SVG. Every text in a chart is plain text: whoever draws it escapes it.
Numbers are in the units that the axis names; NaN is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

Array = npt.NDArray[Any]

# What a series or step stands for; whoever draws it gives each the same colour everywhere. Empty: the next free colour.
Tone = Literal[
    "", "capacity", "useful", "allocated", "idle", "spare", "down", "checkpoint", "lost", "restart", "stalled",
    "reserved", "on-demand", "spot", "service", "demand", "served", "rejected", "revenue", "cost", "credit",
]  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """One axis, or the colour scale of a heat map."""

    title: str
    units: str = ""  # as results name them: "h", "1", "USD"; "1" with `percent` is shown as per cent
    scale: Literal["linear", "log", "category", "time"] = "linear"  # time: seconds since the start of the run
    percent: bool = False


Draw = Literal["line", "step", "area", "bar", "points"]  # step: holds until the next x


@dataclass(frozen=True)
class Series:
    """Values over x. All arrays have shape [points]."""

    name: str
    x: Array  # float64; on a category axis: str objects
    y: Array
    draw: Draw = "line"
    tone: Tone = ""
    low: Array | None = None  # with `high`: a band around y
    high: Array | None = None
    labels: tuple[str, ...] = ()  # one for each point, shown when one points at it
    run: int = 0  # which of the compared files it is from: same tone, other pattern


@dataclass(frozen=True)
class Mark:
    """A line across the chart: a promise, a payback point."""

    axis: Literal["x", "y"]
    at: float
    label: str


@dataclass(frozen=True)
class XY:
    """Lines, steps, areas, bars or points."""

    x: Axis
    y: Axis
    series: tuple[Series, ...]
    stacked: bool = False  # areas and bars upon each other, in the order of `series`
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: a total from zero, or a change from where the last bar ended."""

    name: str
    value: float
    total: bool = False
    tone: Tone = ""


@dataclass(frozen=True)
class Waterfall:
    """How a total comes about."""

    y: Axis
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Heatmap:
    """A colour per cell."""

    x: Axis
    y: Axis
    z: Axis
    columns: tuple[str, ...] | Array  # what stands below each column: names, or numbers on x's scale
    rows: tuple[str, ...]
    values: Array  # [rows, columns]


@dataclass(frozen=True)
class Span:
    """How far one input moves the result."""

    name: str
    low: float  # the result with ...
    high: float
    low_label: str  # ... this value of the input
    high_label: str


@dataclass(frozen=True)
class Tornado:
    """Spans around a base value, the widest first."""

    x: Axis
    base: float
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Box:
    """A part of a datacenter; `times` equal ones are drawn once."""

    name: str
    kind: str  # "cluster", "pod", "leaf group", "node", "switch", ...
    times: int = 1
    note: str = ""
    parts: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """Boxes in boxes."""

    boxes: tuple[Box, ...]


Body = XY | Waterfall | Heatmap | Tornado | Diagram


@dataclass(frozen=True)
class Chart:
    """One picture with everything that has to be said about it."""

    id: str  # unique in a page: letters, digits, hyphens
    section: str  # one of SECTIONS
    title: str
    summary: (
        str  # one or two sentences with the numbers that matter: the caption, and what a screen reader says
    )
    body: Body
    notes: tuple[str, ...] = ()  # what was left out or thinned


# In the order of the page.
SECTIONS = (
    "capacity",
    "tide",
    "goodput",
    "money",
    "failures",
    "waits",
    "latency",
    "tenants",
    "network",
    "topology",
    "sweep",
)
