"""SLA clocks: a ledger of running and paused intervals each; the deadline is a function of it, never a counter.

Here a clock starts, stands still, goes on and stops. Its moments are worked out in ``clock_moments``, and what happens
when one of them has come is in ``clock_alarms``."""

from __future__ import annotations

import re
from datetime import datetime

from sop.engine import incidents
from sop.engine.alarms import iso
from sop.engine.clock_moments import moments, used
from sop.engine.turn import Turn
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import ClockPolicy
from sop.state import AlarmKind, Clock, ClockPhase, Pause, Run, RunPhase, State
from sop.values import Value

FIRST_RESPONSE, NEXT_RESPONSE = "first_response", "next_response"
STOPS = {FIRST_RESPONSE: "ticket.first_response", NEXT_RESPONSE: "ticket.answered"}
STARTS = {NEXT_RESPONSE: "ticket.asked"}
GOING = frozenset({ClockPhase.RUNNING, ClockPhase.PAUSED})
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_ROOTS = frozenset({"ticket", "customer", "steps", "vars", "inputs", "sla", "now"})


def start_of(name: str, policy: ClockPolicy) -> str | None:
    """The event or condition that starts a clock; none: it runs from the beginning."""
    return policy.start or STARTS.get(name)


def stop_of(name: str, policy: ClockPolicy) -> str | None:
    """The event or condition that stops a clock; none: the end of its run does."""
    return policy.stop or STOPS.get(name)


def is_event(text: str, state: State) -> bool:
    """Whether a clock's ``start`` or ``stop`` names an event: a dotted name that no expression could read."""
    root, _, rest = text.partition(".")
    if _EVENT.fullmatch(text) is None:
        return False
    return root not in _ROOTS or (root == "ticket" and rest not in state.ticket)


def start_clocks(turn: Turn, run: Run) -> None:
    """Start the clocks that run from the beginning; those of the ticket's first SOP from the ticket's opening. A
    clock whose event has come already starts too, and a first response given already stops its clock."""
    came = {letter.type for letter in turn.state.mailbox}
    others = (r for r in turn.state.runs.values() if r is not run and r.parent_run is None and not r.is_playbook)
    first = run.parent_run is None and not run.is_playbook and not any(others)
    for name, policy in run.model.document.sla.items():
        clock = run.clocks[name] = Clock(name)
        event = start_of(name, policy)
        if event is None or event in came:
            _start(turn, run, clock, policy, turn.state.opened_at if first else turn.now)
        if clock.phase in GOING and stop_of(name, policy) == STOPS[FIRST_RESPONSE] in came:
            stop(turn, run, clock)


def _start(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, since: datetime) -> None:
    """Start a clock, or start it anew."""
    clock.phase, clock.started_at, clock.stopped_at = ClockPhase.RUNNING, since, None
    clock.pauses, clock.fired, clock.warned, clock.breached = [], [], False, False
    clock.target = _target_of(turn, run, clock, policy)
    arm(turn, run, clock, policy)
    data: dict[str, Value] = {"clock": clock.name, "target": clock.target, "calendar": policy.calendar}
    turn.fact(FactType.CLOCK_STARTED, {**data, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}, run=run)


