"""Durations as designers write them: ``30m 2h 3d 90s 1w`` of clock time, ``4wh 1wd`` of a calendar's working time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final


class NotADuration(ValueError):
    """The text is no duration: write a whole number and a unit, such as ``30m``, ``2h``, ``1wd``."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a duration: write 30m, 2h, 3d, 90s or 1w of clock time, 4wh or 1wd of working time"
        )
        self.zh = f"“{text}”不是时长：钟表时间写 30m、2h、3d、90s、1w，工作时间写 4wh、1wd"


class Unit(StrEnum):
    """What a duration counts in: seconds of clock time, hours of working time, or whole working days."""

    SECONDS = "s"
    WORKING_HOURS = "wh"
    WORKING_DAYS = "wd"


CLOCK_TIME: Final = Unit.SECONDS
HOURS_WORKED: Final = Unit.WORKING_HOURS
"""Asked for with every deadline: a member of an enum takes fifteen times as long to look up on Python 3.11."""


@dataclass(frozen=True, slots=True)
class Duration:
    """So many of a unit. Clock units are all kept in seconds, so ``1h30m`` and ``90m`` are one duration."""

    amount: int
    unit: Unit

    @property
    def working(self) -> bool:
        """Whether a calendar is needed to know when it ends."""
        return self.unit is not CLOCK_TIME

    def clock_time(self) -> timedelta:
        """Its length in clock time; a duration of working time has none and raises ``ValueError``."""
        if self.working:
            raise ValueError(f"{self} is working time: only a calendar knows how long that is")
        return timedelta(seconds=self.amount)

    def __str__(self) -> str:
        if self.working:
            return f"{self.amount}{self.unit}"
        for letter in "wdhm":
            if self.amount and self.amount % _SECONDS[letter] == 0:
                return f"{self.amount // _SECONDS[letter]}{letter}"
        return f"{self.amount}s"


_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORKING = re.compile(r"([0-9]{1,6})(wh|wd)")
_CLOCK = re.compile(r"(?:([0-9]{1,6})w)?(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s)?")
_LONGEST = 100 * 366 * 86_400


@lru_cache(maxsize=4096)
def parse(text: str) -> Duration:
    """The duration written as ``text``, such as ``4wh`` or ``1h30m``; raises ``NotADuration`` for anything else,
    and for more than a hundred years of clock time."""
    written = text.strip()
    if working := _WORKING.fullmatch(written):
        return Duration(int(working[1]), Unit(working[2]))
    clock = _CLOCK.fullmatch(written)
    if not written or clock is None:
        raise NotADuration(text)
    seconds = sum(int(many) * _SECONDS[letter] for many, letter in zip(clock.groups("0"), "wdhms", strict=True))
    if seconds > _LONGEST:
        raise NotADuration(text)
    return Duration(seconds, Unit.SECONDS)
