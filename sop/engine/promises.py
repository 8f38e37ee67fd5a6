"""Promises: a time that a customer was told. Each is durable: warned of before its time, checked when it has come.

Here a promise is made, kept, broken, withdrawn. How its check is asked and read is in ``promise_checks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sop import expressions
from sop.calendars import Calendar
from sop.catalog import office_hours
from sop.clocks.ladders import percent
from sop.clocks.spans import Span
from sop.durations import Duration, parse
from sop.engine import incidents, playbooks, promise_checks, standing
from sop.engine.alarms import iso
from sop.engine.hours import own_calendar
from sop.engine.promise_checks import Answer, Reason
from sop.engine.seats import OWNER
from sop.engine.turn import Turn
from sop.events import ActionDone, ActionFailed, Actor, ActorKind, MessagePosted, PromiseKept
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Action, PromisePolicy
from sop.refusals import NotAllowed, PromiseOver, UnknownPromise
from sop.state import Alarm, AlarmKind, Promise, PromisePhase, Run, State, Thread
from sop.values import Value, Values

WARN_AT = "80%"
UNNAMED = "对客户的承诺 · a promise to the customer"  # what it is about stands with the message
PRECISION = timedelta(minutes=1)  # of a warning so much working time before the end


def fix(turn: Turn, run: Run, thread: Thread, action: Action) -> None:
    """Fix the time that a step promises as it is entered: its message may name it. Raises ``ValueError``."""
    if action.promise is not None:
        turn.part = "promise/within"
        standing.opened_of(thread).promised_at = turn.deadline(run, action.promise.within)


def give(turn: Turn, run: Run, thread: Thread, action: Action, outputs: Values) -> None:
    """The step that promises has taken effect: the customer has been told. A promise this step has made before and
    that is still open is replaced."""
    policy = action.promise
    if policy is None:
        return
    opened = standing.opened_of(thread)
    for earlier in _open(turn.state):
        if (earlier.run, earlier.step) == (run.id, opened.slot):
            _withdraw(turn, earlier, "replaced")
    due = opened.promised_at or turn.deadline(run, policy.within)
    title = policy.title or action.title or action.id
    promise = Promise(f"p{turn.new_id()}", turn.now, due, title, run=run.id, step=opened.slot)
    promise.playbook, promise.kept_when = policy.broken, policy.kept
    run.steps[opened.slot] = {**run.steps.get(opened.slot, {}), **outputs}  # what the check is asked with may be of it
    _set_check(turn, run, thread, promise, policy)
    span = Span(opened.opened_at, parse(policy.within), own_calendar(turn.state, run), due)
    _make(turn, promise, span, policy.warn or WARN_AT, policy.within)


def _set_check(turn: Turn, run: Run, thread: Thread, promise: Promise, policy: PromisePolicy) -> None:
    """What will be asked. What cannot be worked out is told to the run's owner, and a person says that it is kept."""
    pointer = f"{standing.placed_of(run, thread).pointer}/promise"
    scope = turn.scope(run, thread)
    try:
        promise.title = expressions.render(promise.title, scope)
        given = {name: expressions.render(value, scope) for name, value in policy.arguments.items()}
    except ExpressionError as error:
        incidents.note(turn, run, pointer, error.code, str(error))
    else:
        if policy.check is not None:
            promise_checks.ask_with(turn.state, promise, policy.check, given)


def said(turn: Turn, event: MessagePosted) -> None:
    """A public message of the staff promises a time. One that no calendar can reach is told to the ticket's owner."""
    policy, state = event.promise, turn.state
    if policy is None or event.visibility != "public" or event.by.kind is ActorKind.CUSTOMER:
        return
    main = next((run for run in reversed(state.runs.values()) if not run.is_playbook and not run.parent_run), None)
    calendar = own_calendar(turn.state, main) if main else Calendar.from_plain(office_hours())
    try:
        span = Span(turn.now, duration := parse(policy.within), calendar, calendar.add(turn.now, duration))
    except (ValueError, OverflowError) as error:
        _alert(turn, None, "incident", OWNER, f"{policy.within}: {error}", f"message {event.message}")
        return
    promise = Promise(f"p{turn.new_id()}", turn.now, span.due, message=event.message, playbook=policy.broken)
    if policy.check is not None:
        promise_checks.ask_with(state, promise, policy.check, dict(policy.arguments))
    _make(turn, promise, span, WARN_AT, policy.within, event.by)


