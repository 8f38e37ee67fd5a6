"""Where a thread stands: the step, the place that is written at, and the step's own state."""

from __future__ import annotations

from sop.definition import Placed
from sop.model import Step
from sop.state import OpenStep, Run, Thread


def step_of(run: Run, thread: Thread) -> Step:
    """The step a thread stands on."""
    frame = thread.stack[-1]
    return run.model.lines[frame.line][frame.index]


def placed_of(run: Run, thread: Thread) -> Placed:
    """The step a thread stands on, and where that is written."""
    return run.model.steps[step_of(run, thread).id]


def opened_of(thread: Thread) -> OpenStep:
    """The open step of a thread that has one."""
    if thread.open is None:
        raise RuntimeError(f"thread {thread.id} stands on no open step")
    return thread.open
