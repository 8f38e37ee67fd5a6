"""Time through the steps against the targets: 420E, 421W, 422I."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import count

from sop import durations
from sop.catalog import Catalog
from sop.checks.context import Context
from sop.checks.limits import Limit, Row, limits_of
from sop.checks.measures import ROUND_THE_CLOCK, Week, calendar_from, never_met, said, week_of, worst_holiday
from sop.checks.ways import END, NEVER, How, Way, Ways
from sop.durations import Duration
from sop.model import Approval, Document, Step, Task, Wait
from sop.problems import Problem
from sop.yaml_text import escape


def calendars_that_work(document: Document, context: Context) -> Iterator[Problem]:
    """420E: a clock runs on a calendar that has working time."""
    for name, clock in document.sla.items():
        wanted = clock.calendar or document.calendar
        plain = context.catalog.calendars.get(wanted)
        if plain is not None and calendar_from(plain) is None:
            pointer = f"/sla/{escape(name)}"
            place = f"{pointer}/calendar" if f"{pointer}/calendar" in context.tree.positions else pointer
            yield context.tree.problem("420", place, name=wanted)


def time_through_the_steps(document: Document, context: Context) -> Iterator[Problem]:
    """421W, 422I: the least time through the steps fits into the target; so does the time they may take."""
    if not context.ways.whole or not context.ways.roots:
        return
    week = week_of(context.catalog, document.calendar) or ROUND_THE_CLOCK
    spent: _Spent | None = None
    for limit in limits_of(document, context):
        if all(row.calendars and all(week_of(context.catalog, each) for each in row.calendars) for row in limit.rows):
            spent = spent or _Spent(context, document.calendar, week)
            yield from _of_limit(context, limit, spent)


class _Spent:
    """The time through the steps of one file."""

    def __init__(self, context: Context, calendar: str, week: Week) -> None:
        self.catalog, self.ways, self.calendar, self.week = context.catalog, context.ways, calendar, week

    @cached_property
    def least(self) -> tuple[Duration, ...]:
        """The pauses on the shortest way to an end, in their order."""
        return _least(self.ways, self.week) or ()

    def most(self, limit: Limit) -> float:
        """The seconds of the longest way that never goes back, as far as the clock runs meanwhile."""
        return _most(self.ways, self.week, limit)


def _of_limit(context: Context, limit: Limit, spent: _Spent) -> Iterator[Problem]:
    allowed = {row.pointer: _allowance(context.catalog, row) for row in limit.rows}
    widest = max(limit.rows, key=lambda row: allowed[row.pointer])
    late = [row for row in limit.rows if limit.waits and _never_met(spent, row)]
    most = spent.most(limit)
    if not limit.own:
        late = [widest] if len(late) == len(limit.rows) else []
    for row in late:
        words = {"time": said(sum(map(spent.week.clock_seconds, spent.least)))}
        yield _told(context, "421", limit, row, words)
    if widest not in late and most > allowed[widest.pointer] and (limit.own or limit.sure):
        yield _told(context, "422", limit, widest, {"time": said(most)})
    if limit.waits and not late:
        yield from _around_holidays(context, limit, widest, spent)


def _never_met(spent: _Spent, row: Row) -> bool:
    return bool(spent.least) and all(
        never_met(spent.catalog, (spent.calendar, spent.least), (each, row.target)) for each in row.calendars
    )


def _around_holidays(context: Context, limit: Limit, row: Row, spent: _Spent) -> Iterator[Problem]:
    """422I: neither do holidays make the least time too long, where there are any."""
    if not spent.least or len(row.calendars) != 1 or not (limit.own or limit.sure):
        return
    worst = worst_holiday(spent.catalog, (spent.calendar, spent.least), (row.calendars[0], row.target))
    if worst is not None:
        words = {"day": worst.day.isoformat(), "time": said(worst.took), "allowed": said(worst.allowed)}
        yield _told(context, "422.holidays", limit, row, words)


def _told(context: Context, name: str, limit: Limit, row: Row, words: Mapping[str, str]) -> Problem:
    """At the target; where that stands in the company's file, at the file's own name."""
    words = {**words, "target": str(row.target), "clock": limit.name}
    place = context.tree.at(row.pointer if limit.own else "/sop")
    return context.tree.found(name if limit.own else f"{name}.company", place, words)


def _allowance(catalog: Catalog, row: Row) -> float:
    weeks = (week_of(catalog, each) for each in row.calendars)
    return max((week.allowance(row.target) for week in weeks if week is not None), default=0.0)


def _fixed(step: Step) -> tuple[Duration, ...]:
    """What a step takes at the least."""
    pause = _parsed(step.duration) if isinstance(step, Wait) and step.duration else None
    return (pause,) if pause is not None else ()


def _least(ways: Ways, week: Week) -> tuple[Duration, ...] | None:
    """The pauses on the way from the start to an end that takes least; none if no end is come to."""
    best: set[int] = set()
    order = count()
    waiting: list[tuple[float, int, int, tuple[Duration, ...]]] = [(0.0, next(order), ways.roots[0], ())]
    while waiting:
        took, _, stand, pauses = heapq.heappop(waiting)
        if stand == END:
            return pauses
        if stand in best or stand < 0:
            continue
        best.add(stand)
        for way in ways.out[stand]:
            more = _cost(ways, way)
            seconds = took + sum(map(week.clock_seconds, more))
            heapq.heappush(waiting, (seconds, next(order), way.to, (*pauses, *more)))
    return None


def _cost(ways: Ways, way: Way) -> tuple[Duration, ...]:
    step = ways.step_at(way.start)
    if way.how is How.SKIPPED or ways.stands[way.start].after:
        return ()
    if way.how is How.TIMEOUT and isinstance(step, (Task, Approval, Wait)):
        limit = _parsed(step.timeout)
        return (limit,) if limit is not None else ()
    return _fixed(step)


def _parsed(text: str | None) -> Duration | None:
    try:
        return durations.parse(text) if text and text != NEVER else None
    except durations.NotADuration:
        return None


def _allowed(step: Step, limit: Limit) -> Duration | None:
    """What a step may take while the clock runs: until it is due, or until we stop waiting."""
    if isinstance(step, Wait):
        return _parsed(step.duration or step.timeout) if limit.waits else None
    if isinstance(step, (Task, Approval)):
        ours = limit.asks or not (isinstance(step, Task) and step.assign == "customer")
        return (_parsed(step.due) or _parsed(step.timeout)) if ours else None
    return None


def _most(ways: Ways, week: Week, limit: Limit) -> float:
    """The most time on a way from the start to an end that never goes back."""
    most = [0.0] * len(ways.stands)
    for stand in sorted(range(len(ways.stands)), key=lambda each: ways.stands[each].place, reverse=True):
        given = None if ways.stands[stand].after else _allowed(ways.step_at(stand), limit)
        onward = (way.to for way in ways.out[stand] if way.to >= 0 and not ways.goes_back(way))
        own = week.clock_seconds(given) if given is not None else 0.0
        most[stand] = own + max((most[to] for to in onward), default=0.0)
    return most[ways.roots[0]]
