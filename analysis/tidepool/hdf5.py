"""Access to HDF5 for `tidepool.results`, which knows the layout: groups of columns, attributes, KPIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import h5py
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class ResultError(ValueError):
    """The file is not a tidepool result, is damaged, or lacks what was asked for."""


class Kpi(NamedTuple):
    """One number of the summary."""

    value: float
    units: str  # UDUNITS style: s, h, 1, B, W, USD
    long_name: str
    better: str  # "higher", "lower" or "none"
    group: str  # "capacity", "reliability", "network", "money" or "service"


class KpiMeaning(NamedTuple):
    """What a KPI of a sweep means; as in `Kpi`."""

    units: str
    long_name: str
    better: str
    group: str


class Table(dict[str, Array]):
    """Columns by name, and what the file says about them."""

    def __init__(self) -> None:
        """Make an empty table; `Result` fills it."""
        super().__init__()
        self.units: dict[str, str] = {}
        self.long_names: dict[str, str] = {}
        self.enums: dict[str, dict[int, str]] = {}  # enumerated columns: value -> name
        self.attrs: dict[str, Any] = {}

    def labels(self, column: str) -> Array:
        """An enumerated column as an array of names (str), of the column's shape."""
        enum = self.enums.get(column)
        if enum is None:
            raise ResultError(f"column '{column}' is not enumerated")
        values = np.array(sorted(enum))
        names = np.array([enum[value] for value in sorted(enum)], dtype=object)
        where = np.minimum(np.searchsorted(values, self[column]), len(values) - 1)
        if not np.array_equal(values[where], self[column]):
            raise ResultError(f"column '{column}' has values without a name")
        return np.asarray(names[where])


def datasets(file: h5py.File, group: str, required: bool = True) -> list[tuple[str, h5py.Dataset]]:
    """The datasets right in `group`, by name. ResultError if it is not there and `required`."""
    if group not in file:
        if required:
            raise ResultError(f"{file.filename}: has no group /{group}")
        return []
    return [(name, item) for name, item in file[group].items() if isinstance(item, h5py.Dataset)]


def kpis_of(group: h5py.Group) -> dict[str, Kpi]:
    """All scalars of /summary, by h5py's low-level calls: a comparison of many files reads thousands of these."""
    kpis = {}
    value, word = np.empty((), "f8"), np.empty((), h5py.string_dtype())
    for index in range(group.id.get_num_objs()):
        name = group.id.get_objname_by_idx(index)
        item = h5py.h5d.open(group.id, name)
        item.read(h5py.h5s.ALL, h5py.h5s.ALL, value)
        words = []
        for key in (b"units", b"long_name", b"better", b"group"):
            word[()] = b""
            if h5py.h5a.exists(item, key):
                h5py.h5a.open(item, key).read(word)
            words.append(bytes(word[()]).decode())
        kpis[name.decode()] = Kpi(float(value), *words)
    return kpis


def kpi_words(about: dict[str, Any]) -> Iterator[str]:
    """What the attributes of a KPI say about it, in the order of `KpiMeaning`."""
    return (str(about.get(key, "")) for key in ("units", "long_name", "better", "group"))


def table_of(file: h5py.File, group: str, names: Sequence[str] | None = None) -> Table:
    """The columns of a group, or of them those among `names`."""
    table = Table()
    for name, item in datasets(file, group):
        if names is not None and name not in names:
            continue
        table[name] = array(item)
        about = attributes(item)
        table.units[name] = str(about.get("units", ""))
        table.long_names[name] = str(about.get("long_name", ""))
        enum = h5py.check_enum_dtype(item.dtype)
        if enum is not None:
            table.enums[name] = {int(value): str(key) for key, value in enum.items()}
    table.attrs = attributes(file[group])
    return table


def array(item: h5py.Dataset) -> Array:
    """All of a dataset; text as an array of str objects."""
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.asarray(item.asstr()[()], dtype=object)
    return np.asarray(item[()])


def attributes(item: Any) -> dict[str, Any]:
    """The attributes of a file, group or dataset, but those of HDF5's dimension scales."""
    skipped = ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME")
    values = {name: value for name, value in item.attrs.items() if name not in skipped}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}
