"""What is earned and what it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Array, Axis, Chart, Mark, Series, Step, Tone, Waterfall
from tidepool.charts.common import Run
from tidepool.numbers import text
from tidepool.words import Words

MICRO = 1_000_000
MOST_DAYS = 200
REDUCTIONS = ("refund", "commission")


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """Waterfall and revenue by day for each run that bills; cumulative cash of all."""
    made = []
    for run in runs:
        made += [chart for chart in (_waterfall(run, _), _daily(run, _)) if chart]
    cash = _cash(runs, _)
    return [*made, *([cash] if cash else [])]


def items_of(run: Run) -> dict[str, int]:
    """Revenue by item in micro-units, exactly; refunds and commission are negative."""
    table = run.result.columns("money/revenue", "item", "amount")
    if "item" not in table:
        return {}
    return _sums(table.labels("item"), table["amount"])


def costs_of(run: Run) -> dict[str, int]:
    """Costs by kind in micro-units, exactly."""
    table = run.result.columns("money/costs", "kind", "amount")
    return _sums(table.labels("kind"), table["amount"]) if "kind" in table else {}


def credits_of(run: Run) -> int:
    """What is given back under the service level agreement, in micro-units."""
    table = run.result.columns("money/credits", "amount")
    return int(table["amount"].sum(dtype=np.int64)) if "amount" in table else 0


def _sums(names: Array, amounts: Array) -> dict[str, int]:
    kinds, which = np.unique(names.astype(str), return_inverse=True)
    sums = np.zeros(len(kinds), np.int64)
    np.add.at(sums, which, amounts)
    return {str(kind): int(total) for kind, total in zip(kinds, sums, strict=True)}


def _words_of(_: Words) -> dict[str, str]:
    return {
        "reserved": _("reserved"),
        "overage": _("beyond the contract"),
        "on-demand": _("on demand"),
        "spot": _("spot"),
        "block": _("capacity blocks"),
        "tokens-in": _("tokens in"),
        "tokens-cached": _("tokens from the cache"),
        "tokens-out": _("tokens out"),
        "refund": _("refunds"),
        "commission": _("commission"),
        "depreciation": _("depreciation"),
        "electricity": _("electricity"),
        "colocation": _("colocation"),
        "staff": _("staff"),
        "software": _("software"),
        "network": _("network"),
        "rent": _("rent"),
        "other": _("other costs"),
        "interest": _("interest"),
        "tax": _("tax"),
    }


def _tone(item: str) -> Tone:
    tones: dict[str, Tone] = {"reserved": "reserved", "on-demand": "on-demand", "spot": "spot"}
    return tones.get(item, "service" if item.startswith("tokens") else "revenue")


def _waterfall(run: Run, _: Words) -> Chart | None:
    items, costs = items_of(run), costs_of(run)
    if not any(items.values()) and not any(costs.values()):
        return None
    names, currency = _words_of(_), run.result.currency
    steps = [
        Step(names.get(item, item), amount / MICRO, False, _tone(item))
        for item, amount in sorted(items.items(), key=lambda entry: (-entry[1], entry[0]))
        if amount and item not in REDUCTIONS
    ]
    steps += [
        Step(names[item], items[item] / MICRO, False, "credit") for item in REDUCTIONS if items.get(item)
    ]
    credit = credits_of(run)
    if credit:
        steps.append(Step(_("credits"), -credit / MICRO, False, "credit"))
    revenue = sum(items.values()) - credit
    if items:
        steps.append(Step(_("revenue"), revenue / MICRO, True, "revenue"))
    steps += [
        Step(names.get(kind, kind), -amount / MICRO, False, "cost")
        for kind, amount in sorted(costs.items(), key=lambda entry: (-entry[1], entry[0]))
        if amount
    ]
    profit = revenue - sum(costs.values())
    if costs:
        steps.append(Step(_("profit"), profit / MICRO, True, "revenue" if profit >= 0 else "cost"))
    summary = _(
        "Revenue {revenue}, cost {cost}, profit {profit}.",
        revenue=text(revenue / MICRO, currency),
        cost=text(sum(costs.values()) / MICRO, currency),
        profit=text(profit / MICRO, currency),
    )
    body = Waterfall(Axis(_("Amount"), currency), tuple(steps))
    return Chart(run.id("money"), "money", run.title(_("From revenue to profit")), summary, body)


def _daily(run: Run, _: Words) -> Chart | None:
    table = run.result.columns("money/revenue", "day", "item", "amount")
    if len(table.get("day", ())) == 0:
        return None
    days = int(table["day"].max()) + 1
    if days < 2:
        return None
    each = -(-days // MOST_DAYS)  # days of a bar
    bars, names, labels = -(-days // each), _words_of(_), table.labels("item").astype(str)
    stacks = []
    for item in sorted(set(labels), key=lambda one: (one in REDUCTIONS, one)):
        amounts = np.zeros(bars, np.int64)
        mine = labels == item
        np.add.at(amounts, table["day"][mine] // each, table["amount"][mine])
        if amounts.any():
            tone = "credit" if item in REDUCTIONS else _tone(item)
            x = np.arange(bars) * each * 86400.0
            stacks.append(Series(names.get(item, item), x, amounts / MICRO, "bar", tone))
    if not stacks:
        return None
    totals = np.sum([stack.y for stack in stacks], axis=0)
    summary = _(
        "Between {least} and {most} per bar of {days} days.",
        least=text(float(totals.min()), run.result.currency),
        most=text(float(totals.max()), run.result.currency),
        days=each,
    )
    body = XY(
        Axis(_("Time since the start"), "s", "time"),
        Axis(_("Amount"), run.result.currency),
        tuple(stacks),
        stacked=True,
    )
    return Chart(run.id("revenue"), "money", run.title(_("Revenue over time")), summary, body)


def _cash(runs: Sequence[Run], _: Words) -> Chart | None:
    lines, marks, words, currencies = [], [], [], []
    for run in runs:
        table = run.result.columns("money/cash", "month", "cumulative")
        if len(table.get("month", ())) < 2:
            continue
        years = table["month"] / 12.0
        lines.append(
            Series(run.named(_("cash")), years, table["cumulative"], "line", "revenue", run=run.index)
        )
        currencies.append(run.result.currency)
        payback = run.kpi("payback_years")
        if math.isfinite(payback):
            if payback <= years[-1]:
                marks.append(Mark("x", payback, run.named(_("paid back"))))
            words.append(run.named(_("Paid back after {years} years.", years=f"{payback:.2f}")))
        else:
            words.append(run.named(_("Not paid back.")))
    if not lines or len(set(currencies)) > 1:
        return None
    body = XY(
        Axis(_("Years since the investment")),
        Axis(_("Cash"), currencies[0]),
        tuple(lines),
        marks=tuple(marks),
    )
    return Chart("cash", "money", _("Cumulative cash"), " ".join(words), body)
