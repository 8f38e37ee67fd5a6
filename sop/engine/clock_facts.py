"""What the ledger is told of a clock: its own ledger with every change, and a receipt for every timer that fired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sop.clocks.counting import still, used
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase, plain_of
from sop.durations import parse
from sop.engine.hours import calendar_of, finder
from sop.engine.turn import Turn
from sop.events import Actor
from sop.facts import FactType
from sop.state import Run
from sop.values import Value


def iso(at: datetime | None) -> str | None:
    """A moment as text in a fact."""
    return at.isoformat() if at is not None else None


def tell(
    turn: Turn,
    kind: FactType,
    run: Run,
    clock: Clock,
    more: Mapping[str, Value] | None = None,
    by: Actor | None = None,
) -> None:
    """Tell of a change, with the whole ledger: whoever reads the fact can work out every moment again."""
    use = clock.calendars[-1]
    data: dict[str, Value] = {
        "clock": clock.name,
        "target": clock.target,
        "calendar": use.name,
        "calendar_version": use.version,
        "due_at": iso(clock.due_at),
        "warn_at": iso(clock.warn_at),
        "breached": clock.breached,
        "used_seconds": used_seconds(run, clock, turn.now),
        "ledger": _value(plain_of(clock)),
        **(more or {}),
    }
    turn.fact(kind, data, run=run, by=by)


def _value(plain: dict[str, object]) -> Value:
    return plain  # type: ignore[return-value]  # plain JSON of texts, booleans and lists is a value


def receipt(turn: Turn, run: Run, clock: Clock, set_for: datetime | None) -> dict[str, Value]:
    """What a fired timer leaves: when it was due and fired, how late that is (``skew_ms``), the calendar's version,
    and the pauses so far."""
    use = clock.calendars[-1]
    due = set_for or turn.now
    paused = [(since, min(until, turn.now)) for since, until in still(clock) if since < turn.now]
    return {
        "clock": clock.name,
        "due_at": iso(clock.due_at),
        "set_for": iso(set_for),
        "fired_at": iso(turn.now),
        "skew_ms": int((turn.now - due).total_seconds() * 1000),
        "calendar": use.name,
        "calendar_version": use.version,
        "paused_seconds": int(sum((until - since).total_seconds() for since, until in paused)),
        "pauses": [[iso(since), iso(until)] for since, until in paused],
    }


def before(clock: Clock) -> dict[str, Value]:
    """What a change is compared with."""
    use = clock.calendars[-1]
    return {
        "target": clock.target,
        "calendar": use.name,
        "calendar_version": use.version,
        "due_at": iso(clock.due_at),
        "breached": clock.breached,
    }


def used_seconds(run: Run, clock: Clock, now: datetime) -> int:
    """The time used up, in seconds of what the target counts."""
    working = bool(clock.target) and parse(clock.target).working
    if clock.phase is ClockPhase.RUNNING and not clock.pauses and clock.started_at == now:
        return 0
    return int(used(clock, now, finder(run), working=working).total_seconds())


def keep_calendar(run: Run, use: CalendarUse) -> None:
    """Keep a calendar that clocks have counted on, in case the run forgets it."""
    if use.version in run.kept_calendars:
        return
    plain = run.calendars.get(use.name)
    if plain is not None and calendar_of(run, use.name).version == use.version:
        run.kept_calendars[use.version] = plain