def _target_of(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> str:
    """The first target whose condition holds; none: no limit."""
    if isinstance(policy.target, str):
        return policy.target
    for number, row in enumerate(policy.target):
        if row.when is None or _holds(turn, run, clock, row.when, f"target/{number}/when"):
            return row.duration
    return ""


def _holds(turn: Turn, run: Run, clock: Clock, condition: str, part: str) -> bool:
    """Whether a condition of a clock is true. One that fails is not, and the run's owner is told once."""
    try:
        return turn.holds(run, None, condition)
    except ExpressionError as error:
        problem = f"{part}: {error}"
        if problem != clock.problem:
            clock.problem = problem
            incidents.note(turn, run, f"/sla/{clock.name}/{part}", error.code, str(error))
        return False


def arm(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Work the moments out from the ledger, and note what is due. A deadline that has moved into the future is not
    missed any more; a rung told once is not told again."""
    turn.silence_clock(run, clock.name)
    if clock.phase not in GOING or not clock.target:
        clock.due_at = clock.warn_at = None
        return
    planned = moments(run, clock, policy)
    clock.due_at, clock.warn_at = planned.due, planned.warn
    clock.warned = clock.warned and planned.warn <= turn.now
    clock.breached = clock.breached and planned.due <= turn.now
    if clock.phase is ClockPhase.PAUSED:
        return
    if not clock.warned and planned.warn < planned.due:
        turn.alarm(planned.warn, AlarmKind.CLOCK_WARN, run, clock=clock.name)
    if not clock.breached:
        turn.alarm(planned.due, AlarmKind.CLOCK_BREACH, run, clock=clock.name)
    for number, at in enumerate(planned.rungs):
        if number not in clock.fired:
            turn.alarm(at, AlarmKind.CLOCK_RUNG, run, clock=clock.name, rung=number)


def _pause(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Stand still from now on."""
    clock.phase = ClockPhase.PAUSED
    spent = int(used(run, clock, policy, turn.now).total_seconds())
    clock.pauses.append(Pause(turn.now))
    arm(turn, run, clock, policy)
    data: dict[str, Value] = {"clock": clock.name, "used_seconds": spent, "due_at": iso(clock.due_at)}
    turn.fact(FactType.CLOCK_PAUSED, data, run=run)


def _resume(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Go on with the time that is left."""
    clock.phase = ClockPhase.RUNNING
    clock.pauses[-1].until = turn.now
    arm(turn, run, clock, policy)
    data: dict[str, Value] = {"clock": clock.name, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}
    turn.fact(FactType.CLOCK_RESUMED, data, run=run)


def stop(turn: Turn, run: Run, clock: Clock) -> None:
    """The promise is kept, or broken: the clock's story is over. A deadline that has passed is missed, even when the
    timer that tells so is still on its way."""
    due = clock.due_at
    turn.silence_clock(run, clock.name)
    if clock.phase is ClockPhase.RUNNING and due is not None and due < turn.now and not clock.breached:
        breach(turn, run, clock)
    clock.phase, clock.stopped_at = ClockPhase.STOPPED, turn.now
    data: dict[str, Value] = {"clock": clock.name, "met": not clock.breached, "due_at": iso(due)}
    turn.fact(FactType.CLOCK_STOPPED, data, run=run)


def breach(turn: Turn, run: Run, clock: Clock) -> None:
    """The deadline has passed."""
    clock.warned = clock.breached = True
    data: dict[str, Value] = {"clock": clock.name, "due_at": iso(clock.due_at), "fired_at": iso(turn.now)}
    turn.fact(FactType.CLOCK_BREACHED, data, run=run)


def stop_all(turn: Turn, run: Run) -> None:
    """A run has ended: none of its clocks goes on."""
    for clock in run.clocks.values():
        if clock.phase in GOING:
            stop(turn, run, clock)


def happened(turn: Turn, event: str) -> None:
    """An event has come that may start or stop clocks."""
    for run in turn.state.runs.values():
        if run.phase is not RunPhase.ACTIVE or not run.clocks:
            continue
        for name, clock in run.clocks.items():
            policy = run.model.document.sla[name]
            if clock.phase in GOING:
                if event == stop_of(name, policy):
                    stop(turn, run, clock)
            elif event == start_of(name, policy):
                _start(turn, run, clock, policy, turn.now)


def settle(turn: Turn) -> None:
    """After everything else of an activation: start, stop, pause, resume and aim the clocks anew where a condition
    has changed."""
    for run in turn.state.runs.values():
        if run.clocks and run.phase is RunPhase.ACTIVE:
            for name, clock in run.clocks.items():
                _settle(turn, run, clock, run.model.document.sla[name])


def _settle(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    if clock.phase is ClockPhase.IDLE:
        if policy.start is not None and _turned(turn, run, clock, policy.start, "start"):
            _start(turn, run, clock, policy, turn.now)
        return
    if clock.phase is ClockPhase.STOPPED:
        return
    if policy.stop is not None and _turned(turn, run, clock, policy.stop, "stop"):
        stop(turn, run, clock)
        return
    still = turn.state.paused_at is not None or (
        policy.pause is not None and _holds(turn, run, clock, policy.pause, "pause")
    )
    if still and clock.phase is ClockPhase.RUNNING:
        _pause(turn, run, clock, policy)
    elif not still and clock.phase is ClockPhase.PAUSED:
        _resume(turn, run, clock, policy)
    if not isinstance(policy.target, str):
        _aim(turn, run, clock, policy)


def _turned(turn: Turn, run: Run, clock: Clock, text: str, part: str) -> bool:
    return not is_event(text, turn.state) and _holds(turn, run, clock, text, part)


def _aim(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    target = _target_of(turn, run, clock, policy)
    if target == clock.target:
        return
    clock.target = target
    arm(turn, run, clock, policy)
    data: dict[str, Value] = {"clock": clock.name, "target": target, "breached": clock.breached}
    turn.fact(FactType.CLOCK_CHANGED, {**data, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}, run=run)
