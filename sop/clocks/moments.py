"""When a clock's moments are: its warning, its deadline, the rungs of its ladder; a pure function of its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sop.calendars import Calendar
from sop.clocks.counting import Budget, Calendars, budget_of, reach, undisturbed
from sop.clocks.ladders import Level, percent
from sop.clocks.ledger import Clock
from sop.clocks.spans import Span
from sop.durations import parse

WARN_AT = "80%"


class Moments(NamedTuple):
    """The deadline, the warning before it, and every rung of the ladder, all UTC."""

    due: datetime
    warn: datetime
    rungs: tuple[datetime, ...]


def budget_of_target(clock: Clock, calendars: Calendars) -> Budget:
    """The time that the clock's target allows, working days as long as on the calendar in force now."""
    if clock.started_at is None:
        raise RuntimeError(f"clock {clock.name} has not started")
    return budget_of(parse(clock.target), clock.started_at, calendars(clock.calendars[-1]))


def moments(clock: Clock, calendars: Calendars, warn: str | None = None, ladder: Sequence[Level] = ()) -> Moments:
    """The moments of a clock that has started and has a target. ``warn`` is a share (``80%``) or the time since the
    start; without it 80 %. Raises ``NoWorkingTime``."""
    start = clock.started_at
    if start is None:
        raise RuntimeError(f"clock {clock.name} has not started")
    if undisturbed(clock):
        return _undisturbed(clock, start, calendars(clock.calendars[0]), warn or WARN_AT, ladder)
    budget = budget_of_target(clock, calendars)
    due = reach(clock, start, budget, calendars)

    def after(begin: datetime, text: str) -> datetime:
        return reach(clock, begin, budget_of(parse(text), begin, calendars(clock.calendars[-1])), calendars)

    def at(share: int) -> datetime:
        return due if share == 100 else reach(clock, start, Budget(_share(budget, share), budget.working), calendars)

    text = warn or WARN_AT
    warned = at(percent(text)) if text.endswith("%") else after(start, text)
    rungs = tuple(after(due, level.after) if level.after is not None else at(level.share) for level in ladder)
    return Moments(due, min(warned, due), rungs)


def _undisturbed(clock: Clock, start: datetime, calendar: Calendar, warn: str, ladder: Sequence[Level]) -> Moments:
    """The same, of a clock that has always run and on one calendar: the calendar alone says it."""
    duration = parse(clock.target)
    span = Span(start, duration, calendar, calendar.add(start, duration))
    warned = span.reached(percent(warn)) if warn.endswith("%") else calendar.add(start, parse(warn))
    rungs = tuple(
        calendar.add(span.due, parse(level.after)) if level.after is not None else span.reached(level.share)
        for level in ladder
    )
    return Moments(span.due, min(warned, span.due), rungs)


def _share(budget: Budget, share: int) -> timedelta:
    return budget.amount * share / 100
