"""When a clock's moments are: a pure function of its ledger (start, pauses, target) and its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sop.calendars import Calendar
from sop.durations import parse
from sop.engine.ladders import Level, levels_of, percent, span
from sop.engine.turn import calendar_of
from sop.model import ClockPolicy
from sop.state import Clock, Run

WARN_AT = "80%"


@dataclass(frozen=True, slots=True)
class Moments:
    """The deadline, the warning before it, and every rung of the ladder."""

    due: datetime
    warn: datetime
    rungs: tuple[datetime, ...]


def ladder_of(policy: ClockPolicy) -> tuple[Level, ...]:
    """The rungs of a clock; without ``escalate`` it has none."""
    return levels_of(policy.escalate, "") if policy.escalate is not None else ()


def moments(run: Run, clock: Clock, policy: ClockPolicy) -> Moments:
    """The moments of a clock that has started and has a target."""
    calendar, target = calendar_of(run, policy.calendar), parse(clock.target)
    started = clock.started_at
    if started is None:
        raise RuntimeError(f"clock {clock.name} has not started")
    working = calendar if target.working else None
    planned = span(started, target, calendar)
    due = _moved(clock, planned.due, working)

    def reached(level: Level) -> datetime:
        if level.after is not None:
            return _moved(clock, calendar.add(due, parse(level.after)), working, since=due)
        if level.share == 100:
            return due
        return _moved(clock, planned.reached(level.share), working)

    text = policy.warn or WARN_AT
    if text.endswith("%"):
        warn = reached(Level(share=percent(text)))
    else:
        warn = _moved(clock, calendar.add(started, parse(text)), working)
    return Moments(due, min(warn, due), tuple(reached(level) for level in ladder_of(policy)))


def _moved(clock: Clock, at: datetime, calendar: Calendar | None, since: datetime | None = None) -> datetime:
    """A planned moment, later by every finished pause before it (and after ``since``)."""
    for pause in clock.pauses:
        if pause.until is None or pause.since >= at or (since is not None and pause.since < since):
            continue
        lost = pause.until - pause.since
        at = at + lost if calendar is None else calendar.advance(at, calendar.between(pause.since, pause.until))
    return at


def used(run: Run, clock: Clock, policy: ClockPolicy, now: datetime) -> timedelta:
    """How much of the target is used up: working time on the clock's calendar if the target counts that."""
    calendar = calendar_of(run, policy.calendar) if clock.target and parse(clock.target).working else None
    if clock.started_at is None:
        return timedelta()
    spent = _between(clock.started_at, now, calendar)
    for pause in clock.pauses:
        spent -= _between(pause.since, pause.until or now, calendar)
    return spent


def _between(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    return calendar.between(start, end) if calendar is not None else end - start
