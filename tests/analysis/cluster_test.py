"""`tidepool cluster-sweep`: real schedulers and workers on loopback, which get killed; the result never differs."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tidepool.cluster_gpus import VISIBLE, lease_gpu, visible_gpus

BASE = """\
tidepool: 1
name: thirty-days
topology: {preset: neocloud-1024}
failures: {preset: rsc-1}
workloads:
  - trace: {file: jobs.csv}
checkpoint: {interval: optimal, write: 30 s, restart: 5 min}
recovery: {on_failure: spare, detect: 5 min}
scheduler: {queue: easy, spare_nodes: 4}
horizon: 30 d
"""
SWEEP = """\
tidepool_sweep: 1
name: small-sweep
base: base.yaml
grid:
  checkpoint.write: [30 s, 2 min]
replicas: REPLICAS
"""
REPLICAS = 60  # enough for two workers to be at it for a second or two
SHARDS = 8
DASK = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__LOG_LENGTH": "1",
}
PROGRAM = Path(sys.executable).with_name("tidepool-cluster-sweep")


@pytest.fixture
def folder(tmp_path):
    jobs = [f"{number},{number * 600},{3600 * (1 + number % 30)},{8 << number % 6}" for number in range(2000)]
    (tmp_path / "jobs.csv").write_text("\n".join(["job_id,submit,duration,gpus", *jobs, ""]))
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "sweep.yaml").write_text(SWEEP.replace("REPLICAS", str(REPLICAS)))
    return tmp_path


@pytest.fixture(scope="module")
def expected(binary, tmp_path_factory):
    """The bytes of the sweep without shards."""
    results = {}

    def run(folder, code=0):
        key = (folder / "sweep.yaml").read_text()
        if key not in results:
            command = [binary, "sweep", "sweep.yaml", "-o", "all.h5", "--reproducible", "--device", "cpu"]
            done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
            assert done.returncode == code, done.stderr
            results[key] = (folder / "all.h5").read_bytes()
            (folder / "all.h5").unlink()
        return results[key]

    return run


class Processes:
    """Starts processes in groups of their own and ends them by their ids."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []

    def start(self, *command, **options):
        process = subprocess.Popen(
            [*map(str, command)],
            cwd=self.folder,
            env={**os.environ, **DASK, **options.pop("env", {})},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            **options,
        )
        self.started.append(process)
        return process

    def scheduler(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        port = address.rpartition(":")[2]
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        process = self.start(*command, "--host", "127.0.0.1", "--port", port, "--no-dashboard", **quiet)
        return process, address

    def worker(self, address):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.1"]
        return self.start(*command, "--nthreads", "1", "--no-nanny", "--no-dashboard", **quiet)

    def sweep(self, binary, *options):
        command = [PROGRAM, "sweep.yaml", "-o", "out.h5", "--reproducible", "--binary", binary, *options]
        return self.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def tidepool(self, binary, *words, path):
        env = {"PATH": f"{path}:/usr/bin:/bin", "TIDEPOOL_BINARY": "is set anew"}
        return self.start(binary, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)

    def end(self):
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()


@pytest.fixture
def processes(folder):
    processes = Processes(folder)
    yield processes
    processes.end()


def wait_until(condition, process=None, seconds=30):
    """Wait while the process is at work."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.02)


def finish(process, seconds=60):
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def parts(folder):
    return {
        path.name: path.stat()
        for path in folder.glob("out.h5.shards/*-of-*.h5")
        if "attempt" not in path.name
    }


def simulations(worker):
    """The processes that a worker waits for."""
    with contextlib.suppress(FileNotFoundError):
        tasks = Path(f"/proc/{worker.pid}/task").iterdir()
        return {int(child) for task in tasks for child in (task / "children").read_text().split()}
    return set()


def alive(process_id):
    with contextlib.suppress(FileNotFoundError):
        return "State:\tZ" not in Path(f"/proc/{process_id}/status").read_text()
    return False


def listening(process):
    """Addresses of the TCP sockets on which the process listens, in hexadecimal."""
    inodes = set()
    for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            inodes.add(os.readlink(descriptor))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].split(":")[0])
    return found


def test_local_workers_give_the_bytes_of_one_machine(binary, folder, processes, expected):
    words = "cluster-sweep sweep.yaml -o out.h5 --reproducible -n 2 --progress json".split()
    sweep = processes.tidepool(binary, *words, path=PROGRAM.parent)
    wait_until(lambda: parts(folder), sweep)
    assert listening(sweep) <= {"0100007F"}  # 127.0.0.1: nobody outside can talk to us
    code, out, err = finish(sweep)
    assert code == 0, err
    assert (folder / "out.h5").read_bytes() == expected(folder)
    assert not (folder / "out.h5.shards").exists()
    last = json.loads(err.splitlines()[-1])
    assert (last["shards_done"], last["shards"]) == (8, 8)  # four per worker
    assert out.splitlines()[-1].startswith("reproduce: tidepool cluster-sweep sweep.yaml ")


def test_commands_that_are_programs_on_path(binary, folder, processes):
    hello = folder / "tidepool-hello"
    hello.write_text('#!/bin/sh\necho "$TIDEPOOL_BINARY" "$@"; exit 7\n')
    hello.chmod(0o755)
    code, out, _ = finish(processes.tidepool(binary, "hello", "a b", "--x", path=folder))
    assert (code, out) == (7, f"{binary.resolve()} a b --x\n")
    hello.rename(folder / "tidepool-list")  # what we have ourselves stays ours
    code, out, _ = finish(processes.tidepool(binary, "list", "queues", path=folder))
    assert code == 0
    assert "easy" in out
    code, _, err = finish(processes.tidepool(binary, "cluster-sweep", "x", path=folder))
    assert code == 2
    assert "pip install -e 'analysis[cluster]'" in err
    code, _, err = finish(processes.tidepool(binary, "valdate", "x", path=folder))
    assert code == 2
    assert "did you mean 'validate'?" in err


def test_a_killed_worker_loses_nothing(binary, folder, processes, expected):
    _, address = processes.scheduler()
    first, _ = workers = [processes.worker(address), processes.worker(address)]
    sweep = processes.sweep(binary, "--scheduler", address, "--shards", SHARDS)
    wait_until(lambda: parts(folder) and all(simulations(worker) for worker in workers), sweep)
    at_work = simulations(first)
    os.kill(first.pid, signal.SIGKILL)
    # What it ran ends with it, so nobody else writes while another worker tries again.
    wait_until(lambda: not any(map(alive, at_work)), seconds=2)
    code, _, err = finish(sweep)
    assert code == 0, err
    assert (folder / "out.h5").read_bytes() == expected(folder)
    assert not (folder / "out.h5.shards").exists()


def test_a_killed_scheduler_costs_only_what_was_at_work(binary, folder, processes, expected):
    scheduler, address = processes.scheduler()
    processes.worker(address)
    sweep = processes.sweep(binary, "--scheduler", address, "--shards", SHARDS)
    wait_until(lambda: len(parts(folder)) >= 3, sweep)
    os.kill(scheduler.pid, signal.SIGKILL)
    code, _, err = finish(sweep)
    assert code == 3
    assert "--resume" in err
    assert not (folder / "out.h5").exists()

    refused = processes.sweep(binary, "-n", "1")
    code, _, err = finish(refused)
    assert code == 2
    assert "--resume" in err
    before = parts(folder)
    assert 3 <= len(before) < SHARDS
    _, address = processes.scheduler()
    processes.worker(address)
    again = processes.sweep(binary, "--scheduler", address, "--resume", "--keep-parts")
    code, _, err = finish(again)
    assert code == 0, err
    after = parts(folder)
    assert len(after) == SHARDS
    for name, was in before.items():
        assert (after[name].st_ino, after[name].st_mtime_ns) == (was.st_ino, was.st_mtime_ns)
    assert (folder / "out.h5").read_bytes() == expected(folder)

    # Finished is finished: neither workers nor a scheduler are needed to say so.
    code, _, err = finish(processes.sweep(binary, "--scheduler", "tcp://127.0.0.1:9", "--resume"))
    assert code == 0, err
    assert not (folder / "out.h5.shards").exists()


def test_ctrl_c_keeps_what_is_finished(binary, folder, processes, expected):
    sweep = processes.sweep(binary, "-n", "2", "--shards", SHARDS)
    wait_until(lambda: len(parts(folder)) >= 2 and simulations(sweep), sweep)
    at_work = simulations(sweep)
    os.kill(sweep.pid, signal.SIGINT)
    code, _, err = finish(sweep)
    assert code == 130, err
    assert "--resume" in err
    assert not any(map(alive, at_work))
    code, _, err = finish(processes.sweep(binary, "-n", "2", "--resume"))
    assert code == 0, err
    assert (folder / "out.h5").read_bytes() == expected(folder)


def test_the_work_directory_of_another_sweep_is_left_alone(binary, folder, processes):
    sweep = processes.sweep(binary, "-n", "2", "--shards", SHARDS)
    wait_until(lambda: parts(folder), sweep)
    os.kill(sweep.pid, signal.SIGTERM)
    assert finish(sweep)[0] == 130
    work = folder / "out.h5.shards"
    before = {path.name: path.read_bytes() for path in work.iterdir()}
    assert before
    (folder / "sweep.yaml").write_text(SWEEP.replace("REPLICAS", "3"))
    for more in ([], ["--resume"]):
        code, _, err = finish(processes.sweep(binary, "-n", "2", *more))
        assert code == 2
        assert "holds parts of another sweep, 'small-sweep'" in err
    assert {path.name: path.read_bytes() for path in work.iterdir()} == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "sweep.yaml:5:"),
        (["--scheduler", "tcp://127.0.0.1:9"], "sweep.yaml:5:"),  # before anybody looks for a scheduler
        (["--shards", "0"], "must be a number from 1 to 10000 (got '0')"),
        (["--scheduler", "tcp://127.0.0.1:9", "-n", "3"], "--workers means nothing here"),
        (["--slurm", "job.yaml"], "job.yaml: queu: no such option, did you mean 'queue'?"),
        (["--pbs", "job.yaml"], "job.yaml: job_cpu: no such option"),
        (["--slurm", "nothere.yaml"], "nothere.yaml"),
    ],
)
def test_bad_input_ends_before_anything_begins(binary, folder, processes, options, message):
    (folder / "sweep.yaml").write_text(SWEEP.replace("REPLICAS", "2").replace("write:", "wrte:"))
    (folder / "job.yaml").write_text("queu: a\njob_cpu: 2\ncores: 2\n")
    before = sorted(folder.iterdir())
    code, out, err = finish(processes.sweep(binary, *options))
    assert code == 2
    assert message in err
    assert out == ""
    assert sorted(folder.iterdir()) == before


def test_cells_that_fail_end_in_exit_code_4(binary, folder, processes, expected):
    # Of 128 nodes, 127 spare ones leave too few for the larger jobs.
    (folder / "sweep.yaml").write_text(
        SWEEP.replace("checkpoint.write: [30 s, 2 min]", "scheduler.spare_nodes: [0, 127]").replace(
            "REPLICAS", "2"
        )
    )
    code, out, err = finish(processes.sweep(binary, "-n", "2"))
    assert code == 4, err
    assert "results: " in out
    assert (folder / "out.h5").read_bytes() == expected(folder, 4)


def test_a_scheduler_that_is_not_there(binary, folder, processes):
    before = sorted(folder.iterdir())
    (folder / "gone.json").write_text(json.dumps({"address": "tcp://127.0.0.1:9"}))
    code, _, err = finish(processes.sweep(binary, "--scheduler-file", "gone.json"))
    assert code == 3
    assert "no Dask scheduler answers at gone.json" in err
    assert "Traceback" not in err
    (folder / "gone.json").unlink()
    assert sorted(folder.iterdir()) == before


QUEUE = """\
queue: long
cores: 16
memory: 64 GB
walltime: "02:00:00"
interface: lo
"""


@pytest.mark.parametrize(
    ("kind", "more", "options", "lines"),
    [
        (
            "slurm",
            "account: physics\njob_extra_directives: [--exclusive]\n",
            ["--threads", "4"],
            ["#SBATCH -p long", "#SBATCH -A physics", "#SBATCH --cpus-per-task=16", "#SBATCH --mem=60G",
             "#SBATCH -t 02:00:00", "#SBATCH --exclusive", " --nthreads 4 "],
        ),
        (
            "slurm",
            "processes: 2\njob_extra_directives: ['--gres=gpu:2']\n",
            ["--gpus"],
            ["#SBATCH --gres=gpu:2", " --nworkers 2 ", " --resources GPU=1 "],
        ),
        (
            "pbs",
            "resource_spec: select=1:ncpus=16:mem=64GB\n",
            [],
            ["#PBS -q long", "#PBS -l select=1:ncpus=16:mem=64GB", "#PBS -l walltime=02:00:00", " --nthreads 16 "],
        ),
    ],
)  # fmt: skip
def test_job_scripts_hold_what_was_asked_for(binary, folder, processes, kind, more, options, lines):
    (folder / "job.yaml").write_text(QUEUE + more)
    asked = processes.sweep(binary, f"--{kind}", "job.yaml", "--print-job-script", *options)
    code, out, err = finish(asked)
    assert code == 0, err
    for line in lines:
        assert line in (out if line.startswith(" ") else out.splitlines())
    assert sys.executable in out
    assert not (folder / "out.h5.shards").exists()


def test_every_holder_of_a_gpu_has_one_of_its_own(monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", str(os.getpid()))  # locks that nobody else looks at
    monkeypatch.setenv(VISIBLE, "3, GPU-5e")
    assert visible_gpus() == ["3", "GPU-5e"]
    with lease_gpu() as first:
        with lease_gpu() as second:
            assert (first, second) == ({VISIBLE: "3"}, {VISIBLE: "GPU-5e"})
        with lease_gpu() as third:
            assert third == second
    monkeypatch.setenv(VISIBLE, "-1")
    assert visible_gpus() == []
