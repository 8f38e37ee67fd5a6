"""What is changed about clocks under way: intervals that were counted wrongly, policies and calendars, the customer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sop.calendars import NoWorkingTime
from sop.clocks.ladders import Level
from sop.clocks.ledger import Clock, ClockPhase, Correction
from sop.clocks.moments import moments
from sop.engine import alarms, clock_facts, clocks, reopening, standing
from sop.engine.address import find_deadline
from sop.engine.clock_arms import GOING, arm
from sop.engine.clock_terms import ladder_of
from sop.engine.hours import calendar_of, finder
from sop.engine.lifecycle import open_threads
from sop.engine.turn import Turn
from sop.events import Actor, ActorKind, ClockCorrected, CustomerChanged, PoliciesAdopted
from sop.facts import FactType
from sop.model import Approval, ClockPolicy, Task, Wait
from sop.refusals import NotAllowed, NotPossible, UnknownClock
from sop.state import RUN_ACTIVE, Run, State, Thread
from sop.values import Value

ALL = "*"


def check(state: State, event: ClockCorrected | PoliciesAdopted, now: datetime) -> None:
    """Raise the refusal of a change that cannot be made."""
    if isinstance(event, PoliciesAdopted):
        check_adoption(state, event)
    else:
        check_correction(state, event, now)


def check_correction(state: State, event: ClockCorrected, now: datetime) -> None:
    """Raise the refusal of a correction that cannot be made."""
    if event.by.kind is ActorKind.CUSTOMER:
        raise NotAllowed("this is for staff", "仅限员工操作")
    if not event.reason.strip():
        raise NotPossible("say why: `reason`", "请填写更正原因（reason）")
    if not event.since < event.until:
        raise NotPossible("`since` comes before `until`", "since 必须早于 until")
    if event.until > now:
        raise NotPossible("what has not passed yet cannot be corrected", "未来的时间不能更正")
    found = _clocks(state, event.clock)
    steps = _steps(state, event.clock)
    if not found and not steps:
        raise UnknownClock(f"there is no clock {event.clock}", f"没有时钟 {event.clock}")
    starts = [clock.started_at for _, clock in found] + [_clock_of(thread).started_at for _, thread in steps]
    if event.clock != ALL and all(start is None or event.until <= start for start in starts):
        raise NotPossible("the clock had not started then", "时钟当时尚未开始")


def _clocks(state: State, name: str) -> list[tuple[Run, Clock]]:
    """The clocks of that name, or all that have started."""
    run_id, _, bare = name.rpartition(".")
    return [
        (run, clock)
        for run in state.runs.values()
        for clock in run.clocks.values()
        if clock.started_at is not None and clock.target
        if name == ALL or (clock.name == bare and run_id in ("", run.id))
    ]


def _steps(state: State, name: str) -> list[tuple[Run, Thread]]:
    """The open steps with a deadline of that name, or all."""
    if name == ALL:
        return [(run, thread) for run, thread in open_threads(state) if thread.open and thread.open.clock]
    return find_deadline(state, name)


def _clock_of(thread: Thread) -> Clock:
    clock = standing.opened_of(thread).clock
    assert clock is not None  # noqa: S101 - only steps with a deadline are found
    return clock


def corrected(turn: Turn, event: ClockCorrected) -> None:
    """Write the correction into every ledger it is about, and move what depends on it."""
    check_correction(turn.state, event, turn.now)
    for run, clock in _clocks(turn.state, event.clock):
        _correct(turn, run, clock, event)
    for run, thread in _steps(turn.state, event.clock):
        _clock_of(thread).corrections.append(_correction(turn, event))
        step = standing.step_of(run, thread)
        if isinstance(step, Task | Approval | Wait):
            alarms.arm(turn, run, thread, step)
            alarms.tell_moved(turn, run, thread, event)


def _correction(turn: Turn, event: ClockCorrected) -> Correction:
    author = event.by.acting_for or event.by.id
    return Correction(event.since, event.until, event.counts, author, event.reason.strip(), turn.now)


def _correct(turn: Turn, run: Run, clock: Clock, event: ClockCorrected) -> None:
    before = clock_facts.before(clock)
    clock.corrections.append(_correction(turn, event))
    policy = run.policies[clock.name]
    if clock.phase in GOING:
        arm(turn, run, clock, policy)
    else:
        _judge_again(run, clock, policy)
    data: dict[str, Value] = {
        "since": clock_facts.iso(event.since),
        "until": clock_facts.iso(event.until),
        "counts": event.counts,
        "reason": event.reason.strip(),
        "before": before,
        **({"met": not clock.breached} if clock.phase is ClockPhase.STOPPED else {}),
    }
    clock_facts.tell(turn, FactType.CLOCK_CORRECTED, run, clock, data, event.by)


def _judge_again(run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Whether a clock that has stopped had kept its promise, by its corrected ledger."""
    try:
        clock.due_at = moments(clock, finder(run), policy.warn, ladder_of(policy)).due
    except NoWorkingTime:
        return
    clock.breached = clock.stopped_at is not None and clock.due_at < clock.stopped_at


def check_adoption(state: State, event: PoliciesAdopted) -> None:
    """Raise the refusal of policies for a run that is not there or has ended."""
    run = state.runs.get(event.run)
    if run is None or run.phase is not RUN_ACTIVE:
        raise NotPossible(f"no run {event.run} is under way", f"没有进行中的流程 {event.run}")


def adopted(turn: Turn, event: PoliciesAdopted) -> None:
    """A run's clocks go on by other policies and calendars. Each keeps the time it has used, counted as it was; a clock
    that is gone stops, and one that is new counts from the beginning of the run."""
    check_adoption(turn.state, event)
    run = turn.state.runs[event.run]

    def change() -> None:
        run.adopted = event.policies

    go_by(turn, run, change, event.by)


def go_by(turn: Turn, run: Run, change: Callable[[], None], by: Actor) -> None:
    """Let ``change`` give a run other policies and calendars, and its clocks go on by them."""
    for name in run.calendars:
        run.kept_calendars[calendar_of(run, name).version] = run.calendars[name]
    was = {name: clock_facts.before(clock) for name, clock in run.clocks.items() if clock.calendars}
    told = {name: _told(clock, run.policies[name]) for name, clock in run.clocks.items()}
    change()
    reopening.hand_back(run)
    run.settle(None)
    for name in [name for name in run.clocks if name not in run.policies]:
        clock = run.clocks[name]
        if clock.phase in GOING:
            clocks.stop(turn, run, clock, void=True)
        del run.clocks[name]
    for name, policy in run.policies.items():
        if name not in run.clocks:
            clocks.begin(turn, run, {name: policy})
        elif run.clocks[name].phase in GOING:
            clocks.take_over(turn, run, run.clocks[name], policy, was[name], told[name], by)
    run.clocks = dict(sorted(run.clocks.items()))


def _told(clock: Clock, policy: ClockPolicy) -> list[Level]:
    """The rungs that have been told."""
    ladder = ladder_of(policy)
    return [ladder[number] for number in clock.fired]


def customer_changed(turn: Turn, event: CustomerChanged) -> None:
    """The customer is somebody else to decisions from now on; clocks follow at the end of the activation."""
    changed = {name: value for name, value in event.facts.items() if turn.state.customer.get(name) != value}
    if changed:
        turn.state.customer.update(changed)
        turn.fact(FactType.TICKET_CUSTOMER, dict(changed))
