"""Result files as pandas frames: what `tidepool.open` gives.

Every frame says in `frame.attrs["units"]` what its columns are in (a dict, column -> unit as UDUNITS writes it) and in
`frame.attrs["long_names"]` what they mean. Enumerated columns and ids of dimensions (tenant, gpu_model, cause, ...) are
categories with names. Times are seconds since the start of the run; `start` is its calendar time, if it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from tidepool.hdf5 import Array, Kpi, KpiMeaning, ResultError, Table
from tidepool.results import Result, Sweep, read
from tidepool.yaml_file import nearest

Meaning = TypeVar("Meaning", Kpi, KpiMeaning)

# Columns that hold rows of /dim/NAME.
DIMENSIONS = ("tenant", "gpu_model", "cause")
NOBODY = 2**32 - 1  # how /usage writes "none" in a column of rows
# Tables whose `service` is a row of /services.
OF_SERVICES = ("service_classes", "unit_log", "latency")
# Time series: where they are, and the columns that name their second dimension (the first one that there is).
SERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "cluster": ("cluster", ()),
    "service": ("service", ("service",)),
    "class": ("class", ("class",)),
    "tenant": ("tenant", ("tenant_name",)),
    "pool": ("pool", ("pool",)),
    "link": ("link", ("link_name",)),
    "tier": ("link", ("tier",)),
}
GRIDS = {"link": ("link_utilisation",), "tier": ("rate", "utilisation")}  # of the one group with two kinds
BILLS = ("revenue", "credits", "costs", "cash")
# Tables that a run may lack; docs/results.md says what they hold.
TABLES = (
    "jobs", "failures", "nodes", "node_months", "attempts", "checkpoints", "services", "service_classes", "unit_log",
    "latency", "tenants", "links", "flows", "topology", "scenario/inputs", *(f"money/{one}" for one in BILLS),
    *(f"usage/{one}" for one in ("lease", "share", "wait", "outage", "token", "state", "service", "run")),
)  # fmt: skip


class _File:
    """What the frames of runs and sweeps share."""

    def __init__(self, result: Result) -> None:
        """Wrap an open result."""
        self.result = result

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.result.path

    @property
    def title(self) -> str:
        """What the scenario or sweep is called."""
        return self.result.title

    @property
    def status(self) -> str:
        """ "complete", "failed", "interrupted" or "running"."""
        return self.result.status

    @property
    def attrs(self) -> dict[str, Any]:
        """The attributes of the file: seed, engine, network, schema, ..."""
        return dict(self.result.attrs)

    @property
    def provenance(self) -> dict[str, Any]:
        """Who made the file, when and with what; empty for a run with --reproducible."""
        return dict(self.result.provenance)

    def table(self, group: str) -> pd.DataFrame:
        """A columnar group such as "failures" or "money/revenue", a row per entry.

        Empty if the run lacks the part. Raises KeyError if results have no such group, ResultError if it is not a
        table (`timeseries` has grids, `result.table` anything).
        """
        group = group.strip("/")
        if group not in TABLES and not self.result.has(group):
            raise KeyError(f"results have no table {group!r}{nearest(group, TABLES)}")
        return _frame(self.result, group, self.result.columns_or_empty(group))

    def __repr__(self) -> str:
        """In one line."""
        return f"{type(self).__name__}({str(self.path)!r}, {self.status})"


class Run(_File):
    """A run. Make it with `tidepool.open` or `tidepool.run`."""

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The KPIs: index `kpi`; columns value (float), units, long_name, better, group. Empty for a partial file."""
        kpis = self.result.summary
        columns = ["value", "units", "long_name", "better", "group"]
        return pd.DataFrame.from_records(
            list(kpis.values()), index=pd.Index(list(kpis), name="kpi"), columns=columns
        )

    def kpi(self, name: str) -> float:
        """One KPI, in `summary.units[name]`; NaN where it is not defined. Raises KeyError if there is no such KPI."""
        return float(_one(self.result.summary, name).value)

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """A row per job, in trace order: index `job`. Columns as docs/results.md lists them."""
        return self._indexed("jobs", "job")

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """A row per stretch of running; index `attempt`. Empty if jobs could not be interrupted."""
        return self._indexed("attempts", "attempt")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """A row per outage that began in the run; index `failure`. Empty if there were none."""
        return self._indexed("failures", "failure")

    @cached_property
    def services(self) -> pd.DataFrame:
        """A row per service; index `service`. Empty without services."""
        return self._indexed("services", "service")

    @cached_property
    def tenants(self) -> pd.DataFrame:
        """A row per tenant that the scenario lists. Empty without."""
        return self.table("tenants")

    def timeseries(self, of: str = "cluster") -> pd.DataFrame:
        """What was measured over time: index `time`, the start of each bin in seconds since the start of the run.

        `of`: "cluster" gives a column per quantity; "service", "class", "tenant", "pool", "link" (the hottest) or
        "tier" (of links) give columns (quantity, name): `frame["held"]` is a frame with a column per name.
        `frame.attrs["bin_width"]` is in seconds; units and long names are by quantity. Empty if the run lacks the
        part. Raises KeyError if there is no such kind.
        """
        if of not in SERIES:
            raise KeyError(f"results have no time series of {of!r}{nearest(of, SERIES)}")
        group, names = SERIES[of]
        table = self.result.columns_or_empty(f"timeseries/{group}")
        if "time" not in table:
            return pd.DataFrame(index=pd.Index([], name="time", dtype=float))
        index = pd.Index(table["time"], name="time")
        if names:
            frame = _grid(self.result, table, of, index)
        else:
            frame = pd.DataFrame({name: table[name] for name in table if name != "time"}, index=index)
        frame.attrs.update(_about(table))
        frame.attrs["bin_width"] = float(table.attrs.get("bin_width", np.nan))
        return frame

    def money(self, of: str = "revenue") -> pd.DataFrame:
        """Lines of the bill: `of` is "revenue", "credits", "costs" or "cash".

        `amount` is in the currency (float); `micro` in millionths of it (int64), which add up exactly. Empty without
        prices and costs. Raises KeyError for another `of`.
        """
        if of not in BILLS:
            raise KeyError(f"results have no bill of {of!r}{nearest(of, BILLS)}")
        frame = self.table(f"money/{of}")
        if "amount" in frame:
            about = frame.attrs
            frame = frame.assign(micro=frame["amount"], amount=frame["amount"] / 1e6)
            frame.attrs = {
                **about,
                "units": {**about["units"], "amount": self.result.currency, "micro": "1e-6"},
            }
        return frame

    @property
    def currency(self) -> str:
        """The currency of all amounts; empty if the run knows no money."""
        return self.result.currency

    @property
    def start(self) -> pd.Timestamp | None:
        """Calendar time of the start of the run; None if the trace has none. `start + to_timedelta(t, "s")` is t."""
        text = str(self.result.attrs.get("start", ""))
        return pd.Timestamp(text) if text else None

    @property
    def yaml(self) -> str:
        """The scenario as it ran, with every default and override."""
        return self.result.resolved_yaml

    def _indexed(self, group: str, index: str) -> pd.DataFrame:
        frame = self.table(group)
        return frame.set_index(index) if index in frame else frame


