"""What can go wrong with a shard of a sweep on a cluster."""

from __future__ import annotations


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
