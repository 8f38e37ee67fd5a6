"""Escalation ladders: who is told at which share of the time, or how long after the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sop.policies import Ladder, NoticeChannel, Rung


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: at a ``share`` of the time in percent, or ``after`` the deadline."""

    to: str = ""
    share: int = 100
    after: str | None = None
    reassign: bool = False
    priority: str | None = None
    when: str | None = None
    notify: tuple[NoticeChannel, ...] = ()
    watch: str | None = None
    playbook: str | None = None

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
    return Level(
        to=rung.to or "",
        share=percent(rung.at) if rung.at else 100,
        after=rung.after,
        reassign=rung.reassign,
        priority=rung.priority,
        when=rung.when,
        notify=rung.notify,
        watch=rung.watch,
        playbook=rung.playbook,
    )


@lru_cache(maxsize=1024)
def percent(text: str) -> int:
    """The number of ``80%``."""
    return int(text.rstrip("%"))
