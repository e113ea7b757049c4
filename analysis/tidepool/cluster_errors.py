"""What can go wrong with a sweep on a cluster; every error knows the exit code it ends the program with."""

from __future__ import annotations

OK = 0
BAD_INPUT = 2
RUN_FAILED = 3
ROWS_FAILED = 4
INTERRUPTED = 130


class ClusterError(Exception):
    """The sweep did not get to its end; the text says why, and what to do about it."""

    def __init__(self, text: str, exit_code: int = RUN_FAILED) -> None:
        """Without text: a program that was called has said it already."""
        super().__init__(text)
        self.exit_code = exit_code


class UsageError(ClusterError):
    """The user's mistake: nothing was started, nothing was written."""

    def __init__(self, text: str) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(text, BAD_INPUT)


class ShardStoppedError(Exception):
    """The shard was asked to stop; its finished rows are kept."""


class ShardFailedError(Exception):
    """One attempt at a shard failed. Travels from the worker to the client."""

    def __init__(self, exit_code: int, worker: str, detail: str) -> None:
        """Note the program's exit code (negative: the signal), the worker's address, and what it said."""
        super().__init__(exit_code, worker, detail)  # all of them: unpickling calls the class with args
        self.exit_code = exit_code
        self.worker = worker
        self.detail = detail

    def __str__(self) -> str:
        """Say it in one line, then what the program said."""
        how = f"exit code {self.exit_code}" if self.exit_code >= 0 else f"ended by signal {-self.exit_code}"
        return f"{how} on {self.worker}" + (f"\n{self.detail}" if self.detail else "")
