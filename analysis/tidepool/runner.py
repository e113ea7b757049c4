"""Start the simulator from Python and open what it wrote."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
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

    `scenario`: path of a YAML file, or the content of one as a mapping or as text of several lines (paths in it are
    then those of the current folder, which must be writable). `set`: values to replace, by path in the scenario:
    numbers, booleans, lists, mappings, and text as after `--set` on the command line ("2 d"). `output`: result file;
    without one a temporary file that lives as long as what this returns. `until`: another horizon, such as "30 d";
    `engine`: "simgrid" or "batch"; `network`: "simgrid", "maxmin" or "off". `progress`: "auto" (a bar on a terminal or
    in a notebook), "bar" or "none". `program`: the simulator; default: the one in TIDEPOOL_BINARY or on PATH.

    Raises ScenarioError for mistakes of the scenario or arguments, RunError if the run failed; KeyboardInterrupt is
    passed on after the run was stopped (`output` stays as a .partial file).
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
    if isinstance(value, str):
        return value
    try:
        return json.dumps(_plain(value), allow_nan=False)
    except ValueError as error:
        raise ScenarioError(f"{value!r} cannot be written as YAML: {error}") from error


def _plain(value: Any) -> Any:
    """The value in Python's own types; numpy's and paths become such."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ScenarioError(f"{value!r} cannot be written as YAML")


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
            words = [str(name), command, str(file.path), "-o", str(path), *options]
            _wait([*words, *(["--force"] if force else []), "--progress", "json"], progress, file.made)
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

    def __enter__(self) -> _file:
        if isinstance(self.scenario, Path) or (isinstance(self.scenario, str) and "\n" not in self.scenario):
            self.path = Path(self.scenario)
            return self
        text = self.scenario if isinstance(self.scenario, str) else _yaml(_plain(self.scenario))
        # The result names its inputs: equal scenarios give equal files, so the name is made of the content.
        stem = f".tidepool-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        try:
            for name in (f"{stem}.yaml", f"{stem}-{secrets.token_hex(8)}.yaml"):
                try:
                    with open(name, "x", encoding="utf-8") as file:
                        self.made = os.path.abspath(name)
                        file.write(text)
                    break
                except FileExistsError:
                    continue  # of a run of the same scenario, going on or killed
        except OSError as error:
            self.__exit__()
            raise RunError(f"the scenario cannot be written into {Path.cwd()}: {error.strerror}") from error
        self.path = Path(self.made)
        return self

    def __exit__(self, *raised: object) -> None:
        if self.made:
            os.unlink(self.made)


def _yaml(value: Mapping[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes what is a number in YAML 1.2 only, such as the text 1e3."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, '"' if _is_number(value) else None)

    Dumper.add_representer(str, text)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.startswith("0o")
    return True


def _wait(words: Sequence[str], progress: str, made: str) -> None:
    """Run the program to its end; raises what it says. An interrupt reaches it once, and it keeps what it has.

    `made`: the temporary file of the scenario, which messages call `scenario`.
    """
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        process_group=0,  # or the terminal would interrupt it as well, and the second time it ends at once
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
            child.send_signal(signal.SIGINT)
            child.communicate()
            raise
    code, text = child.returncode, "".join(said).strip()
    text = text.replace(made, "scenario") if made else text
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
