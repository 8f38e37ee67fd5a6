"""SLA clocks: a ledger of running and paused intervals each; the deadline is a function of it, never a counter.

Here a clock starts, is aimed and stops, and events reach it. What its policy means is in ``clock_terms``, its
pauses in ``clock_pauses``, what is due in ``clock_arms``, what happens then in ``clock_alarms``, what is written
down in ``clock_facts``; the functions of its ledger are in ``sop.clocks``.

A clock that applies to a ticket only under a condition (``when``, or targets that all have one) is kept from the start
and told of once it applies, so that its ledger is whole whenever that comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sop.clocks.ladders import Level
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase
from sop.engine import clock_facts, clock_pauses, gates, reopening
from sop.engine.clock_arms import GOING, arm, silence
from sop.engine.clock_inputs import inputs_of, unsettled
from sop.engine.clock_terms import STOPS, holds, is_event, ladder_of, reset_of, start_of, stop_of
from sop.engine.hours import calendar_of, name_of, use_of
from sop.engine.turn import Turn
from sop.events import Actor
from sop.facts import FactType
from sop.model import ClockPolicy, Metric, Result
from sop.state import RUN_ACTIVE, Run
from sop.values import Value


def start_clocks(turn: Turn, run: Run) -> None:
    """Start the clocks that run from the beginning, after those that go on from the SOP before."""
    reopening.take_up(turn, run)
    if run.brought is None:
        begin(turn, run, run.policies)
        return
    begin(turn, run, {name: policy for name, policy in run.policies.items() if name not in run.clocks})
    run.clocks = dict(sorted(run.clocks.items()))


def begin(turn: Turn, run: Run, policies: Mapping[str, ClockPolicy]) -> None:
    """Clocks of a run are there: they start, unless something is to come first. Those of the ticket's first SOP count
    from the ticket's opening. One whose event has come already starts too; a first response given already stops it."""
    came = {letter.type for letter in turn.state.mailbox}
    since = _beginning(turn, run)
    category = turn.state.ticket.get("category")
    for name, policy in policies.items():
        if policy.categories and category not in policy.categories:
            continue
        event, over = start_of(name, policy), reopening.is_over(turn.state, run, name, policy)
        if over and event is None:
            continue
        clock = run.clocks[name] = Clock(name)
        if event is None or (event in came and not over):
            start(turn, run, clock, policy, since)
        if clock.phase in GOING and stop_of(name, policy) == STOPS[Metric.FIRST_RESPONSE] in came:
            stop(turn, run, clock)


def _beginning(turn: Turn, run: Run) -> datetime:
    if run.parent_run is not None or run.is_playbook:
        return run.started_at
    state = turn.state
    if any(other.is_main for other in state.runs.values() if other is not run):
        return min(state.reopened_at or run.started_at, run.started_at)
    return state.opened_at


def start(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, since: datetime) -> None:
    """Start a clock, or start it anew; it is told of if it has a target."""
    run.settle(None)
    clock.phase, clock.started_at, clock.stopped_at = ClockPhase.RUNNING, since, None
    clock.pauses, clock.corrections, clock.fired = [], [], []
    clock.warned = clock.breached = clock.latched = False
    clock.cut = None
    clock.target, wanted = _aim_of(turn, run, clock, policy)
    clock.calendars = [use_of(turn.state, run, wanted, since)]
    arm(turn, run, clock, policy)
    if clock.target:
        clock_facts.tell(turn, FactType.CLOCK_STARTED, run, clock)


