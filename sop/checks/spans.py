"""Time through the steps against the targets: 420E, 421W, 422I."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sop import durations
from sop.calendars import Calendar, NoCalendar
from sop.checks.context import Context
from sop.checks.ways import END, NEVER, How, Way, Ways
from sop.durations import Duration, Unit
from sop.model import Approval, ClockPolicy, Document, Step, Task, Wait
from sop.problems import Problem
from sop.yaml_text import escape

_RESOLUTION = "resolution"
_DAY, _WEEK = 86_400.0, 7 * 86_400.0
_SOME_WEEK = date(2024, 1, 1)  # a Monday: only the pattern of the week matters, holidays aside


def calendars_that_work(document: Document, context: Context) -> Iterator[Problem]:
    """420E: a clock runs on a calendar that has working time."""
    for name, clock in document.sla.items():
        wanted = clock.calendar or document.calendar
        plain = context.catalog.calendars.get(wanted)
        if plain is not None and _calendar(plain) is None:
            pointer = f"/sla/{escape(name)}"
            place = f"{pointer}/calendar" if f"{pointer}/calendar" in context.tree.positions else pointer
            yield context.tree.problem("420", place, name=wanted)


def _calendar(plain: Mapping[str, object]) -> Calendar | None:
    try:
        return Calendar.from_plain(plain)
    except (NoCalendar, KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Week:
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


def _week_of(context: Context, name: str) -> _Week | None:
    plain = context.catalog.calendars.get(name)
    calendar = _calendar({key: value for key, value in plain.items() if key in ("tz", "week")}) if plain else None
    if calendar is None:
        return None
    days = [calendar.shifts_on(_SOME_WEEK + timedelta(days=number)) for number in range(7)]
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return _Week(calendar.between(start, start + timedelta(days=7)).total_seconds(), sum(map(bool, days)))


def time_through_the_steps(document: Document, context: Context) -> Iterator[Problem]:
    """421W, 422I: the least time through the steps fits into the target; so does the time they may take."""
    clock = document.sla.get(_RESOLUTION)
    week = _week_of(context, clock.calendar or document.calendar) if clock else None
    if clock is None or week is None or not context.ways.whole or not context.ways.roots:
        return
    least = _least(context.ways, week)
    most = _most(context.ways, week, outside=not clock.pause)
    allowed = {pointer: (target, week.allowance(target)) for pointer, target in _targets(clock)}
    for pointer, (target, seconds) in allowed.items():
        if least is not None and least > seconds:
            yield context.tree.problem("421", pointer, time=_said(least), target=str(target))
        elif most > seconds == max(longest for _, longest in allowed.values()):
            yield context.tree.problem("422", pointer, time=_said(most), target=str(target))


def _targets(clock: ClockPolicy) -> Iterator[tuple[str, Duration]]:
    pointer = f"/sla/{_RESOLUTION}/target"
    written = [(pointer, clock.target)] if isinstance(clock.target, str) else []
    if not isinstance(clock.target, str):
        written += [(f"{pointer}/{index}/is", each.duration) for index, each in enumerate(clock.target)]
    for place, text in written:
        if (duration := _parsed(text)) is not None:
            yield place, duration


def _parsed(text: str | None) -> Duration | None:
    try:
        return durations.parse(text) if text and text != NEVER else None
    except durations.NotADuration:
        return None


def _said(seconds: float) -> str:
    return f"{seconds / _DAY:.3g}d" if seconds >= _DAY else f"{seconds / 3600:.3g}h"


def _fixed(step: Step, week: _Week) -> float:
    """What a step takes at the least."""
    pause = _parsed(step.duration) if isinstance(step, Wait) and step.duration else None
    return week.clock_seconds(pause) if pause is not None else 0.0


def _least(ways: Ways, week: _Week) -> float | None:
    """The least time from the start to an end, by the clock; none if no end is come to."""
    best: dict[int, float] = {}
    waiting = [(0.0, ways.roots[0])]
    while waiting:
        took, stand = heapq.heappop(waiting)
        if stand == END:
            return took
        if stand in best or stand < 0:
            continue
        best[stand] = took
        for way in ways.out[stand]:
            heapq.heappush(waiting, (took + _cost(ways, way, week), way.to))
    return None


def _cost(ways: Ways, way: Way, week: _Week) -> float:
    step = ways.step_at(way.start)
    if way.how is How.SKIPPED or ways.stands[way.start].after:
        return 0.0
    if way.how is How.TIMEOUT and isinstance(step, (Task, Approval, Wait)):
        limit = _parsed(step.timeout)
        return week.clock_seconds(limit) if limit is not None else 0.0
    return _fixed(step, week)


def _allowed(step: Step, week: _Week, *, outside: bool) -> float:
    """What a step may take: until it is due, or until we stop waiting. ``outside``: the customer's time counts too."""
    if isinstance(step, Wait):
        given = _parsed(step.duration or step.timeout)
    elif isinstance(step, (Task, Approval)):
        ours = outside or not (isinstance(step, Task) and step.assign == "customer")
        given = (_parsed(step.due) or _parsed(step.timeout)) if ours else None
    else:
        given = None
    return week.clock_seconds(given) if given is not None else 0.0


def _most(ways: Ways, week: _Week, *, outside: bool) -> float:
    """The most time on a way from the start to an end that never goes back."""
    most = [0.0] * len(ways.stands)
    for stand in sorted(range(len(ways.stands)), key=lambda each: ways.stands[each].place, reverse=True):
        own = 0.0 if ways.stands[stand].after else _allowed(ways.step_at(stand), week, outside=outside)
        onward = (way.to for way in ways.out[stand] if way.to >= 0 and not ways.goes_back(way))
        most[stand] = own + max((most[to] for to in onward), default=0.0)
    return most[ways.roots[0]]
