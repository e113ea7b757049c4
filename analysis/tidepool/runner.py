"""Start the simulator from Python and open what it wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidepool.command import BAD_INPUT, INTERRUPTED, ROWS_FAILED, UsageError, binary

if TYPE_CHECKING:
    from tidepool.frames import Run, SweepRun

Scenario = str | Path | Mapping[str, Any]
KEPT_LINES = 200  # of what the program says on stderr


class RunError(RuntimeError):
    """The run did not get to its end: the world refused, or it did no work. The text is what the program said."""


class ScenarioError(ValueError):
    """The scenario, a value of `set` or another argument is wrong. The text names every problem with its place."""


def run(
    scenario: Scenario,
    set: Mapping[str, Any] | None = None,
    *,
    output: str | Path | None = None,
    seed: int | None = None,
    until: str | None = None,
    engine: str | None = None,
    network: str | None = None,
    force: bool = False,
    progress: str = "auto",
    program: str | Path | None = None,
) -> Run:
    """Run a scenario and open its result.

    `scenario`: path of a YAML file, or a mapping with the same content (paths in it are then those of the current
    folder). `set`: values to replace, by path in the scenario: numbers, booleans, text with units ("2 d"), lists and
    mappings. `output`: result file; without one a temporary file that lives as long as what this returns.
    `until`: another horizon, such as "30 d"; `engine`: "simgrid" or "batch"; `network`: "simgrid", "maxmin" or "off".
    `progress`: "auto" (a bar on a terminal or in a notebook), "bar" or "none". `program`: the simulator; default: the
    one in TIDEPOOL_BINARY or on PATH.

    Raises ScenarioError for mistakes of the scenario or arguments, RunError if the run failed; KeyboardInterrupt is
    passed on after the run was stopped (its .partial file stays).
    """
    from tidepool.frames import Run

    options = _options(set, seed=seed, until=until, engine=engine, network=network)
    result = _start("run", scenario, options, output, force, progress, program)
    assert isinstance(result, Run)
    return result


def sweep(
    sweep: str | Path,
    *,
    output: str | Path | None = None,
    replicas: int | None = None,
    threads: int | None = None,
    device: str | None = None,
    force: bool = False,
    progress: str = "auto",
    program: str | Path | None = None,
) -> SweepRun:
    """Run a sweep (a YAML file) and open its result; arguments and errors as `run`.

    `replicas`: how often each cell runs; `threads`, `device` ("auto", "cpu", "cuda"): where. A sweep of which some
    runs failed is returned all the same: their state says so.
    """
    from tidepool.frames import SweepRun

    options = _options(None, replicas=replicas, threads=threads, device=device)
    result = _start("sweep", sweep, options, output, force, progress, program)
    assert isinstance(result, SweepRun)
    return result


def scalar(value: Any) -> str:
    """A Python value as `--set` takes it: YAML on one line. Raises ScenarioError for what YAML has no word for."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()  # numpy's numbers
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"{value!r} cannot be written as YAML: {error}") from error


def _options(set: Mapping[str, Any] | None, **named: object) -> list[str]:
    words = []
    for path, value in (set or {}).items():
        words += ["--set", f"{path}={scalar(value)}"]
    for name, value in named.items():
        if value is not None:
            words += [f"--{name}", str(value)]
    return words


def _start(
    command: str,
    scenario: Scenario,
    options: Sequence[str],
    output: str | Path | None,
    force: bool,
    progress: str,
    program: str | Path | None,
) -> Run | SweepRun:
    from tidepool.frames import open_frames

    try:
        name = binary(str(program) if program else None)
    except UsageError as error:
        raise ScenarioError(str(error)) from error
    scratch = tempfile.TemporaryDirectory(prefix="tidepool-") if output is None else None
    path = Path(scratch.name) / "result.h5" if scratch else Path(str(output))
    try:
        with _file(scenario) as file:
            words = [str(name), command, str(file), "-o", str(path), *options]
            _wait([*words, *(["--force"] if force else []), "--progress", "json"], progress)
        result = open_frames(path)
    except BaseException:
        if scratch:
            scratch.cleanup()
        raise
    if scratch:
        weakref.finalize(result, scratch.cleanup)
    return result


class _file:  # noqa: N801
    """The scenario as a file: the given one, or a temporary one in the current folder, where its paths lead."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.made = scenario, ""

    def __enter__(self) -> Path:
        if not isinstance(self.scenario, Mapping):
            return Path(self.scenario)
        import yaml

        handle, self.made = tempfile.mkstemp(prefix=".tidepool-", suffix=".yaml", dir=".")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yaml.safe_dump(_plain(self.scenario), file, sort_keys=False, allow_unicode=True)
        return Path(self.made)

    def __exit__(self, *_: object) -> None:
        if self.made:
            os.unlink(self.made)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.item() if hasattr(value, "item") else value


def _wait(words: Sequence[str], progress: str) -> None:
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as child:
        said: deque[str] = deque(maxlen=KEPT_LINES)
        try:
            with _bar(progress) as bar:
                assert child.stderr
                for line in child.stderr:
                    if not bar.take(line):
                        said.append(line)
            child.wait()
        except BaseException:
            child.send_signal(signal.SIGINT)  # it keeps what it has as a partial file
            child.wait()
            raise
    code, text = child.returncode, "".join(said).strip()
    if code == BAD_INPUT:
        raise ScenarioError(text)
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code not in (0, ROWS_FAILED):
        raise RunError(text or f"the program ended with code {code}")


class _bar:  # noqa: N801
    """Progress of the child: reads its JSON lines, draws them if asked to."""

    def __init__(self, kind: str) -> None:
        if kind not in ("auto", "bar", "none"):
            raise ScenarioError(f"progress must be auto, bar or none (got {kind!r})")
        self.draw = kind == "bar" or (kind == "auto" and (sys.stderr.isatty() or "ipykernel" in sys.modules))
        self.progress: Any = None

    def __enter__(self) -> _bar:
        if self.draw:
            from rich.progress import Progress

            self.progress = Progress(transient=True)
            self.progress.start()
            self.task = self.progress.add_task("simulating", total=1.0)
        return self

    def __exit__(self, *_: object) -> None:
        if self.progress:
            self.progress.stop()

    def take(self, line: str) -> bool:
        """Whether the line is one of progress."""
        if not line.startswith("{"):
            return False
        try:
            state = json.loads(line)
        except json.JSONDecodeError:
            return False
        if self.progress and isinstance(state.get("frac"), int | float):
            self.progress.update(self.task, completed=float(state["frac"]))
        return True
