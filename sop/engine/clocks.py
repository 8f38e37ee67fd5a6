"""SLA clocks: a ledger of running and paused intervals each; the deadline is a function of it, never a counter."""

from __future__ import annotations

from datetime import datetime

from sop.durations import parse
from sop.engine import builtin
from sop.engine.alarms import iso
from sop.engine.ladders import Level, levels_of, moment_of
from sop.engine.turn import Turn, calendar_of
from sop.facts import FactType
from sop.model import ClockPolicy
from sop.state import Alarm, AlarmKind, Clock, ClockPhase, Pause, Run, RunPhase
from sop.values import Value

WARN_AT = "80%"
FIRST_RESPONSE, NEXT_RESPONSE = "first_response", "next_response"
STOPS = {FIRST_RESPONSE: "ticket.first_response", NEXT_RESPONSE: "ticket.answered"}
STARTS = {NEXT_RESPONSE: "ticket.asked"}


def start_clocks(turn: Turn, run: Run) -> None:
    """Start the clocks that run from the beginning: those of the SOP from the ticket's opening."""
    since = turn.now if run.parent_run or run.is_playbook else turn.state.opened_at
    for name, policy in run.model.document.sla.items():
        run.clocks[name] = Clock(name)
        if policy.start is None and name not in STARTS:
            start(turn, run, run.clocks[name], policy, since)


def start(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, since: datetime) -> None:
    """Start a clock, or start it anew."""
    clock.phase, clock.started_at, clock.stopped_at = ClockPhase.RUNNING, since, None
    clock.pauses, clock.fired, clock.warned, clock.breached = [], [], False, False
    clock.target = target_of(turn, run, policy)
    arm(turn, run, clock, policy)
    data: dict[str, Value] = {"clock": clock.name, "target": clock.target, "calendar": policy.calendar}
    turn.fact(FactType.CLOCK_STARTED, {**data, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}, run=run)


def target_of(turn: Turn, run: Run, policy: ClockPolicy) -> str:
    """The first target whose condition holds; none: no limit."""
    if isinstance(policy.target, str):
        return policy.target
    rows = policy.target
    return next((row.duration for row in rows if row.when is None or turn.holds(run, None, row.when)), "")


