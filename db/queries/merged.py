"""The tickets that were merged into one: what was said and sent on them is found from there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.numbers import number_of
from db.tables import Ticket


@dataclass(frozen=True, slots=True)
class MergedFacts:
    """A ticket that was merged into another, or into one that was. ``theirs``: it is of the same customer, who may see
    it from there."""

    id: int
    no: str
    subject: str
    public_token: str
    theirs: bool


async def merged(conn: AsyncConnection, ticket_id: int, customer_id: int | None) -> tuple[MergedFacts, ...]:
    """Every ticket that was merged into this one of a customer, those merged into them too, by number."""
    columns = (Ticket.id, Ticket.subject, Ticket.public_token, Ticket.customer_id)
    found: dict[int, MergedFacts] = {}
    into = [ticket_id]
    while into:
        rows = (await conn.execute(select(*columns).where(Ticket.merged_into.in_(into)))).all()
        fresh = [row for row in rows if row.id not in found and row.id != ticket_id]
        for row in fresh:
            theirs = customer_id is not None and row.customer_id == customer_id
            found[row.id] = MergedFacts(row.id, number_of(row.id), row.subject, row.public_token, theirs)
        into = [row.id for row in fresh]
    return tuple(found[key] for key in sorted(found))


async def tickets_of_page(conn: AsyncConnection, ticket_id: int) -> set[int]:
    """The tickets that a customer sees from the page of one: itself, and those of theirs that were merged into it."""
    customer_id = await conn.scalar(select(Ticket.customer_id).where(Ticket.id == ticket_id))
    return {ticket_id, *(one.id for one in await merged(conn, ticket_id, customer_id) if one.theirs)}
