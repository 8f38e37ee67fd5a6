"""How a process ends that has spoken to Temporal: its work done and said, without taking the interpreter apart."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

BRIDGE = "temporalio.bridge.temporal_sdk_bridge"


def leave_with(work: Callable[[], int | None]) -> NoReturn:
    """Do the work and end the process with its exit code (None: 0), whatever Temporal's threads are still doing.

    The SDK's threads take the GIL after their last answer; one that does while CPython is being torn down
    aborts the process with "PyGILState_Release" (temporalio/sdk-python issue 300). So the process ends when
    everything registered with ``atexit`` has been done, before the tearing down.
    """
    code = [1]
    atexit.register(_end, code)  # the first registered is the last to be done
    try:
        code[0] = work() or 0
    except SystemExit as said:
        code[0] = _number(said.code)
    sys.exit(code[0])


def _end(code: list[int]) -> None:
    if BRIDGE not in sys.modules:
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):  # the reader has seen enough
            stream.flush()
    os._exit(code[0])


def _number(code: str | int | None) -> int:
    """What ``sys.exit`` makes of it."""
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
        return 1
    return code or 0