def _make(turn: Turn, promise: Promise, span: Span, warn: str, within: str, by: Actor | None = None) -> None:
    turn.state.promises[promise.id] = promise
    warn_at = _warning(span, warn)
    if turn.now < warn_at < promise.due_at:
        turn.state.alarms.append(Alarm(warn_at, AlarmKind.PROMISE_WARN, promise=promise.id))
    turn.state.alarms.append(Alarm(promise.due_at, AlarmKind.PROMISE_DUE, promise=promise.id))
    run = turn.state.runs.get(promise.run)
    data: dict[str, Value] = {
        "title": promise.title,
        "within": within,
        "due_at": iso(promise.due_at),
        "warn_at": iso(warn_at) if turn.now < warn_at < promise.due_at else None,
        "check": promise.check,
        "arguments": dict(promise.arguments),
        "playbook": promise.playbook,
        "message": promise.message,
        "sop": run.definition["key"] if run else None,
    }
    _tell(turn, promise, FactType.PROMISE_MADE, data, by)


def _warning(span: Span, text: str) -> datetime:
    """The moment at a share of the time, or so long before its end."""
    if text.endswith("%"):
        return span.reached(percent(text))
    duration = parse(text)
    return _working_before(span, duration) if duration.working else span.due - duration.clock_time()


def _working_before(span: Span, duration: Duration) -> datetime:
    """The last moment from which so much working time leads to the end or before it, to the minute."""
    early, late = span.start, span.due
    while late - early > PRECISION:
        middle = early + (late - early) / 2
        if span.calendar.add(middle, duration) <= span.due:
            early = middle
        else:
            late = middle
    return early


def ring(turn: Turn, alarm: Alarm) -> None:
    """A promise is about to be due, or is. Its check is asked first; what has none waits for a person's word."""
    promise = turn.state.promises[alarm.promise]
    if alarm.kind is AlarmKind.PROMISE_DUE:
        promise.come = True
    if promise.call is not None:
        return  # its answer is on the way
    if promise.check is not None:
        promise_checks.ask(turn, promise)
    elif promise.come:
        _break(turn, promise, Answer(reason=Reason.NOBODY_SAID))
    else:
        _warn(turn, promise, Answer(reason=Reason.NOBODY_SAID))


def answered(turn: Turn, event: ActionDone | ActionFailed) -> None:
    """The check has answered, or failed for good. An answer to what was asked before the time had come cannot break the
    promise: it is asked once more. A failure after that time can: its tries have gone on until now."""
    call = turn.state.calls.pop(event.call)
    promise = turn.state.promises[call.promise]
    if promise.call != event.call or promise.phase is not PromisePhase.OPEN:
        return
    promise.call = None
    answer = promise_checks.read(turn, promise, event)
    if answer.reason is None:
        _keep(turn, promise, {"how": "check", "outputs": answer.outputs, "note": ""})
    elif promise.deciding or (promise.come and answer.reason is Reason.CHECK_FAILED):
        _break(turn, promise, answer)
    elif promise.come:
        promise_checks.ask(turn, promise)
    else:
        _warn(turn, promise, answer)


def check_keep(state: State, event: PromiseKept) -> Promise:
    """The open promise that a person says is kept; raises the refusal of a word that does not count."""
    if event.by.kind is ActorKind.CUSTOMER:
        raise NotAllowed("this is for staff", "仅限员工操作")
    promise = state.promises.get(event.promise)
    if promise is None:
        raise UnknownPromise(f"the ticket has no promise {event.promise}", f"工单没有承诺 {event.promise}")
    if promise.phase is not PromisePhase.OPEN:
        zh = {PromisePhase.KEPT: "已兑现", PromisePhase.BROKEN: "已违约"}.get(promise.phase, "已撤回")
        raise PromiseOver(f"the promise is {promise.phase.value} already", f"该承诺{zh}")
    return promise


def kept(turn: Turn, event: PromiseKept) -> None:
    """A person says that it is kept; raises what ``check_keep`` raises."""
    promise = check_keep(turn.state, event)
    _keep(turn, promise, {"how": "person", "outputs": {}, "note": event.note}, event.by)


