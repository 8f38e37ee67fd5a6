"""``whenever``: handlers that listen all the time, and run a path beside the open steps or instead of them."""

from __future__ import annotations

from sop.engine import flow, incidents
from sop.engine.turn import Turn
from sop.engine.waiting import consumed_by, event_of, matched
from sop.expressions import ExpressionError
from sop.model import Result, Whenever
from sop.state import Frame, Letter, Run, Thread


def listen(turn: Turn, run: Run, number: int, letter: Letter) -> None:
    """Let the run's handler of that number take the letter, if it is for it. A failing ``match`` is told to the run's
    owner; the letter then stays for others."""
    handler = run.model.document.whenever[number]
    inside = [t for t in run.threads.values() if not t.cancelled and _within(handler, t)]
    if not inside:
        return
    try:
        if handler.match is not None and not turn.holds(run, None, handler.match, event_of(letter)):
            return
    except ExpressionError as error:
        incidents.note(turn, run, f"/whenever/{number}/match", error.code, str(error))
        return
    consumed_by(turn.state, run).append(letter.number)
    matched(turn, run, None, letter)
    if handler.next == flow.END:
        flow.end_run(turn, run, Result.RESOLVED)
    elif handler.next in (flow.CONTINUE, flow.INCIDENT):
        _told(turn, run, number, handler)
    elif handler.interrupt:
        _interrupt(turn, run, number, handler, inside)
    elif handler.next in run.model.document.paths:
        _beside(turn, run, handler.next)
    else:
        incidents.note(turn, run, f"/whenever/{number}/next", "SOP205", f"'{handler.next}' is no path to run beside")


def _within(handler: Whenever, thread: Thread) -> bool:
    if not handler.within:
        return True
    return thread.open is not None and thread.open.slot.partition("#")[0] in handler.within


def _told(turn: Turn, run: Run, number: int, handler: Whenever) -> None:
    if handler.next == flow.INCIDENT:
        incidents.note(turn, run, f"/whenever/{number}/next", "SOP_INCIDENT", f"{handler.event} leads to an incident")


def _beside(turn: Turn, run: Run, path: str) -> None:
    """Run a path beside the open steps. Where it runs already, its steps get slots of their own (``call#5``)."""
    busy = any(frame.line == path for thread in run.threads.values() for frame in thread.stack)
    thread = flow.new_thread(turn, run, [Frame(path, 0)])
    if busy:
        thread.suffix = f"#{thread.id}"
    flow.proceed(turn, run, thread)


def _interrupt(turn: Turn, run: Run, number: int, handler: Whenever, inside: list[Thread]) -> None:
    """The nearest thread around all interrupted steps that can go there does; it and all below it are cancelled."""
    keep = _around(run, inside, handler.next)
    if keep is None:
        said = f"'{handler.next}' cannot be reached from here"
        incidents.note(turn, run, f"/whenever/{number}/next", "SOP205", said)
        return
    replacement = _copy(turn, run, keep)
    flow.cancel(turn, run, keep)
    for thread in inside:
        flow.cancel(turn, run, thread)
    flow.go(turn, run, replacement, handler.next)
    flow.proceed(turn, run, replacement)


def _around(run: Run, inside: list[Thread], target: str) -> Thread | None:
    """The lowest thread that is, or is around, every interrupted one and can go to the target; where they stand under
    several, the first of those that can."""
    around = [_lineage(run, thread) for thread in inside]
    common = [thread for thread in around[0] if all(thread in line for line in around)]
    for thread in (*common, *(line[-1] for line in around)):
        if flow.leads(run, thread, target):
            return thread
    return None


def _lineage(run: Run, thread: Thread) -> list[Thread]:
    line = [thread]
    while (parent := run.threads.get(line[-1].parent or 0)) is not None:
        line.append(parent)
    return line


def _copy(turn: Turn, run: Run, thread: Thread) -> Thread:
    """Another thread in the same place: the same pass or branch, for whoever waits for that."""
    parent = run.threads.get(thread.parent or 0)
    stack = [Frame(frame.line, frame.index) for frame in thread.stack]
    copy = flow.new_thread(turn, run, stack, parent)
    copy.suffix, copy.passage, copy.local = thread.suffix, thread.passage, dict(thread.local)
    copy.arrivals, copy.allowance = dict(thread.arrivals), thread.allowance
    if parent is not None and parent.open is not None:
        parent.open.children.append(copy.id)
    return copy
