"""Deadlines of open steps: reminders, escalation ladders, timeouts. Each step keeps a clock's ledger from its entry on,
and every moment is worked out from that, so a pause or a correction moves them all."""

from __future__ import annotations

from datetime import datetime

from sop.clocks.counting import budget_of, reach, undisturbed
from sop.clocks.ladders import levels_of
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase, Pause, plain_of
from sop.clocks.moments import Moments, moments
from sop.durations import parse
from sop.engine import standing
from sop.engine.clock_facts import iso as iso
from sop.engine.hours import finder, use_of
from sop.engine.turn import Turn
from sop.events import ClockCorrected
from sop.facts import FactType
from sop.model import Approval, Task, Wait
from sop.state import AlarmKind, OpenStep, Run, Thread
from sop.values import Value

REMIND_AT = "80%"
LEAD = "lead"
_NEVER = "never"
_OF_TIME = frozenset({AlarmKind.REMIND, AlarmKind.RUNG, AlarmKind.TIMEOUT})


def set_deadlines(turn: Turn, run: Run, thread: Thread, step: Task | Approval | Wait) -> None:
    """Start the step's clock, and note when to remind, to escalate and to stop waiting."""
    due = None if isinstance(step, Wait) else step.due
    if due is None and step.timeout in (None, _NEVER):
        return
    use: CalendarUse = use_of(turn.state, run, None, turn.now)
    opened = standing.opened_of(thread)
    opened.clock = Clock(opened.slot, ClockPhase.RUNNING, due or "", turn.now, calendars=[use])
    if turn.state.paused_at is not None:
        opened.clock.pauses.append(Pause(turn.now))
    _set_alarms(turn, run, thread, step, opened.clock)


def arm(turn: Turn, run: Run, thread: Thread, step: Task | Approval | Wait) -> None:
    """Work the moments out from the step's ledger, and note those that have not come yet."""
    opened = standing.opened_of(thread)
    if opened.clock is None:
        return
    _silence(turn, run, thread)
    _set_alarms(turn, run, thread, step, opened.clock)


def _set_alarms(turn: Turn, run: Run, thread: Thread, step: Task | Approval | Wait, clock: Clock) -> None:
    opened = standing.opened_of(thread)
    quiet = opened.incident is not None
    if step.timeout is not None and step.timeout != _NEVER:
        turn.part = "timeout"
        opened.timeout_at = _after(run, clock, step.timeout)
        if not quiet:
            turn.alarm(opened.timeout_at, AlarmKind.TIMEOUT, run, thread)
    if not isinstance(step, Wait) and step.due is not None:
        turn.part = "due"
        planned = moments(clock, finder(run), step.remind or REMIND_AT, levels_of(step.escalate, LEAD))
        opened.due_at = planned.due
        if not quiet:
            _set_ladder(turn, run, thread, clock, planned)


def _after(run: Run, clock: Clock, text: str) -> datetime:
    start = clock.started_at
    assert start is not None  # noqa: S101 - a step's clock starts with it
    calendars = finder(run)
    if undisturbed(clock):
        return calendars(clock.calendars[0]).add(start, parse(text))
    return reach(clock, start, budget_of(parse(text), start, calendars(clock.calendars[-1])), calendars)


def _set_ladder(turn: Turn, run: Run, thread: Thread, clock: Clock, planned: Moments) -> None:
    if planned.warn < planned.due and not clock.warned:
        turn.alarm(planned.warn, AlarmKind.REMIND, run, thread)
    for number, at in enumerate(planned.rungs):
        if number not in clock.fired:
            turn.alarm(at, AlarmKind.RUNG, run, thread, rung=number)


def _silence(turn: Turn, run: Run, thread: Thread) -> None:
    state = turn.state
    if any(a.thread == thread.id for a in state.alarms):
        state.alarms = [a for a in state.alarms if a.thread != thread.id or a.run != run.id or a.kind not in _OF_TIME]


def stand_still(opened: OpenStep, turn: Turn) -> None:
    """The ticket is paused, and the step's clock with it."""
    if opened.clock is not None:
        opened.clock.pauses.append(Pause(turn.now))


def go_on(turn: Turn, run: Run, thread: Thread) -> bool:
    """The pause is over: the step gets back the time that it has lost; whether it has a deadline that moved."""
    opened, step = standing.opened_of(thread), standing.step_of(run, thread)
    if opened.clock is None or not isinstance(step, Task | Approval | Wait):
        return False
    for pause in opened.clock.pauses:
        if pause.until is None:
            pause.until = turn.now
    before = opened.due_at, opened.timeout_at
    arm(turn, run, thread, step)
    return before != (opened.due_at, opened.timeout_at)


def tell_moved(turn: Turn, run: Run, thread: Thread, why: ClockCorrected | None = None) -> None:
    """Tell of a step's new deadlines, with the ledger they follow from and the correction that has moved them."""
    opened = standing.opened_of(thread)
    moved: dict[str, Value] = {"due_at": iso(opened.due_at), "timeout_at": iso(opened.timeout_at)}
    if why is not None:
        moved |= {"since": iso(why.since), "until": iso(why.until), "counts": why.counts, "reason": why.reason}
    by = why.by if why is not None else None
    turn.tell(FactType.STEP_MOVED, run, thread, {**moved, "ledger": ledger_in_fact(opened.clock)}, by)


def ledger_in_fact(clock: Clock | None) -> Value:
    """A step's ledger as facts carry it; none where it has no deadline."""
    return plain_of(clock) if clock is not None else None  # type: ignore[return-value]  # plain JSON is a value


def deadlines_in_fact(opened: OpenStep) -> dict[str, Value]:
    """A step's deadlines as facts carry them."""
    moments: dict[str, Value] = {"due_at": iso(opened.due_at), "timeout_at": iso(opened.timeout_at)}
    return {**moments, "ledger": ledger_in_fact(opened.clock)}


def arm_again(turn: Turn, run: Run, thread: Thread) -> None:
    """Work the moments out anew after the step's ledger has changed."""
    step = standing.step_of(run, thread)
    if isinstance(step, Task | Approval | Wait):
        arm(turn, run, thread, step)
