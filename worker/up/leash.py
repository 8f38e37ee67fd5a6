"""Run a command that dies with its parent: ``python leash.py <parent's pid> <command> …``.

Run as a file, before anything else of ours: whatever way the supervisor ends, even by ``kill -9``, nothing it started
is left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
LOOK_EVERY = 0.5  # seconds


def main() -> None:
    """Tie this process to its parent, then become the command."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        _watch(parent)
    if os.getppid() != parent:  # it died before the tie was made
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - the supervisor wrote the command


def _watch(parent: int) -> None:
    """Where the kernel has no such tie: a small process that looks whether the parent is still there."""
    child = os.getpid()
    if os.fork():
        return
    while os.getppid() == child:
        if not _lives(parent):
            os.kill(child, signal.SIGKILL)
        time.sleep(LOOK_EVERY)
    os._exit(0)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
