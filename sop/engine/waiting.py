"""Steps that wait: for an event, for time; the mailbox they read; and the handlers that listen all the time."""

from __future__ import annotations

from datetime import UTC, datetime

from sop import expressions
from sop.engine import alarms, flow, incidents
from sop.engine.turn import Turn
from sop.events import Occurred
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Awaited, Wait, Whenever
from sop.state import AlarmKind, Frame, Letter, Run, RunPhase, Thread
from sop.values import Value, unmarked

MAX_LETTERS = 500


def enter_wait(turn: Turn, run: Run, thread: Thread, wait: Wait) -> None:
    """Wait for time, or for an event that may have come already."""
    opened = flow.opened_of(thread)
    until = _until(turn, run, thread, wait)
    if until is not None:
        opened.due_at = until
        turn.alarm(until, AlarmKind.ELAPSED, run, thread)
    elif _read_mailbox(turn, run, thread, wait):
        return
    else:
        alarms.set_deadlines(turn, run, thread, wait)
    if until is not None and until <= turn.now:
        flow.leave(turn, run, thread, {})
        return
    turn.fact(
        FactType.STEP_OPENED,
        {
            "type": wait.type,
            "title": wait.title or wait.id,
            "waits_for": [awaited.event for awaited in awaited_by(wait)],
            "until": alarms.iso(until),
            "timeout_at": alarms.iso(opened.timeout_at),
        },
        run=run,
        step=opened.slot,
        visit=opened.visit,
    )


def _until(turn: Turn, run: Run, thread: Thread, wait: Wait) -> datetime | None:
    if wait.duration is not None:
        return turn.deadline(run, str(expressions.render(wait.duration, turn.scope(run, thread))))
    if wait.until is None:
        return None
    at = expressions.evaluate(wait.until, turn.scope(run, thread))
    try:
        moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    except ValueError:
        raise ExpressionError(f"'{wait.until}' gives no moment: {at}", "SOP105") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def awaited_by(wait: Wait) -> tuple[Awaited, ...]:
    """The events a step waits for."""
    return (Awaited(event=wait.event, match=wait.match),) if wait.event else wait.any_of


def _read_mailbox(turn: Turn, run: Run, thread: Thread, wait: Wait) -> bool:
    return any(take(turn, run, thread, wait, letter) for letter in turn.state.mailbox if letter.number not in run.consumed)


def take(turn: Turn, run: Run, thread: Thread, wait: Wait, letter: Letter) -> bool:
    """Whether the waiting step takes this letter, and goes on with it."""
    for awaited in awaited_by(wait):
        if awaited.event != letter.type:
            continue
        if awaited.match is not None and not turn.holds(run, thread, awaited.match, event_of(letter)):
            continue
        run.consumed.append(letter.number)
        _matched(turn, run, flow.opened_of(thread).slot, letter)
        outputs: dict[str, Value] = {"received": True, "event": event_of(letter), "which": letter.type}
        flow.leave(turn, run, thread, outputs, awaited.next)
        return True
    return False


def event_of(letter: Letter) -> dict[str, Value]:
    """What an expression reads as ``event``."""
    return {"type": letter.type, "source": letter.source, "id": letter.id, **letter.data}  # type: ignore[dict-item]  # values


def _matched(turn: Turn, run: Run, slot: str | None, letter: Letter) -> None:
    data: dict[str, Value] = {"type": letter.type, "source": letter.source, "id": letter.id}
    turn.fact(FactType.EVENT_MATCHED, data, run=run, step=slot)


def receive(turn: Turn, event: Occurred, *, quiet: bool = False) -> Letter | None:
    """Put an event into the mailbox and give it to whoever waits; a duplicate is None and changes nothing."""
    state = turn.state
    if any(letter.source == event.source and letter.id == event.id for letter in state.mailbox):
        return None
    letter = Letter(turn.new_id(), event.type, event.source, event.id, dict(_clean(event.data)))
    state.mailbox.append(letter)
    del state.mailbox[:-MAX_LETTERS]
    if not quiet:
        data: dict[str, Value] = {"type": event.type, "source": event.source, "id": event.id, "data": dict(event.data)}
        turn.fact(FactType.EVENT_RECEIVED, data)
    for run in list(state.runs.values()):
        if run.phase is RunPhase.ACTIVE:
            _deliver(turn, run, letter)
    return letter


def _clean(data: dict[str, Value]) -> dict[str, Value]:
    return {key: unmarked(value) for key, value in data.items()}


def _deliver(turn: Turn, run: Run, letter: Letter) -> None:
    for thread in list(run.threads.values()):
        if thread.open is None or thread.open.incident or thread.cancelled:
            continue
        step = flow.placed_of(run, thread).step
        if isinstance(step, Wait) and _offered(turn, run, thread, step, letter):
            flow.proceed(turn, run, thread)
            return
    for handler in run.model.document.whenever:
        if letter.number in run.consumed:
            return
        if handler.event == letter.type:
            _handle(turn, run, handler, letter)


def _offered(turn: Turn, run: Run, thread: Thread, wait: Wait, letter: Letter) -> bool:
    try:
        return take(turn, run, thread, wait, letter)
    except ExpressionError as error:
        incidents.open_incident(turn, run, thread, error.code, str(error), "match")
        return False


def _handle(turn: Turn, run: Run, handler: Whenever, letter: Letter) -> None:
    inside = [t for t in run.threads.values() if not t.cancelled and _within(handler, t)]
    if handler.within and not inside:
        return
    if handler.match is not None and not turn.holds(run, None, handler.match, event_of(letter)):
        return
    run.consumed.append(letter.number)
    _matched(turn, run, None, letter)
    if handler.interrupt and inside:
        _interrupt(turn, run, handler, inside)
    elif handler.next in run.model.document.paths:
        flow.proceed(turn, run, flow.new_thread(turn, run, [Frame(handler.next, 0)]))


def _within(handler: Whenever, thread: Thread) -> bool:
    return not handler.within or (thread.open is not None and thread.open.slot.partition("#")[0] in handler.within)


def _interrupt(turn: Turn, run: Run, handler: Whenever, inside: list[Thread]) -> None:
    root = inside[0]
    while root.parent is not None and root.parent in run.threads:
        root = run.threads[root.parent]
    replacement = flow.new_thread(turn, run, [Frame(frame.line, frame.index) for frame in root.stack])
    for thread in inside if handler.within else [t for t in run.threads.values() if t.parent is None and t is not replacement]:
        flow.cancel(turn, run, thread)
    if root.id in run.threads:
        flow.cancel(turn, run, root)
    flow.go(turn, run, replacement, handler.next)
    flow.proceed(turn, run, replacement)


def timed_out(turn: Turn, run: Run, thread: Thread, wait: Wait) -> None:
    """The event did not come in time."""
    outputs: dict[str, Value] = {"received": False, "event": None, "which": None}
    flow.leave(turn, run, thread, outputs, wait.on_timeout, status="timeout")
    flow.proceed(turn, run, thread)
