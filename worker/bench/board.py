"""What can be seen from outside while tickets run: their open steps and their ends, as the database shows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import select

from db.session import Store
from db.tables import Step, Ticket

LOOK_EVERY = 0.01  # seconds
ENDED = "resolved"


class Board:
    """Waits for tickets to stand where the story needs them. One look at the database serves everybody who waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._awaited: dict[tuple[int, str], asyncio.Future[None]] = {}

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look again and again, until the block is left."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def until(self, ticket: int, mark: str) -> None:
        """Wait until a step of the ticket is open, or until it has been resolved (``ENDED``)."""
        await self._awaited.setdefault((ticket, mark), asyncio.get_running_loop().create_future())

    async def _look(self) -> None:
        while True:
            if self._awaited:
                for mark in await self._seen():
                    future = self._awaited.pop(mark, None)
                    if future is not None and not future.done():
                        future.set_result(None)
            await asyncio.sleep(LOOK_EVERY)

    async def _seen(self) -> list[tuple[int, str]]:
        tickets = {ticket for ticket, _ in self._awaited}
        opened = select(Step.ticket_id, Step.step).where(Step.ticket_id.in_(tickets), Step.status == "open")
        ended = select(Ticket.id).where(Ticket.id.in_(tickets), Ticket.status == ENDED)
        async with self._store.read() as conn:
            seen = [(row.ticket_id, row.step) for row in await conn.execute(opened)]
            seen += [(ticket, ENDED) for ticket in (await conn.execute(ended)).scalars()]
        return seen
