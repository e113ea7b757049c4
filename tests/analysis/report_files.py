"""Small result files with chosen content for the tests of the report, and what a page consists of."""

import json
import re
from html.parser import HTMLParser

import h5py
import numpy as np

RUN = {"tidepool_schema": "1.5", "title": "run", "status": "complete", "engine": "simgrid", "network": "off"}
# name -> units, better, group, long name
KPIS = {
    "allocation_rate": ("1", "higher", "capacity", "share of the installed GPU-hours held by jobs"),
    "goodput_rate": ("1", "higher", "capacity", "share of the installed GPU-hours that was useful"),
    "gpu_hours_lost": ("h", "lower", "capacity", "GPU-hours of work that was lost"),
    "gpu_hours_capacity": ("h", "none", "capacity", "GPU-hours installed"),
    "ettr": ("1", "higher", "reliability", "effective training time ratio, without queueing"),
    "wait_p95_s": ("s", "lower", "service", "95th percentile first wait of the jobs that started"),
    "revenue": ("USD", "higher", "money", "what customers pay in the end"),
    "payback_years": ("a", "lower", "money", "years until the cash paid in is back"),
}


def _scalar(group, name, value, units, better, kind, long_name):
    item = group.create_dataset(name, data=np.float64(value))
    item.attrs.update({"units": units, "better": better, "group": kind, "long_name": long_name})


def write_run(path, values, currency="USD", resolved="a: 1\nb: 2\n", extra=(), **attributes):
    """A run with KPIs `values` (name -> number) and `extra` ones (name, number, units, better, group, long name)."""
    with h5py.File(path, "w") as file:
        file.attrs.update(
            RUN | {"seed": np.uint64(1), "horizon_s": 86400.0, "reached_s": 86400.0} | attributes
        )
        scenario = file.create_group("scenario")
        scenario["resolved_yaml"] = resolved
        scenario["source_yaml"] = resolved
        scenario["overrides"] = np.array(["seed=1"], dtype=h5py.string_dtype())
        inputs = scenario.create_group("inputs")
        inputs["path"] = np.array(["<b>trace</b>.csv"], dtype=h5py.string_dtype())
        inputs["sha256"] = np.array(["ab" * 32], dtype=h5py.string_dtype())
        inputs["bytes"] = np.array([1234567], dtype=np.uint64)
        summary = file.create_group("summary")
        for name, value in values.items():
            units, better, group, long_name = KPIS[name]
            units = currency if units == "USD" else units
            _scalar(summary, name, value, units, better, group, long_name)
        for one in extra:
            _scalar(summary, *one)
        if currency:
            file.create_group("money").attrs["currency"] = currency
    return path


def write_sweep(path, params, kpis, statistics=True, **attributes):
    """A sweep with `params` (path -> label of each cell) and `kpis` (name -> numbers [cells, replicas])."""
    grids = {name: np.asarray(values, dtype=np.float64) for name, values in kpis.items()}
    cells, replicas = next(iter(grids.values())).shape
    with h5py.File(path, "w") as file:
        counts = {"cells": cells, "replicas": replicas, "rows_complete": cells * replicas}
        file.attrs.update(RUN | {"kind": "sweep", "question": "How many spares?"} | counts | attributes)
        file["scenario/source_yaml"] = "tidepool_sweep: 1\n"
        for number, (name, labels) in enumerate(params.items()):
            item = file.create_dataset(f"sweep/param/{number}", data=labels, dtype=h5py.string_dtype())
            item.attrs["long_name"] = name
        states = h5py.enum_dtype({"missing": 0, "complete": 1, "failed": 2}, basetype="i1")
        file.create_dataset("sweep/replica/state", data=np.ones((cells, replicas), "i1"), dtype=states)
        for name, grid in grids.items():
            units, better, group, long_name = KPIS[name]
            item = file.create_dataset(f"sweep/replica/{name}", data=grid)
            item.attrs.update({"units": units, "better": better, "group": group, "long_name": long_name})
            if statistics:
                mean, half = grid.mean(axis=1), np.full(cells, 0.05 if replicas > 1 else np.nan)
                columns = {"mean": mean, "low": mean - half, "high": mean + half}
                for column, values in columns.items():
                    file[f"sweep/stats/{name}/{column}"] = values
                file[f"sweep/stats/{name}/n"] = np.full(cells, replicas, np.uint64)
    return path


class Page(HTMLParser):
    """What a page consists of: elements (tag, attributes), texts of elements by tag, ids."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.inside, self.scripts, self.stack = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.scripts.append([tag, dict(attrs), ""])
        self.stack.append(tag)

    def handle_data(self, data):
        if self.stack and self.stack[-1] in ("script", "style") and self.scripts:
            self.scripts[-1][2] += data
        else:
            self.inside.append(data)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop() != tag:
            pass

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.inside))

    @property
    def figures(self):
        return [
            json.loads(text) for tag, about, text in self.scripts if about.get("type") == "application/json"
        ]

    def ids(self):
        return [about["id"] for _, about in self.elements if "id" in about]
