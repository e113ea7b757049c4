"""Checks what the compiler makes of the batch engine's kernels: the state must stay in shared memory
and registers.

gpu_code.py NVCC [--registers]: compiles the kernels to PTX and counts, per kernel, the loads and
stores by kind of memory. None may go to local memory: one array with an index that is known only at
run time puts a whole object there. None may be generic, where the compiler lost sight of which
memory a pointer leads to; of the plan's arrays, whose addresses the kernel itself reads from memory,
core::Input tells it. With --registers also what ptxas makes of it (a minute or more).
"""

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = "90"
FLAGS = ["-std=c++20", "-O3", "-DNDEBUG", "--expt-relaxed-constexpr", "-fmad=false"]
KINDS = ("plain", "interruptible")  # a file each, of two kernels
MEMORIES = {"global", "shared", "local", "param", "const"}
ENTRY = re.compile(r"\.entry (\S+)\((.*?)\n\}", re.DOTALL)
ACCESS = re.compile(r"^\s+(?:@\S+ )?((?:ld|st)\.\S+)", re.MULTILINE)


def accesses(body: str) -> Counter[str]:
    """How often each memory is loaded from and stored to, such as `ld generic`."""
    count: Counter[str] = Counter()
    for operation in ACCESS.findall(body):
        kind, *modifiers = operation.split(".")
        count[f"{kind} {next((m for m in modifiers if m in MEMORIES), 'generic')}"] += 1
    return count


def problems(kind: str, ptx: str) -> list[str]:
    """What is wrong with the kernels of one file; prints what they do."""
    kernels = ENTRY.findall(ptx)
    found = [] if len(kernels) == 2 else [f"{kind}: {len(kernels)} kernels instead of 2"]
    for name, body in kernels:
        count = accesses(body)
        print(f"{kind} {name[-24:]}: {dict(sorted(count.items()))}")
        if "__local_depot" in body or count["ld local"] + count["st local"] > 0:
            found.append(f"{kind} {name}: local memory")
        for access, what in (("ld generic", "loads"), ("st generic", "stores")):
            if count[access] > 0:
                found.append(f"{kind} {name}: {count[access]} generic {what}")
    return found


def check(nvcc: str, registers: bool) -> list[str]:
    """Compiles the kernels; returns what is wrong with them."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            source = ROOT / f"sim/batch/gpu_kernel_{kind}.cu"
            ptx = Path(folder) / f"{kind}.ptx"
            command = [
                nvcc,
                *FLAGS,
                f"-I{ROOT}",
                f"-arch=compute_{ARCHITECTURE}",
                "-ptx",
            ]
            subprocess.run([*command, str(source), "-o", str(ptx)], check=True)
            found += problems(kind, ptx.read_text())
            if registers:
                ptxas = str(Path(nvcc).parent / "ptxas")
                subprocess.run(
                    [
                        ptxas,
                        "-v",
                        f"-arch=sm_{ARCHITECTURE}",
                        str(ptx),
                        "-o",
                        "/dev/null",
                    ],
                    check=True,
                )
    return found


def main(arguments: list[str]) -> int:
    """Exit code 1 if anything is wrong."""
    found = check(arguments[0], "--registers" in arguments)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
