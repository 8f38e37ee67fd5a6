"""A calendar's working time: which instants count, and what ``4wh`` or ``2wd`` after an instant is.

A working day is the shifts that open on one local date; a night shift belongs wholly to the date on which it opens.
Time counts from opening to closing as it really passes: a shift across the change to summer time is an hour shorter.

``n wh`` after an instant is the first instant at which n hours have been worked since.
``n wd`` keeps the place in the working day. With 09:00-12:00 and 13:30-18:00, Monday to Friday, one working day after

- Monday 10:00 is Tuesday 10:00, and after Friday 10:00 it is Monday 10:00;
- Monday 09:00, when nothing is worked yet, is Tuesday 09:00;
- Monday 12:30, in the break, is Tuesday 12:00: three hours are worked on either day;
- Monday 20:00 or Tuesday 07:00, when Monday is over, is Tuesday 18:00: the end of the next working day;
- Monday 17:00, if Tuesday closes at 12:00, is Tuesday 12:00: a shorter day ends sooner.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sop.durations import CLOCK_TIME, HOURS_WORKED, Duration
from sop.shift_line import NoShift, Shift, ShiftLine

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NONE = timedelta(0)

Window = tuple[int, int]
"""Opening and closing in minutes after midnight; closing may be beyond 1440."""


class NoCalendar(ValueError):
    """The calendar cannot be used: correct what the message names (English; ``zh`` is Chinese)."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


class NoWorkingTime(NoCalendar):
    """The calendar's week has no working time, so nothing on it would ever be due."""


class DayKind(StrEnum):
    """What sort of day a date is: one of the week that is worked or free, a day off, one worked in addition."""

    WORKING = "working"
    FREE = "free"
    OFF = "off"
    EXTRA = "extra"


