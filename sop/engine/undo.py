"""Undoing what actions did: registered when they complete, run in reverse order, each failure its own incident."""

from __future__ import annotations

import json
from hashlib import sha256

from sop.commands import CallAction
from sop.durations import parse
from sop.engine import standing
from sop.engine.turn import Turn
from sop.events import ActionDone, ActionFailed, IncidentSettled, Remedy
from sop.facts import FactType
from sop.model import Action, Retry
from sop.state import Incident, Run, Thread, Undoable
from sop.values import Value, Values, encode

NO_UNDO = "none"
TRIES = Retry()
TIMEOUT_SECONDS = 30.0
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=encode)


def register(run: Run, thread: Thread, action: Action, outputs: Values) -> None:
    """Remember how to undo what the open action has done; a second answer to the same visit replaces the first."""
    inverse = action.undo
    if inverse is None or inverse == NO_UNDO:
        return
    opened, placed = standing.opened_of(thread), standing.placed_of(run, thread)
    known: dict[str, Value] = {**opened.arguments, **outputs}
    takes = run.model.undo_takes.get(inverse)
    arguments = {name: known[name] for name in takes if name in known} if takes is not None else known
    where = run.model.where(f"{placed.pointer}/undo")
    _forget(run, opened.slot, opened.visit)
    version = f"{run.definition['key']}@{run.definition['version']}"
    run.undo.append(Undoable(run.id, opened.slot, opened.visit, inverse, dict(arguments), where, definition=version))


def _forget(run: Run, slot: str, visit: int) -> Undoable | None:
    found = next((u for u in run.undo if (u.run, u.slot, u.visit) == (run.id, slot, visit)), None)
    if found is not None:
        run.undo.remove(found)
    return found


def undo_step(turn: Turn, run: Run, slot: str, visit: int) -> None:
    """Undo one step now: it was cancelled while its call was on the way. It may be done again."""
    found = _forget(run, slot, visit)
    if found is not None:
        _undo(turn, run, found)


def is_undone(turn: Turn, run: Run) -> bool:
    """Undo the next effect of an ending run that wants it; whether nothing is left to undo or to settle."""
    if run.undo_wanted and run.undo and not run.undoing:
        _undo(turn, run, run.undo.pop())
    return not (run.undoing or run.failed_undo)


def _undo(turn: Turn, run: Run, undoable: Undoable) -> None:
    arguments: dict[str, Value] = dict(undoable.arguments)
    mark = f"{turn.state.ticket['no']}/{undoable.run}.{undoable.slot}/{undoable.visit}"
    key = f"{mark}/undo/{fingerprint(arguments)}"
    undoable.call, undoable.incident = f"c{turn.new_id()}", None
    run.undoing.append(undoable)
    call = CallAction(
        call=undoable.call,
        action=undoable.action,
        arguments=arguments,
        key=key,
        gives=(),
        timeout=TIMEOUT_SECONDS,
        attempts=TRIES.attempts,
        interval=parse(TRIES.interval).clock_time().total_seconds(),
        max_interval=parse(TRIES.max_interval).clock_time().total_seconds(),
        run=undoable.run,
        step=undoable.slot,
    )
    turn.call(call, run, 0, undo=True)
    said: dict[str, Value] = {
        "call": undoable.call,
        "action": undoable.action,
        "arguments": arguments,
        "key": key,
        "undo": True,
    }
    _tell(turn, undoable, FactType.ACTION_CALLED, said)


def _tell(turn: Turn, undoable: Undoable, kind: FactType, data: dict[str, Value]) -> None:
    """A fact about an undo is one of the step that had the effect."""
    turn.fact(kind, data, run=turn.state.runs[undoable.run], step=undoable.slot, visit=undoable.visit)


def undone(turn: Turn, run: Run, event: ActionDone) -> None:
    """An undo took effect; the next one follows."""
    undoable = next(u for u in run.undoing if u.call == event.call)
    run.undoing.remove(undoable)
    said: dict[str, Value] = {"call": event.call, "action": undoable.action, "outputs": {}, "undo": True}
    _tell(turn, undoable, FactType.ACTION_DONE, said)
    turn.run_ended(turn, run)


def failure(event: ActionFailed, action: str, *, undoing: bool) -> dict[str, Value]:
    """What the fact of a failed call says."""
    return {
        "call": event.call,
        "action": action,
        "kind": event.kind.value,
        "message": event.message,
        "attempts": event.attempts,
        "undo": undoing,
    }


def failed(turn: Turn, run: Run, event: ActionFailed) -> None:
    """An undo failed for good: an incident, and the next one follows all the same."""
    undoable = next(u for u in run.undoing if u.call == event.call)
    run.undoing.remove(undoable)
    _tell(turn, undoable, FactType.ACTION_FAILED, failure(event, undoable.action, undoing=True))
    undoable.incident = Incident("ACTION_UNDO", event.message, undoable.where)
    run.failed_undo.append(undoable)
    data: dict[str, Value] = {
        "code": undoable.incident.code,
        "message": event.message,
        "where": undoable.where,
        "owner": run.model.document.owner,
        "undo": True,
    }
    _tell(turn, undoable, FactType.INCIDENT_OPENED, data)
    turn.run_ended(turn, run)


def settle(turn: Turn, run: Run, undoable: Undoable, settled: IncidentSettled) -> None:
    """A person chooses how a failed undo goes on: again, or left as it is."""
    run.failed_undo.remove(undoable)
    turn.fact(
        FactType.INCIDENT_CLOSED,
        {"choice": settled.choice.value, "values": settled.values, "undo": True},
        run=turn.state.runs[undoable.run],
        step=undoable.slot,
        visit=undoable.visit,
        by=settled.by,
    )
    if settled.choice is Remedy.RETRY:
        _undo(turn, run, undoable)
    else:
        turn.run_ended(turn, run)


def fingerprint(arguments: Values) -> str:
    """What tells one input from another: 16 hex digits of SHA-256 over its canonical JSON."""
    return sha256(_CANONICAL.encode(arguments).encode()).hexdigest()[:16]