class SweepRun(_File):
    """A sweep. Make it with `tidepool.open` or `tidepool.sweep`."""

    result: Sweep

    @cached_property
    def cells(self) -> pd.DataFrame:
        """What the cells differ in: index `cell`, a column per path in the scenario, values as the file writes them."""
        return pd.DataFrame(self.result.params, index=pd.RangeIndex(self.result.cells, name="cell"))

    @property
    def kpis(self) -> pd.DataFrame:
        """What the KPIs mean: index `kpi`; columns units, long_name, better, group."""
        kpis = self.result.kpis
        return pd.DataFrame.from_records(
            list(kpis.values()),
            index=pd.Index(list(kpis), name="kpi"),
            columns=["units", "long_name", "better", "group"],
        )

    def replicas(self, *kpis: str) -> pd.DataFrame:
        """A row per run: index (cell, replica); columns `state`, `seed` and the KPIs, those of failed runs NaN.

        All KPIs if none is named. Runs that are missing have NaN as well, and seed 0. `cells.join(frame)` adds what
        the cells differ in. Raises KeyError for a KPI that there is not.
        """
        names = kpis or tuple(self.result.kpis)
        meanings = {name: _one(self.result.kpis, name) for name in names}
        shape = (self.result.cells, self.result.replicas)
        index = pd.MultiIndex.from_product([range(shape[0]), range(shape[1])], names=["cell", "replica"])
        states = pd.Categorical(self.result.states.ravel().astype(str))
        frame = pd.DataFrame(
            {
                "state": states,
                "seed": self.result.replica("seed").ravel(),
                **{name: self.result.replica(name).ravel() for name in names},
            },
            index=index,
        )
        frame.attrs["units"] = {name: meaning.units for name, meaning in meanings.items()}
        frame.attrs["long_names"] = {name: meaning.long_name for name, meaning in meanings.items()}
        return frame

    def stats(self, kpi: str) -> pd.DataFrame:
        """A KPI over the complete runs of each cell: the columns of `cells`, n, mean, se, low, high, p05, p50, p95.

        `low` and `high` are the 95 % interval of the mean. Raises KeyError if there is no such KPI, ResultError while
        the sweep is running.
        """
        units = _one(self.result.kpis, kpi).units
        table = self.result.stats(kpi)
        names = [name for name in ("n", "mean", "se", "low", "high", "p05", "p50", "p95") if name in table]
        frame = self.cells.assign(**{name: table[name] for name in names})
        frame.attrs["units"] = dict.fromkeys(names[1:], units)
        return frame


