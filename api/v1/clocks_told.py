"""What answers say of a clock's reckoning."""

from __future__ import annotations

from typing import Literal

from api.v1.told import Moment, Told


class StretchTold(Told):
    """Some time of a clock's life, and how much of it counts. ``reason`` is a pause's; ``by`` whoever corrected it."""

    sort: Literal["counted", "paused", "break", "night", "free", "off", "day"]
    since: Moment
    until: Moment
    counted_seconds: int
    paused_seconds: int
    extra: bool
    reason: dict[str, str] | None
    by: str | None


class CorrectionTold(Told):
    """Somebody's word that an interval was counted wrongly."""

    since: Moment
    until: Moment
    counts: bool
    by: str
    reason: str
    at: Moment


class CalendarUseTold(Told):
    """From when on the clock counts on which calendar."""

    since: Moment
    name: str
    version: str


class WhyTold(Told):
    """Why a deadline is what it is. ``lines`` say it in words, in each language; ``stretches`` add up to ``budget``."""

    clock: str
    run: str
    target: str
    working: bool
    budget_seconds: int
    used_seconds: int
    started_at: Moment
    due_at: Moment
    stopped_at: Moment | None
    paused: bool
    zone: str
    calendars: list[CalendarUseTold]
    uncovered: list[int]
    stretches: list[StretchTold]
    corrections: list[CorrectionTold]
    lines: dict[Literal["zh", "en"], list[str]]


class StandingTold(Told):
    """A customer's new standing has been kept; ``tickets`` are how many open ones are told."""

    customer: int
    tickets: int
