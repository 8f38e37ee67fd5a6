"""A clock's ledger against an oracle that walks through time minute by minute, knowing nothing of intervals."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sop.calendars import Calendar, NoCalendar, NoWorkingTime
from sop.clocks.counting import used
from sop.clocks.ladders import Level
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase, Correction, Pause, ledger_of, plain_of
from sop.clocks.moments import moments
from sop.durations import Unit, parse
from tests.sop.test_calendars_oracle import DAYS, ZONES, windows

CASES = int(os.environ.get("GONGDAN_CLOCK_CASES", "300"))
"""How many random ledgers are tried here; ``gongdan``'s own figure was seen with 12,000 (docs/reference/clocks.md)."""
MINUTE = timedelta(minutes=1)
SPAN = 30
FIRST_DAYS = (
    date(2026, 3, 5),
    date(2026, 3, 26),
    date(2026, 10, 22),
    date(2026, 10, 29),
    date(2027, 12, 27),
    date(2028, 2, 26),
)


@st.composite
def calendars(draw: st.DrawFn, first: date) -> dict[str, object]:
    some_days = st.integers(0, SPAN - 1).map(lambda n: (first + timedelta(days=n)).isoformat())
    return {
        "tz": draw(st.sampled_from(ZONES)),
        "week": draw(st.dictionaries(st.sampled_from(DAYS), windows(), min_size=2)),
        "off": draw(st.lists(some_days, max_size=4)),
        "extra": draw(st.dictionaries(some_days, windows(), max_size=3)),
    }


def working_minutes(plain: dict[str, object], first: date) -> dict[datetime, date]:
    """Every working minute of the span, with the local date on which its shift opened."""
    zone, found = ZoneInfo(str(plain["tz"])), dict[datetime, date]()
    for day in (first + timedelta(days=n) for n in range(SPAN)):
        for window in _windows_on(plain, day):
            opening, closing = (time.fromisoformat(part) for part in window.split("-"))
            closes_on = day if closing > opening else day + timedelta(days=1)
            moment = datetime.combine(day, opening, zone).astimezone(UTC)
            while moment < datetime.combine(closes_on, closing, zone).astimezone(UTC):
                found.setdefault(moment, day)
                moment += MINUTE
    return found


def _windows_on(plain: dict, day: date) -> list[str]:  # a calendar as it is written
    if day.isoformat() in plain["extra"]:
        return plain["extra"][day.isoformat()]
    return [] if day.isoformat() in plain["off"] else plain["week"].get(DAYS[day.weekday()], [])


@dataclass
class Story:
    """What happened to one clock, in whole minutes from the first day on."""

    first: date
    plains: list[dict[str, object]]
    start: datetime
    changes: list[datetime]
    targets: list[tuple[int, str]]
    pauses: list[tuple[datetime, datetime]]
    corrections: list[tuple[datetime, datetime, bool]]
    now: datetime
    lasting: datetime | None = None
    shares: list[int] = field(default_factory=list)

    @property
    def target(self) -> str:
        return self.targets[-1][1]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    first = draw(st.sampled_from(FIRST_DAYS))
    begin = datetime.combine(first, time(), UTC) + timedelta(days=2)
    minutes = st.integers(0, 8 * 1440)
    start = begin + draw(st.integers(0, 3 * 1440)) * MINUTE
    plains = [draw(calendars(first)) for _ in range(draw(st.integers(1, 3)))]
    changes = sorted(start + draw(st.integers(1, 5 * 1440)) * MINUTE for _ in plains[1:])
    lengths = st.integers(1, 2 * 1440)
    pauses = [
        (at, at + draw(lengths) * MINUTE)
        for at in (start + draw(minutes) * MINUTE for _ in range(draw(st.integers(0, 4))))
    ]
    corrections = [
        (at, at + draw(lengths) * MINUTE, draw(st.booleans()))
        for at in (start + draw(minutes) * MINUTE for _ in range(draw(st.integers(0, 3))))
    ]
    targets = draw(
        st.lists(
            st.tuples(
                st.integers(0, 5000),
                st.one_of(
                    st.integers(1, 2500).map(lambda n: f"{n}m"),
                    st.integers(1, 30).map(lambda n: f"{n}wh"),
                    st.integers(1, 4).map(lambda n: f"{n}wd"),
                ),
            ),
            min_size=1,
            max_size=3,
        )
    )
    now = max([start, *changes, *(until for _, until in pauses), *(until for _, until, _ in corrections)])
    lasting = now + draw(st.integers(1, 600)) * MINUTE if draw(st.booleans()) else None
    shares = draw(st.lists(st.sampled_from([25, 50, 75, 125, 150]), max_size=2))
    return Story(first, plains, start, changes, targets, pauses, corrections, now, lasting, shares)


