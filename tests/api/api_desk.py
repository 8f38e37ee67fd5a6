"""A desk behind its doors: the real app on a real SQLite file. Temporal is played; it writes down what it hears."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.doors import Doors
from api.identities import digest
from api.principal import Scope
from db.session import Store
from db.tables import ApiKey, Person
from sop.events import (
    ClockCorrected,
    IncidentSettled,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from workflows.client import TemporalUnavailable
from workflows.messages import Outlook, Receipt

PASSWORD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
EVERY_SCOPE = [scope.value for scope in Scope]

Heard = StepAnswered | VoteCast | IncidentSettled | TicketCommanded | PromiseKept | ClockCorrected | RunMigrated


@dataclass
class Temporal:
    """Stands where Temporal is: hears every update, and says what the test wants it to say."""

    heard: list[tuple[int, Heard, str]] = field(default_factory=list)
    refusal: Exception | None = None
    refusals: list[Exception] = field(default_factory=list)
    """What it says to the next ones, one each, before it hears again."""
    asked: int = 0

    async def _hear(self, ticket_id: int, event: Heard, key: str) -> Receipt:
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal
        if self.refusals:
            raise self.refusals.pop(0)
        self.heard.append((ticket_id, event, key))
        return Receipt(seq=len(self.heard), status="open")

    async def answer(self, ticket_id: int, event: StepAnswered, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def vote(self, ticket_id: int, event: VoteCast, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def settle_incident(self, ticket_id: int, event: IncidentSettled, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def correct(self, ticket_id: int, event: ClockCorrected, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def command(self, ticket_id: int, event: TicketCommanded, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def keep(self, ticket_id: int, event: PromiseKept, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def migrate(self, ticket_id: int, event: RunMigrated, key: str) -> Receipt:
        return await self._hear(ticket_id, event, key)

    async def outlook(self, ticket_id: int, event: RunMigrated, now: datetime) -> Outlook:
        if self.refusal is not None:
            raise self.refusal
        step = {"step": "return.inspect", "type": "task", "due_at": None, "timeout_at": None}
        verdict = "needs_mapping" if ticket_id % 2 else "ok"
        return Outlook(verdict, "why" if ticket_id % 2 else "", "为什么", [step], [step])

    def goes_away(self) -> None:
        self.refusal = TemporalUnavailable(5.0)


@dataclass
class Desk:
    """The app, a client with a key that may do everything, and ways to prepare and look."""

    app: FastAPI
    http: httpx.AsyncClient
    temporal: Temporal

    @property
    def store(self) -> Store:
        doors: Doors = self.app.state.doors
        return doors.store

    async def key(self, *scopes: str) -> str:
        """A new API key with these scopes."""
        token = f"gd_1_{secrets.token_urlsafe(24)}"
        row = {"name": "test", "key_hash": digest(token), "scopes": list(scopes), "created_at": datetime.now(UTC)}
        async with self.store.write() as conn:
            await conn.execute(insert(ApiKey).values(row))
        return token

    async def headers(self, *scopes: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self.key(*scopes)}"}

    async def person(self, name: str, **columns: object) -> None:
        """A member of staff called ``name``, with the password of all test people."""
        row = {"id": name, "name": name.title(), "email": f"{name}@example.com", "password_hash": HASHED, **columns}
        async with self.store.write() as conn:
            await conn.execute(insert(Person).values(created_at=datetime.now(UTC), **row))

    async def open(self, **said: object) -> str:
        """Open a ticket; its number."""
        answer = await self.http.post("/api/v1/tickets", json={"subject": "Lamp is broken", "channel": "web", **said})
        assert answer.status_code == 201, answer.text
        no: str = answer.json()["no"]
        return no

    async def rows(self, statement: Any) -> list[Any]:  # Any: whatever the statement selects
        async with self.store.read() as conn:
            return list(await conn.execute(statement))

    async def write(self, *statements: Any) -> None:  # Any: any statement
        async with self.store.write() as conn:
            await _execute(conn, statements)


async def _execute(conn: AsyncConnection, statements: tuple[Any, ...]) -> None:  # Any: any statement
    for statement in statements:
        await conn.execute(statement)
