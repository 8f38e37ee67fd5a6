"""Escalation ladders: who is told at which share of the time, or how long after the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sop.calendars import Calendar
from sop.durations import parse
from sop.model import Ladder


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
        return (Level(ladder or otherwise),)
    return tuple(
        Level(rung.to, int(rung.at.rstrip("%")) if rung.at else 100, rung.after, rung.reassign, rung.priority) for rung in ladder
    )


def moment_of(level: Level, start: datetime, due: datetime, calendar: Calendar, *, working: bool) -> datetime:
    """When a rung is reached for a deadline that was ``due`` from ``start``; shares of working time are working time."""
    if level.after is not None:
        return calendar.add(due, parse(level.after))
    if level.share == 100:
        return due
    if working:
        return calendar.advance(start, calendar.between(start, due) * level.share / 100)
    return start + timedelta(seconds=(due - start).total_seconds() * level.share / 100)
