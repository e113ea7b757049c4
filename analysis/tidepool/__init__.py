"""Tidepool from Python: run scenarios, open results as frames, write traces.

    import tidepool
    run = tidepool.run("scenario.yaml", set={"scheduler.queue": "easy"})
    run.kpi("wait_mean_s"), run.jobs, run.timeseries("cluster")        # pandas frames with units
    sweep = tidepool.open("sweep.h5")
    sweep.stats("goodput_rate")
    tidepool.trace.write(jobs, "jobs.csv.zst")

Importing this loads neither pandas nor h5py: they come with the first call that needs them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidepool import results as results
    from tidepool import trace as trace
    from tidepool.frames import Run, SweepRun
    from tidepool.frames import open_frames as open
    from tidepool.hdf5 import ResultError
    from tidepool.results import PartialResultWarning
    from tidepool.runner import RunError, ScenarioError, run, sweep

__all__ = [
    "PartialResultWarning", "ResultError", "Run", "RunError", "ScenarioError", "SweepRun",
    "__version__", "open", "results", "run", "sweep", "trace",
]  # fmt: skip

_HOMES = {
    "PartialResultWarning": ("tidepool.results", "PartialResultWarning"),
    "ResultError": ("tidepool.hdf5", "ResultError"),
    "Run": ("tidepool.frames", "Run"),
    "RunError": ("tidepool.runner", "RunError"),
    "ScenarioError": ("tidepool.runner", "ScenarioError"),
    "SweepRun": ("tidepool.frames", "SweepRun"),
    "open": ("tidepool.frames", "open_frames"),
    "run": ("tidepool.runner", "run"),
    "sweep": ("tidepool.runner", "sweep"),
}
_MODULES = ("results", "trace")


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version("tidepool")
    if name in _MODULES:
        return import_module(f"tidepool.{name}")
    if name in _HOMES:
        module, attribute = _HOMES[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'tidepool' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
