"""How numbers of results are written for people: one way in terminal, page and table."""

from __future__ import annotations

import math

UNDEFINED = "n/a"  # NaN: the run has no such number
CURRENCY_LETTERS = 3
SHORT = {"a": "years", "s-1": "/s", "1": "", "": ""}  # units that people write otherwise


def text(value: float, units: str = "1", digits: int = 4) -> str:
    """Write `value`, in `units` as a result file names them, with about `digits` significant digits and its unit.

    Money ("USD", "CNY", ...) has thousands separators and cents below 1,000; counts ("1" and whole) all their digits;
    durations from a minute on are said in minutes, hours or days, too. NaN is UNDEFINED, infinities are "endless".
    """
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "endless" if value > 0 else "-endless"
    if is_currency(units):
        return f"{money(value)} {units}"
    if units == "s":
        return duration(value, digits)
    amount, slash, per = units.partition(" h-1")
    if slash and is_currency(amount):
        return f"{plain(value, digits)} {amount}/h{per}"
    return f"{plain(value, digits)} {SHORT.get(units, units)}".rstrip()


def plain(value: float, digits: int = 4) -> str:
    """Without a unit: whole numbers in full up to 15 digits with separators, others with `digits` significant ones."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "endless" if value > 0 else "-endless"
    rounded = float(f"{value:.12g}")  # 84.99999999999999 is a whole number that arithmetic has touched
    value = float(value)
    if abs(value) < 1e15 and (value.is_integer() or (rounded.is_integer() and rounded)):
        return f"{int(value if value.is_integer() else rounded):,}"
    if abs(value) >= 10**digits:
        return f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.{digits - 1}e}"
    if abs(value) < 1e-4:
        return f"{value:.{digits - 1}e}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def money(value: float) -> str:
    """Whole units with separators from 1,000 on, cents below, more digits below one cent."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 0.01 or value == 0 else plain(value, 3)


def duration(seconds: float, digits: int = 4) -> str:
    """Seconds below two minutes, else the largest of minutes, hours and days that is at least 2."""
    size = abs(seconds)
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if size >= 2 * length:
            return f"{plain(seconds / length, digits)} {unit}"
    return f"{plain(seconds, digits)} s"


def percent(value: float, digits: int = 4) -> str:
    """A fraction as per cent."""
    return UNDEFINED if math.isnan(value) else f"{plain(100 * value, digits)} %"


def change(old: float, new: float) -> str:
    """The relative change with its sign, as per cent; empty if there is none to speak of (NaN, from zero)."""
    if math.isnan(old) or math.isnan(new) or old == 0 or math.isinf(old) or math.isinf(new):
        return ""
    moved = 100 * (new - old) / abs(old)
    if moved == 0 or 0.1 <= abs(moved) < 1000:
        return f"{moved:+.1f} %"
    return f"{moved:+,.0f} %" if abs(moved) >= 1000 else f"{moved:+.1g} %"


def as_json(value: float) -> float | str | None:
    """What JSON has for the number: null for NaN, text for infinities."""
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def is_currency(units: str) -> bool:
    """Whether `units` is a currency: three capital letters, such as USD."""
    return len(units) == CURRENCY_LETTERS and units.isascii() and units.isalpha() and units.isupper()


def visible(name: str, most: int = 80) -> str:
    """A name from a file on one line of a terminal: control and direction characters as escapes, shortened."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in name
    )
    return shown if len(shown) <= most else shown[: most - 1] + "…"
