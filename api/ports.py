"""What the doors need of the room below that talks to Temporal; ``workflows.client.Tickets`` is the real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from db.releases import Aim, Said
from db.session import Store
from sop.events import (
    ClockCorrected,
    IncidentSettled,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from workflows.messages import Outlook, Receipt


class Tickets(Protocol):
    """The updates of a ticket; ``key`` makes each of them happen once. They raise ``workflows.client``'s refusals."""

    async def answer(self, ticket_id: int, event: StepAnswered, key: str) -> Receipt: ...
    async def vote(self, ticket_id: int, event: VoteCast, key: str) -> Receipt: ...
    async def settle_incident(self, ticket_id: int, event: IncidentSettled, key: str) -> Receipt: ...
    async def keep(self, ticket_id: int, event: PromiseKept, key: str) -> Receipt: ...
    async def correct(self, ticket_id: int, event: ClockCorrected, key: str) -> Receipt: ...
    async def migrate(self, ticket_id: int, event: RunMigrated, key: str) -> Receipt: ...
    async def outlook(self, ticket_id: int, event: RunMigrated, now: datetime) -> Outlook: ...
    async def command(self, ticket_id: int, event: TicketCommanded, key: str) -> Receipt: ...


Connect: TypeAlias = Callable[[], Awaitable[Tickets]]


class Press(Protocol):
    """Publishes files that somebody sends, within this installation's workspace."""

    async def publish(
        self, store: Store, files: Mapping[str, str], said: Said, aim: Aim, *, dry_run: bool
    ) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """The versions that came of it ({kind, key, version, change}), or what is wrong ({file, where, zh, en})."""
        ...
