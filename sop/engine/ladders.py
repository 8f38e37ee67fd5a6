"""Escalation ladders: who is told at which share of the time, or how long after the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sop.calendars import Calendar
from sop.durations import Duration, Unit
from sop.model import Ladder, Rung


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: at a ``share`` of the time in percent, or ``after`` the deadline."""

    to: str = ""
    share: int = 100
    after: str | None = None
    reassign: bool = False
    priority: str | None = None

    @property
    def late(self) -> bool:
        """Whether the deadline has passed when it is reached."""
        return self.after is not None or self.share >= 100


def levels_of(ladder: Ladder, otherwise: str) -> tuple[Level, ...]:
    """The rungs of a ladder as written: one person stands for ``100%``, none for ``otherwise`` at ``100%``."""
    if ladder is None or isinstance(ladder, str):
        return _one(ladder or otherwise)
    return tuple(_level(rung) for rung in ladder)


@lru_cache(maxsize=1024)
def _one(to: str) -> tuple[Level, ...]:
    return (Level(to),)


def _level(rung: Rung) -> Level:
    return Level(rung.to, percent(rung.at) if rung.at else 100, rung.after, rung.reassign, rung.priority)


def percent(text: str) -> int:
    """The number of ``80%``."""
    return int(text.rstrip("%"))


@dataclass(frozen=True, slots=True)
class Span:
    """The time from ``start`` that a duration takes on a calendar, up to ``due``."""

    start: datetime
    duration: Duration
    calendar: Calendar
    due: datetime

    def reached(self, share: int) -> datetime:
        """When a share (in percent) is used up: of the working time, where the duration counts that."""
        if share == 100:
            return self.due
        if self.duration.unit is Unit.SECONDS:
            return self.start + self.duration.clock_time() * share / 100
        return self.calendar.advance(self.start, self._working_time() * share / 100)

    def _working_time(self) -> timedelta:
        if self.duration.unit is Unit.WORKING_HOURS:
            return timedelta(hours=self.duration.amount)
        return self.calendar.between(self.start, self.due)


def span(start: datetime, duration: Duration, calendar: Calendar) -> Span:
    """The time a duration takes; raises ``NoWorkingTime`` where the calendar has none."""
    return Span(start, duration, calendar, calendar.add(start, duration))
