"""A ticket merged into another: the two agree on it first, the other one is told, and what the customer says from then
on reaches it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.intake import NewMessage, accept_message
from db.locks import lock_names
from db.numbers import id_of, number_of
from db.tables import Ticket, Visibility
from sop.events import SYSTEM
from sop.facts import Fact
from sop.state import ENDED

_MERGES = "merges"
"""The lock of all merges: they are few, and of two into each other one must see the other."""


class CannotGoOn(Exception):
    """The ticket cannot go on in another one's place: it is not there, has ended, or is being merged itself."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


async def claim(conn: AsyncConnection, ticket_id: int, no: str) -> None:
    """Note that a ticket is about to be merged into the one of this number, which is not merged itself from then on
    into a ticket that is about to be. Raises ``CannotGoOn``."""
    await lock_names(conn, [_MERGES])
    wanted = select(Ticket.id, Ticket.status, Ticket.merged_into, Ticket.merging_into)
    target = (await conn.execute(wanted.where(Ticket.id == id_of(no)))).one_or_none()
    if target is None:
        raise CannotGoOn(f"there is no ticket {no}", f"没有工单 {no}")
    into = target.merged_into or target.merging_into
    if into is not None:
        raise CannotGoOn(f"{no} is merged into {number_of(into)}", f"工单 {no} 已并入 {number_of(into)}")
    if target.status in ENDED:
        raise CannotGoOn(f"{no} has ended", f"工单 {no} 已结束")
    await conn.execute(update(Ticket).where(Ticket.id == ticket_id).values(merging_into=target.id))


async def withdraw(conn: AsyncConnection, ticket_id: int) -> None:
    """The ticket is not merged after all."""
    await conn.execute(update(Ticket).where(Ticket.id == ticket_id).values(merging_into=None))


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
