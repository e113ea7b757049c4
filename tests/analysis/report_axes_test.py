"""Numbers and titles of charts on their way to plotly.js."""

import json
import re

import numpy as np
import pytest

from tidepool import report_plotly
from tidepool.chart import XY, Axis, Series
from tidepool.report_axes import Scale, rounded
from tidepool.report_page import shared
from tidepool.report_text import wrapped
from tidepool.words import Words


def test_numbers_have_seven_digits_and_are_short():
    random = np.random.default_rng(3)
    values = random.uniform(-10, 10, 5000) * 10.0 ** random.integers(-12, 20, 5000)
    for value, short in zip(values.tolist(), rounded(values), strict=True):
        assert short == pytest.approx(value, rel=5.1e-7)
        assert len(re.sub(r"e.*|[-.]", "", repr(short)).strip("0")) <= 7, repr(short)
    assert json.dumps(rounded(np.array([1.0, 0.0, -0.0, 1e6, 86400.0]))) == "[1, 0, 0, 1000000, 86400]"
    assert rounded(np.array([np.nan, 0.1, np.inf, 1 / 3])) == [None, 0.1, None, 0.3333333]
    assert rounded(np.array([])) == []


def test_charts_of_many_runs_share_their_times():
    x = np.arange(3.0)
    body = XY(Axis("x"), Axis("y"), tuple(Series(str(n), x if n < 2 else x + 1, x) for n in range(3)))
    figure = shared(report_plotly.figure(body, Words()))
    assert figure["shared"] == [[0, 1, 2], [1, 2, 3]]
    assert [trace["x"] for trace in figure["data"]] == [0, 0, 1]


def test_long_titles_stand_in_lines():
    assert (
        wrapped("Share of the jobs that wait at most so long", 20, 3)
        == "Share of the jobs<br>that wait at most so<br>long"
    )
    assert (
        wrapped("Share of the jobs that wait at most so long", 20, 2)
        == "Share of the jobs<br>that wait at most so…"
    )
    assert wrapped("short", 20, 2) == "short" and wrapped("", 20, 2) == ""
    wide = "\u7b49\u5f85\u7b49\u5f85\u7b49\u5f85"  # each takes two columns
    assert wrapped(wide, 8, 9) == "\u7b49\u5f85\u7b49\u5f85<br>\u7b49\u5f85"
    assert wrapped("<br><b>a", 20, 2) == "&lt;br&gt;&lt;b&gt;a"


def test_seconds_are_told_in_the_unit_that_fits():
    def of(values, units="s", scale="linear"):
        array = np.array(values)
        return Scale(Axis("t", units, scale), [array], Words()), array

    for values, unit, placed in (
        ([0.05, 0.5], "s", [0.05, 0.5]),
        ([0.0, 432000.0], "d", [0, 5]),
        ([3600.0, 36000.0], "h", [1, 10]),
        ([60.0, 600.0], "min", [1, 10]),
    ):
        scale, array = of(values)
        assert scale.title == f"t ({unit})" and scale.place(array) == placed
    scale, array = of([1.0, 1e6], scale="log")
    assert scale.title == "t" and scale.place(array) == [1, 1000000]
    assert of([432000.0])[0].told(432000.0) == "5 d"
