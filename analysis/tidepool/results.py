"""The one reader of tidepool's result files (HDF5).

    from tidepool import results
    run = results.open("run.h5")
    run.summary["wait_mean_s"].value          # a float, in run.summary["wait_mean_s"].units
    run.jobs["start"] - run.jobs["submit"]    # arrays of one entry per job, in trace order
    if run.failures:                          # tables of what a run may lack are empty then
        [run.names("cause")[c] for c in run.failures["cause"]]
    sweep = results.sweep("sweep.h5")         # many runs: every cell of a sweep, replica by replica
    sweep.replica("wait_mean_s")              # an array [cells, replicas]
    sweep.stats("wait_mean_s")["low"]         # an array [cells]; sweep.params says what differs

Everything is in the units that the file says: SI (seconds, bytes, bytes/s), GPU time in hours. Instants are
seconds since the start of the run. A number that does not exist (a job that never started) is NaN. Each part is
read when it is first asked for and kept; the file is open only while reading, so a run in progress is not
disturbed.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tidepool.hdf5 import (
    Array,
    Kpi,
    KpiMeaning,
    ResultError,
    Table,
    array,
    attributes,
    datasets,
    kpi_words,
    kpis_of,
    table_of,
)

__all__ = [
    "Array", "Kpi", "KpiMeaning", "PartialResultWarning", "Result", "ResultError", "Sweep", "Table",
    "open", "read", "sweep",
]  # fmt: skip

SCHEMA_MAJOR = "1"  # of the root attribute tidepool_schema


class PartialResultWarning(UserWarning):
    """The run that wrote the file was still going on, or did not get to its end."""


class Result:
    """One result file. Make it with `open`."""

    def __init__(self, path: Path) -> None:
        """Read and check the root attributes of the file `path`."""
        self.path = path
        with self._file() as file:
            self.attrs = attributes(file)
        schema = str(self.attrs.get("tidepool_schema", ""))
        if not schema:
            raise ResultError(f"{path}: not a tidepool result (no tidepool_schema attribute)")
        if schema.split(".", maxsplit=1)[0] != SCHEMA_MAJOR:
            raise ResultError(
                f"{path}: has schema {schema}, this package reads {SCHEMA_MAJOR}.x: use the package of the program "
                "that wrote it"
            )

    @property
    def status(self) -> str:
        """How the run ended: "complete", "failed" or "interrupted"; "running" if it has not."""
        return str(self.attrs.get("status", "running"))

    @property
    def complete(self) -> bool:
        """Whether the run got to its end."""
        return self.status == "complete"

    @cached_property
    def summary(self) -> dict[str, Kpi]:
        """The KPIs by name; empty while the run has not finished."""
        with self._file() as file:
            return kpis_of(file["summary"]) if "summary" in file else {}

    @cached_property
    def jobs(self) -> Table:
        """One entry per job, in trace order: every column has shape [jobs]."""
        return self.table("jobs")

    @cached_property
    def failures(self) -> Table:
        """One entry per outage that began in the run; empty (false) if there were none."""
        return self.columns_or_empty("failures")

    @cached_property
    def attempts(self) -> Table:
        """One entry per stretch of running, by end; empty (false) if jobs could not be interrupted."""
        return self.columns_or_empty("attempts")

    @cached_property
    def checkpoints(self) -> Table:
        """One entry per job that started and writes checkpoints; empty (false) if there are none."""
        return self.columns_or_empty("checkpoints")

    @cached_property
    def nodes(self) -> Table:
        """One entry per node: how long it was down; empty (false) if there were no outages."""
        return self.columns_or_empty("nodes")

    @cached_property
    def node_months(self) -> Table:
        """One entry per node and 30 days in which it was down; empty (false) if there are none."""
        return self.columns_or_empty("node_months")

    @cached_property
    def links(self) -> Table:
        """One entry per link that jobs share, and per node that held its job up; empty without a network."""
        return self.columns_or_empty("links")

    @cached_property
    def flows(self) -> Table:
        """One entry per flow that was under way at the end; "held_by" is a row of `links`. May be empty."""
        return self.columns_or_empty("flows")

    @cached_property
    def link_series(self) -> Table:
        """What links carried, bin by bin; empty (false) without a network.

        "time" [bins]; "rate" and "utilisation" [bins, tiers] of the tiers "tier"; and of the hottest links
        "link" (rows of `links`) "link_utilisation" [bins, links], unless the run had too many links and bins
        to keep them (attrs["bins_of_links"]) or none carried anything.
        """
        return self.columns_or_empty("timeseries/link")

    @property
    def title(self) -> str:
        """What the scenario or sweep is called; from a file, so anything may stand in it."""
        return str(self.attrs.get("title", ""))

    @property
    def currency(self) -> str:
        """The currency of all amounts, such as "USD"; empty if the run knows no money."""
        with self._file() as file:
            return str(attributes(file["money"]).get("currency", "")) if "money" in file else ""

    @property
    def horizon_s(self) -> float | None:
        """How long the run was to be, in seconds; None for a sweep."""
        value = self.attrs.get("horizon_s")
        return None if value is None else float(value)

    @property
    def reached_s(self) -> float | None:
        """How far the run got, in seconds since its start; None for a sweep."""
        value = self.attrs.get("reached_s")
        return None if value is None else float(value)

    def has(self, group: str) -> bool:
        """Whether the file has this group or dataset, such as "money/cash"."""
        with self._file() as file:
            return group in file

    def columns(self, group: str, *names: str) -> Table:
        """Of a columnar group only the columns `names`, as `table` has them; one that is not in the file is absent.

        The table is empty if the group itself is not there. For large tables: reads nothing else.
        """
        with self._file() as file:
            return table_of(file, group, names) if group in file else Table()

    def columns_or_empty(self, group: str) -> Table:
        """A columnar group, as `table` gives it; empty (false) if it is not there."""
        with self._file() as file:
            return table_of(file, group) if group in file else Table()

    def timeseries(self, of: str = "cluster") -> Table:
        """Column "time" [bins] (start of each bin, s) and the columns measured over the bins.

        Columns have shape [bins], or [bins, entities] for `of` = "tenant" or "pool"; for links see `link_series`.
        """
        return self.table(f"timeseries/{of}")

    def table(self, group: str) -> Table:
        """Any columnar group of the file, such as "scenario/inputs" or "attempts"."""
        with self._file() as file:
            return table_of(file, group)

    def names(self, dimension: str) -> list[str]:
        """What the ids of a dimension ("tenant", "cause", ...) stand for; the index is the id."""
        return [str(name) for name in self.table("dim")[dimension]]

    @cached_property
    def source_yaml(self) -> str:
        """The scenario file as the user wrote it."""
        return self._text("scenario/source_yaml")

    @cached_property
    def resolved_yaml(self) -> str:
        """The scenario as it ran: with includes, overrides and every default, in SI units."""
        return self._text("scenario/resolved_yaml")

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Who made the file, when and with what; empty for a run with --reproducible."""
        with self._file() as file:
            return attributes(file["provenance"]) if "provenance" in file else {}

    def _text(self, name: str) -> str:
        with self._file() as file:
            if name not in file:
                raise ResultError(f"{self.path}: has no {name}")
            text = file[name][()]
            return text.decode() if isinstance(text, bytes) else str(text)

    @contextmanager
    def _file(self) -> Iterator[h5py.File]:
        try:
            # Without locking: another process may be writing, and it never rewrites what is there.
            file = _opened(self.path)
        except FileNotFoundError:
            partial = self.path.with_name(self.path.name + ".partial")
            hint = f"; the run left {partial}" if partial.exists() else ""
            raise FileNotFoundError(f"{self.path}: no such file{hint}") from None
        except OSError as error:
            raise ResultError(f"{self.path}: {_refusal(self.path, str(error))}") from error
        with file:
            try:
                yield file
            except ResultError:
                raise
            except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
                raise ResultError(f"{self.path}: damaged or incomplete ({error})") from error


