"""A clock's ledger: its start, its pauses and their corrections, its target, the calendars it has counted on.

Nothing here is worked out: what follows from the ledger is in ``counting`` (time used), ``moments`` (deadlines) and
``why`` (the same, explained)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MANUAL = "ticket"
"""The reason of a pause that a person ordered for the whole ticket."""


class ClockPhase(StrEnum):
    """What a clock does now."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(slots=True)
class Pause:
    """An interval in which a clock stood still, for one reason; ``until`` is open while it still does. Pauses of
    several reasons may overlap: the clock stands still while any of them lasts. ``label`` is the reason in words."""

    since: datetime
    until: datetime | None = None
    reason: str = MANUAL
    label: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Correction:
    """Somebody's word that an interval was written down wrongly: it counts (``counts``) or it does not. A later
    correction overrules an earlier one."""

    since: datetime
    until: datetime
    counts: bool
    by: str
    reason: str
    at: datetime


@dataclass(slots=True)
class CalendarUse:
    """From when on a clock counts on which calendar; ``version`` is the calendar's very state."""

    since: datetime
    name: str
    version: str


@dataclass(slots=True)
class Clock:
    """One clock. Its deadline is a function of the ledger: ``due_at`` and ``warn_at`` only remember it.

    ``fired`` are the rungs told already; ``problem`` the last trouble with one of its conditions, so that it is told
    once; ``latched``: an event has paused it, and another must set it going; ``was`` are the conditions that held
    when they were last looked at; ``cut``: what has stopped it before its own end, such as ``resolved`` (empty:
    nothing has; none: not noted)."""

    name: str
    phase: ClockPhase = ClockPhase.IDLE
    target: str = ""
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)
    due_at: datetime | None = None
    warn_at: datetime | None = None
    warned: bool = False
    breached: bool = False
    fired: list[int] = field(default_factory=list)
    problem: str = ""
    corrections: list[Correction] = field(default_factory=list)
    calendars: list[CalendarUse] = field(default_factory=list)
    latched: bool = False
    was: list[str] = field(default_factory=list)
    cut: str | None = None


def plain_of(clock: Clock) -> dict[str, object]:
    """The ledger as plain JSON, without what follows from it; ``ledger_of`` reads it."""
    started = _text(clock.started_at)
    if not clock.pauses and not clock.corrections and len(clock.calendars) == 1:
        [use] = clock.calendars
        since = started if use.since is clock.started_at else _text(use.since)
        return {
            "target": clock.target,
            "started_at": started,
            "stopped_at": _text(clock.stopped_at),
            "pauses": [],
            "corrections": [],
            "calendars": [{"since": since, "name": use.name, "version": use.version}],
        }
    return {
        "target": clock.target,
        "started_at": started,
        "stopped_at": _text(clock.stopped_at),
        "pauses": [
            {"since": _text(p.since), "until": _text(p.until), "reason": p.reason, "label": dict(p.label)}
            for p in clock.pauses
        ],
        "corrections": [
            {
                "since": _text(c.since),
                "until": _text(c.until),
                "counts": c.counts,
                "by": c.by,
                "reason": c.reason,
                "at": _text(c.at),
            }
            for c in clock.corrections
        ],
        "calendars": [{"since": _text(u.since), "name": u.name, "version": u.version} for u in clock.calendars],
    }


def ledger_of(name: str, plain: Mapping[str, object]) -> Clock:
    """The clock of a plain ledger, running, paused or stopped as it says; raises ``KeyError`` or ``ValueError`` on
    anything that ``plain_of`` would not write."""
    clock = Clock(
        name,
        target=str(plain["target"]),
        started_at=_moment(plain["started_at"]),
        stopped_at=_moment(plain["stopped_at"]),
        pauses=[_pause(each) for each in _rows(plain["pauses"])],
        corrections=[_correction(each) for each in _rows(plain["corrections"])],
        calendars=[
            CalendarUse(_exactly(u["since"]), str(u["name"]), str(u["version"])) for u in _rows(plain["calendars"])
        ],
    )
    if clock.stopped_at is not None:
        clock.phase = ClockPhase.STOPPED
    elif clock.started_at is not None:
        still = any(pause.until is None for pause in clock.pauses)
        clock.phase = ClockPhase.PAUSED if still else ClockPhase.RUNNING
    return clock


def _pause(row: Mapping[str, object]) -> Pause:
    label = row["label"]
    words = {str(k): str(v) for k, v in label.items()} if isinstance(label, Mapping) else {}
    return Pause(_exactly(row["since"]), _moment(row["until"]), str(row["reason"]), words)


def _correction(row: Mapping[str, object]) -> Correction:
    return Correction(
        _exactly(row["since"]),
        _exactly(row["until"]),
        row["counts"] is True,
        str(row["by"]),
        str(row["reason"]),
        _exactly(row["at"]),
    )


def _rows(plain: object) -> list[Mapping[str, object]]:
    if not isinstance(plain, list):
        raise ValueError(f"a list of rows is needed, not {plain!r}")
    return plain


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _moment(text: object) -> datetime | None:
    return None if text is None else _exactly(text)


def _exactly(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
