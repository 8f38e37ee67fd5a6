"""The timeline: messages and what is worth telling of the ledger, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Entry, Message, Step, Visibility
from sop.facts import FactType
from sop.values import Value, Values

LONGEST = 500


class Audience(StrEnum):
    """Who reads the timeline."""

    STAFF = "staff"
    CUSTOMER = "customer"


FOR_STAFF = (
    FactType.TICKET_OPENED,
    FactType.TICKET_CLASSIFIED,
    FactType.TICKET_STATUS,
    FactType.TICKET_OWNER,
    FactType.TICKET_PRIORITY,
    FactType.TICKET_MERGED,
    FactType.RUN_STARTED,
    FactType.RUN_MIGRATED,
    FactType.RUN_ENDED,
    FactType.STEP_HELD,
    FactType.STEP_RELEASED,
    FactType.STEP_CLOSED,
    FactType.ACTION_DONE,
    FactType.ACTION_FAILED,
    FactType.INCIDENT_OPENED,
    FactType.INCIDENT_CLOSED,
    FactType.VOTE_CAST,
    FactType.EVENT_RECEIVED,
    FactType.ALERT,
    FactType.CLOCK_BREACHED,
    FactType.CLOCK_CORRECTED,
    FactType.PROMISE_MADE,
    FactType.PROMISE_KEPT,
    FactType.PROMISE_BROKEN,
    FactType.PROMISE_WITHDRAWN,
)
FOR_CUSTOMERS = (FactType.TICKET_OPENED, FactType.TICKET_STATUS, FactType.TICKET_MERGED)
INSIDE = frozenset({"note", "command"})
"""What facts say among colleagues."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    id: int
    at: datetime
    visibility: Visibility
    author_kind: str
    author_id: str
    author_name: str | None
    body: str
    channel: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact of the ledger. ``title``: the title of its step, where it has one."""

    seq: int
    at: datetime
    type: FactType
    run: str | None
    step: str | None
    title: Value
    by_kind: str | None
    by_id: str | None
    data: Values


async def timeline(
    conn: AsyncConnection, ticket_id: int, audience: Audience, limit: int = LONGEST
) -> list[Said | Happened]:
    """The latest ``limit`` messages and facts, the oldest first. A customer sees public messages and where the ticket
    stands, nothing of the work inside."""
    said = await messages(conn, ticket_id, audience, limit)
    happened = await _facts(conn, ticket_id, audience, limit)
    merged: list[Said | Happened] = [*happened, *said]
    merged.sort(key=lambda item: (item.at, isinstance(item, Said), item.id if isinstance(item, Said) else item.seq))
    return merged[-limit:]


async def messages(conn: AsyncConnection, ticket_id: int, audience: Audience, limit: int = LONGEST) -> list[Said]:
    """The latest messages, the oldest first."""
    wanted = select(
        Message.id,
        Message.created_at,
        Message.visibility,
        Message.author_kind,
        Message.author_id,
        Message.author_name,
        Message.body,
        Message.channel,
    ).where(Message.ticket_id == ticket_id)
    if audience is Audience.CUSTOMER:
        wanted = wanted.where(Message.visibility == Visibility.PUBLIC.value)
    rows = (await conn.execute(wanted.order_by(Message.id.desc()).limit(limit))).all()
    return [Said(row[0], row[1], Visibility(row[2]), *row[3:]) for row in reversed(rows)]


async def _facts(conn: AsyncConnection, ticket_id: int, audience: Audience, limit: int) -> list[Happened]:
    types = FOR_CUSTOMERS if audience is Audience.CUSTOMER else FOR_STAFF
    titles = {
        (row.run, row.step): row.title
        for row in await conn.execute(select(Step.run, Step.step, Step.title).where(Step.ticket_id == ticket_id))
    }
    rows = await conn.execute(
        select(Entry.seq, Entry.at, Entry.type, Entry.run, Entry.step, Entry.by, Entry.data)
        .where(Entry.ticket_id == ticket_id, Entry.type.in_([kind.value for kind in types]))
        .order_by(Entry.seq.desc())
        .limit(limit)
    )
    return [
        Happened(
            row.seq,
            row.at,
            FactType(row.type),
            row.run,
            row.step,
            titles.get((row.run or "", row.step or "")),
            row.by["kind"] if row.by else None,
            row.by["id"] if row.by else None,
            {name: value for name, value in row.data.items() if audience is Audience.STAFF or name not in INSIDE},
        )
        for row in reversed(rows.all())
    ]
