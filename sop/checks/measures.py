"""How long steps take and how long a target is, on calendars: in a usual week, and around holidays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from sop.calendars import Calendar, DayKind, NoCalendar
from sop.catalog import Catalog
from sop.durations import Duration, Unit

_DAY, _WEEK = 86_400.0, 7 * 86_400.0
_ONE_DAY = timedelta(days=1)
_SOME_WEEK = date(2024, 1, 1)  # a Monday: only the pattern of the week matters, holidays aside
_MOST_DAYS_OFF = 14
_REACH = 6  # how many days before an extra day a short target can still be cut short by it

Pauses: TypeAlias = tuple[str, tuple[Duration, ...]]
"""What steps take, one after the other, and the name of their calendar."""
Target: TypeAlias = tuple[str, Duration]
"""What may pass, and the name of the calendar it counts on."""


@dataclass(frozen=True, slots=True)
class Week:
    """How much is worked in a week: seconds, and on how many days."""

    seconds: float
    days: int

    def clock_seconds(self, duration: Duration) -> float:
        """About how long a duration takes by the clock on the wall."""
        if duration.unit is Unit.WORKING_DAYS:
            return duration.amount * _WEEK / self.days
        if duration.unit is Unit.WORKING_HOURS:
            return duration.amount * 3600 * _WEEK / self.seconds
        return float(duration.amount)

    def allowance(self, target: Duration) -> float:
        """The longest a target may be by the clock: a weekend may lie in it."""
        return self.clock_seconds(target) + ((7 - self.days) * _DAY if target.working else 0.0)


ROUND_THE_CLOCK = Week(_WEEK, 7)


def said(seconds: float) -> str:
    """So many days, or hours if it is less than one."""
    return f"{seconds / _DAY:.3g}d" if seconds >= _DAY else f"{seconds / 3600:.3g}h"


def calendar_from(plain: Mapping[str, object]) -> Calendar | None:
    """The calendar of its plain JSON; none if it cannot be used."""
    try:
        return Calendar.from_plain(plain)
    except (NoCalendar, KeyError, TypeError, ValueError):
        return None


@lru_cache(maxsize=256)
def _of_text(text: str) -> Calendar | None:
    plain = json.loads(text)
    return calendar_from(plain) if isinstance(plain, dict) else None


def _calendar(catalog: Catalog, name: str, *, holidays: bool) -> Calendar | None:
    """A calendar of the catalog, with its holidays or without; built once, since many files count on one."""
    plain = catalog.calendars.get(name)
    if plain is None:
        return None
    kept = plain if holidays else {key: value for key, value in plain.items() if key in ("tz", "week")}
    return _of_text(json.dumps(kept, default=str))


def week_of(catalog: Catalog, name: str) -> Week | None:
    """What is worked in a usual week of a calendar; none where there is no such calendar."""
    calendar = _calendar(catalog, name, holidays=False)
    return _week_of(calendar) if calendar is not None else None


@lru_cache(maxsize=256)
def _week_of(calendar: Calendar) -> Week:
    worked = [calendar.shifts_on(_SOME_WEEK + timedelta(days=number)) for number in range(7)]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return Week(calendar.between(start, start + timedelta(days=7)).total_seconds(), sum(map(bool, worked)))


def _both(catalog: Catalog, pauses: Pauses, target: Target, *, holidays: bool) -> tuple[Calendar, Calendar] | None:
    """The calendars of the steps and of the clock."""
    steps = _calendar(catalog, pauses[0], holidays=holidays)
    clock = _calendar(catalog, target[0], holidays=holidays)
    return (steps, clock) if steps is not None and clock is not None else None


def never_met(catalog: Catalog, pauses: Pauses, target: Target) -> bool:
    """Whether the pauses are longer than the target whenever in a usual week a ticket comes."""
    usual = _in_a_week(catalog, pauses, target)
    return bool(usual) and all(usual)


def _in_a_week(catalog: Catalog, pauses: Pauses, target: Target) -> list[bool]:
    """Whether it is late, for tickets that come on the days of a usual week; empty where that cannot be known."""
    known = _both(catalog, pauses, target, holidays=False)
    days = [_SOME_WEEK + timedelta(days=number) for number in range(7)]
    return [_late(*known, pauses, target, start) for start in _starts(known, days)] if known is not None else []


def _late(steps: Calendar, clock: Calendar, pauses: Pauses, target: Target, start: datetime) -> bool:
    return _end(steps, pauses, start) > clock.add(start, target[1])


def _end(steps: Calendar, pauses: Pauses, start: datetime) -> datetime:
    for pause in pauses[1]:
        start = steps.add(start, pause)
    return start


def _starts(calendars: Iterable[Calendar], days: Iterable[date]) -> Iterator[datetime]:
    """The moments at which a ticket is best or worst off: when work opens and when it closes."""
    known = tuple(calendars)
    for day in days:
        for calendar in known:
            shifts = calendar.shifts_on(day)
            if shifts:
                yield from (shifts[0][0], shifts[-1][1])


@dataclass(frozen=True, slots=True)
class Worst:
    """The first day of the last year whose holidays are known on which a ticket that comes is late: what its steps take
    at the least and what its target allows, both in seconds by the clock."""

    day: date
    took: float
    allowed: float


def worst_holiday(catalog: Catalog, pauses: Pauses, target: Target) -> Worst | None:
    """Where holidays, or days worked in exchange for them, make pauses too long that are short enough usually."""
    units = {pause.unit for pause in pauses[1]} | {target[1].unit}
    if len(units) == 1 and (pauses[0] == target[0] or units == {Unit.SECONDS}):
        return None  # the same days are off for both
    known = _both(catalog, pauses, target, holidays=True)
    usual = _in_a_week(catalog, pauses, target)
    if known is None or any(usual) or not usual:
        return None
    days = sorted({day for calendar in known for day in _days_before_holidays(calendar)})
    return next((worst for start in _starts(known, days) if (worst := _worst(known, pauses, target, start))), None)


def _worst(known: tuple[Calendar, Calendar], pauses: Pauses, target: Target, start: datetime) -> Worst | None:
    steps, clock = known
    end, due = _end(steps, pauses, start), clock.add(start, target[1])
    day = start.astimezone(steps.zone).date()
    return Worst(day, (end - start).total_seconds(), (due - start).total_seconds()) if end > due else None


def _days_before_holidays(calendar: Calendar) -> Iterator[date]:
    """The last working day before each holiday, and the days shortly before each extra day."""
    days = sorted(calendar.special)
    last = days[-1].year if days else 0
    for day in days:
        if day.year != last:
            continue
        if calendar.kind_of(day) is DayKind.EXTRA:
            yield from (day - timedelta(days=number) for number in range(1, _REACH))
        before = day - _ONE_DAY
        for _ in range(_MOST_DAYS_OFF):
            if calendar.shifts_on(before):
                yield before
                break
            before -= _ONE_DAY