def arm(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Work the deadline out from the ledger, and note everything that is due before, at and after it."""
    turn.state.alarms = [a for a in turn.state.alarms if a.run != run.id or a.clock != clock.name]
    if clock.started_at is None or not clock.target or clock.phase not in (ClockPhase.RUNNING, ClockPhase.PAUSED):
        clock.due_at = clock.warn_at = None
        return
    clock.due_at = moment(run, clock, policy, Level(share=100))
    clock.warn_at = moment(run, clock, policy, Level(share=int((policy.warn or WARN_AT).rstrip("%"))))
    if clock.phase is ClockPhase.PAUSED:
        return
    if not clock.warned:
        turn.alarm(clock.warn_at, AlarmKind.CLOCK_WARN, run, clock=clock.name)
    if not clock.breached:
        turn.alarm(clock.due_at, AlarmKind.CLOCK_BREACH, run, clock=clock.name)
    for number, level in enumerate(_ladder(policy)):
        if number not in clock.fired:
            turn.alarm(moment(run, clock, policy, level), AlarmKind.CLOCK_RUNG, run, clock=clock.name, rung=number)


def _ladder(policy: ClockPolicy) -> tuple[Level, ...]:
    return levels_of(policy.escalate, "") if policy.escalate is not None else ()


def moment(run: Run, clock: Clock, policy: ClockPolicy, level: Level) -> datetime:
    """When a share of the clock's target is used up: counted from its start, and moved by every pause it has had."""
    calendar, target = calendar_of(run, policy.calendar), parse(clock.target)
    started = clock.started_at
    if started is None:
        raise RuntimeError(f"clock {clock.name} has not started")
    at = moment_of(level, started, calendar.add(started, target), calendar, working=target.working)
    for pause in clock.pauses:
        if pause.until is None or pause.since >= at:
            continue
        at = calendar.advance(at, calendar.between(pause.since, pause.until)) if target.working else at + (pause.until - pause.since)
    return at


def pause(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Stand still from now on."""
    clock.phase = ClockPhase.PAUSED
    clock.pauses.append(Pause(turn.now))
    arm(turn, run, clock, policy)
    turn.fact(FactType.CLOCK_PAUSED, {"clock": clock.name, "due_at": iso(clock.due_at)}, run=run)


def resume(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Go on with the time that is left."""
    clock.phase = ClockPhase.RUNNING
    clock.pauses[-1].until = turn.now
    arm(turn, run, clock, policy)
    turn.fact(FactType.CLOCK_RESUMED, {"clock": clock.name, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}, run=run)


def stop(turn: Turn, run: Run, clock: Clock) -> None:
    """The promise is kept, or broken: the clock's story is over."""
    due = clock.due_at
    clock.phase, clock.stopped_at = ClockPhase.STOPPED, turn.now
    turn.state.alarms = [a for a in turn.state.alarms if a.run != run.id or a.clock != clock.name]
    turn.fact(FactType.CLOCK_STOPPED, {"clock": clock.name, "met": not clock.breached, "due_at": iso(due)}, run=run)


def stop_all(turn: Turn, run: Run) -> None:
    """A run has ended: none of its clocks goes on."""
    for clock in run.clocks.values():
        if clock.phase in (ClockPhase.RUNNING, ClockPhase.PAUSED):
            stop(turn, run, clock)


def happened(turn: Turn, event: str) -> None:
    """An event has come that may start or stop clocks."""
    for run in turn.state.runs.values():
        if run.phase is not RunPhase.ACTIVE:
            continue
        for name, clock in run.clocks.items():
            policy = run.model.document.sla[name]
            going = clock.phase in (ClockPhase.RUNNING, ClockPhase.PAUSED)
            if going and event in (policy.stop, STOPS.get(name)):
                stop(turn, run, clock)
            elif not going and event in (policy.start, STARTS.get(name)):
                start(turn, run, clock, policy, turn.now)


def settle(turn: Turn) -> None:
    """After everything else of an activation: pause, resume and aim the clocks anew where a condition has changed."""
    for run in turn.state.runs.values():
        if run.phase is RunPhase.ACTIVE and run.clocks:
            for name, clock in run.clocks.items():
                if clock.phase in (ClockPhase.RUNNING, ClockPhase.PAUSED):
                    _settle(turn, run, clock, run.model.document.sla[name])


def _settle(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    still = turn.state.paused_at is not None or (policy.pause is not None and turn.holds(run, None, policy.pause))
    if still and clock.phase is ClockPhase.RUNNING:
        pause(turn, run, clock, policy)
    elif not still and clock.phase is ClockPhase.PAUSED:
        resume(turn, run, clock, policy)
    if not isinstance(policy.target, str) and (target := target_of(turn, run, policy)) != clock.target:
        clock.target = target
        arm(turn, run, clock, policy)
        data: dict[str, Value] = {"clock": clock.name, "target": target, "due_at": iso(clock.due_at), "warn_at": iso(clock.warn_at)}
        turn.fact(FactType.CLOCK_CHANGED, data, run=run)


def ring(turn: Turn, alarm: Alarm) -> None:
    """A clock has reached its warning, its deadline or a rung of its ladder."""
    run = turn.state.runs[alarm.run]
    clock = run.clocks[alarm.clock]
    receipt: dict[str, Value] = {"clock": clock.name, "due_at": iso(clock.due_at), "fired_at": iso(turn.now)}
    if alarm.kind is AlarmKind.CLOCK_WARN:
        clock.warned = True
        turn.fact(FactType.CLOCK_WARNED, receipt, run=run)
    elif alarm.kind is AlarmKind.CLOCK_BREACH:
        clock.warned = clock.breached = True
        turn.fact(FactType.CLOCK_BREACHED, receipt, run=run)
    else:
        clock.fired.append(alarm.rung)
        _escalate(turn, run, clock, _ladder(run.model.document.sla[clock.name])[alarm.rung], alarm)


def _escalate(turn: Turn, run: Run, clock: Clock, level: Level, alarm: Alarm) -> None:
    data: dict[str, Value] = {
        "kind": "overdue" if level.late else "warn",
        "about": clock.name,
        "to": level.to,
        "due_at": iso(clock.due_at),
        "set_for": iso(alarm.at),
        "fired_at": iso(turn.now),
        "reassign": level.reassign,
    }
    turn.fact(FactType.ALERT, data, run=run)
    if level.priority:
        builtin.set_priority(turn, level.priority, f"escalation of {clock.name}")
    if level.reassign:
        builtin.own(turn, level.to, "escalation", f"escalation of {clock.name}")
