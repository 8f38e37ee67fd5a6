"""Open tickets that go on with another version, as the doors and the pages ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.doors import Doors
from db import releases
from sop.events import Actor, RunMigrated
from workflows.journeys import Journey, Wish, travel

PAGE = 50
"""Tickets of one request: each is asked, and moved, while the caller waits."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which version of what to which; ``steps``: old id → new id, for open steps that have no counterpart."""

    key: str
    old: int
    new: int
    kind: str | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


async def migrate(doors: Doors, asked: Move, by: Actor, wish: Wish, key: str) -> Journey:
    """Move the tickets, or say what would become of them. Raises ``NoSuchVersion``, ``FourEyes``,
    ``TemporalUnavailable``."""
    async with doors.store.read() as conn:
        old = await releases.find(conn, asked.key, asked.old, asked.kind)
        new = await releases.find(conn, asked.key, asked.new, old.kind)
        target = await releases.destination(conn, new)
    event = RunMigrated(old.key, old.version, target, by, dict(asked.steps), asked.note)
    return await doors.line.call(lambda line: travel(doors.store, line, (old, new), event, wish, key))
