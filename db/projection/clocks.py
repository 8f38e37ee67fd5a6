"""Facts about clocks."""

from __future__ import annotations

from sqlalchemy import update

from db.projection.shadow import Shadow, Told, moment_of, text_of
from db.tables import Clock, ClockState
from db.upsert import upsert
from sop.facts import Fact


async def started(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A clock counts, for the first time or anew."""
    row: dict[str, object] = {
        "ticket_id": shadow.ticket_id,
        "run": fact.run or "",
        "clock": text_of(told, "clock") or "",
        "state": ClockState.RUNNING.value,
        "target": text_of(told, "target") or "",
        "calendar": text_of(told, "calendar") or "",
        "used_seconds": None,
        "due_at": moment_of(told, "due_at"),
        "warn_at": moment_of(told, "warn_at"),
        "warned_at": None,
        "breached_at": None,
        "met": None,
        "started_at": fact.at,
        "stopped_at": None,
    }
    await shadow.conn.execute(upsert(shadow.conn, Clock, row, by=("ticket_id", "run", "clock")))
    shadow.deadlines_moved = True


async def paused(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock does not count for now."""
    used = text_of(told, "used_seconds")
    await _set(shadow, fact, told, state=ClockState.PAUSED.value, used_seconds=int(used) if used else None)


async def resumed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock counts again, with the time that was left."""
    dues = {"due_at": moment_of(told, "due_at"), "warn_at": moment_of(told, "warn_at")}
    await _set(shadow, fact, told, state=ClockState.RUNNING.value, **dues)


async def changed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock has another target; the time used stays used."""
    dues = {"due_at": moment_of(told, "due_at"), "warn_at": moment_of(told, "warn_at")}
    await _set(shadow, fact, told, target=text_of(told, "target") or "", **dues)


async def warned(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock has warned."""
    await _set(shadow, fact, told, warned_at=fact.at)


async def breached(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The promise is broken."""
    await _set(shadow, fact, told, breached_at=fact.at)


async def stopped(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock's story is over: kept or broken."""
    await _set(shadow, fact, told, state=ClockState.STOPPED.value, met=told.get("met") is True, stopped_at=fact.at)


async def _set(shadow: Shadow, fact: Fact, told: Told, **values: object) -> None:
    await shadow.conn.execute(
        update(Clock)
        .where(Clock.ticket_id == shadow.ticket_id, Clock.run == (fact.run or ""))
        .where(Clock.clock == text_of(told, "clock"))
        .values(values)
    )
    shadow.deadlines_moved = True
