"""A stretch of time from a start to a deadline, and how far into it a share of it reaches. It knows no pauses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sop.calendars import Calendar
from sop.durations import CLOCK_TIME, HOURS_WORKED, Duration


class Span(NamedTuple):
    """The time from ``start`` that a duration takes on a calendar, up to ``due``."""

    start: datetime
    duration: Duration
    calendar: Calendar
    due: datetime

    def reached(self, share: int) -> datetime:
        """When a share (in percent) is used up: of the working time, where the duration counts that."""
        if share == 100:
            return self.due
        if self.duration.unit is CLOCK_TIME:
            return self.start + self.duration.clock_time() * share / 100
        return self.calendar.advance(self.start, self._working_time() * share / 100)

    def _working_time(self) -> timedelta:
        if self.duration.unit is HOURS_WORKED:
            return timedelta(hours=self.duration.amount)
        return self.calendar.between(self.start, self.due)
