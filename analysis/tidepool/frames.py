"""Result files as pandas frames: what `tidepool.open` gives.

Every frame says in `frame.attrs["units"]` what its columns are in (a dict, column -> unit as UDUNITS writes it) and in
`frame.attrs["long_names"]` what they mean. Enumerated columns and ids of dimensions (tenant, gpu_model, cause, ...) are
categories with names. Times are seconds since the start of the run; `start` is its calendar time, if it has one.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tidepool.hdf5 import ResultError, Table
from tidepool.results import Result, Sweep, read

# Columns that hold rows of /dim/NAME.
DIMENSIONS = {"tenant": "tenant", "gpu_model": "gpu_model", "cause": "cause"}
# Groups of time series and the column that names their second dimension.
SECOND = {"service": "service", "class": "class", "tenant": "tenant", "pool": "pool", "link": "link"}


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

        Columns with a second dimension are left out (`timeseries` has them). Empty if the run lacks the part.
        """
        return _frame(self.result, self.result.columns_or_empty(group))

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
        return float(self.result.summary[name].value)

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

        `of`: "cluster" gives a column per quantity; "service", "class", "tenant", "pool" or "link" give columns
        (quantity, name). `frame.attrs["bin_width"]` is in seconds. Empty if the run lacks the part.
        """
        table = self.result.columns_or_empty(f"timeseries/{of}")
        if "time" not in table:
            return pd.DataFrame(index=pd.Index([], name="time", dtype=float))
        index = pd.Index(table["time"], name="time")
        if of in SECOND:
            frame = _grid(self.result, table, of, index)
        else:
            frame = pd.DataFrame({name: table[name] for name in table if name != "time"}, index=index)
        frame.attrs.update(_about(table))
        frame.attrs["bin_width"] = float(table.attrs.get("bin_width", np.nan))
        return frame

    def money(self, of: str = "revenue") -> pd.DataFrame:
        """Lines of the bill: `of` is "revenue", "credits", "costs" or "cash".

        `amount` is in the currency (float); `micro` in millionths of it (int64), which add up exactly. Empty without
        prices and costs.
        """
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
        units = self.result.columns("timeseries/cluster", "time").units.get("time", "")
        text = units.removeprefix("seconds since ") if units.startswith("seconds since ") else ""
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
        """A row per run: index (cell, replica); columns `state` and the KPIs, those of failed or missing runs NaN.

        All KPIs if none is named. Raises KeyError for one that there is not.
        """
        names = kpis or tuple(self.result.kpis)
        unknown = [name for name in names if name not in self.result.kpis]
        if unknown:
            raise KeyError(", ".join(unknown))
        shape = (self.result.cells, self.result.replicas)
        index = pd.MultiIndex.from_product([range(shape[0]), range(shape[1])], names=["cell", "replica"])
        states = pd.Categorical(self.result.states.ravel().astype(str))
        frame = pd.DataFrame(
            {"state": states, **{name: self.result.replica(name).ravel() for name in names}}, index=index
        )
        frame.attrs["units"] = {name: self.result.kpis[name].units for name in names}
        return frame

    def stats(self, kpi: str) -> pd.DataFrame:
        """A KPI over the complete runs of each cell: the columns of `cells`, n, mean, se, low, high, p05, p50, p95.

        `low` and `high` are the 95 % interval of the mean. Raises KeyError if there is no such KPI, ResultError while
        the sweep is running.
        """
        if kpi not in self.result.kpis:
            raise KeyError(kpi)
        table = self.result.stats(kpi)
        names = [name for name in ("n", "mean", "se", "low", "high", "p05", "p50", "p95") if name in table]
        frame = self.cells.assign(**{name: table[name] for name in names})
        frame.attrs["units"] = dict.fromkeys(names[1:], self.result.kpis[kpi].units)
        return frame


def open_frames(path: str | Path) -> Run | SweepRun:
    """Open a result file of a run or of a sweep, or the .partial file of one that is not finished.

    Raises FileNotFoundError or ResultError. Warns with PartialResultWarning if it did not get to its end.
    """
    result = read(path)
    return SweepRun(result) if isinstance(result, Sweep) else Run(result)


def _frame(result: Result, table: Table) -> pd.DataFrame:
    length = max((len(values) for values in table.values()), default=0)
    columns = {
        name: _column(result, table, name)
        for name, values in table.items()
        if values.ndim == 1 and len(values) == length
    }
    frame = pd.DataFrame(columns)
    frame.attrs.update(_about(table))
    return frame


def _column(result: Result, table: Table, name: str) -> Any:
    values = table[name]
    if name in table.enums:
        names = [table.enums[name][value] for value in sorted(table.enums[name])]
        return pd.Categorical(table.labels(name), categories=names)
    if name in DIMENSIONS and values.dtype.kind in "iu":
        names = list(dict.fromkeys(result.names(DIMENSIONS[name])))
        every = np.array([*result.names(DIMENSIONS[name]), None], dtype=object)
        known = np.where((values < 0) | (values >= len(every) - 1), len(every) - 1, values).astype(np.int64)
        return pd.Categorical(every[known], categories=names)
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    return values


def _grid(result: Result, table: Table, of: str, index: pd.Index) -> pd.DataFrame:
    names = _names(result, table, of)
    columns = {
        (quantity, name): values[:, place]
        for quantity, values in table.items()
        if values.ndim == 2 and values.shape[1] == len(names)
        for place, name in enumerate(names)
    }
    if not columns:
        return pd.DataFrame(index=index)
    frame = pd.DataFrame(np.column_stack(list(columns.values())), index=index)
    frame.columns = pd.MultiIndex.from_tuples(list(columns), names=["quantity", of])
    return frame


def _names(result: Result, table: Table, of: str) -> list[str]:
    for name in (f"{of}_name", of):
        if name in table and table[name].dtype.kind == "O":
            return [str(one) for one in table[name]]
    if of == "service":
        return [str(name) for name in result.columns("services", "name")["name"]]
    if of not in table:
        raise ResultError(f"{result.path}: /timeseries/{of} does not name its columns")
    return [str(one) for one in table[of]]


def _about(table: Table) -> dict[str, Any]:
    return {"units": dict(table.units), "long_names": dict(table.long_names)}
