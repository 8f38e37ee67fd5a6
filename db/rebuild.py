"""Rebuild the read models of every ticket from the ledger: ``gongdan rebuild``."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select

from db.projection import rebuild_ticket
from db.session import Store
from db.tables import Ticket

PAGE = 200


async def rebuild(store: Store) -> AsyncIterator[int]:
    """Rebuild ticket by ticket, each in its own transaction, so that the desk goes on working; yields each id done."""
    last = 0
    while tickets := await _after(store, last):
        for last in tickets:
            async with store.write() as conn:
                await rebuild_ticket(conn, last)
            yield last


async def _after(store: Store, last: int) -> list[int]:
    async with store.read() as conn:
        wanted = select(Ticket.id).where(Ticket.id > last).order_by(Ticket.id).limit(PAGE)
        return list((await conn.execute(wanted)).scalars())
