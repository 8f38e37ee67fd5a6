"""What somebody is to know of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.numbers import number_of
from db.tables import Notification, Ticket


@dataclass(frozen=True, slots=True)
class Note:
    """An alert for somebody. ``kind``: remind, overdue, escalate, warn, breach, incident; ``text``: about what."""

    id: int
    ticket_id: int
    no: str
    subject: str
    kind: str
    text: str
    created_at: datetime
    read_at: datetime | None


async def notifications(
    conn: AsyncConnection, person: str, *, unread: bool = False, before: int | None = None, limit: int = 50
) -> list[Note]:
    """A person's notes, the newest first; ``before``: the id of the last one seen."""
    wanted = (
        select(
            Notification.id,
            Notification.ticket_id,
            Ticket.subject,
            Notification.kind,
            Notification.text,
            Notification.created_at,
            Notification.read_at,
        )
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(Notification.to_person == person)
        .order_by(Notification.id.desc())
        .limit(limit)
    )
    if unread:
        wanted = wanted.where(Notification.read_at.is_(None))
    if before is not None:
        wanted = wanted.where(Notification.id < before)
    return [Note(no=number_of(row.ticket_id), **row._asdict()) for row in await conn.execute(wanted)]


async def unread(conn: AsyncConnection, person: str) -> int:
    """How many notes a person has not read."""
    counted = select(func.count()).where(Notification.to_person == person, Notification.read_at.is_(None))
    return (await conn.execute(counted)).scalar_one()


async def mark_read(conn: AsyncConnection, person: str, notes: Sequence[int], now: datetime) -> None:
    """The person has read these; other people's stay as they are."""
    await conn.execute(
        update(Notification)
        .where(Notification.to_person == person, Notification.id.in_(notes), Notification.read_at.is_(None))
        .values(read_at=now)
    )