class Calendar:
    """Working time in one time zone; ``version`` names this very state of it."""

    __slots__ = ("_days", "_extra", "_line", "_off", "_week", "plain", "uncovered", "version", "zone")

    def __init__(self, plain: Mapping[str, object]) -> None:
        """``plain``: {tz, week: {mon: ["09:00-12:00", …]}, off: [dates], extra: {date: [windows]}, uncovered: [years
        whose holidays are not known], version}. Raises ``NoCalendar``."""
        self.plain = plain
        self.zone = _zone(plain.get("tz", "UTC"))
        self._week = _week(plain.get("week", {}))
        self._off = frozenset(_date(day) for day in _sequence(plain.get("off", [])))
        self._extra = {_date(day): _windows(windows) for day, windows in _mapping(plain.get("extra", {})).items()}
        self.uncovered = frozenset(int(str(year)) for year in _sequence(plain.get("uncovered", [])))
        self.version = str(plain.get("version") or fingerprint(plain))
        self._days: dict[date, tuple[Shift, ...]] = {}
        self._line = ShiftLine(self.shifts_on, self.zone)
        if not any(self._week):
            raise NoWorkingTime("the calendar has no working time in its week", "每周没有任何工作时间")

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> Calendar:
        """The calendar of its plain JSON, as a definition carries it; raises ``NoCalendar``."""
        return cls(plain)

    def add(self, start: datetime, duration: Duration) -> datetime:
        """The instant (UTC) so long after ``start``, by the clock or in this calendar's working time."""
        start = start.astimezone(UTC)
        if duration.unit is CLOCK_TIME:
            return start + duration.clock_time()
        if duration.unit is HOURS_WORKED:
            return self.advance(start, timedelta(hours=duration.amount))
        return self._add_days(start, duration.amount)

    def advance(self, start: datetime, working: timedelta) -> datetime:
        """The first instant (UTC) at which ``working`` has been worked since ``start``; ``start`` itself for none."""
        start = start.astimezone(UTC)
        if working <= _NONE:
            return start
        try:
            return self._line.reach(start, working)
        except NoShift:
            raise NoWorkingTime("the calendar has no working time left", "之后再没有工作时间") from None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from ``start`` to ``end``; none when ``end`` comes first."""
        return self._line.between(start.astimezone(UTC), end.astimezone(UTC)) if end > start else _NONE

    def working_at(self, moment: datetime) -> bool:
        """Whether the moment is within working time."""
        return any(opening <= moment < closing for opening, closing in self._day_and_before(moment))

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts that open on a local date, in order, as instants."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = tuple(self._open(day))
        return known

    @property
    def special(self) -> frozenset[date]:
        """The dates that are not as the week says: days off, and days worked in addition."""
        return self._off | self._extra.keys()

    def kind_of(self, day: date) -> DayKind:
        """What sort of day a local date is."""
        if day in self._extra:
            return DayKind.EXTRA if self._extra[day] else DayKind.OFF
        if day in self._off:
            return DayKind.OFF
        return DayKind.WORKING if self._week[day.weekday()] else DayKind.FREE

    def _open(self, day: date) -> Iterator[Shift]:
        before = day - timedelta(days=1)
        busy_until = max((_end(before, window, self.zone) for window in self._windows_on(before)), default=None)
        for opening, closing in self._windows_on(day):
            opens, closes = _instant(day, opening, self.zone), _end(day, (opening, closing), self.zone)
            opens = max(opens, busy_until) if busy_until is not None else opens
            busy_until = closes if busy_until is None else max(busy_until, closes)
            if opens < closes:
                yield opens, closes

    def _windows_on(self, day: date) -> Sequence[Window]:
        if day in self._extra:
            return self._extra[day]
        return () if day in self._off else self._week[day.weekday()]

    def _day_and_before(self, moment: datetime) -> Iterator[Shift]:
        day = moment.astimezone(self.zone).date()
        for each in (day - timedelta(days=1), day):
            yield from self.shifts_on(each)

    def _add_days(self, start: datetime, days: int) -> datetime:
        if days == 0:
            return start
        try:
            return self._line.days_later(start, days)
        except NoShift:
            raise NoWorkingTime("the calendar has no working time there", "该处没有工作时间") from None


def fingerprint(plain: Mapping[str, object]) -> str:
    """Twelve hex digits that name this state of a calendar (its ``version`` aside)."""
    content = {key: value for key, value in plain.items() if key != "version"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, 1440)
    return datetime.combine(day + timedelta(days=days), time(*divmod(rest, 60)), zone).astimezone(UTC)


def _end(day: date, window: Window, zone: ZoneInfo) -> datetime:
    return _instant(day, window[1], zone)


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (LookupError, ValueError, OSError) as error:
        raise NoCalendar(f"unknown time zone: {name}", f"未知的时区：{name}") from error


def _week(plain: object) -> tuple[Sequence[Window], ...]:
    week = _mapping(plain)
    unknown = sorted(set(week) - set(_WEEKDAYS))
    if unknown:
        raise NoCalendar(
            f"unknown weekday: {', '.join(unknown)} (write mon, tue, wed, thu, fri, sat, sun)",
            f"未知的星期：{', '.join(unknown)}（写 mon, tue, wed, thu, fri, sat, sun）",
        )
    return tuple(_windows(week.get(day, [])) for day in _WEEKDAYS)


def _windows(plain: object) -> tuple[Window, ...]:
    windows = sorted(_window(str(each)) for each in _sequence(plain))
    for (_, closing), (opening, _) in pairwise(windows):
        if opening < closing:
            raise NoCalendar("two windows of one day overlap", "同一天的两个时段重叠")
    if windows and windows[-1][1] - windows[0][0] > 1440:
        raise NoCalendar("the windows of one day span more than 24 hours", "一天的时段跨度超过 24 小时")
    return tuple(windows)


def _window(text: str) -> Window:
    try:
        opening, closing = (_minutes(part) for part in text.split("-"))
    except ValueError:
        raise NoCalendar(
            f"not a window of time: {text!r} (write 09:00-12:00)", f"不是时段：{text}（写 09:00-12:00）"
        ) from None
    return opening, closing if closing > opening else closing + 1440


def _minutes(text: str) -> int:
    hours, minutes = text.strip().split(":")
    if not (len(hours) <= 2 and len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal()):
        raise ValueError(text)
    total = int(hours) * 60 + int(minutes)
    if total > 1440 or int(minutes) > 59:
        raise ValueError(text)
    return total


def _date(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise NoCalendar(f"not a date: {text} (write 2026-10-01)", f"不是日期：{text}（写 2026-10-01）") from None


def _mapping(plain: object) -> Mapping[str, object]:
    if plain is None:
        return {}
    if not isinstance(plain, Mapping):
        raise NoCalendar(f"an object is needed here, not {plain!r}", f"此处需要映射，而不是 {plain!r}")
    return {str(key): value for key, value in plain.items()}


def _sequence(plain: object) -> Sequence[object]:
    if plain is None:
        return []
    if not isinstance(plain, (list, tuple)):
        raise NoCalendar(f"a list is needed here, not {plain!r}", f"此处需要列表，而不是 {plain!r}")
    return plain
