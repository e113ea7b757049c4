"""KPIs of runs beside each other: the verdict of a few, and all of them by group."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tidepool import numbers
from tidepool.comparable import Verdict, verdict
from tidepool.report_text import FRACTION, is_fraction, kpi_difference, kpi_label, kpi_value, name_text
from tidepool.results import Kpi, Result
from tidepool.words import Words

GROUPS = ("capacity", "service", "reliability", "money", "inference", "tenants", "network")
# What does not grow with the length of a run; changes of other KPIs mean nothing between unlike horizons.
RATES = re.compile(
    r".*(_per_|_mean|_p\d+|_rps|slowdown|index).*|mtti_h|mttr_h|gpus|capex|irr|npv|.*payback_years"
)


@dataclass(frozen=True)
class Change:
    """Against the first file."""

    verdict: Verdict = ""  # empty: there is no change to speak of
    absolute: str = ""
    relative: str = ""


@dataclass(frozen=True)
class Entry:
    """What one file says to one KPI."""

    file: int
    value: str
    note: str = ""
    change: Change = Change()


@dataclass(frozen=True)
class Card:
    """One number that a decision rests on."""

    kpi: str
    label: str
    about: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Row:
    """One KPI in all files."""

    kpi: str
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Group:
    """KPIs that belong together."""

    title: str
    rows: list[Row] = field(default_factory=list)


def headlines(words: Words) -> dict[str, str]:
    """The KPIs of the verdict in their order, with their short names."""
    _ = words
    return {
        "allocation_rate": _("GPU utilisation"),
        "goodput_rate": _("Goodput"),
        "ettr": _("ETTR of training"),
        "gpu_hours_lost": _("Lost GPU-hours"),
        "wait_p95_s": _("Wait, 95th percentile"),
        "slo_attainment": _("SLO attainment"),
        "revenue": _("Revenue"),
        "gross_margin": _("Gross margin"),
        "profit": _("Profit"),
        "payback_years": _("Payback"),
    }


def group_title(group: str, words: Words) -> str:
    """What a group of KPIs is called; groups we do not know by the name that the file has for them."""
    _ = words
    titles = {
        "capacity": _("Capacity"),
        "service": _("Jobs and queue"),
        "reliability": _("Reliability"),
        "money": _("Money"),
        "inference": _("Inference services"),
        "tenants": _("Tenants"),
        "network": _("Network"),
    }
    return titles.get(group, name_text(group))


def cards(runs: Sequence[Result], words: Words) -> list[Card]:
    """The verdict: a card for every headline KPI that some run has."""
    made = []
    for kpi, label in headlines(words).items():
        about = meaning(runs, kpi)
        if about is not None:
            entries = _entries(runs, kpi, words)
            made.append(Card(kpi, label, kpi_label(kpi, about.long_name, words), entries))
    return made


def groups(runs: Sequence[Result], words: Words) -> tuple[list[Group], int]:
    """All KPIs that some run defines, by group; and how many none defines."""
    names = sorted({name for run in runs for name in run.summary})
    found: dict[str, Group] = {}
    undefined = 0
    for name in names:
        about = meaning(runs, name)
        if about is None:
            undefined += 1
            continue
        group = found.setdefault(about.group, Group(group_title(about.group, words)))
        label = kpi_label(name, about.long_name, words)
        group.rows.append(Row(name_text(name), label, _entries(runs, name, words)))
    order = [*GROUPS, *sorted(set(found) - set(GROUPS))]
    return [found[group] for group in order if group in found], undefined


def meaning(runs: Sequence[Result], kpi: str) -> Kpi | None:
    """The KPI as the first run has it that defines it; None if none does."""
    kpis = (run.summary.get(kpi) for run in runs)
    return next((found for found in kpis if found is not None and not math.isnan(found.value)), None)


def _entries(runs: Sequence[Result], name: str, words: Words) -> tuple[Entry, ...]:
    first = runs[0].summary.get(name)
    alike = len({_bits(run.horizon_s) for run in runs}) == 1 or is_rate(name)
    entries = []
    for index, run in enumerate(runs):
        kpi = run.summary.get(name)
        if kpi is None:
            entries.append(Entry(index, words("not in this file")))
            continue
        value = kpi_value(name, kpi.value, kpi.units, words)
        comparable = index > 0 and alike and first is not None and first.units == kpi.units
        change = of(name, first, kpi, words) if comparable and first is not None else Change()
        entries.append(Entry(index, value, "", change))
    return tuple(entries)


def _bits(horizon: float | None) -> float | None:
    return None if horizon is None or math.isnan(horizon) else horizon


def is_rate(kpi: str) -> bool:
    """Whether a KPI can be compared between runs of unlike length."""
    return FRACTION.fullmatch(kpi) is not None or RATES.fullmatch(kpi) is not None


def of(name: str, old: Kpi, new: Kpi, words: Words) -> Change:
    """The change from `old` to `new`, judged by what is better; no verdict if one of them is undefined."""
    return change(name, old.value, new.value, new.units, new.better, words)


def change(kpi: str, old: float, new: float, units: str, better: str, words: Words) -> Change:
    """The change of a KPI from `old` to `new`: its verdict, absolute and relative size."""
    word = verdict(old, new, better)
    if word in ("", "same"):
        return Change(word)
    absolute = kpi_difference(kpi, old, new, units, words)
    relative = "" if is_fraction(kpi, units) and old <= 0 else numbers.change(old, new)
    return Change(word, absolute, relative)
