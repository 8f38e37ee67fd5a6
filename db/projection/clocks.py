"""Facts about clocks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping, delete, select, update

from db.projection.shadow import Shadow, Told, moment_of, text_of
from db.tables import Clock, ClockState
from db.upsert import upsert
from sop.facts import Fact
from sop.values import Value


async def started(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A clock counts, for the first time or anew, or goes on in another run: then the run before has it no longer. It
    may have counted for a while before it applied to the ticket."""
    ledger = _ledger(told)
    before = await _taken_over(shadow, told)
    row: dict[str, object] = {
        "ticket_id": shadow.ticket_id,
        "run": fact.run or "",
        "clock": text_of(told, "clock") or "",
        "state": (ClockState.PAUSED if _is_still(ledger) else ClockState.RUNNING).value,
        "target": "",
        "calendar": "",
        "warned_at": before["warned_at"] if before else None,
        "breached_at": (before["breached_at"] if before else None) if told.get("breached") is True else None,
        "met": None,
        "started_at": moment_of(ledger, "started_at") or fact.at,
        "stopped_at": None,
        **_standing(told),
    }
    await shadow.conn.execute(upsert(shadow.conn, Clock, row, by=("ticket_id", "run", "clock")))
    shadow.deadlines_moved = True


async def _taken_over(shadow: Shadow, told: Told) -> RowMapping | None:
    """What is known of a clock in the run before the one that it goes on in; that run has it no longer."""
    run, name = text_of(told, "continues"), text_of(told, "clock")
    if run is None:
        return None
    known = (Clock.ticket_id == shadow.ticket_id, Clock.run == run, Clock.clock == name)
    row = (await shadow.conn.execute(select(Clock.warned_at, Clock.breached_at).where(*known))).mappings().one_or_none()
    await shadow.conn.execute(delete(Clock).where(*known))
    return row


async def paused(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock does not count for now."""
    await _set(shadow, fact, told, state=ClockState.PAUSED.value, **_standing(told))


async def resumed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock counts again, with the time that was left."""
    await _set(shadow, fact, told, state=ClockState.RUNNING.value, **_standing(told))


async def changed(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock has another target or calendar; the time used stays used. What is not missed any more is not red."""
    missed = {} if told.get("breached") is True else {"breached_at": None}
    await _set(shadow, fact, told, **_standing(told), **missed)


async def corrected(shadow: Shadow, fact: Fact, told: Told) -> None:
    """An interval was counted wrongly: the deadline is another, and of a clock that had stopped so is the judgement."""
    judged = {"met": told["met"] is True} if "met" in told else {}
    missed = {} if told.get("breached") is True else {"breached_at": None}
    await _set(shadow, fact, told, **_standing(told), **judged, **missed)


async def warned(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock has warned."""
    await _set(shadow, fact, told, warned_at=fact.at)


async def breached(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The promise is broken."""
    await _set(shadow, fact, told, breached_at=fact.at)


async def stopped(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The clock's story is over: kept, broken, or (null) no promise any more."""
    met = told.get("met")
    stopped_at = moment_of(_ledger(told), "stopped_at") or fact.at
    missed = {} if met is False else {"breached_at": None}
    values = {"state": ClockState.STOPPED.value, "met": met, "stopped_at": stopped_at, **missed}
    await _set(shadow, fact, told, **_standing(told), **values)


def _standing(told: Told) -> dict[str, object]:
    """What a change of a clock tells of it; ledgers of the first version tell less."""
    standing: dict[str, object] = {name: told[name] for name in _AS_TOLD if name in told}
    return standing | {name: moment_of(told, name) for name in ("due_at", "warn_at") if name in told}


_AS_TOLD = ("target", "calendar", "calendar_version", "used_seconds", "ledger")


def _ledger(told: Told) -> Mapping[str, Value]:
    ledger = told.get("ledger")
    return ledger if isinstance(ledger, Mapping) else {}


def _is_still(ledger: Mapping[str, Value]) -> bool:
    pauses = ledger.get("pauses")
    return isinstance(pauses, list) and any(isinstance(p, Mapping) and p.get("until") is None for p in pauses)


async def _set(shadow: Shadow, fact: Fact, told: Told, **values: object) -> None:
    await shadow.conn.execute(
        update(Clock)
        .where(Clock.ticket_id == shadow.ticket_id, Clock.run == (fact.run or ""))
        .where(Clock.clock == text_of(told, "clock"))
        .values(values)
    )
    shadow.deadlines_moved = True
