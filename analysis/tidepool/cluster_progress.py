"""Progress of a sweep on stderr: a bar that redraws itself, or one JSON object per line, or nothing."""

from __future__ import annotations

import json
import os
import sys
import time
from types import TracebackType

WIDTH = 30
PATIENCE_SECONDS = 5.0


class Progress:
    """Draws as often as it is told; end it by leaving its `with` block."""

    def __init__(self, kind: str) -> None:
        """Take auto (a bar if stderr is a terminal that can move its cursor), bar, json or none."""
        can_draw = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._kind = kind if kind != "auto" else "bar" if can_draw else "none"
        self._begin = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._drawn = False
        self._said = False

    def __enter__(self) -> Progress:
        """Start."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the bar."""
        self._clear()

    def update(self, done: int, shards: int) -> None:
        """Draw: so many of the shards have their part."""
        now = time.monotonic()
        begin, before = self._first = self._first or (now, done)  # parts of an earlier try took no time
        left = (now - begin) * (shards - done) / (done - before) if done > before else None
        if self._kind == "json":
            known = {"eta_s": round(left, 1)} if left is not None else {}
            line = {"frac": done / shards, "shards_done": done, "shards": shards, **known}
            print(json.dumps(line), file=sys.stderr, flush=True)
        elif self._kind == "bar":
            bar = "#" * (WIDTH * done // shards)
            rest = f"  {left:.0f} s left" if left is not None else ""
            print(
                f"\r[{bar:.<{WIDTH}}] {done} of {shards} shards{rest} \033[K",
                end="",
                file=sys.stderr,
                flush=True,
            )
            self._drawn = True

    def wait_for(self, what: str) -> None:
        """Sleep a little; say once what is waited for if it takes long."""
        if not self._said and time.monotonic() - self._begin > PATIENCE_SECONDS:
            print(f"tidepool cluster-sweep: waiting for {what}", file=sys.stderr)
            self._said = True
        time.sleep(0.2)

    def _clear(self) -> None:
        if self._drawn:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
