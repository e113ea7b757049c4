"""What the commands of this package share: errors with exit codes, output that is whole or absent, the binary.

A command is `main() -> int` in its own module, named `tidepool-WORD` in pyproject.toml; `tidepool WORD` calls it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from tidepool.results import PartialResultWarning, ResultError

OK = 0
DIFFERENT = 1  # `check` or `compare` found a difference
BAD_INPUT = 2  # the user's mistake: nothing was started, nothing was written
RUN_FAILED = 3  # the world refused: a full disk, a program that failed
ROWS_FAILED = 4  # some runs of a sweep failed
INTERRUPTED = 130


class CommandError(Exception):
    """The command did not get to its end; the text says why, and what to do about it."""

    def __init__(self, text: str, exit_code: int = RUN_FAILED) -> None:
        """Without text: a program that was called has said it already."""
        super().__init__(text)
        self.exit_code = exit_code


class UsageError(CommandError):
    """The user's mistake: nothing was started, nothing was written."""

    def __init__(self, text: str) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(text, BAD_INPUT)


def guarded(name: str, run: Callable[[], int]) -> int:
    """Run a command and give its exit code; problems go to stderr as one `tidepool NAME: ...` sentence each.

    A result file that is missing or unreadable is the user's mistake (2); what the system refuses is the world's (3).
    """
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: _say(name, str(message))
            warnings.simplefilter("always", PartialResultWarning)
            code = run()
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return RUN_FAILED
    except CommandError as error:
        if str(error):
            _say(name, str(error))
        return error.exit_code
    except (ResultError, FileNotFoundError) as error:
        _say(name, str(error))
        return BAD_INPUT
    except OSError as error:
        _say(name, str(error))
        return RUN_FAILED
    except KeyboardInterrupt:
        _say(name, "interrupted")
        return INTERRUPTED


def write_new(path: Path, text: str, force: bool) -> None:
    """Write a file that appears complete or not at all.

    Raises UsageError if it exists and not `force`, or is no place for a file; CommandError if the system refuses.
    """
    if path.exists() and not force:
        raise UsageError(f"{path}: exists already; --force replaces it")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder")
    try:
        handle, scratch = tempfile.mkstemp(prefix=path.name + ".", suffix=".partial", dir=path.parent)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, 0o666 & ~_umask())
        place(scratch, path, force)
    except BaseException as error:
        Path(scratch).unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise UsageError(f"{path}: exists already; --force replaces it") from error
        if isinstance(error, OSError):
            raise CommandError(f"cannot write {path}: {error.strerror}") from error
        raise


def place(scratch: str, path: Path, force: bool) -> None:
    """Give a finished file its name, at once. Raises FileExistsError if that is taken and not `force`."""
    if not force:
        try:
            os.link(scratch, path)  # unlike a rename it never replaces what came in between
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            pass
        else:
            os.unlink(scratch)
            return
    os.replace(scratch, path)


def binary(named: str | None = None) -> Path:
    """The simulator: the one named, the one that called us, or the one on PATH; UsageError if there is none."""
    name = named or os.environ.get("TIDEPOOL_BINARY") or "tidepool"
    found = shutil.which(name)
    if not found:
        hint = "" if named else "; put it on PATH or name it in TIDEPOOL_BINARY"
        raise UsageError(f"{name}: no such program{hint}")
    return Path(found).absolute()


def _say(name: str, text: str) -> None:
    print(f"tidepool {name}: {text}", file=sys.stderr)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
