"""Steps that systems do: actions, and what came of them."""

from __future__ import annotations

import json
from functools import lru_cache

from sop import expressions
from sop.commands import CallAction
from sop.durations import parse
from sop.engine import builtin, flow, incidents, promises, standing, undo
from sop.engine.turn import Turn
from sop.events import ActionDone, ActionFailed
from sop.facts import FactType
from sop.model import Action, Retry
from sop.state import Call, Done, Run, Thread
from sop.values import Value, Values, encode, unmarked

DEFAULT_RETRY = Retry()
TIMEOUT_SECONDS = 30.0
MAX_OUTPUT = 16_384


def enter_action(turn: Turn, run: Run, thread: Thread, action: Action) -> None:
    """A system does it; an effect this run has had with the same input is not had twice."""
    opened = standing.opened_of(thread)
    scope = turn.scope(run, thread)
    arguments: dict[str, Value] = {}
    for name, argument in action.arguments.items():
        turn.part = f"with/{name}"
        arguments[name] = expressions.render(argument, scope)
    opened.fingerprint, opened.arguments = undo.fingerprint(arguments), dict(arguments)
    known = run.done.get(_once(opened.slot, thread))
    if known is not None and known.fingerprint == opened.fingerprint:
        flow.leave(turn, run, thread, dict(known.outputs))
        return
    promises.fix(turn, run, thread, action)
    turn.tell(FactType.STEP_OPENED, run, thread, {"type": action.type, "title": action.title or action.id})
    if builtin.knows(action.action):
        _at_once(turn, run, thread, action, arguments)
    else:
        _ask(turn, run, thread, action, arguments)


def _once(slot: str, thread: Thread) -> str:
    """An action is done once in each pass of a repeat, and once outside of any."""
    return slot + thread.passage


def _ask(turn: Turn, run: Run, thread: Thread, action: Action, arguments: dict[str, Value]) -> None:
    opened = standing.opened_of(thread)
    key = f"{turn.state.ticket['no']}/{run.id}.{opened.slot}/{opened.visit}/{opened.fingerprint}"
    if action.idempotency_key:
        turn.part = "idempotency_key"
        key = str(expressions.render(action.idempotency_key, turn.scope(run, thread)))
    contract = run.model.actions.get(action.action)
    retry = _retry_of(action)
    opened.call = call = f"c{turn.new_id()}"
    turn.call(
        CallAction(
            call=call,
            action=action.action,
            arguments=arguments,
            key=key,
            gives=tuple(contract["gives"]) if contract else None,
            timeout=seconds(action.timeout) if action.timeout else TIMEOUT_SECONDS,
            attempts=retry.attempts,
            interval=seconds(retry.interval),
            max_interval=seconds(retry.max_interval),
            run=run.id,
            step=opened.slot,
            promised_at=opened.promised_at,
        ),
        run,
        thread.id,
    )
    said: dict[str, Value] = {"call": call, "action": action.action, "arguments": arguments, "key": key, "undo": False}
    turn.tell(FactType.ACTION_CALLED, run, thread, said)


def _at_once(turn: Turn, run: Run, thread: Thread, action: Action, arguments: dict[str, Value]) -> None:
    call = f"c{turn.new_id()}"
    said: dict[str, Value] = {"call": call, "action": action.action, "arguments": arguments, "key": call, "undo": False}
    turn.tell(FactType.ACTION_CALLED, run, thread, said)
    builtin.perform(turn, action.action, arguments, run)
    _done_fact(turn, run, thread, call, action, {})
    promises.give(turn, run, thread, action, {})
    flow.leave(turn, run, thread, {})


def _done_fact(turn: Turn, run: Run, thread: Thread, call: str, action: Action, outputs: Values) -> None:
    data: dict[str, Value] = {"call": call, "action": action.action, "outputs": outputs, "undo": False}
    turn.tell(FactType.ACTION_DONE, run, thread, data)


