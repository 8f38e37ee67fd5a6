"""A ticket's shadow while facts fall on it: what they change of the ticket's own row is written once, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.lights import light_at
from db.tables import Clock, ClockState, Step, Ticket
from sop.facts import Fact
from sop.values import Value, Values

Told: TypeAlias = dict[str, Value]
"""A fact's data as it goes into the ledger: what the engine said, and what was found out while it was projected."""


@dataclass(slots=True)
class Shadow:
    """The ticket as the facts so far have left it. ``replaying``: the ledger is read again, nothing is found out;
    ``told``: the facts that are about to follow the ledger; ``sent``: messages about facts that are told once more."""

    conn: AsyncConnection
    ticket_id: int
    owner_person: str | None
    owner_team: str | None
    priority: str
    first_response_at: datetime | None
    replaying: bool = False
    changes: dict[str, object] = field(default_factory=dict)
    deadlines_moved: bool = False
    told: list[Fact] = field(default_factory=list)
    sent: list[Values] = field(default_factory=list)

    def set(self, **changes: object) -> None:
        """Change columns of the ticket's row."""
        self.changes.update(changes)

    async def write(self, at: datetime, last_seq: int, last_hash: str) -> None:
        """Write the ticket's row: what changed, its next deadline and light as of ``at``, and where its ledger ends."""
        if self.deadlines_moved:
            self.changes.update(await self._deadlines(at))
        values = {**self.changes, "updated_at": at, "last_seq": last_seq, "last_hash": last_hash}
        await self.conn.execute(update(Ticket).where(Ticket.id == self.ticket_id).values(values))

    async def _deadlines(self, at: datetime) -> dict[str, object]:
        running = (Clock.ticket_id == self.ticket_id, Clock.state == ClockState.RUNNING.value)
        step = select(func.min(Step.due_at)).where(Step.ticket_id == self.ticket_id, Step.status == "open")
        columns = (func.min(Clock.due_at), func.min(Clock.warn_at), func.count(Clock.breached_at))
        found = await self.conn.execute(select(*columns, step.scalar_subquery()).where(*running))
        clock_due, warn_at, broken, step_due = found.one()
        due_at = min(filter(None, (clock_due, step_due)), default=None)
        light = light_at(at, due_at, warn_at, broken=broken > 0)
        return {"due_at": due_at, "warn_at": warn_at, "light": light.value}


def text_of(data: Mapping[str, Value], name: str) -> str | None:
    """A text of a fact's data."""
    value = data.get(name)
    return None if value is None else str(value)


def texts_of(data: Mapping[str, Value], name: str) -> list[str]:
    """A list of texts of a fact's data; one text counts as a list of one."""
    value = data.get(name)
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def moment_of(data: Mapping[str, Value], name: str) -> datetime | None:
    """A moment of a fact's data (ISO 8601)."""
    value = data.get(name)
    return None if value is None else datetime.fromisoformat(str(value))


def values_of(data: Mapping[str, Value], name: str) -> Told:
    """A mapping of a fact's data."""
    value = data.get(name)
    return dict(value) if isinstance(value, Mapping) else {}


def place_of(shadow: Shadow, fact: Fact) -> dict[str, object]:
    """The key of the step a fact is about."""
    return {"ticket_id": shadow.ticket_id, "run": fact.run or "", "step": fact.step or "", "visit": fact.visit or 1}