def open_frames(path: str | Path) -> Run | SweepRun:
    """Open a result file of a run or of a sweep, or the .partial file of one that is not finished.

    Raises FileNotFoundError or ResultError. Warns with PartialResultWarning if it did not get to its end.
    """
    result = read(path)
    return SweepRun(result) if isinstance(result, Sweep) else Run(result)


def _one(kpis: Mapping[str, Meaning], name: str) -> Meaning:
    if name not in kpis:
        raise KeyError(f"there is no KPI {name!r}{nearest(name, kpis)}" if kpis else "there are no KPIs yet")
    return kpis[name]


def _frame(result: Result, group: str, table: Table) -> pd.DataFrame:
    shapes = {values.shape for values in table.values()}
    if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
        raise ResultError(
            f"{result.path}: /{group} is no table of rows: result.table({group!r}) gives its arrays"
        )
    frame = pd.DataFrame({name: _column(result, group, table, name) for name in table})
    frame.attrs.update(_about(table))
    return frame


def _column(result: Result, group: str, table: Table, name: str) -> Any:
    values = table[name]
    if name in table.enums:
        numbers = sorted(table.enums[name])
        codes = np.searchsorted(numbers, values).clip(max=len(numbers) - 1)
        if not np.array_equal(np.array(numbers)[codes], values):
            raise ResultError(f"{result.path}: /{group}/{name} has values without a name")
        return pd.Categorical.from_codes(codes, pd.Index([table.enums[name][number] for number in numbers]))
    if values.dtype.kind in "iu":
        if name in DIMENSIONS:
            return _named(values, result.names(name), f"{result.path}: /{group}/{name}")
        if name == "service" and group in OF_SERVICES:
            return _named(values, _services(result), f"{result.path}: /{group}/{name}")
    return values


def _named(rows: Array, names: list[str], where: str) -> pd.Categorical:
    """Rows of a dimension as categories with its names; none (negative, or as /usage writes it) is missing."""
    none = (rows < 0) | (rows == NOBODY)
    if (rows[~none] >= len(names)).any():
        raise ResultError(f"{where} has rows that the dimension lacks")
    unique = {name: code for code, name in enumerate(dict.fromkeys(names))}
    codes = np.array([*(unique[name] for name in names), -1])
    return pd.Categorical.from_codes(
        codes[np.where(none, len(names), rows).astype(np.int64)], pd.Index(list(unique), dtype=object)
    )


def _grid(result: Result, table: Table, of: str, index: pd.Index) -> pd.DataFrame:
    names = _names(result, table, of)
    wanted = GRIDS.get(of)
    grids = {
        quantity: values
        for quantity, values in table.items()
        if values.ndim == 2 and (wanted is None or quantity in wanted)
    }
    for quantity, values in grids.items():
        if values.shape != (len(index), len(names)):
            raise ResultError(
                f"{result.path}: {quantity} of /timeseries/{SERIES[of][0]} does not fit its names"
            )
    if not grids:
        return pd.DataFrame(index=index)
    columns = pd.MultiIndex.from_tuples(
        [(quantity, name) for quantity in grids for name in names], names=["quantity", of]
    )
    return pd.DataFrame(np.column_stack(list(grids.values())), index=index, columns=columns)


def _names(result: Result, table: Table, of: str) -> list[str]:
    for name in SERIES[of][1]:
        if name in table:
            return [str(one) for one in table[name]]
    return []


def _services(result: Result) -> list[str]:
    return [str(name) for name in result.columns("services", "name").get("name", ())]


def _about(table: Table) -> dict[str, Any]:
    return {"units": dict(table.units), "long_names": dict(table.long_names)}