def done(turn: Turn, event: ActionDone) -> None:
    """A call was answered: keep the declared outputs, remember how to undo it, go on."""
    call = turn.state.calls.pop(event.call, None)
    if call is None:
        return
    run = turn.state.runs[call.run]
    if call.undo:
        undo.undone(turn, run, event)
        return
    thread, action = _caller(run, call, event.call)
    outputs = _kept(run, action, event.outputs)
    small = not too_large(outputs)
    standing.opened_of(thread).call = None
    _done_fact(turn, run, thread, event.call, action, outputs if small else {})
    undo.register(run, thread, action, outputs)
    promises.give(turn, run, thread, action, outputs)
    if thread.cancelled:
        _finish_cancelled(turn, run, thread, outputs if small else {})
    elif small:
        _keep(run, thread, outputs)
        flow.leave(turn, run, thread, outputs)
        flow.proceed(turn, run, thread)
    else:
        said = f"the answer is larger than {MAX_OUTPUT} bytes"
        incidents.open_incident(turn, run, thread, "SOP_OUTPUT", said, "action")


def _caller(run: Run, call: Call, name: str) -> tuple[Thread, Action]:
    thread = run.threads[call.thread]
    action = standing.step_of(run, thread)
    if not isinstance(action, Action):
        raise RuntimeError(f"call {name} belongs to no action")
    return thread, action


def _keep(run: Run, thread: Thread, outputs: Values) -> None:
    opened = standing.opened_of(thread)
    run.done[_once(opened.slot, thread)] = Done(opened.fingerprint, dict(outputs))


def _finish_cancelled(turn: Turn, run: Run, thread: Thread, outputs: dict[str, Value]) -> None:
    """The answer to a call of a cancelled step is recorded, and its effect undone now, or when the whole run's are."""
    opened = standing.opened_of(thread)
    flow.record(turn, run, thread, outputs, "cancelled", None)
    thread.open = None
    if not run.undo_wanted:
        undo.undo_step(turn, run, opened.slot, opened.visit)
    flow.gone(turn, run, thread)


def failed(turn: Turn, event: ActionFailed) -> None:
    """A call failed for good: ``on_error`` says what then; without it, an incident."""
    call = turn.state.calls.pop(event.call, None)
    if call is None:
        return
    run = turn.state.runs[call.run]
    if call.undo:
        undo.failed(turn, run, event)
        return
    thread, action = _caller(run, call, event.call)
    standing.opened_of(thread).call = None
    turn.tell(FactType.ACTION_FAILED, run, thread, undo.failure(event, call.action, undoing=False))
    if thread.cancelled:
        flow.gone(turn, run, thread)
    elif action.on_error not in (None, flow.INCIDENT):
        flow.leave(turn, run, thread, {}, action.on_error, status="error")
        flow.proceed(turn, run, thread)
    else:
        incidents.open_incident(turn, run, thread, f"ACTION_{event.kind.value.upper()}", event.message, "action")


def by_hand(turn: Turn, run: Run, thread: Thread, action: Action, outputs: dict[str, Value]) -> None:
    """A person has done it and enters the result: it counts as the action's own."""
    undo.register(run, thread, action, outputs)
    promises.give(turn, run, thread, action, outputs)
    _keep(run, thread, outputs)


def too_large(outputs: Values) -> bool:
    """Whether these are more than a step may give. A character takes four bytes at most: most answers need no more
    than a look."""
    if len(repr(outputs)) * 4 <= MAX_OUTPUT:
        return False
    return len(json.dumps(encode(outputs), ensure_ascii=False).encode()) > MAX_OUTPUT


def _kept(run: Run, action: Action, outputs: Values) -> dict[str, Value]:
    contract = run.model.actions.get(action.action)
    names = contract["gives"] if contract else list(outputs)
    return {name: unmarked(outputs.get(name)) for name in names}


def _retry_of(action: Action) -> Retry:
    if isinstance(action.retry, int):
        return Retry(attempts=max(1, action.retry))
    return action.retry or DEFAULT_RETRY


@lru_cache(maxsize=1024)
def seconds(text: str) -> float:
    """A duration of clock time in seconds; raises ``ValueError`` for working time."""
    return parse(text).clock_time().total_seconds()
