"""Facts about promises."""

from __future__ import annotations

from sqlalchemy import insert, update

from db.projection.shadow import Shadow, Told, moment_of, text_of, values_of
from db.tables import Promise
from sop.events import ActorKind
from sop.facts import Fact
from sop.state import PromisePhase


async def made(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A customer has been told a time. Whoever said so answers for it, else the ticket's owner."""
    staff = fact.by if fact.by is not None and fact.by.kind is ActorKind.STAFF else None
    message = text_of(told, "message")
    row: dict[str, object] = {
        "ticket_id": shadow.ticket_id,
        "promise": text_of(told, "promise") or "",
        "seq": fact.seq,
        "run": fact.run,
        "step": fact.step,
        "message_id": int(message) if message and message.isdecimal() else None,
        "sop": text_of(told, "sop"),
        "title": told.get("title"),
        "within": text_of(told, "within") or "",
        "checked_by": text_of(told, "check"),
        "playbook": text_of(told, "playbook"),
        "person": (staff.acting_for or staff.id) if staff else shadow.owner_person,
        "team": shadow.owner_team,
        "state": PromisePhase.OPEN.value,
        "made_at": fact.at,
        "due_at": moment_of(told, "due_at"),
        "warn_at": moment_of(told, "warn_at"),
        "outputs": {},
    }
    await shadow.conn.execute(insert(Promise), row)


async def warned(shadow: Shadow, fact: Fact, told: Told) -> None:
    """It is about to be broken."""
    await _set(shadow, told, warned_at=fact.at, outputs=values_of(told, "outputs"))


async def kept(shadow: Shadow, fact: Fact, told: Told) -> None:
    """It is kept: the check says so, or a person."""
    note = text_of(told, "note")
    await _close(shadow, fact, told, PromisePhase.KEPT, reason=text_of(told, "how"), note=note or None)


async def broken(shadow: Shadow, fact: Fact, told: Told) -> None:
    """It was not kept in time, or nobody knows."""
    problem = text_of(told, "problem")
    await _close(shadow, fact, told, PromisePhase.BROKEN, reason=text_of(told, "reason"), note=problem or None)


async def withdrawn(shadow: Shadow, fact: Fact, told: Told) -> None:
    """It is not owed any more."""
    await _close(shadow, fact, told, PromisePhase.WITHDRAWN, reason=text_of(told, "reason"))


async def _close(shadow: Shadow, fact: Fact, told: Told, state: PromisePhase, **values: object) -> None:
    late = text_of(told, "late_seconds")
    closing: dict[str, object] = {
        "state": state.value,
        "closed_at": fact.at,
        "closed_by": fact.by.id if fact.by else None,
        "late_seconds": int(late) if late else None,
    }
    if "outputs" in told:
        closing["outputs"] = values_of(told, "outputs")
    await _set(shadow, told, **closing, **values)


async def _set(shadow: Shadow, told: Told, **values: object) -> None:
    which = (Promise.ticket_id == shadow.ticket_id, Promise.promise == text_of(told, "promise"))
    await shadow.conn.execute(update(Promise).where(*which).values(values))
