"""Text of files in pages and charts: shown as it is, never obeyed; and numbers with their units in words."""

from __future__ import annotations

import math
import re
import unicodedata

from tidepool import numbers
from tidepool.words import Words

# KPIs that are shares, told as per cent. Their units ("1") are those of plain counts as well.
FRACTION = re.compile(
    r"allocation_rate|goodput_rate|availability.*|ettr.*|.*_share|.*utilisation(_max)?|slo_attainment|occupancy"
    r"|cache_hit_rate|gross_margin|irr|break_even_.*"
)
FIRST_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def plotly_text(name: str, most: int = 60) -> str:
    """A text for plotly.js, which reads some HTML: nothing in it is a tag, and its direction stays its own."""
    shown = name_text(name, most)
    if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in shown):
        shown = f"{FIRST_ISOLATE}{shown}{POP_ISOLATE}"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, width: int, lines: int) -> str:
    """A text for plotly.js in at most `lines` lines of about `width` columns; wide characters take two."""
    found, room = [""], width
    for word in re.findall(r"[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+", text):
        if _columns(word.rstrip()) > room and found[-1]:
            found.append("")
            room = width
        found[-1] += word
        room -= _columns(word)
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1].rstrip() + "…"]
    return "<br>".join(plotly_text(line.rstrip(), 2 * width) for line in found)


def name_text(name: str, most: int = 200) -> str:
    """A text from a file, on one line, without characters that are not seen."""
    return numbers.visible(name, most)


def units_text(units: str, words: Words) -> str:
    """Units as people write them: "USD h-1" as USD/h, "a" as years; "1" as nothing."""
    _ = words
    known = {"1": "", "a": _("years"), "s-1": "1/s", "B s-1": "B/s", "h-1": "1/h"}
    return known.get(units, re.sub(r" (\w+)-1$", r"/\1", units))


def kpi_label(kpi: str, long_name: str, words: Words) -> str:
    """What a KPI is called, with a capital letter; its name in the file where that has no words for it."""
    label = name_text(words.kpi(kpi, long_name) or kpi)
    return label[:1].upper() + label[1:]


def is_fraction(kpi: str, units: str) -> bool:
    """Whether the KPI `kpi` is told as per cent."""
    return units in ("1", "") and FRACTION.fullmatch(kpi) is not None


def kpi_value(kpi: str, value: float, units: str, words: Words, digits: int = 4) -> str:
    """The value of a KPI with its unit, in words where there is none."""
    if not math.isfinite(value):
        return undefined(kpi, value, words)
    if is_fraction(kpi, units):
        return numbers.percent(value, digits)
    if kpi.startswith("gpu_hours") and units == "h":
        return f"{numbers.plain(value, digits)} GPU-h"
    if units == "s" or numbers.is_currency(units) or units in ("1", ""):
        return numbers.text(value, units, digits)
    return f"{numbers.plain(value, digits)} {units_text(units, words)}"


def with_interval(kpi: str, value: float, half: float, units: str, words: Words) -> str:
    """The value of a KPI and half of the width of its interval (NaN or 0: none), in the same unit."""
    shown = kpi_value(kpi, value, units, words)
    if math.isnan(half) or half == 0 or not math.isfinite(value):
        return shown
    return f"{shown} +- {numbers.plain(100 * half if is_fraction(kpi, units) else half, 2)}"


def undefined(kpi: str, value: float, words: Words) -> str:
    """What is said in the place of a number that is none."""
    _ = words
    if math.isnan(value):
        return _("not defined")
    if "payback" in kpi:
        return _("never")
    return _("endless") if value > 0 else _("minus endless")


def kpi_difference(kpi: str, old: float, new: float, units: str, words: Words) -> str:
    """`new` - `old` with its sign and unit; percentage points for shares; empty if it does not exist."""
    difference = new - old
    if not math.isfinite(difference):
        return ""
    sign = "+" if difference > 0 else ""
    if is_fraction(kpi, units):
        return words("{number} pp", number=sign + numbers.plain(100 * difference, 3))
    return sign + kpi_value(kpi, difference, units, words)
