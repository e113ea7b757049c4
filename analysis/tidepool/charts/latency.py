"""Times to the first and per further token, against what was promised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tidepool.chart import XY, Axis, Chart, Mark, Series
from tidepool.charts.common import Run, filled, series, thinned, time_axis
from tidepool.charts.decimate import kept
from tidepool.numbers import duration, percent
from tidepool.results import Table
from tidepool.words import Words

QUANTILES = ("p50", "p95", "p99")


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """For each run with services: distributions of both times, and the share of requests within the promise."""
    made = []
    for run in runs:
        names = ["name", *(f"{q}_{of}" for q in ("ttft", "tpot") for of in ("promise", *QUANTILES))]
        services = run.result.columns("services", *names)
        if len(services.get("name", ())) == 0:
            continue
        for quantity in ("ttft", "tpot"):
            chart = _distribution(run, services, quantity, _)
            made += [chart] if chart else []
        chart = _attainment(run, services, _)
        made += [chart] if chart else []
    return made


def _title(quantity: str, _: Words) -> str:
    return _("Time to the first token (TTFT)") if quantity == "ttft" else _("Time per further token (TPOT)")


def _distribution(run: Run, services: Table, quantity: str, _: Words) -> Chart | None:
    if not np.isfinite(services[f"{quantity}_p95"]).any():
        return None
    promises, names = services[f"{quantity}_promise"], services["name"]
    words = []
    for row, name in enumerate(names):
        p95, promise = float(services[f"{quantity}_p95"][row]), float(promises[row])
        if np.isnan(p95):
            continue
        sentence = _("{name}: 95 % of the requests within {p95}", name=name, p95=duration(p95, 3))
        words.append(
            sentence + (_(", promised {promise}", promise=duration(promise, 3)) if promise > 0 else "") + "."
        )
    lines = _lines(run, services, quantity)
    marks = tuple(
        Mark("x" if lines else "y", float(promise), _("promised: {name}", name=name))
        for promise, name in zip(promises, names, strict=True)
        if promise > 0
    )
    if lines:
        x = Axis(_title(quantity, _), "s", "log")
        body = XY(x, Axis(_("Share of the requests"), "1", percent=True), tuple(lines), marks=marks)
    else:
        x_names = np.array(names, dtype=object)
        bars = [Series(of, x_names, services[f"{quantity}_{of}"], "bar") for of in QUANTILES]
        body = XY(
            Axis(_("Service"), scale="category"), Axis(_title(quantity, _), "s"), tuple(bars), marks=marks
        )
    return Chart(run.id(quantity), "latency", run.title(_title(quantity, _)), " ".join(words), body)


def _lines(run: Run, services: Table, quantity: str) -> list[Series]:
    table = run.result.columns("latency", "service", "quantity", "upper", "requests")
    if len(table.get("service", ())) == 0:
        return []
    of_quantity, lines = table.labels("quantity") == quantity, []
    for row, name in enumerate(services["name"]):
        mine = of_quantity & (table["service"] == row)
        counts = table["requests"][mine].astype(float)
        if counts.any():
            share = np.cumsum(counts) / counts.sum()
            upper = table["upper"][mine]
            known = upper > 0
            lines.append(Series(str(name), upper[known], share[known], "step", run=run.index))
    return lines


def _attainment(run: Run, services: Table, _: Words) -> Chart | None:
    table = run.result.columns("timeseries/service", "time", "offered", "in_slo")
    if not filled(table, "offered") or "in_slo" not in table:
        return None
    promised = (services["ttft_promise"] > 0) | (services["tpot_promise"] > 0)
    if not promised.any():
        return None
    time, lines, after = table["time"], [], 0
    for row in np.flatnonzero(promised):
        offered, in_slo = table["offered"][:, row], table["in_slo"][:, row]
        share = np.divide(in_slo, offered, out=np.full(len(time), np.nan), where=offered > 0)
        points = kept([share])
        after = max(after, len(points))
        lines.append(series(str(services["name"][row]), time, share, draw="step", points=points))
    overall = float(np.nansum(table["in_slo"][:, promised]) / np.nansum(table["offered"][:, promised]))
    worst = float(np.nanmin([np.nanmin(line.y) for line in lines if np.isfinite(line.y).any()]))
    summary = _(
        "{all} of the offered requests of services with a promise are served within it, {worst} in the worst bin.",
        all=percent(overall, 4),
        worst=percent(worst, 3),
    )
    body = XY(time_axis(_), Axis(_("Share of the offered requests"), "1", percent=True), tuple(lines))
    title = run.title(_("Requests within the promise over time"))
    return Chart(run.id("slo"), "latency", title, summary, body, thinned(len(time), after, _))
