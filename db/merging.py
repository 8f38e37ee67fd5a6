"""A ticket merged into another: the other one is told, and what the customer says from then on reaches it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.intake import NewMessage, accept_message
from db.numbers import id_of, number_of
from db.tables import Ticket, Visibility
from sop.events import SYSTEM
from sop.facts import Fact


async def target_of(conn: AsyncConnection, no: str) -> int | None:
    """The ticket of this number; None where there is none."""
    wanted = id_of(no)
    return None if wanted is None else await conn.scalar(select(Ticket.id).where(Ticket.id == wanted))


async def tell_target(conn: AsyncConnection, ticket_id: int, target: int, fact: Fact, note: str) -> None:
    """Keep an internal note on the ticket that goes on, once a fact."""
    no = number_of(ticket_id)
    said = f"工单 {no} 已并入本工单。\n{no} was merged into this ticket." + (f"\n{note}" if note else "")
    by, key = fact.by or SYSTEM, f"merged:{ticket_id}:{fact.seq}"
    await accept_message(conn, NewMessage(target, said, by, fact.at, Visibility.INTERNAL, dedup_key=key))
