"""Why a deadline is what it is: the clock's time from its start to its deadline, stretch by stretch.

The stretches are those that ``counting`` counts, cut at the working hours of the calendar in force; their counted time
adds up to the target's budget. Long stories are told by the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from sop.calendars import Calendar, DayKind
from sop.clocks.counting import NEVER, Calendars, still, used
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase
from sop.clocks.moments import budget_of_target, moments
from sop.durations import parse

LONGEST = 24
"""More stretches than these are told by the day."""
MOST_DAYS = 400
_NONE = timedelta()


class Sort(StrEnum):
    """What a stretch of time is to a clock."""

    COUNTED = "counted"
    PAUSED = "paused"
    BREAK = "break"
    NIGHT = "night"
    FREE = "free"
    OFF = "off"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some time of a clock's life: ``counted`` is how much of it counts. ``reason`` is a pause's, in both languages;
    ``by`` whoever corrected it; ``extra``: it is worked in addition (a make-up day)."""

    sort: Sort
    since: datetime
    until: datetime
    counted: timedelta = _NONE
    reason: dict[str, str] | None = None
    by: str | None = None
    extra: bool = False
    paused: timedelta = _NONE


@dataclass(frozen=True, slots=True)
class Why:
    """The whole reckoning: ``due`` follows from ``budget`` and ``stretches``. ``zone`` is the calendar's; ``uncovered``
    are years on the way whose holidays are not known. Of a clock that is paused, all is as if it went on now."""

    clock: str
    target: str
    calendar: str
    calendar_version: str
    zone: str
    working: bool
    budget: timedelta
    used: timedelta
    started_at: datetime
    due: datetime
    stopped_at: datetime | None
    paused: bool
    stretches: tuple[Stretch, ...]
    changes: tuple[CalendarUse, ...]
    uncovered: tuple[int, ...]


def explain(clock: Clock, calendars: Calendars, now: datetime) -> Why:
    """The reckoning of a clock that has started and has a target; raises ``NoWorkingTime``."""
    paused, clock = clock.phase is ClockPhase.PAUSED, _going_on(clock, now)
    started = clock.started_at
    assert started is not None  # noqa: S101 - the caller has looked
    planned, use = moments(clock, calendars), clock.calendars[-1]
    calendar, working = calendars(use), parse(clock.target).working
    told = list(_stretches(clock, calendars, started, planned.due, working=working))
    if len(told) > LONGEST:
        told = _by_day(told, calendar)
    years = range(started.astimezone(calendar.zone).year, planned.due.astimezone(calendar.zone).year + 1)
    return Why(
        clock=clock.name,
        target=clock.target,
        calendar=use.name,
        calendar_version=use.version,
        zone=str(calendar.zone),
        working=working,
        budget=budget_of_target(clock, calendars).amount,
        used=used(clock, now, calendars, working=working),
        started_at=started,
        due=planned.due,
        stopped_at=clock.stopped_at,
        paused=paused,
        stretches=tuple(told),
        changes=tuple(clock.calendars[1:]),
        uncovered=tuple(year for year in years if working and year in calendar.uncovered),
    )


def _going_on(clock: Clock, now: datetime) -> Clock:
    """The clock as if what pauses it ended now."""
    pauses = [replace(p, until=p.until or max(now, p.since)) for p in clock.pauses]
    return replace(clock, pauses=pauses)


def _stretches(
    clock: Clock, calendars: Calendars, start: datetime, end: datetime, *, working: bool
) -> Iterator[Stretch]:
    """Every stretch from start to end: what stood still as it is in the ledger, the rest by its calendar."""
    edges = {start, end}
    for since, until in still(clock):
        edges |= {since, end if until == NEVER else until}
    for each in clock.corrections:
        edges |= {each.since, each.until}
    edges |= {use.since for use in clock.calendars[1:]}
    inside = sorted(edge for edge in edges if start <= edge <= end)
    for since, until in pairwise(inside):
        paused = _paused(clock, since, until)
        if paused is not None:
            yield paused
        elif working:
            yield from _worked(calendars(_use_at(clock, since)), since, until, _corrected_by(clock, since))
        else:
            yield Stretch(Sort.COUNTED, since, until, until - since, by=_corrected_by(clock, since))


def _use_at(clock: Clock, at: datetime) -> CalendarUse:
    return [use for number, use in enumerate(clock.calendars) if not number or use.since <= at][-1]