def _keep(turn: Turn, promise: Promise, data: dict[str, Value], by: Actor | None = None) -> None:
    _close(turn, promise, PromisePhase.KEPT)
    early = turn.now < promise.due_at
    _tell(turn, promise, FactType.PROMISE_KEPT, {**_receipt(turn, promise), "early": early, **data}, by)


def _warn(turn: Turn, promise: Promise, answer: Answer) -> None:
    data: dict[str, Value] = {"due_at": iso(promise.due_at), "fired_at": turn.stamp, **answer.data()}
    _tell(turn, promise, FactType.PROMISE_WARNED, data)
    _alert(turn, promise, "promise", OWNER)


def _break(turn: Turn, promise: Promise, answer: Answer) -> None:
    """It was not kept, or nobody knows: the owner and the SOP's owner are told, and the playbook named starts."""
    _close(turn, promise, PromisePhase.BROKEN)
    receipt = _receipt(turn, promise)
    data: dict[str, Value] = {**receipt, **answer.data(), "playbook": promise.playbook}
    _tell(turn, promise, FactType.PROMISE_BROKEN, data)
    run = turn.state.runs.get(promise.run)
    owners = (OWNER, run.model.document.owner if run else None)
    for to in dict.fromkeys(owner for owner in owners if owner):
        _alert(turn, promise, "promise_broken", to)
    if promise.playbook is not None:
        inputs: dict[str, Value] = {
            "promise": promise.id,
            "promise_title": promise.title,
            "promise_due_at": iso(promise.due_at),
            "promise_reason": answer.reason.value if answer.reason else None,
            "promise_message": promise.message,
        }
        playbooks.want(turn, promise.playbook, f"promise:{promise.id}", inputs)


def withdraw_all(turn: Turn, reason: str) -> None:
    """The ticket is cancelled: nothing that it promised is owed any more."""
    for promise in _open(turn.state):
        _withdraw(turn, promise, reason)


def _withdraw(turn: Turn, promise: Promise, reason: str) -> None:
    _close(turn, promise, PromisePhase.WITHDRAWN)
    _tell(turn, promise, FactType.PROMISE_WITHDRAWN, {"due_at": iso(promise.due_at), "reason": reason})


def busy(state: State) -> bool:
    """Whether a promise is still open, or an answer about one is still on its way."""
    return bool(_open(state)) or any(call.promise for call in state.calls.values())


def is_asked(state: State, call: str) -> bool:
    """Whether a call in flight is a promise's check."""
    found = state.calls.get(call)
    return found is not None and bool(found.promise)


def _open(state: State) -> list[Promise]:
    return [promise for promise in state.promises.values() if promise.phase is PromisePhase.OPEN]


def _close(turn: Turn, promise: Promise, phase: PromisePhase) -> None:
    promise.phase, promise.call = phase, None
    turn.state.alarms = [alarm for alarm in turn.state.alarms if alarm.promise != promise.id]


def _receipt(turn: Turn, promise: Promise) -> dict[str, Value]:
    late = max(timedelta(), turn.now - promise.due_at)
    return {"due_at": iso(promise.due_at), "checked_at": turn.stamp, "late_seconds": int(late.total_seconds())}


def _tell(turn: Turn, promise: Promise, kind: FactType, data: dict[str, Value], by: Actor | None = None) -> None:
    run = turn.state.runs.get(promise.run)
    turn.fact(kind, {"promise": promise.id, **data}, run=run, step=promise.step, by=by)


def _alert(turn: Turn, promise: Promise | None, kind: str, to: str, text: str = "", about: str = "") -> None:
    data: dict[str, Value] = {
        "kind": kind,
        "about": promise.id if promise else about,
        "to": to,
        "due_at": iso(promise.due_at) if promise else None,
        "fired_at": turn.stamp,
        "reassign": False,
        "promise": promise.id if promise else None,
        "text": text or (_words(promise.title) if promise else ""),
    }
    turn.fact(FactType.ALERT, data, run=turn.state.runs.get(promise.run) if promise else None)


def _words(title: Value) -> str:
    """A title for a reader whose language nobody knows yet."""
    if isinstance(title, Mapping):
        return " · ".join(str(words) for words in title.values())
    return str(title or UNNAMED)
