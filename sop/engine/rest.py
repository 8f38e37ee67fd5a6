"""What becomes of the branches or passes that are under way once there are enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sop.engine import flow
from sop.engine.turn import Turn
from sop.model import Rest
from sop.state import OpenStep, Run, Thread


def cancel_all(turn: Turn, run: Run, threads: Iterable[Thread]) -> None:
    """Withdraw them."""
    for thread in threads:
        flow.cancel(turn, run, thread)


def have_enough(turn: Turn, run: Run, opened: OpenStep, kind: Rest, threads: Iterable[Thread]) -> None:
    """A step has enough of its branches or passes: these others are withdrawn, awaited, or its own no longer."""
    if kind is Rest.CANCEL:
        cancel_all(turn, run, threads)
    elif kind is Rest.BESIDE:
        for thread in threads:
            opened.children.remove(thread.id)
            thread.parent, thread.left = None, True


def withdraw_left(turn: Turn, run: Run, thread: Thread, lines: Collection[str], *, passes: bool = False) -> None:
    """Coming to a step again withdraws what it left beside the last time: the new branches (or ``passes``) stand at the
    same places."""
    for other in [each for each in run.threads.values() if each.left]:
        around = other.passage.startswith(f"{thread.passage}/") if passes else other.passage == thread.passage
        if around and other.stack and other.stack[0].line in lines:
            flow.cancel(turn, run, other)