def _opened(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r", locking=False)
    except OSError as error:
        if "locking flag" not in str(error):
            raise
        return h5py.File(path, "r")  # this process has it open already, with locking


def _refusal(path: Path, said: str) -> str:
    """Why a file cannot be opened, in words; `said` is what HDF5 says."""
    if path.is_dir():
        return "is a folder"
    if path.exists() and not os.access(path, os.R_OK):
        return "no permission to read it"
    if path.is_file() and path.stat().st_size == 0:
        return "is empty"
    cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", said)
    if cut:
        return f"not a readable HDF5 file: it is cut off after {cut[1]} of {cut[2]} bytes"
    if "signature not found" in said:
        return "not a readable HDF5 file: it holds something else"
    if "unable to lock file" in said:
        return "another process has locked it: try again when that has ended, or read a copy"
    return f"not a readable HDF5 file ({said})"


class Sweep(Result):
    """The result of a sweep, of a shard of one, or of several merged. Make it with `sweep`."""

    def __init__(self, path: Path) -> None:
        """Read and check the root attributes of the file `path`."""
        super().__init__(path)
        if self.attrs.get("kind") != "sweep":
            raise ResultError(f"{path}: the result of a run, not of a sweep (open it with results.open)")

    @property
    def cells(self) -> int:
        """How many combinations of values there are."""
        return self._count("cells")

    @property
    def replicas(self) -> int:
        """How often each cell runs, each time with other luck."""
        return self._count("replicas")

    @cached_property
    def params(self) -> dict[str, list[str]]:
        """What differs between the cells: its path in the scenario -> its value in each cell."""
        with self._file() as file:
            columns = datasets(file, "sweep/param", required=False)
            return {
                str(attributes(item).get("long_name", name)): [str(label) for label in array(item)]
                for name, item in columns
            }

    @cached_property
    def kpis(self) -> dict[str, KpiMeaning]:
        """The KPIs that every run has, and what they mean."""
        with self._file() as file:
            columns = [(name, attributes(item)) for name, item in datasets(file, "sweep/replica")]
            return {name: KpiMeaning(*kpi_words(about)) for name, about in columns if "better" in about}

    def replica(self, column: str) -> Array:
        """A KPI, or "seed", "decision_hash" or "state" (a number; see `states`), as an array [cells, replicas].

        KPIs are NaN where they are undefined and in runs that failed or are missing.
        """
        with self._file() as file:
            return array(self._dataset(file, f"sweep/replica/{column}"))

    @cached_property
    def states(self) -> Array:
        """What became of each run, an array [cells, replicas]: "missing", "complete" or "failed"."""
        with self._file() as file:
            item = self._dataset(file, "sweep/replica/state")
            names = {value: name for name, value in (h5py.check_enum_dtype(item.dtype) or {}).items()}
            return np.array([names[int(value)] for value in item[()].flat], dtype=object).reshape(item.shape)

    @cached_property
    def problems(self) -> dict[int, str]:
        """Why the first failed run of a cell failed, for the cells that have one."""
        with self._file() as file:
            if "sweep/problem" not in file:
                return {}
            return {cell: str(text) for cell, text in enumerate(array(file["sweep/problem"])) if text}

    def stats(self, kpi: str) -> Table:
        """Columns [cells] over the complete runs of each cell: n, mean, se, low, high, p05, p50, p95.

        `low` and `high` are the 95 % interval of the mean. There are none while the sweep is running.
        """
        return self.table(f"sweep/stats/{kpi}")

    @cached_property
    def waits(self) -> Table:
        """How long jobs first waited: "wait", counts [cells, buckets], and "wait_lower" [buckets], s."""
        return self.table("sweep/histogram")

    def _count(self, name: str) -> int:
        if name not in self.attrs:
            raise ResultError(f"{self.path}: a sweep without the attribute {name}")
        return int(self.attrs[name])

    def _dataset(self, file: h5py.File, name: str) -> h5py.Dataset:
        item = file.get(name)
        if not isinstance(item, h5py.Dataset):
            raise ResultError(f"{self.path}: has no {name}")
        return item


def sweep(path: str | Path) -> Sweep:
    """Open the result of a sweep, or the .partial file of one that is not finished.

    Raises FileNotFoundError, or ResultError when it is something else. Warns with
    PartialResultWarning when runs are missing: their KPIs are NaN, and there may be no statistics.
    """
    result = Sweep(Path(path))
    if not result.complete or result.path.suffix == ".partial":
        warnings.warn(f"{path}: the sweep is {result.status}", PartialResultWarning, stacklevel=2)
    return result


def open(path: str | Path) -> Result:
    """Open a result file, or the .partial file of a run that is not finished.

    Raises FileNotFoundError, or ResultError when it is not a tidepool result, or one of a sweep. Warns
    with PartialResultWarning when the run did not get to its end: tables may be short, the summary empty.
    """
    result = Result(Path(path))
    if result.attrs.get("kind") == "sweep":
        raise ResultError(f"{path}: the result of a sweep (open it with results.sweep)")
    if not result.complete or result.path.suffix == ".partial":
        warnings.warn(f"{path}: the run is {result.status}", PartialResultWarning, stacklevel=2)
    return result


def read(path: str | Path) -> Result | Sweep:
    """Open whatever result the file holds: a `Sweep` for that of a sweep, else a `Result`; as `open` and `sweep`."""
    return sweep(path) if Result(Path(path)).attrs.get("kind") == "sweep" else open(path)
