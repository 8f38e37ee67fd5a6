"""The inbox: every event from outside, once; with its ticket, waiting for one, or dead-lettered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.correlations import Key, keys_in, lock_of, tickets_of
from db.locks import lock_names
from db.numbers import id_of
from db.outbox import payload_of, put_all
from db.tables import Inbox, InboxKey, InboxStatus, OutboxKind, Ticket
from db.upsert import insert_new
from sop.events import Occurred
from sop.values import Value, Values, unmarked


class EventOutcome(StrEnum):
    """What became of an event at the door."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event from outside, known by (source, event_id). ``ticket``: a ticket number, where the sender knows one;
    ``keys``: business keys beside those that stand in ``data`` under their own names."""

    source: str
    event_id: str
    type: str
    received_at: datetime
    data: Values = field(default_factory=dict)
    ticket: str | None = None
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """What became of the event, and the tickets that are told of it."""

    outcome: EventOutcome
    tickets: tuple[int, ...] = ()


async def accept_event(conn: AsyncConnection, new: NewEvent) -> AcceptedEvent:
    """Keep an event, once, and tell its tickets. One that fits no ticket yet waits for a ticket with its keys."""
    data: dict[str, Value] = {key: unmarked(value) for key, value in new.data.items()}
    keys = tuple(dict.fromkeys((*new.keys, *keys_in(data))))
    inbox_id = await _insert(conn, new, data)
    if inbox_id is None:
        return AcceptedEvent(EventOutcome.DUPLICATE)
    await lock_names(conn, map(lock_of, keys))
    tickets = await _named(conn, new.ticket) if new.ticket else await tickets_of(conn, keys)
    if tickets:
        await _hand_over(conn, inbox_id, Occurred(new.type, new.source, new.event_id, data), tickets, new.received_at)
        return AcceptedEvent(EventOutcome.ACCEPTED, tuple(tickets))
    if keys:
        rows = [{"inbox_id": inbox_id, "kind": key.kind, "value": key.value} for key in keys]
        await conn.execute(insert(InboxKey), rows)
    return AcceptedEvent(EventOutcome.WAITING)


async def match_waiting(
    conn: AsyncConnection, ticket_id: int, keys: Sequence[Key], now: datetime, *, locked: bool = False
) -> int:
    """Events that waited for one of these keys, new on this ticket, are the ticket's now, in the order they came.
    Gives how many."""
    if not keys:
        return 0
    if not locked:
        await lock_names(conn, map(lock_of, keys))
    found = [one for key in keys for one in (await conn.execute(_WAITING_FOR, key._asdict())).scalars()]
    if not found:
        return 0
    waiting = (await conn.execute(_WAITING.where(Inbox.id.in_(found)))).all()
    for row in waiting:
        event = Occurred(row.type, row.source, row.event_id, dict(row.data))
        await _hand_over(conn, row.id, event, [ticket_id], now)
    return len(waiting)


# Built once: building a statement costs more than running it, and for nearly every new ticket nothing waits.
_WAITING_FOR = select(InboxKey.inbox_id).where(InboxKey.kind == bindparam("kind"), InboxKey.value == bindparam("value"))
_WAITING = (
    select(Inbox.id, Inbox.type, Inbox.source, Inbox.event_id, Inbox.data)
    .where(Inbox.status == InboxStatus.WAITING.value)
    .order_by(Inbox.id)
    .with_for_update()
)


async def dead_letter_older_than(conn: AsyncConnection, moment: datetime) -> int:
    """Events that came before ``moment`` and still wait are dead letters: kept, shown, given to nobody. How many."""
    found = await conn.execute(
        update(Inbox)
        .where(Inbox.status == InboxStatus.WAITING.value, Inbox.received_at < moment)
        .values(status=InboxStatus.DEAD.value)
        .returning(Inbox.id)
    )
    return len(found.all())


async def replay_dead(conn: AsyncConnection, inbox_id: int, now: datetime, ticket: str | None = None) -> AcceptedEvent:
    """Try a waiting or dead event again, on a ticket by number or by its keys. Raises ``LookupError`` where there is
    no such event that is without a ticket."""
    row = (
        await conn.execute(
            select(Inbox.type, Inbox.source, Inbox.event_id, Inbox.data)
            .where(Inbox.id == inbox_id, Inbox.status != InboxStatus.ACCEPTED.value)
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise LookupError(f"no event {inbox_id} is without a ticket")
    keys = [Key(*key) for key in await _kept_keys(conn, inbox_id)]
    await lock_names(conn, map(lock_of, keys))
    tickets = await _named(conn, ticket) if ticket else await tickets_of(conn, keys)
    if tickets:
        await _hand_over(conn, inbox_id, Occurred(row.type, row.source, row.event_id, dict(row.data)), tickets, now)
        return AcceptedEvent(EventOutcome.ACCEPTED, tuple(tickets))
    await conn.execute(update(Inbox).where(Inbox.id == inbox_id).values(status=InboxStatus.WAITING.value))
    return AcceptedEvent(EventOutcome.WAITING)


@dataclass(frozen=True, slots=True)
class Letter:
    """An event without a ticket."""

    id: int
    source: str
    event_id: str
    type: str
    data: Values
    received_at: datetime
    status: InboxStatus


async def letters(conn: AsyncConnection, status: InboxStatus, limit: int = 100) -> list[Letter]:
    """Events that wait, or dead letters, the newest first."""
    columns = (Inbox.id, Inbox.source, Inbox.event_id, Inbox.type, Inbox.data, Inbox.received_at)
    rows = await conn.execute(
        select(*columns).where(Inbox.status == status.value).order_by(Inbox.id.desc()).limit(limit)
    )
    return [Letter(**row._asdict(), status=status) for row in rows]


async def _insert(conn: AsyncConnection, new: NewEvent, data: Values) -> int | None:
    row = {
        "source": new.source,
        "event_id": new.event_id,
        "type": new.type,
        "data": data,
        "received_at": new.received_at,
        "status": InboxStatus.WAITING.value,
    }
    return (await conn.execute(insert_new(conn, Inbox).returning(Inbox.id), row)).scalar_one_or_none()


async def _named(conn: AsyncConnection, ticket: str) -> list[int]:
    ticket_id = id_of(ticket)
    if ticket_id is None:
        return []
    return list((await conn.execute(select(Ticket.id).where(Ticket.id == ticket_id))).scalars())


async def _kept_keys(conn: AsyncConnection, inbox_id: int) -> list[tuple[str, str]]:
    rows = await conn.execute(select(InboxKey.kind, InboxKey.value).where(InboxKey.inbox_id == inbox_id))
    return [(row.kind, row.value) for row in rows]


async def _hand_over(
    conn: AsyncConnection, inbox_id: int, event: Occurred, tickets: Sequence[int], now: datetime
) -> None:
    await conn.execute(
        update(Inbox)
        .where(Inbox.id == inbox_id)
        .values(ticket_id=tickets[0], matched_at=now, status=InboxStatus.ACCEPTED.value)
    )
    await conn.execute(delete(InboxKey).where(InboxKey.inbox_id == inbox_id))
    payload = payload_of(event)
    await put_all(conn, [(ticket, OutboxKind.SIGNAL, payload) for ticket in tickets], now)
