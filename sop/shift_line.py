"""The shifts of a calendar laid end to end, with the time worked before each: sums and moments by looking up, not by
walking from day to day. It grows as far as it is asked; a stretch never changes once others may read it, since tickets
are decided on several threads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Shift: TypeAlias = tuple[datetime, datetime]
"""Opening and closing as instants in UTC."""
ShiftsOn: TypeAlias = Callable[[date], tuple[Shift, ...]]
"""The shifts that open on a local date."""

_NONE = timedelta()
_DAY = timedelta(days=1)
_MARGIN = _DAY * 4
_STRIDE = 128
_MOST_DAYS = 366 * 200


class NoShift(Exception):
    """There is no working time so far ahead, or so long before."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """All shifts that open from the date ``first`` to the one before ``end``. ``before``: the time worked before each
    shift, and after the last; ``day_of``: its working day; ``starts``: the first shift of each working day. It goes
    well beyond every moment from ``early`` to before ``late``, in any time zone."""

    first: date
    end: date
    early: datetime
    late: datetime
    opens: list[datetime]
    closes: list[datetime]
    before: list[timedelta]
    day_of: list[int]
    starts: list[int]

    def last_of(self, day: int) -> int:
        """The last shift of a working day."""
        return (self.starts[day + 1] if day + 1 < len(self.starts) else len(self.opens)) - 1

    def shift_at(self, moment: datetime) -> int:
        """The last shift that has opened by a moment; -1 if none has."""
        return bisect_right(self.opens, moment) - 1

    def worked(self, moment: datetime) -> timedelta:
        """The time worked from the beginning to a moment."""
        at = self.shift_at(moment)
        return self.before[at] + (min(moment, self.closes[at]) - self.opens[at]) if at >= 0 else _NONE

    def when(self, wanted: timedelta) -> datetime:
        """The first moment at which so much (and not none) has been worked since the beginning."""
        at = bisect_left(self.before, wanted) - 1
        return self.opens[at] + (wanted - self.before[at])


class ShiftLine:
    """The line of one calendar."""

    __slots__ = ("_known", "_shifts_on", "_zone")

    def __init__(self, shifts_on: ShiftsOn, zone: ZoneInfo) -> None:
        self._shifts_on, self._zone = shifts_on, zone
        self._known: _Stretch | None = None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The time worked from ``start`` to a later ``end``; both in UTC."""
        stretch = self._around(start, end)
        return stretch.worked(end) - stretch.worked(start)

    def reach(self, start: datetime, working: timedelta) -> datetime:
        """The first moment at which so much has been worked since ``start``; raises ``NoShift``."""
        stretch = self._around(start, start)
        wanted = stretch.worked(start) + working
        while stretch.before[-1] < wanted:
            stretch = self._longer(stretch)
        return stretch.when(wanted)

    def days_later(self, start: datetime, days: int) -> datetime:
        """The same place in the working day so many working days later; raises ``NoShift``. A moment belongs to the
        last working day that has opened by then."""
        stretch = self._with_a_shift_before(start)
        at = stretch.shift_at(start)
        today = stretch.day_of[at]
        while len(stretch.starts) <= today + days:
            stretch = self._longer(stretch)
        begins, ends = stretch.starts[today + days], stretch.last_of(today + days)
        worked = stretch.worked(start) - stretch.before[stretch.starts[today]]
        if worked == _NONE:
            return stretch.opens[begins]
        wanted = stretch.before[begins] + worked
        if start >= stretch.closes[stretch.last_of(today)] or wanted > stretch.before[ends + 1]:
            return stretch.closes[ends]
        return stretch.when(wanted)

    def _with_a_shift_before(self, moment: datetime) -> _Stretch:
        stretch, back = self._around(moment, moment), _STRIDE
        while stretch.shift_at(moment) < 0:
            back *= 4
            if back > _MOST_DAYS or (stretch.first - date.min).days <= back:
                raise NoShift
            stretch = self._lay(stretch.first - _DAY * back, stretch.end)
        return stretch

    def _around(self, start: datetime, end: datetime) -> _Stretch:
        """A stretch that holds two moments, well before and after; the longest so far is kept."""
        known = self._known
        if known is not None and known.early <= start and end < known.late:
            return known
        first = start.astimezone(self._zone).date() - _DAY * 2
        last = first + _DAY * 4 if end is start else end.astimezone(self._zone).date() + _DAY * 2
        if known is None:
            return self._lay(first - _DAY * _STRIDE, last + _DAY * _STRIDE)
        if first < known.first or last >= known.end:
            begin = min(first - _DAY * _STRIDE, known.first) if first < known.first else known.first
            return self._lay(begin, max(known.end, last + _DAY * _STRIDE))
        return known

    def _longer(self, stretch: _Stretch) -> _Stretch:
        """Twice as far ahead."""
        days = (stretch.end - stretch.first).days
        if days > _MOST_DAYS or (date.max - stretch.end).days <= days:
            raise NoShift
        return self._lay(stretch.first, stretch.end + _DAY * days)

    def _lay(self, first: date, end: date) -> _Stretch:
        early, late = (datetime.combine(day, time(), UTC) for day in (first + _MARGIN, end - _MARGIN))
        laid = _Stretch(first, end, early, late, [], [], [_NONE], [], [])
        for count in range((end - first).days):
            shifts = self._shifts_on(first + _DAY * count)
            if shifts:
                laid.starts.append(len(laid.opens))
            for opening, closing in shifts:
                laid.opens.append(opening)
                laid.closes.append(closing)
                laid.before.append(laid.before[-1] + (closing - opening))
                laid.day_of.append(len(laid.starts) - 1)
        self._known = laid
        return laid
