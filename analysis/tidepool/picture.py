"""A chart as SVG, for a README or a slide: drawn by matplotlib, text stays text.

The file says what it shows: its title and summary in `<title>` and `<desc>`, and in `<metadata>` the chart's id and the
hash of its data, by which `is_current` tells a stale picture although another matplotlib may draw it otherwise.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import warnings
from dataclasses import fields, is_dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from tidepool import report_palette
from tidepool.chart import XY, Chart, Diagram
from tidepool.charts.decimate import kept
from tidepool.numbers import visible
from tidepool.words import Words

WIDTH, HEIGHT = 8.0, 4.2  # inches
MOST_POINTS = 400
DIGITS = 9  # of numbers in the hash: another machine's last bit changes nothing
METADATA = re.compile(r"<metadata>tidepool-picture (\{.*?\})</metadata>", re.DOTALL)


def data_hash(chart: Chart) -> str:
    """SHA-256 of everything the chart shows, in hexadecimal digits; numbers count with DIGITS significant digits."""
    return hashlib.sha256(json.dumps(_plain(chart), sort_keys=True).encode()).hexdigest()


def is_current(svg: str, chart: Chart) -> bool:
    """Whether a picture shows this chart with these numbers."""
    found = METADATA.search(svg)
    return found is not None and json.loads(_unescaped(found[1])) == _label(chart)


def chart_id(svg: str) -> str:
    """The id of the chart that a picture shows; empty if it is none of ours."""
    found = METADATA.search(svg)
    return str(json.loads(_unescaped(found[1])).get("chart", "")) if found else ""


def svg(chart: Chart, words: Words, dark: bool = False) -> str:
    """Draw the chart. Equal charts give equal texts with the same matplotlib."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    from tidepool.picture_draw import draw

    colours = report_palette.DARK if dark else report_palette.LIGHT
    style: Any = {
        "svg.hashsalt": "tidepool",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.parse_math": False,
        "axes.formatter.use_mathtext": False,
        "figure.facecolor": colours["surface"],
        "axes.facecolor": colours["surface"],
        "axes.edgecolor": colours["line"],
        "axes.labelcolor": colours["muted"],
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": colours["ink"],
        "xtick.color": colours["muted"],
        "ytick.color": colours["muted"],
        "grid.color": colours["grid"],
        "axes.axisbelow": True,
        "legend.frameon": False,
    }
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the reader's fonts draw the text, ours only measures it
        figure, axes = pyplot.subplots(figsize=(WIDTH, _height(chart)), layout="constrained")
        try:
            draw(axes, _thin(chart), colours, words)
            axes.set_title(visible(chart.title, 100), loc="left", fontweight="bold", wrap=True)
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        finally:
            pyplot.close(figure)
    return _labelled(text.getvalue(), chart)


def _thin(chart: Chart) -> Chart:
    """With at most MOST_POINTS points per series; stacked series stay over one x."""
    body = chart.body
    if not isinstance(body, XY) or body.x.scale == "category":
        return chart
    common = kept([one.y for one in body.series], MOST_POINTS) if body.stacked else None
    made = []
    for one in body.series:
        where = common if common is not None else kept([one.y], MOST_POINTS)
        labels = tuple(one.labels[point] for point in where) if one.labels else ()
        low, high = (None if bound is None else bound[where] for bound in (one.low, one.high))
        made.append(replace(one, x=one.x[where], y=one.y[where], low=low, high=high, labels=labels))
    return replace(chart, body=replace(body, series=tuple(made)))


def _height(chart: Chart) -> float:
    rows = (
        getattr(chart.body, "rows", ())
        or getattr(chart.body, "spans", ())
        or getattr(chart.body, "steps", ())
    )
    height = max(HEIGHT, 1.6 + 0.3 * len(rows))
    return 2.8 if isinstance(chart.body, Diagram) and len(chart.body.boxes) == 1 else height


def _labelled(drawn: str, chart: Chart) -> str:
    label = escape(json.dumps(_label(chart), sort_keys=True))
    head = (
        f"<title>{_xml(chart.title)}</title>\n<desc>{_xml(chart.summary)}</desc>\n"
        f"<metadata>tidepool-picture {label}</metadata>\n"
    )
    drawn = re.sub(r"\s*<metadata>.*?</metadata>", "", drawn, count=1, flags=re.DOTALL)
    drawn = re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)
    start = drawn.index(">", drawn.index("<svg")) + 1
    return drawn[:start].replace("<svg ", '<svg role="img" ', 1) + "\n" + head + drawn[start:].lstrip("\n")


def _label(chart: Chart) -> dict[str, str]:
    return {"chart": chart.id, "data": data_hash(chart)}


def _xml(text: str) -> str:
    return escape("".join(one for one in text if one.isprintable()))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [type(value).__name__, *(_plain(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()]
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return "nan" if math.isnan(value) else f"{value:.{DIGITS}g}"
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return f"{float(value):.{DIGITS}g}"
    return value
