"""Steps that systems do: actions, what came of them, and undoing them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from sop import expressions
from sop.commands import CallAction
from sop.durations import parse
from sop.engine import builtin, flow, incidents
from sop.engine.turn import Turn
from sop.events import ActionDone, ActionFailed, IncidentSettled, Remedy
from sop.facts import FactType
from sop.model import Action, Retry
from sop.state import Done, Incident, Run, Thread, Undoable
from sop.values import Value, Values, encode, unmarked

NO_UNDO = "none"
DEFAULT_RETRY = Retry()
TIMEOUT_SECONDS = 30.0
MAX_OUTPUT = 16_384


def enter_action(turn: Turn, run: Run, thread: Thread, action: Action) -> None:
    """A system does it; an effect this run has had with the same input is not had twice."""
    opened = flow.opened_of(thread)
    arguments = _mapping(expressions.render(action.arguments, turn.scope(run, thread)))
    opened.fingerprint, opened.arguments = fingerprint(arguments), dict(arguments)
    known = run.done.get(opened.slot)
    if known is not None and known.fingerprint == opened.fingerprint:
        flow.leave(turn, run, thread, dict(known.outputs))
        return
    turn.fact(
        FactType.STEP_OPENED, {"type": action.type, "title": action.title or action.id}, run=run, step=opened.slot, visit=opened.visit
    )
    if builtin.knows(action.action):
        _at_once(turn, run, thread, action, arguments)
    else:
        _ask(turn, run, thread, action, arguments)


def _ask(turn: Turn, run: Run, thread: Thread, action: Action, arguments: dict[str, Value]) -> None:
    opened = flow.opened_of(thread)
    key = f"{turn.state.ticket['no']}/{run.id}.{opened.slot}/{opened.visit}/{opened.fingerprint}"
    if action.idempotency_key:
        key = str(expressions.render(action.idempotency_key, turn.scope(run, thread)))
    contract = run.model.actions.get(action.action)
    retry = _retry_of(action)
    opened.call = f"c{turn.new_id()}"
    turn.call(
        CallAction(
            call=opened.call,
            action=action.action,
            arguments=arguments,
            key=key,
            gives=tuple(contract["gives"]) if contract else None,
            timeout=_seconds(action.timeout) if action.timeout else TIMEOUT_SECONDS,
            attempts=retry.attempts,
            interval=_seconds(retry.interval),
            max_interval=_seconds(retry.max_interval),
            run=run.id,
            step=opened.slot,
        ),
        thread.id,
    )
    _called(turn, run, opened.slot, opened.visit, Calling(opened.call, action.action, arguments, key))


@dataclass(frozen=True, slots=True)
class Calling:
    """What a call is, for its fact."""

    call: str
    action: str
    arguments: Values
    key: str
    undo: bool = False


def _called(turn: Turn, run: Run, slot: str, visit: int, calling: Calling) -> None:
    turn.fact(
        FactType.ACTION_CALLED,
        {
            "call": calling.call,
            "action": calling.action,
            "arguments": calling.arguments,
            "key": calling.key,
            "undo": calling.undo,
        },
        run=run,
        step=slot,
        visit=visit,
    )


def _at_once(turn: Turn, run: Run, thread: Thread, action: Action, arguments: dict[str, Value]) -> None:
    opened = flow.opened_of(thread)
    call = f"c{turn.new_id()}"
    _called(turn, run, opened.slot, opened.visit, Calling(call, action.action, arguments, call))
    builtin.perform(turn, action.action, arguments, run)
    _done_fact(turn, run, opened.slot, opened.visit, call, action.action, {})
    flow.leave(turn, run, thread, {})


def done(turn: Turn, event: ActionDone) -> None:
    """A call was answered: keep the declared outputs, remember how to undo it, go on."""
    call = turn.state.calls.pop(event.call, None)
    if call is None:
        return
    run = turn.state.runs[call.run]
    if call.undo:
        _undone(turn, run, event)
        return
    thread = run.threads[call.thread]
    opened, action = flow.opened_of(thread), flow.placed_of(run, thread).step
    if not isinstance(action, Action):
        raise RuntimeError(f"call {event.call} belongs to no action")
    outputs = _kept(run, action, event.outputs)
    opened.call = None
    run.done[opened.slot] = Done(opened.fingerprint, dict(outputs))
    _done_fact(turn, run, opened.slot, opened.visit, event.call, action.action, outputs)
    undoable = _undoable(run, thread, action, outputs)
    if thread.cancelled:
        _finish_cancelled(turn, run, thread, outputs, undoable)
        return
    if undoable:
        run.undo.append(undoable)
    if len(json.dumps(encode(outputs))) > MAX_OUTPUT:
        incidents.open_incident(turn, run, thread, "SOP_OUTPUT", f"the answer is larger than {MAX_OUTPUT} bytes", "action")
        return
    flow.leave(turn, run, thread, outputs)
    flow.proceed(turn, run, thread)


def _finish_cancelled(turn: Turn, run: Run, thread: Thread, outputs: dict[str, Value], undoable: Undoable | None) -> None:
    flow.record(turn, run, thread, outputs, "cancelled", None)
    thread.open = None
    if undoable is not None and run.undo_wanted:
        run.undo.append(undoable)
    elif undoable is not None:
        _undo(turn, run, undoable)
    flow.gone(turn, run, thread)


def _done_fact(turn: Turn, run: Run, slot: str, visit: int, call: str, action: str, outputs: Values, *, undo: bool = False) -> None:
    turn.fact(
        FactType.ACTION_DONE, {"call": call, "action": action, "outputs": outputs, "undo": undo}, run=run, step=slot, visit=visit
    )


def _failed_fact(turn: Turn, run: Run, slot: str, visit: int, action: str, event: ActionFailed, *, undo: bool = False) -> None:
    data: dict[str, Value] = {
        "call": event.call,
        "action": action,
        "kind": event.kind.value,
        "message": event.message,
        "attempts": event.attempts,
        "undo": undo,
    }
    turn.fact(FactType.ACTION_FAILED, data, run=run, step=slot, visit=visit)


def failed(turn: Turn, event: ActionFailed) -> None:
    """A call failed for good: ``on_error`` says what then; without it, an incident."""
    call = turn.state.calls.pop(event.call, None)
    if call is None:
        return
    run = turn.state.runs[call.run]
    if call.undo:
        _undo_failed(turn, run, event)
        return
    thread = run.threads[call.thread]
    opened, action = flow.opened_of(thread), flow.placed_of(run, thread).step
    opened.call = None
    _failed_fact(turn, run, opened.slot, opened.visit, call.action, event)
    if thread.cancelled:
        flow.gone(turn, run, thread)
    elif isinstance(action, Action) and action.on_error not in (None, flow.INCIDENT):
        flow.leave(turn, run, thread, {}, action.on_error, status="error")
        flow.proceed(turn, run, thread)
    else:
        incidents.open_incident(turn, run, thread, f"ACTION_{event.kind.value.upper()}", event.message, "action")


def _undoable(run: Run, thread: Thread, action: Action, outputs: Values) -> Undoable | None:
    if action.undo in (None, NO_UNDO):
        return None
    opened, placed = flow.opened_of(thread), flow.placed_of(run, thread)
    known: dict[str, Value] = {**opened.arguments, **outputs}  # type: ignore[dict-item]  # stored arguments are values
    takes = run.model.undo_takes.get(action.undo or "")
    arguments = {name: known[name] for name in takes if name in known} if takes is not None else known
    return Undoable(opened.slot, opened.visit, action.undo or "", dict(arguments), f"{placed.pointer}/undo")


def run_over(turn: Turn, run: Run) -> bool:
    """Undo the next effect of an ending run that wants it; whether nothing is left to undo."""
    if run.undo_wanted and run.undo and not run.undoing:
        _undo(turn, run, run.undo.pop())
    return not (run.undoing or run.failed_undo)


def _undo(turn: Turn, run: Run, undoable: Undoable) -> None:
    arguments = _mapping(undoable.arguments)
    key = f"{turn.state.ticket['no']}/{run.id}.{undoable.slot}/{undoable.visit}/undo/{fingerprint(arguments)}"
    undoable.call, undoable.incident = f"c{turn.new_id()}", None
    run.undoing.append(undoable)
    call = CallAction(
        call=undoable.call,
        action=undoable.action,
        arguments=arguments,
        key=key,
        gives=(),
        timeout=TIMEOUT_SECONDS,
        attempts=DEFAULT_RETRY.attempts,
        interval=_seconds(DEFAULT_RETRY.interval),
        max_interval=_seconds(DEFAULT_RETRY.max_interval),
        run=run.id,
        step=undoable.slot,
    )
    turn.call(call, 0, undo=True)
    _called(turn, run, undoable.slot, undoable.visit, Calling(undoable.call, undoable.action, arguments, key, undo=True))


def _undone(turn: Turn, run: Run, event: ActionDone) -> None:
    undoable = next(u for u in run.undoing if u.call == event.call)
    run.undoing.remove(undoable)
    _done_fact(turn, run, undoable.slot, undoable.visit, event.call, undoable.action, {}, undo=True)
    turn.run_ended(turn, run)


def _undo_failed(turn: Turn, run: Run, event: ActionFailed) -> None:
    undoable = next(u for u in run.undoing if u.call == event.call)
    run.undoing.remove(undoable)
    _failed_fact(turn, run, undoable.slot, undoable.visit, undoable.action, event, undo=True)
    undoable.incident = Incident("ACTION_UNDO", event.message, run.model.where(undoable.pointer))
    run.failed_undo.append(undoable)
    data: dict[str, Value] = {
        "code": undoable.incident.code,
        "message": event.message,
        "where": undoable.incident.where,
        "owner": run.model.document.owner,
        "undo": True,
    }
    turn.fact(FactType.INCIDENT_OPENED, data, run=run, step=undoable.slot, visit=undoable.visit)
    turn.run_ended(turn, run)


def settle_undo(turn: Turn, run: Run, undoable: Undoable, settled: IncidentSettled) -> None:
    """A person chooses how a failed undo goes on: again, or left as it is."""
    run.failed_undo.remove(undoable)
    turn.fact(
        FactType.INCIDENT_CLOSED,
        {"choice": settled.choice, "values": settled.values, "undo": True},
        run=run,
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
    return sha256(json.dumps(encode(arguments), sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def _kept(run: Run, action: Action, outputs: Values) -> dict[str, Value]:
    contract = run.model.actions.get(action.action)
    names = contract["gives"] if contract else list(outputs)
    return {name: unmarked(outputs.get(name)) for name in names}


def _mapping(value: object) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise TypeError("arguments are a mapping")
    return value


def _retry_of(action: Action) -> Retry:
    if isinstance(action.retry, int):
        return Retry(attempts=max(1, action.retry))
    return action.retry or DEFAULT_RETRY


def _seconds(text: str) -> float:
    return parse(text).clock_time().total_seconds()
