"""Moving open tickets to another version: which ones is read from the database, what becomes of each is asked of the
ticket itself, and each is moved by an update that happens wholly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sop.events import RunMigrated
from workflows.client import Refused, TicketNotRunning
from workflows.messages import Outlook, Receipt

AT_ONCE = 8
MOVED, GONE = "moved", "gone"


class Movable(Protocol):
    """What is needed of the client of the tickets' workflows."""

    async def migrate(self, ticket_id: int, event: RunMigrated, key: str) -> Receipt: ...
    async def outlook(self, ticket_id: int, event: RunMigrated, now: datetime) -> Outlook: ...


@dataclass(frozen=True, slots=True)
class Moved:
    """What became, or would become, of one ticket. ``verdict``: ok, needs_mapping, not_on_this_version, refused; moved
    once it is; gone where its workflow has ended meanwhile."""

    ticket_id: int
    outlook: Outlook

    @property
    def verdict(self) -> str:
        """In one word."""
        return self.outlook.verdict


async def outlooks(tickets: Movable, ids: Sequence[int], event: RunMigrated) -> list[Moved]:
    """What would become of each ticket. Raises ``TemporalUnavailable``."""

    async def ask(ticket_id: int) -> Moved:
        try:
            return Moved(ticket_id, await tickets.outlook(ticket_id, event, datetime.now(UTC)))
        except TicketNotRunning:
            return _nobody(ticket_id)

    return await _all(ids, ask)


async def move(tickets: Movable, ids: Sequence[int], event: RunMigrated, key: str) -> list[Moved]:
    """Move each ticket, or leave it exactly as it is. The same ``key`` moves it once. Raises ``TemporalUnavailable``;
    those moved by then stay moved, and the same call again moves the rest."""

    async def ask(ticket_id: int) -> Moved:
        try:
            plan = await tickets.outlook(ticket_id, event, datetime.now(UTC))
            if plan.verdict != "ok":
                return Moved(ticket_id, plan)
            await tickets.migrate(ticket_id, event, f"{key}:{ticket_id}")
        except Refused as refused:
            message = refused.message
            return Moved(ticket_id, Outlook("refused", message.get("en", refused.code), message.get("zh", ""), [], []))
        except TicketNotRunning:
            return _nobody(ticket_id)
        return Moved(ticket_id, Outlook(MOVED, "", "", plan.before, plan.after))

    return await _all(ids, ask)


def _nobody(ticket_id: int) -> Moved:
    return Moved(ticket_id, Outlook(GONE, "its workflow has ended", "流程已结束", [], []))


async def _all(ids: Sequence[int], ask: Callable[[int], Awaitable[Moved]]) -> list[Moved]:
    """Each of them, a few at once, in their order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(ticket_id: int) -> Moved:
        async with room:
            return await ask(ticket_id)

    return await asyncio.gather(*(one(ticket_id) for ticket_id in ids))