def _corrected_by(clock: Clock, at: datetime) -> str | None:
    """Whoever said that this time counts after all, where it did not."""
    if not any(p.since <= at and (p.until is None or at < p.until) for p in clock.pauses):
        return None
    last = [c for c in clock.corrections if c.since <= at < c.until]
    return last[-1].by if last and last[-1].counts else None


def _paused(clock: Clock, since: datetime, until: datetime) -> Stretch | None:
    """The stretch as one that stood still, if it did."""
    if not any(begin <= since and until <= end for begin, end in still(clock)):
        return None
    corrected = [c for c in clock.corrections if c.since <= since < c.until and not c.counts]
    if corrected:
        said = corrected[-1].reason
        return Stretch(Sort.PAUSED, since, until, reason={"zh": said, "en": said}, by=corrected[-1].by)
    labels = [p.label for p in clock.pauses if p.since <= since and (p.until is None or since < p.until)]
    known = [label for label in labels if label]
    joined = {language: "、".join(each[language] for each in known) for language in ("zh", "en")}
    return Stretch(Sort.PAUSED, since, until, reason=joined)


def _worked(calendar: Calendar, since: datetime, until: datetime, by: str | None) -> Iterator[Stretch]:
    """A stretch that runs, cut into what is worked and what is not."""
    at = since
    day = since.astimezone(calendar.zone).date() - timedelta(days=1)
    last = until.astimezone(calendar.zone).date()
    while day <= last:
        for opening, closing in calendar.shifts_on(day):
            begin, end = max(opening, at), min(closing, until)
            if begin < end:
                if at < begin:
                    yield _idle(calendar, at, begin)
                extra = calendar.kind_of(day) is DayKind.EXTRA
                yield Stretch(Sort.COUNTED, begin, end, end - begin, by=by, extra=extra)
                at = end
        day += timedelta(days=1)
    if at < until:
        yield _idle(calendar, at, until)


def _idle(calendar: Calendar, since: datetime, until: datetime) -> Stretch:
    """Time outside working hours: a break within a day, a night, days that are free or off."""
    begin, end = since.astimezone(calendar.zone), until.astimezone(calendar.zone)
    days = [begin.date() + timedelta(days=n) for n in range(1, (end.date() - begin.date()).days)]
    kinds = {calendar.kind_of(day) for day in days or [begin.date()]}
    if begin.date() == end.date() and _between_shifts(calendar, begin.date(), since, until):
        return Stretch(Sort.BREAK, since, until)
    if DayKind.OFF in kinds:
        return Stretch(Sort.OFF, since, until)
    return Stretch(Sort.FREE if DayKind.FREE in kinds else Sort.NIGHT, since, until)


def _between_shifts(calendar: Calendar, day: date, since: datetime, until: datetime) -> bool:
    shifts = calendar.shifts_on(day)
    return bool(shifts) and shifts[0][0] < since and until < shifts[-1][1]


def _by_day(told: Sequence[Stretch], calendar: Calendar) -> list[Stretch]:
    """One line for each local day on which something counted or stood still."""
    cut = [
        piece for stretch in told if stretch.sort in (Sort.COUNTED, Sort.PAUSED) for piece in _days(stretch, calendar)
    ]
    days: list[Stretch] = []
    for _, group in groupby(sorted(cut, key=lambda s: s.since), key=lambda s: s.since.astimezone(calendar.zone).date()):
        each = list(group)
        paused = [s for s in each if s.sort is Sort.PAUSED]
        days.append(
            Stretch(
                Sort.DAY,
                each[0].since,
                max(s.until for s in each),
                sum((s.counted for s in each), _NONE),
                reason=paused[0].reason if paused else None,
                by=next((s.by for s in each if s.by), None),
                extra=any(s.extra for s in each),
                paused=sum((s.until - s.since for s in paused), _NONE),
            )
        )
    return days[:MOST_DAYS]


def _days(stretch: Stretch, calendar: Calendar) -> Iterator[Stretch]:
    """A stretch, cut at midnight where it is clock time or a pause; a shift over midnight stays whole."""
    at = stretch.since
    while stretch.sort is Sort.PAUSED and at < stretch.until:
        local = at.astimezone(calendar.zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), calendar.zone)
        end = min(stretch.until, midnight.astimezone(at.tzinfo))
        yield Stretch(Sort.PAUSED, at, end, reason=stretch.reason, by=stretch.by)
        at = end
    if stretch.sort is not Sort.PAUSED:
        yield stretch
