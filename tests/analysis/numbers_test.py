"""How numbers are written for people."""

import math

import pytest

from tidepool import numbers


@pytest.mark.parametrize(
    ("value", "units", "text"),
    [
        (0.0, "1", "0"),
        (170.0, "1", "170"),
        (1234567.0, "1", "1,234,567"),
        (0.73526201, "1", "0.7353"),
        (12.3456, "1", "12.35"),
        (737280.25, "h", "737,280 h"),
        (0.00001234, "1", "1.234e-05"),
        (-0.5, "1", "-0.5000"),
        (1e18, "1", "1.000e+18"),
        (math.nan, "USD", "n/a"),
        (math.inf, "a", "endless"),
        (-math.inf, "1", "-endless"),
        (1599178.24, "USD", "1,599,178 USD"),
        (999.999, "CNY", "1,000.00 CNY"),
        (0.5, "USD", "0.50 USD"),
        (0.00215, "USD", "0.00215 USD"),
        (119.0, "s", "119 s"),
        (120.0, "s", "2 min"),
        (7199.0, "s", "120.0 min"),
        (7200.0, "s", "2 h"),
        (172800.0, "s", "2 d"),
        (-172800.0, "s", "-2 d"),
    ],
)
def test_values_have_their_units_and_about_four_digits(value, units, text):
    assert numbers.text(value, units) == text


def test_whole_numbers_stay_whole_after_arithmetic():
    assert numbers.percent(0.55 - 0.5) == "5 %"  # 5.000000000000004
    assert numbers.percent(0.85) == "85 %"
    assert numbers.plain(84.99999999) == "85.00"  # that is not rounding error any more
    assert numbers.plain(123456789012345.0) == "123,456,789,012,345"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (4.0, 5.0, "+25.0 %"),
        (4.0, 3.0, "-25.0 %"),
        (-4.0, -3.0, "+25.0 %"),
        (0.0, 1.0, ""),
        (1.0, math.nan, ""),
    ],
)
def test_changes_are_relative_to_the_size_of_the_old_value(old, new, text):
    assert numbers.change(old, new) == text


def test_names_are_shown_on_one_line():
    assert numbers.visible("a\nb\x1b[31m\u202e") == r"a\nb\x1b[31m\u202e"
    assert numbers.visible("x" * 100, 10) == "x" * 9 + "…"
    assert numbers.visible("\u4e00\u53f7") == "\u4e00\u53f7"
