"""Becomes a program that the kernel kills as soon as the thread that started this one is gone.

    python cluster_exec.py PARENT PROGRAM ARGUMENT...

A worker that is killed therefore never leaves a simulation behind. Doing this between fork and exec of a worker
with many threads could deadlock; here it happens in a process of its own. Linux only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to PARENT, then become PROGRAM."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        sys.exit(f"cannot tie the process to its worker: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before the call, which then has no effect
        os.kill(os.getpid(), signal.SIGKILL)
    try:
        os.execv(command[0], command)
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
