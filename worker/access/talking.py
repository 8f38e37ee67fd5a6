"""A command that works with the database and speaks to the tickets' workflows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from db.session import Store
from worker.access.storing import with_store
from worker.definitions.aiming import told
from worker.terminal.asked import Asked
from worker.terminal.words import Failure
from workflows.client import TemporalUnavailable, Tickets, connect

Answer = TypeVar("Answer")


def with_tickets(asked: Asked, work: Callable[[Store, Tickets], Awaitable[Answer]]) -> Answer:
    """What the work answers. Raises ``Failure`` where the database or Temporal is away, or something is refused."""
    where = asked.settings.temporal_address

    async def within(store: Store) -> Answer:
        try:
            return await work(store, Tickets(await connect(where, lazy=False)))
        except TemporalUnavailable:
            raise Failure(
                f"Temporal（{where}）没有应答；已移动的工单保持已移动，可再次执行",
                f"Temporal at {where} does not answer; tickets moved so far stay moved, run it again",
            ) from None

    return told(lambda: with_store(asked, within))
