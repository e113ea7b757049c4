"""Hands the shards of a sweep to workers until every part is there."""

from __future__ import annotations

import logging
import queue
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tidepool.cluster_errors import ShardFailedError, ShardStoppedError
from tidepool.cluster_shard import Shard, run_shard, stop_shards
from tidepool.command import BAD_INPUT, RUN_FAILED, CommandError

if TYPE_CHECKING:
    from distributed import Client, Future

TICK_SECONDS = 0.5
STOP_SECONDS = 30  # for the shards at work to write down the rows they have
LOST = (
    "lost the scheduler; the parts that are finished are kept: go on with --resume and a scheduler that runs"
)


class ShardRunner:
    """Runs shards on the workers of one client. Use it once."""

    def __init__(self, client: Client, retries: int, tick: Callable[[int], None]) -> None:
        """`retries`: further attempts at each shard; `tick` is told how many shards ended, twice a second."""
        self._client = client
        self._retries = retries
        self._tick = tick
        self._ended: queue.SimpleQueue[Future[None]] = queue.SimpleQueue()
        self._shards: dict[Future[None], Shard] = {}
        self._attempts: dict[int, int] = {}
        self._blamed: set[str] = set()  # workers on which a shard failed

    def run(self, shards: Iterable[Shard]) -> None:
        """Run them all. CommandError if one failed for good or the scheduler is gone.

        Whatever ends it, also Ctrl-C, no shard is at work on return, as far as the workers can be reached.
        """
        done = 0
        try:
            for shard in shards:
                self._submit(shard)
            while self._shards:
                self._tick(done)
                done += self._one_is_done()
            self._tick(done)
        except BaseException:
            self._stop()
            raise

    def _submit(self, shard: Shard) -> None:
        attempt = self._attempts[shard.index] = self._attempts.get(shard.index, 0) + 1
        elsewhere = (
            [worker for worker in self._client.nthreads() if worker not in self._blamed]
            if attempt > 1
            else []
        )
        future = self._client.submit(
            run_shard,
            shard,
            key=f"{shard.part.stem}-{shard.run}-{attempt}",
            pure=False,
            resources={"GPU": 1} if shard.gpu else None,
            workers=elsewhere or None,
            allow_other_workers=bool(elsewhere),
        )
        self._shards[future] = shard
        future.add_done_callback(self._ended.put)

    def _one_is_done(self) -> bool:
        """Wait a little for a shard to end; whether one has its part now."""
        try:
            future = self._ended.get(timeout=TICK_SECONDS)
        except queue.Empty:
            if self._client.status != "running":
                raise CommandError(LOST) from None
            return False
        shard = self._shards.pop(future)
        if future.status == "finished":
            return True
        if future.status != "error":
            raise CommandError(LOST)
        self._again_or_raise(shard, future.exception())
        return False

    def _again_or_raise(self, shard: Shard, error: BaseException) -> None:
        if isinstance(error, ShardStoppedError):
            raise CommandError("the shards were stopped by somebody else; go on with --resume") from error
        if isinstance(error, ShardFailedError):
            self._blamed.add(error.worker)
        problem = f"{shard.part.name}: {error}"
        if self._attempts[shard.index] > self._retries:
            bad_input = isinstance(error, ShardFailedError) and error.exit_code == BAD_INPUT
            code = BAD_INPUT if bad_input else RUN_FAILED
            raise CommandError(f"{problem}\nfinished parts are kept: go on with --resume", code) from error
        print(f"tidepool cluster-sweep: {problem}\ntrying once more", file=sys.stderr)
        self._submit(shard)

    def _stop(self) -> None:
        """Tell the workers to end the shards at work, and wait until they have written down their rows."""
        run = next((shard.run for shard in self._shards.values()), None)
        if run is None or self._client.status != "running":
            return
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client.cancel(list(self._shards))
            deadline = time.monotonic() + STOP_SECONDS
            while sum(self._client.run(stop_shards, run, on_error="ignore").values()) > 0:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.1)
        except (OSError, RuntimeError, ValueError) as error:  # the scheduler went away as well
            print(f"tidepool cluster-sweep: could not stop the shards at work: {error}", file=sys.stderr)