def ledger(story: Story, names: list[Calendar]) -> Clock:
    """The clock as the engine would keep it: the targets it had before leave no trace in what it has used."""
    clock = Clock("resolution", ClockPhase.RUNNING, started_at=story.start)
    clock.pauses = [Pause(since, until, f"r{n}") for n, (since, until) in enumerate(story.pauses)]
    if story.lasting is not None:
        clock.pauses.append(Pause(story.lasting))
    clock.corrections = [Correction(s, u, counts, "ann", "wrong", story.now) for s, u, counts in story.corrections]
    uses = [story.start, *story.changes]
    clock.calendars = [CalendarUse(at, str(n), names[n].version) for n, at in enumerate(uses)]
    for _, target in story.targets:
        clock.target = target
    return ledger_of("resolution", plain_of(clock))


class Oracle:
    """Counts minutes: each is running or not, and working or not on the calendar in force then."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.worked = [working_minutes(plain, story.first) for plain in story.plains]
        self.end = datetime.combine(story.first, time(), UTC) + timedelta(days=SPAN - 3)

    def runs(self, minute: datetime) -> bool:
        runs = not any(since <= minute < until for since, until in self.story.pauses)
        for since, until, counts in self.story.corrections:
            if since <= minute < until:
                runs = counts
        return runs

    def works(self, minute: datetime) -> bool:
        number = sum(change <= minute for change in self.story.changes)
        return minute in self.worked[number]

    def counted(self, *, working: bool) -> list[datetime]:
        """The minutes that count, an open pause taken as if it took no time."""
        found, minute = list[datetime](), self.story.start
        while minute < self.end:
            if self.runs(minute) and (not working or self.works(minute)):
                found.append(minute)
            minute += MINUTE
        return found

    def budget(self) -> tuple[int, bool] | None:
        """The minutes the target allows, and whether they end with the next opening; none if that is out of sight."""
        duration = parse(self.story.target)
        if duration.unit is Unit.SECONDS:
            return duration.amount // 60, False
        if duration.unit is Unit.WORKING_HOURS:
            return duration.amount * 60, False
        minutes = self.worked[-1]
        start = self.story.start
        opened = [day for minute, day in minutes.items() if minute <= start]
        if not opened:
            return None
        today = max(opened)
        whole = sorted(minute for minute, day in minutes.items() if day == today)
        done = sum(minute < start for minute in whole)
        following = sorted({day for day in minutes.values() if day > today})
        if len(following) < duration.amount:
            return None
        last = sorted(minute for minute, day in minutes.items() if day == following[duration.amount - 1])
        if done == 0:
            until, late = last[0], True
        elif start > whole[-1]:
            until, late = last[-1] + MINUTE, False
        else:
            until, late = last[min(done, len(last)) - 1] + MINUTE, False
        return sum(start <= minute < until for minute in minutes), late


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories())
def test_a_clock_agrees_with_counting_minutes(story: Story) -> None:
    try:
        built = [Calendar(plain) for plain in story.plains]
    except NoCalendar:
        assume(False)
    oracle = Oracle(story)
    allowed = oracle.budget()
    assume(allowed is not None)
    assert allowed is not None
    minutes, late = allowed
    working = parse(story.target).working
    counted = oracle.counted(working=working)
    clock, by_version = ledger(story, built), {calendar.version: calendar for calendar in built}

    def find(use: CalendarUse) -> Calendar:
        return by_version[use.version]

    now = story.now
    assert used(clock, now, find, working=working) == sum(minute < now for minute in counted) * MINUTE
    try:
        planned = moments(clock, find, ladder=[Level(share=share) for share in story.shares])
    except NoWorkingTime:
        assert len(counted) < minutes
        return
    if 0 < minutes < len(counted):
        assert planned.due == (counted[minutes] if late else counted[minutes - 1] + MINUTE)
    for share, at in zip(story.shares, planned.rungs, strict=True):
        exact = minutes * share
        if exact % 100 == 0 and 0 < exact // 100 <= len(counted):
            assert at == counted[exact // 100 - 1] + MINUTE
