"""What of a clock's time counts: its life less its pauses, as corrected, on the calendar in force at each moment.

Time is counted as it passes (clock time) or as it is worked (working time); which of the two, the target's unit says.
An interval holds its first moment and not its last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sop.calendars import Calendar
from sop.clocks.ledger import CalendarUse, Clock
from sop.durations import Duration, Unit

Calendars: TypeAlias = Callable[[CalendarUse], Calendar]
"""Finds the calendar of a use: the very version it names."""

NEVER = datetime.max.replace(tzinfo=UTC)
_NONE = timedelta()
_LEAST = timedelta.resolution
Interval: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time, and whether only working time uses it up. It is over at the first moment at which it has been
    used up, or (``late``) at the last before more would be: a working day that begins when the calendar opens ends
    when the next one does."""

    amount: timedelta
    working: bool
    late: bool = False


def budget_of(duration: Duration, start: datetime, calendar: Calendar) -> Budget:
    """The time a duration allows from ``start`` on. A working day is as long as it is on this calendar; its place in
    the day is kept, as ``Calendar.add`` explains."""
    if duration.unit is Unit.SECONDS:
        return Budget(duration.clock_time(), working=False)
    if duration.unit is Unit.WORKING_HOURS:
        return Budget(timedelta(hours=duration.amount), working=True)
    end = calendar.add(start, duration)
    amount = calendar.between(start, end)
    return Budget(amount, working=True, late=calendar.advance(start, amount) < end)


def undisturbed(clock: Clock) -> bool:
    """Whether a clock has always run, and on one calendar: then that calendar alone says where its moments are."""
    return not clock.pauses and not clock.corrections and len(clock.calendars) == 1


def still(clock: Clock) -> list[Interval]:
    """The intervals that do not count, in order and apart; one that still lasts ends ``NEVER``."""
    found = _merged([(p.since, p.until or NEVER) for p in clock.pauses])
    for each in clock.corrections:
        edges = (each.since, each.until)
        found = _without(found, *edges) if each.counts else _merged([*found, edges])
    return found


def _merged(intervals: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for since, until in sorted(intervals):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        elif since < until:
            merged.append((since, until))
    return merged


def _without(intervals: Sequence[Interval], since: datetime, until: datetime) -> list[Interval]:
    cut = (piece for begin, end in intervals for piece in ((begin, min(end, since)), (max(begin, until), end)))
    return [(begin, end) for begin, end in cut if begin < end]


def standing_since(clock: Clock) -> datetime | None:
    """Since when the clock stands still without a break, while it does."""
    intervals = still(clock)
    return intervals[-1][0] if intervals and intervals[-1][1] == NEVER else None


def running(clock: Clock, start: datetime) -> Iterator[Interval]:
    """The intervals from ``start`` on that count; the last ends ``NEVER``. A pause that still lasts takes no time:
    nobody knows yet how much it will."""
    at = start
    for since, until in still(clock):
        if until == NEVER:
            break
        if until <= at:
            continue
        if since > at:
            yield at, since
        at = until
    yield at, NEVER


def pieces(clock: Clock, start: datetime) -> Iterator[tuple[datetime, datetime, CalendarUse]]:
    """The same, cut where the clock changed to another calendar."""
    uses = clock.calendars
    for since, until in running(clock, start):
        for number, use in enumerate(uses):
            begins = use.since if number else since
            ends = uses[number + 1].since if number + 1 < len(uses) else until
            begin, end = max(begins, since), min(ends, until)
            if begin < end:
                yield begin, end, use


def used(clock: Clock, now: datetime, calendars: Calendars, *, working: bool) -> timedelta:
    """The time used up by ``now`` (or by the clock's stop), never less than none."""
    start = clock.started_at
    if start is None:
        return _NONE
    if undisturbed(clock):
        end = max(start, min(clock.stopped_at or now, now))
        return calendars(clock.calendars[0]).between(start, end) if working else end - start
    until = min(clock.stopped_at or now, standing_since(clock) or now)
    spent = _NONE
    for begin, end, use in pieces(clock, start):
        if begin >= until:
            break
        end = min(end, until)
        spent += calendars(use).between(begin, end) if working else end - begin
    return spent


def reach(clock: Clock, start: datetime, budget: Budget, calendars: Calendars) -> datetime:
    """The moment (UTC) at which so much of the clock's time since ``start`` has been used up; ``start`` for none.
    Raises ``NoWorkingTime`` where the calendar's time never suffices."""
    if budget.amount <= _NONE:
        return start
    if budget.late:
        return _first(clock, start, budget.amount + _LEAST, calendars, working=budget.working) - _LEAST
    return _first(clock, start, budget.amount, calendars, working=budget.working)


def _first(clock: Clock, start: datetime, left: timedelta, calendars: Calendars, *, working: bool) -> datetime:
    if undisturbed(clock):
        return calendars(clock.calendars[0]).advance(start, left) if working else start + left
    for begin, end, use in pieces(clock, start):
        calendar = calendars(use) if working else None
        if end == NEVER:
            return calendar.advance(begin, left) if calendar is not None else begin + left
        here = calendar.between(begin, end) if calendar is not None else end - begin
        if left <= here:
            return calendar.advance(begin, left) if calendar is not None else begin + left
        left -= here
    raise RuntimeError(f"clock {clock.name} has no calendar")
