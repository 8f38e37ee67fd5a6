"""Steps that wait: for an event, or for time."""

from __future__ import annotations

from datetime import datetime

from sop import expressions
from sop.engine import alarms, flow, standing
from sop.engine.turn import Turn
from sop.expressions.helpers import moment
from sop.facts import FactType
from sop.model import Wait
from sop.state import AlarmKind, Letter, Run, State, Thread
from sop.values import Value


def enter_wait(turn: Turn, run: Run, thread: Thread, wait: Wait) -> None:
    """Wait for time, or for an event that may have come already."""
    opened = standing.opened_of(thread)
    if read_mailbox(turn, run, thread, wait):
        return
    wait_on(turn, run, thread, wait)
    if opened.due_at is not None and opened.due_at <= turn.now:
        turn.silence(run, thread)
        flow.leave(turn, run, thread, {})
        return
    named: dict[str, Value] = {"type": wait.type, "title": wait.title or wait.id}
    moments: dict[str, Value] = {
        "timeout_at": alarms.iso(opened.timeout_at),
        "ledger": alarms.ledger_in_fact(opened.clock),
    }
    turn.tell(FactType.STEP_OPENED, run, thread, {**named, **details(thread, wait), **moments})


def wait_on(turn: Turn, run: Run, thread: Thread, wait: Wait) -> None:
    """Note when the waiting is over: the moment waited for, or the timeout of an event's."""
    until = _until(turn, run, thread, wait)
    if until is None:
        alarms.set_deadlines(turn, run, thread, wait)
    else:
        standing.opened_of(thread).due_at = until
        turn.alarm(until, AlarmKind.ELAPSED, run, thread)


def details(thread: Thread, wait: Wait) -> dict[str, Value]:
    """What people see of a step that waits."""
    return {"waits_for": _event_types(wait), "until": alarms.iso(standing.opened_of(thread).due_at)}


def _until(turn: Turn, run: Run, thread: Thread, wait: Wait) -> datetime | None:
    if wait.duration is not None:
        turn.part = "for"
        return turn.deadline(run, str(expressions.render(wait.duration, turn.scope(run, thread))))
    if wait.until is None:
        return None
    turn.part = "until"
    scope = turn.scope(run, thread)
    return moment(scope, expressions.evaluate(wait.until, scope))


def _event_types(wait: Wait) -> list[Value]:
    """The events a step waits for."""
    return [wait.event] if wait.event else [awaited.event for awaited in wait.any_of]


def consumed_by(state: State, run: Run) -> list[int]:
    """The letters a run has read: a sub-SOP and its caller read one mailbox together."""
    while run.parent_run is not None:
        run = state.runs[run.parent_run]
    return run.consumed


def read_mailbox(turn: Turn, run: Run, thread: Thread, wait: Wait) -> bool:
    """Whether an event that has come already ends the waiting."""
    read = consumed_by(turn.state, run)
    return any(take(turn, run, thread, wait, letter) for letter in turn.state.mailbox if letter.number not in read)


def take(turn: Turn, run: Run, thread: Thread, wait: Wait, letter: Letter) -> bool:
    """Whether the waiting step takes this letter, and goes on with it."""
    if wait.event == letter.type and _matches(turn, run, thread, wait.match, letter, "match"):
        _taken(turn, run, thread, letter, None)
        return True
    for number, awaited in enumerate(wait.any_of):
        part = f"any_of/{number}/match"
        if awaited.event == letter.type and _matches(turn, run, thread, awaited.match, letter, part):
            _taken(turn, run, thread, letter, awaited.next)
            return True
    return False


def _matches(turn: Turn, run: Run, thread: Thread, match: str | None, letter: Letter, part: str) -> bool:
    turn.part = part
    return match is None or turn.holds(run, thread, match, event_of(letter))


def _taken(turn: Turn, run: Run, thread: Thread, letter: Letter, target: str | None) -> None:
    consumed_by(turn.state, run).append(letter.number)
    matched(turn, run, thread, letter)
    outputs: dict[str, Value] = {"received": True, "event": event_of(letter), "which": letter.type}
    flow.leave(turn, run, thread, outputs, target)


def event_of(letter: Letter) -> dict[str, Value]:
    """What an expression reads as ``event``."""
    return {"type": letter.type, "source": letter.source, "id": letter.id, **letter.data}


def matched(turn: Turn, run: Run, thread: Thread | None, letter: Letter) -> None:
    """Tell that a run has read a letter: at the step a thread waits on, or in one of its handlers."""
    data: dict[str, Value] = {"type": letter.type, "source": letter.source, "id": letter.id}
    step = thread.open.slot if thread and thread.open else None
    turn.fact(FactType.EVENT_MATCHED, data, run=run, step=step)


def timed_out(turn: Turn, run: Run, thread: Thread, wait: Wait) -> None:
    """The event did not come in time."""
    outputs: dict[str, Value] = {"received": False, "event": None, "which": None}
    flow.leave(turn, run, thread, outputs, wait.on_timeout, status="timeout")
    flow.proceed(turn, run, thread)
