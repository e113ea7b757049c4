"""Axes of charts for plotly.js: scales, units, ticks, and where things stand on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tidepool import numbers
from tidepool.chart import Axis
from tidepool.report_text import plotly_text, units_text, wrapped
from tidepool.words import Words

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
# Ticks of a logarithmic axis of seconds.
DURATIONS = (
    *((0.001, "1 ms"), (0.01, "10 ms"), (0.1, "0.1 s"), (1.0, "1 s"), (10.0, "10 s"), (MINUTE, "1 min")),
    *((10 * MINUTE, "10 min"), (HOUR, "1 h"), (6 * HOUR, "6 h"), (DAY, "1 d"), (7 * DAY, "7 d")),
    *((30 * DAY, "30 d"), (365 * DAY, "365 d")),
)
EXACT = 2.0**53  # whole numbers below it are exact
SAME = "\u200b"  # what tells apart two names that are shown alike; takes no room
Data = dict[str, Any]


class Scale:
    """Puts the values of one axis into what plotly.js wants, and describes the axis."""

    def __init__(
        self, axis: Axis, values: Iterable[Sequence[Any] | np.ndarray[Any, Any]], words: Words
    ) -> None:
        """`values`: all arrays that stand on this axis; they decide on units of time and the order of names."""
        self.axis = axis
        self.words = words
        self.category = axis.scale == "category"
        self.seconds = axis.scale == "linear" and axis.units == "s"
        self.factor, self.time_unit = 1.0, ""
        self._placed: dict[
            int, tuple[Any, list[Any]]
        ] = {}  # by identity, and the array itself to keep that alive
        arrays = list(values)
        if self.category:
            self._names(arrays)
            return
        every = [np.asarray(array, dtype=np.float64).ravel() for array in arrays]
        found = np.concatenate(every) if every else np.zeros(0)
        found = found[np.isfinite(found)]
        self.smallest, self.most = (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)
        self.largest = max(abs(self.smallest), abs(self.most))
        if axis.scale == "time" or self.seconds:
            self.factor, self.time_unit = _time_unit(self.largest)

    def _names(self, arrays: list[Any]) -> None:
        self.order: dict[str, str] = {}  # name -> how it is shown, unlike all others
        shown: set[str] = set()
        for array in arrays:
            for name in map(str, array):
                if name in self.order:
                    continue
                label = plotly_text(name, 32) or "\u2013"
                while label in shown:
                    label += SAME
                shown.add(label)
                self.order[name] = label

    def place(self, values: Any) -> list[Any]:
        """Values [points] as JSON: names as they are shown, numbers of 7 significant digits, NaN as null.

        The same array gives the same list.
        """
        if id(values) not in self._placed:
            placed: list[Any]
            if self.category:
                placed = [self.order[str(name)] for name in values]
            else:
                placed = rounded(np.asarray(values, dtype=np.float64) / self.factor)
            self._placed[id(values)] = (values, placed)
        return self._placed[id(values)][1]

    @property
    def finite(self) -> list[float]:
        """The smallest and the largest value as they are placed; not of names."""
        return [self.smallest / self.factor, self.most / self.factor]

    def share(self, value: float) -> float:
        """Where a value stands between the smallest (0) and the largest (1); not of names."""
        low, high = self.smallest, self.most
        if self.axis.scale == "log":
            tiny = np.finfo(np.float64).tiny
            low, high, value = (math.log(max(tiny, number)) for number in (low, high, value))
        return 0.0 if high == low else (value - low) / (high - low)

    @property
    def title(self) -> str:
        """The title with the unit."""
        units = self.time_unit or units_text(self.axis.units, self.words)
        told = self.axis.percent or self.category or (self.axis.scale == "log" and self.axis.units == "s")
        units = "" if told else units  # ticks say it
        return f"{self.axis.title} ({units})" if units and self.axis.title else self.axis.title or units

    @property
    def digits(self) -> str:
        """How plotly.js writes a value that one points at: to four or five digits, amounts of money whole."""
        if self.axis.percent:
            return ".2%"
        return ",.0f" if self.largest >= 10_000 else ",.4~r"

    def told(self, value: float) -> str:
        """A value in words, for beside a bar."""
        if self.axis.percent:
            return numbers.percent(value)
        if self.seconds:
            return numbers.duration(value, 3)
        return f"{value:,.0f}" if 1000 <= abs(value) < np.inf else numbers.plain(value)

    def layout(self, width: int = 80) -> Data:
        """The axis for plotly.js, its title in lines of `width` columns."""
        about: Data = {
            "title": {"text": wrapped(self.title, width, 2), "standoff": 8},
            "automargin": True,
            "gridcolor": "--grid",
            "linecolor": "--line",
            "zerolinecolor": "--line",
            "tickcolor": "--line",
        }
        if self.category:
            order = list(self.order.values())
            return about | {"type": "category", "categoryorder": "array", "categoryarray": order}
        about["hoverformat"] = self.digits
        if self.axis.percent:
            about["tickformat"] = ".3~%"  # without zeros at the end: ticks of a narrow range differ, too
        else:
            money = numbers.is_currency(self.axis.units)
            about |= {"exponentformat": "B" if money else "SI", "separatethousands": True}
        if self.axis.scale == "log":
            about |= {"type": "log", "dtick": 1}
            if self.axis.units == "s":
                about |= {
                    "tickvals": [at for at, _ in DURATIONS],
                    "ticktext": [text for _, text in DURATIONS],
                }
        else:
            about["type"] = "linear"
        return about


def rounded(values: np.ndarray[Any, Any], digits: int = 7) -> list[float | int | None]:
    """Numbers with `digits` significant digits as JSON has them; what is not finite becomes null."""
    finite = np.isfinite(values)
    safe = np.where(finite & (values != 0), values, 1.0)
    places = np.clip(digits - 1 - np.floor(np.log10(np.abs(safe))), -300, 300)
    # Powers of ten up to 22 are exact, so that a quotient is the number nearest to a short decimal.
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    short = np.where(values == 0, 0.0, np.round(safe / down * up) / up * down)
    if finite.all() and np.array_equal(short, np.round(short)) and np.abs(short).max(initial=0.0) < EXACT:
        return list(short.astype(np.int64).tolist())
    if finite.all():
        return list(short.tolist())
    return [value if good else None for value, good in zip(short.tolist(), finite.tolist(), strict=True)]


def _time_unit(span: float) -> tuple[float, str]:
    """Seconds, hours or days: what a span of so many seconds is told in."""
    for length, unit, least in ((DAY, "d", 3 * DAY), (HOUR, "h", 3 * HOUR), (MINUTE, "min", 5 * MINUTE)):
        if span >= least:
            return length, unit
    return 1.0, "s"