def _aim_of(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> tuple[str, str | None]:
    """The first target whose condition holds, and its calendar; none where the clock does not apply: no limit."""
    if policy.when is not None and not holds(turn, run, clock, policy.when, "when"):
        return "", policy.calendar
    if isinstance(policy.target, str):
        return policy.target, policy.calendar
    for number, row in enumerate(policy.target):
        if row.when is None or holds(turn, run, clock, row.when, f"target/{number}/when"):
            return row.duration, row.calendar or policy.calendar
    return "", policy.calendar


def stop(turn: Turn, run: Run, clock: Clock, at: datetime | None = None, *, void: bool = False, cut: str = "") -> None:
    """The promise is kept, or broken: the clock's story is over. What counts is when it happened (``at``, else now),
    not when it was heard of: a deadline before that is missed, even when the timer that tells so is still on its way,
    and one after that is kept, even when the timer was quicker than the news. ``void``: there is no such promise any
    more, so it is neither. ``cut``: what stops it before its own end."""
    at = min(at or turn.now, turn.now)
    silence(turn, run, clock)
    due = clock.due_at
    if clock.phase is ClockPhase.RUNNING and due is not None and not void:
        if due < at and not clock.breached:
            breach(turn, run, clock)
        elif clock.breached and at <= due:
            clock.breached = False
    clock.phase, clock.stopped_at, clock.cut = ClockPhase.STOPPED, at, cut
    clock_pauses.close_all(clock, at)
    if clock.target:
        data: dict[str, Value] = {"met": None if void else not clock.breached, **reopening.told_of(turn, run, clock)}
        clock_facts.tell(turn, FactType.CLOCK_STOPPED, run, clock, data)


def breach(turn: Turn, run: Run, clock: Clock) -> None:
    """The deadline has passed."""
    clock.warned = clock.breached = True
    turn.fact(FactType.CLOCK_BREACHED, clock_facts.receipt(turn, run, clock, clock.due_at), run=run)


def stop_all(turn: Turn, run: Run) -> None:
    """A run has ended: none of its clocks goes on."""
    for clock in run.clocks.values():
        if clock.phase in GOING:
            stop(turn, run, clock, cut=run.result or Result.RESOLVED)


def happened(turn: Turn, event: str, at: datetime | None = None) -> None:
    """An event has come that may start, stop, pause or reset clocks; ``at``: when it happened, if not just now."""
    for run in turn.state.runs.values():
        if run.phase is not RUN_ACTIVE or not run.clocks:
            continue
        for name in inputs_of(run).hearers.get(event, ()):
            if name in run.clocks:
                _happened(turn, run, run.clocks[name], run.policies[name], event, at or turn.now)


def _happened(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, event: str, at: datetime) -> None:
    name = clock.name
    if clock.phase not in GOING:
        if event == start_of(name, policy):
            start(turn, run, clock, policy, min(at, turn.now))
        return
    if event == stop_of(name, policy):
        stop(turn, run, clock, at)
    elif event == reset_of(name, policy):
        _reset(turn, run, clock, policy, min(at, turn.now))
    elif event == policy.resume:
        clock.latched = False
        run.settle(None)
    elif event == policy.pause:
        clock.latched = True
        run.settle(None)


def _reset(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, at: datetime) -> None:
    """Count anew with the whole target. What has been missed by then stays missed in the ledger."""
    if clock.due_at is not None and clock.due_at < at and not clock.breached and clock.phase is ClockPhase.RUNNING:
        breach(turn, run, clock)
    start(turn, run, clock, policy, at)


def settle(turn: Turn) -> None:
    """After everything else of an activation: start, stop, pause, resume and aim the clocks anew where a condition
    has changed."""
    for run in turn.state.runs.values():
        if not run.clocks or run.phase is not RUN_ACTIVE:
            continue
        gated = gates.stand_still(turn.state, run)
        for name, aims in unsettled(turn.state, run, gated=gated):
            clock, policy = run.clocks[name], run.policies[name]
            _settle(turn, run, clock, policy, gated=gated)
            if aims and clock.phase in GOING:
                _aim(turn, run, clock, policy)


def _settle(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, *, gated: bool) -> None:
    if clock.phase is ClockPhase.STOPPED:
        return
    if clock.phase is ClockPhase.IDLE:
        if policy.start is None or not _turned(turn, run, clock, policy.start, "start"):
            return
        start(turn, run, clock, policy, turn.now)
    if policy.stop is not None and _turned(turn, run, clock, policy.stop, "stop"):
        stop(turn, run, clock)
        return
    if policy.reset is not None and _became(turn, run, clock, policy.reset, "reset"):
        _reset(turn, run, clock, policy, turn.now)
    stopped = turn.state.paused_at is not None or gated
    if policy.pause is not None or stopped or clock.phase is ClockPhase.PAUSED:
        clock_pauses.settle(turn, run, clock, policy, gated=gated)


def _turned(turn: Turn, run: Run, clock: Clock, text: str, part: str) -> bool:
    return not is_event(text, turn.state) and holds(turn, run, clock, text, part)


def _became(turn: Turn, run: Run, clock: Clock, text: str, part: str) -> bool:
    """Whether a condition holds that did not when it was last looked at."""
    now = _turned(turn, run, clock, text, part)
    before = part in clock.was
    if now and not before:
        clock.was.append(part)
    elif before and not now:
        clock.was.remove(part)
    return now and not before


def _aim(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Follow what has changed about the ticket: another target or calendar. The time used stays used."""
    if isinstance(policy.target, str) and policy.when is None and policy.calendar is None:
        return
    target, wanted = _aim_of(turn, run, clock, policy)
    if target == clock.target and _counts_on(turn, run, clock, wanted):
        return
    use = use_of(turn.state, run, wanted, turn.now)
    before = clock_facts.before(clock)
    cause = "calendar" if target == clock.target else "target"
    _follow(turn, run, clock, policy, target, use)
    _tell_change(turn, run, clock, {"cause": cause, "before": before})


def _counts_on(turn: Turn, run: Run, clock: Clock, wanted: str | None) -> bool:
    """Whether a clock counts on the calendar that is wanted, as that is now."""
    last = clock.calendars[-1]
    name = name_of(turn.state, run, wanted)
    return name == last.name and calendar_of(run, name).version == last.version


def _follow(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, target: str, use: CalendarUse) -> None:
    """Go on with this target and calendar."""
    last = clock.calendars[-1]
    clock.target = target
    if (use.name, use.version) != (last.name, last.version):
        clock_facts.keep_calendar(run, last)
        clock.calendars.append(use)
    arm(turn, run, clock, policy)


def _tell_change(turn: Turn, run: Run, clock: Clock, more: Mapping[str, Value], by: Actor | None = None) -> None:
    before = more["before"]
    first = isinstance(before, Mapping) and not before["target"]
    if first and clock.target:
        clock_facts.tell(turn, FactType.CLOCK_STARTED, run, clock)
    elif not first:
        clock_facts.tell(turn, FactType.CLOCK_CHANGED, run, clock, more, by)


def take_over(
    turn: Turn,
    run: Run,
    clock: Clock,
    policy: ClockPolicy,
    before: Mapping[str, Value],
    told: Collection[Level],
    by: Actor,
) -> None:
    """Go on by another policy. ``told`` are the rungs told so far: where the new ladder has the same, it is not told
    again; any other of the new ladder that is due by now is told now."""
    clock.fired = [number for number, level in enumerate(ladder_of(policy)) if level in told]
    target, wanted = _aim_of(turn, run, clock, policy)
    _follow(turn, run, clock, policy, target, use_of(turn.state, run, wanted, turn.now))
    if clock_facts.before(clock) != before:
        _tell_change(turn, run, clock, {"cause": "policy", "before": before}, by)
