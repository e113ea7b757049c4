"""Jobs of Slurm or PBS as workers: reads and checks the options that dask-jobqueue takes."""

from __future__ import annotations

import difflib
import inspect
import logging
import signal
from pathlib import Path
from typing import Any

import dask.config
import yaml

from tidepool.command import UsageError

# Whoever imports dask-jobqueue has Ctrl-C end the process, without a word and with exit code 0.
_before = signal.getsignal(signal.SIGINT)
from dask_jobqueue.core import JobQueueCluster  # noqa: E402
from dask_jobqueue.pbs import PBSCluster  # noqa: E402
from dask_jobqueue.slurm import SLURMCluster  # noqa: E402

signal.signal(signal.SIGINT, _before)

CLUSTERS: dict[str, Any] = {"slurm": SLURMCluster, "pbs": PBSCluster}
# Of the constructors' parameters: those that are ours to set, or that no YAML can hold.
OURS = """self scheduler name n_workers job_cls loop asynchronous scheduler_cls config_name host
    dashboard_address silence_logs""".split()


class QueueOptions:
    """What one job asks for: the keywords of dask-jobqueue's SLURMCluster or PBSCluster."""

    def __init__(self, kind: str, path: Path, threads: int, gpus: bool) -> None:
        """Read `path` (YAML), for shards of so many threads. UsageError says everything that is wrong with it."""
        self.kind = kind
        self.path = path
        self.threads = threads
        self.gpus = gpus
        self.values = self._read()
        # Shards are processes of their own, so one worker can look after all of a job; but a worker holds one GPU.
        self.values["processes"] = self._configured("processes", 1)

    def slots(self) -> int:
        """How many shards one job runs at once."""
        return int(self.values["processes"]) * (1 if self.gpus else self._slots_of_worker())

    def cluster(self) -> JobQueueCluster:
        """Start the scheduler, in this process, and no job yet."""
        values = {**self.values, "config_name": self.kind}
        values["scheduler_options"] = {
            "dashboard_address": "127.0.0.1:0",
            **(values.get("scheduler_options") or {}),
        }
        more = ["--nthreads", str(self._slots_of_worker()), *(["--resources", "GPU=1"] if self.gpus else [])]
        values["worker_extra_args"] = [*self._configured("worker_extra_args", []), *more]
        try:
            cluster: JobQueueCluster = CLUSTERS[self.kind](silence_logs=logging.CRITICAL, **values)
        except (ValueError, TypeError, OSError) as error:
            raise UsageError(f"{self.path}: {error}") from error
        return cluster

    def _slots_of_worker(self) -> int:
        cores = int(self._configured("cores", 1))
        return max(1, cores // int(self.values["processes"]) // self.threads)

    def _configured(self, name: str, default: Any) -> Any:
        # As dask-jobqueue does: what the file leaves open may stand in Dask's own configuration.
        configured = dask.config.get(f"jobqueue.{self.kind}.{name.replace('_', '-')}", None)
        return self.values.get(name) or configured or default

    def _read(self) -> dict[str, Any]:
        try:
            values = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UsageError(f"{self.path}: {error}") from error
        if not isinstance(values, dict):
            raise UsageError(f"{self.path}: must map options of dask-jobqueue to values, such as 'cores: 16'")
        known = _known_options(self.kind)
        wrong = [f"{self.path}: {name}: {_unknown(str(name), known)}" for name in values if name not in known]
        if wrong:
            raise UsageError("\n".join(wrong))
        return values


def _known_options(kind: str) -> list[str]:
    classes = [*CLUSTERS[kind].__mro__, *CLUSTERS[kind].job_cls.__mro__]
    ours = [vars(one) for one in classes if one.__module__.startswith("dask_jobqueue.")]
    makers = [members["__init__"] for members in ours if "__init__" in members]
    named = [inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY]
    every = {
        p.name for maker in makers for p in inspect.signature(maker).parameters.values() if p.kind in named
    }
    return sorted(every.difference(OURS))


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    if name in OURS:
        return "is set by this program"
    return "no such option" + (f", did you mean '{near[0]}'?" if near else f"; there are {', '.join(known)}")
