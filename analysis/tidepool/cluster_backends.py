"""Where the workers are: in this process, at a Dask scheduler that runs already, or in jobs of a batch system.

Each gives a connected client and closes everything it started. Dask is imported here and in no other module at its
top, so that the rest can say what is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import dask
from dask.utils import parse_timedelta

# Workers that were killed are noticed when nobody answers there. The 30 s that Dask waits by default are most of
# the time that losing a worker costs; what a user configured stays.
CONNECT = "distributed.comm.timeouts.connect"
if parse_timedelta(dask.config.get(CONNECT, default="30s")) == 30:
    dask.config.set({CONNECT: "3s"})

from distributed import Client, LocalCluster  # noqa: E402

from tidepool.command import CommandError, UsageError  # noqa: E402

if TYPE_CHECKING:
    from tidepool.cluster_queue import QueueOptions

LOOPBACK = "127.0.0.1"
FIND_SCHEDULER_SECONDS = 5


@contextmanager
def local_cluster(slots: int, gpus: bool, dashboard: int | None) -> Iterator[Client]:
    """Workers as threads of this process, which talk through memory; every shard is a process anyway."""
    if (
        dashboard is None
    ):  # the web servers of Dask cannot be turned off; these know no page and nobody hears them
        dask.config.set({"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []})
    elif find_spec("bokeh") is None:
        raise UsageError("--dashboard needs the Python package bokeh")
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=slots,
            processes=False,
            memory_limit=0,
            dashboard_address=f"{LOOPBACK}:{dashboard or 0}",
            worker_dashboard_address=f"{LOOPBACK}:0",
            resources={"GPU": slots} if gpus else None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def running_scheduler(address: str | None, scheduler_file: str | None) -> Iterator[Client]:
    """Whatever workers a scheduler has that somebody else started; the client leaves them alone."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is in our own messages
    where = address or scheduler_file
    try:
        client = Client(
            address=address,
            scheduler_file=scheduler_file,
            timeout=FIND_SCHEDULER_SECONDS,
            set_as_default=False,
        )
    except (OSError, ValueError) as error:
        raise CommandError(f"no Dask scheduler answers at {where}: {error}") from error
    try:
        yield client
    finally:
        client.close(timeout=5)


@contextmanager
def queue_cluster(options: QueueOptions, jobs: int) -> Iterator[Client]:
    """Workers in so many jobs of a batch system; a job that ends early is submitted again."""
    with options.cluster() as cluster:
        # Not scale(): that would not replace jobs that ran into their time limit.
        cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)
        with Client(cluster) as client:
            yield client


def slots_of(client: Client, gpus: bool) -> int:
    """How many shards the present workers take at once."""
    if not gpus:
        return sum(client.nthreads().values())
    workers: dict[str, Any] = client.run_on_scheduler(_gpus_of_workers)
    return int(sum(workers.values()))


def _gpus_of_workers(dask_scheduler: Any) -> dict[str, float]:
    return {name: state.resources.get("GPU", 0) for name, state in dask_scheduler.workers.items()}
