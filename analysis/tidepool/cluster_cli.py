"""`tidepool cluster-sweep`: the command line of `tidepool.cluster`."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tidepool.cluster import MAX_SHARDS, ClusterSweep
from tidepool.cluster_gpus import visible_gpus
from tidepool.cluster_progress import Progress
from tidepool.command import INTERRUPTED, OK, CommandError, UsageError, binary

if TYPE_CHECKING:
    from distributed import Client

    from tidepool.cluster_queue import QueueOptions

EPILOG = """\
Workers run the same binary on the same sweep file and write into the work directory, so these must have the same
path on all machines (a shared file system). Exit codes: 0 done, 2 bad input, 3 the world refused (no scheduler, a
shard failed for good), 4 some rows failed, 130 interrupted; --resume goes on after 3 and 130.
"""


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from {least} to {most} (got '{text}')")
        return int(text)

    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidepool cluster-sweep",
        description="Run a sweep on the workers of a cluster and merge what they did.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("sweep", type=Path, help="sweep file (YAML)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="result file")
    parser.add_argument("--force", action="store_true", help="replace an existing result file")
    parser.add_argument(
        "--resume", action="store_true", help="keep the parts of an earlier try, run the others"
    )
    parser.add_argument(
        "--work-dir", type=Path, metavar="DIR", help="where the parts go; default: FILE.shards"
    )
    parser.add_argument("--keep-parts", action="store_true", help="do not remove the parts in the end")
    parser.add_argument("--replicas", metavar="N", help="replace the sweep's number of replicas")
    parser.add_argument("--yes", action="store_true", help="run even more than ten million rows")
    parser.add_argument("--reproducible", action="store_true", help="leave /provenance out: equal bytes")
    parser.add_argument(
        "--binary", metavar="FILE", help="the tidepool to run; default: the one that was called"
    )
    parser.add_argument(
        "--progress", choices=["auto", "bar", "json", "none"], default="auto", help="on stderr"
    )
    shards = parser.add_argument_group("shards")
    shards.add_argument("--shards", type=_number(1, MAX_SHARDS), metavar="N", help="default: four per slot")
    shards.add_argument(
        "--threads", type=_number(1, 4096), default=1, metavar="N", help="of each shard; default: 1"
    )
    shards.add_argument(
        "--gpus", action="store_true", help="one GPU for each shard (workers: --resources GPU=1)"
    )
    shards.add_argument(
        "--retries", type=_number(0, 1000), default=3, metavar="N", help="of each shard; default: 3"
    )
    _add_places(parser.add_argument_group("where; default: workers on this machine"))
    return parser


def _add_places(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "-n", "--workers", type=_number(1, 100_000), metavar="N", help="shards at once, or jobs"
    )
    group.add_argument(
        "--dashboard", type=_number(1, 65535), metavar="PORT", help="Dask's web page, on loopback"
    )
    places = group.add_mutually_exclusive_group()
    places.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="a Dask scheduler that runs already")
    places.add_argument("--scheduler-file", metavar="FILE", help="the file that such a scheduler wrote")
    places.add_argument(
        "--slurm", type=Path, metavar="FILE", help="options of a Slurm job for dask-jobqueue (YAML)"
    )
    places.add_argument("--pbs", type=Path, metavar="FILE", help="the same for PBS")
    group.add_argument("--print-job-script", action="store_true", help="of --slurm or --pbs; run nothing")


class _Places:
    """Connects to the place that was asked for."""

    def __init__(self, asked: argparse.Namespace, progress: Progress) -> None:
        self.asked = asked
        self.progress = progress
        self.queue = self._queue_options()
        self._check()

    def _queue_options(self) -> QueueOptions | None:
        kind = "slurm" if self.asked.slurm else "pbs"
        if not (self.asked.slurm or self.asked.pbs):
            return None
        from tidepool.cluster_queue import QueueOptions

        return QueueOptions(kind, self.asked.slurm or self.asked.pbs, self.asked.threads, self.asked.gpus)

    def _check(self) -> None:
        elsewhere = self.asked.scheduler or self.asked.scheduler_file
        for option, given, wrong in (
            ("--workers", self.asked.workers, elsewhere),
            ("--dashboard", self.asked.dashboard, elsewhere or self.queue),
            ("--print-job-script", self.asked.print_job_script, not self.queue),
        ):
            if given and wrong:
                raise UsageError(f"{option} means nothing here")

    def print_job_script(self) -> int:
        assert self.queue
        with self.queue.cluster() as cluster:
            print(cluster.job_script())
        return OK

    @contextmanager
    def connect(self) -> Iterator[tuple[Client, int]]:
        from tidepool import cluster_backends as backends

        if self.queue:
            jobs = self.asked.workers or 1
            with backends.queue_cluster(self.queue, jobs) as client:
                yield client, jobs * self.queue.slots()
        elif self.asked.scheduler or self.asked.scheduler_file:
            with backends.running_scheduler(self.asked.scheduler, self.asked.scheduler_file) as client:
                yield client, self._slots_there(client)
        else:
            slots = self.asked.workers or self._slots_here()
            with backends.local_cluster(slots, self.asked.gpus, self.asked.dashboard) as client:
                yield client, slots

    def _slots_here(self) -> int:
        if not self.asked.gpus:
            return max(1, len(os.sched_getaffinity(0)) // int(self.asked.threads))
        gpus = len(visible_gpus())
        if gpus == 0:
            raise CommandError("no GPU on this machine")
        return gpus

    def _slots_there(self, client: Client) -> int:
        from tidepool.cluster_backends import slots_of

        wanted = "worker with --resources GPU=1" if self.asked.gpus else "worker"
        while not (slots := slots_of(client, self.asked.gpus)):
            self.progress.wait_for(f"the first {wanted}")
        return slots


def _run(asked: argparse.Namespace) -> int:
    missing = [name for name in ("distributed", "dask_jobqueue") if find_spec(name) is None]
    if missing:
        raise UsageError("needs Dask: .venv/bin/pip install -e 'analysis[cluster]'")
    progress = Progress(asked.progress)
    places = _Places(asked, progress)
    if asked.print_job_script:
        return places.print_job_script()
    output = asked.output.absolute()
    sweep = ClusterSweep(
        sweep=asked.sweep.absolute(),
        output=output,
        binary=binary(asked.binary),
        work=(asked.work_dir or output.with_name(output.name + ".shards")).absolute(),
        tick=progress.update,
        reproduce=shlex.join(
            ["tidepool", "cluster-sweep", *sys.argv[1:], *([] if asked.force else ["--force"])]
        ),
        **{name: getattr(asked, name) for name in "replicas shards threads gpus retries".split()},
        **{name: getattr(asked, name) for name in "resume force reproducible keep_parts yes".split()},
    )
    with progress:
        return sweep.run(places.connect)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """Run the command; its exit code."""
    # Batch systems end jobs with SIGTERM; SIGINT is ignored in what a script started with `&`.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return _run(_parser().parse_args())
    except CommandError as error:
        if str(error):
            print(f"tidepool cluster-sweep: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            "tidepool cluster-sweep: interrupted; finished parts are kept: go on with --resume",
            file=sys.stderr,
        )
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
