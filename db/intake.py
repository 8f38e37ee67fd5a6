"""What comes in: tickets and messages. Content and its outbox row are written in the caller's one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.correlations import add_keys, keys_in, lock_of
from db.customers import NewCustomer, names_to_lock, upsert_locked
from db.inbox import match_waiting
from db.locks import lock_names
from db.numbers import number_of
from db.outbox import payload_of, put
from db.tables import Message, OutboxKind, Ticket, Visibility
from db.upsert import insert_new
from sop.events import Actor, ActorKind, MessagePosted, PromiseSaid
from sop.values import Value, Values, unmarked

# Built once: building a statement costs more than running it.
_INSERT_TICKET = insert(Ticket).returning(Ticket.id)
_INSERT_MESSAGE = insert(Message)


class NoSuchTicket(LookupError):
    """There is no ticket with this id."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as a door was told of it. ``category`` None: the rules decide. ``by``: who sends it, for its first
    message; without one it is the customer."""

    subject: str
    channel: str
    created_at: datetime
    body: str = ""
    category: str | None = None
    priority: str | None = None
    customer: NewCustomer | None = None
    fields: Values = field(default_factory=dict)
    order: Values = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    by: Actor | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A ticket accepted. ``token`` opens the customer's page of it."""

    id: int
    no: str
    token: str
    customer_id: int | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message on a ticket. ``dedup_key``: the same message arriving twice is kept once. ``promise``: a time that it
    promises; what is promised, in words, stays with the message."""

    ticket_id: int
    body: str
    by: Actor
    created_at: datetime
    visibility: Visibility = Visibility.PUBLIC
    author_name: str | None = None
    channel: str = "web"
    dedup_key: str | None = None
    promise: PromiseSaid | None = None
    promise_title: Value = None


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message accepted; ``duplicate``: it was there already."""

    id: int
    duplicate: bool = False


async def accept_ticket(conn: AsyncConnection, new: NewTicket) -> Accepted:
    """Keep a new ticket with its customer, first message and business keys, and have its workflow started."""
    fields, order = _cleaned(new.fields), _cleaned(new.order)
    keys = keys_in({**fields, "order": order})
    await lock_names(conn, [*names_to_lock(new.customer), *map(lock_of, keys)])
    customer_id = await upsert_locked(conn, new.customer, new.created_at) if new.customer else None
    token = secrets.token_urlsafe(24)
    ticket_id = await _insert_ticket(conn, new, fields, order, customer_id, token)
    if new.body:
        by = new.by or Actor(ActorKind.CUSTOMER, str(customer_id) if customer_id else "customer")
        first = NewMessage(ticket_id, new.body, by, new.created_at, channel=new.channel)
        await conn.execute(_INSERT_MESSAGE, _message_row(first))
    await put(conn, ticket_id, OutboxKind.START, {}, new.created_at)
    if keys:
        await add_keys(conn, ticket_id, keys)
        await match_waiting(conn, ticket_id, keys, new.created_at, locked=True)
    return Accepted(ticket_id, number_of(ticket_id), token, customer_id)


async def accept_message(conn: AsyncConnection, new: NewMessage) -> AcceptedMessage:
    """Keep a message and tell the ticket's workflow. What a customer says on a ticket that was merged into another is
    kept there too, and it is that one's workflow that is told. Raises ``NoSuchTicket``."""
    touched = await conn.execute(
        update(Ticket)
        .where(Ticket.id == new.ticket_id)
        .values(updated_at=new.created_at)
        .returning(Ticket.merged_into, Ticket.customer_id)
    )
    ticket = touched.one_or_none()
    if ticket is None:
        raise NoSuchTicket(new.ticket_id)
    inserted = await conn.execute(insert_new(conn, Message).returning(Message.id), _message_row(new))
    message_id = inserted.scalar_one_or_none()
    if message_id is None:
        known = await conn.execute(select(Message.id).where(Message.dedup_key == new.dedup_key))
        return AcceptedMessage(known.scalar_one(), duplicate=True)
    if ticket.merged_into is not None and new.by.kind is ActorKind.CUSTOMER:
        await _pass_on(conn, new, ticket.merged_into, ticket.customer_id)
        return AcceptedMessage(message_id)
    posted = MessagePosted(str(message_id), new.by, new.visibility.value, new.promise, new.created_at)
    await put(conn, new.ticket_id, OutboxKind.SIGNAL, payload_of(posted), new.created_at)
    return AcceptedMessage(message_id)


async def _pass_on(conn: AsyncConnection, new: NewMessage, target: int, customer_id: int | None) -> None:
    """Keep a customer's message on the ticket that goes on in place of theirs: an internal one where that is another
    customer's, who may not read it."""
    seen = {new.ticket_id}
    columns = (Ticket.id, Ticket.customer_id, Ticket.merged_into)
    row = (await conn.execute(select(*columns).where(Ticket.id == target))).one()
    while row.merged_into is not None and row.merged_into not in seen:
        seen.add(row.id)
        row = (await conn.execute(select(*columns).where(Ticket.id == row.merged_into))).one()
    visibility = new.visibility if row.customer_id == customer_id else Visibility.INTERNAL
    copy = replace(new, ticket_id=row.id, visibility=visibility, dedup_key=None)
    message_id = (await conn.execute(_INSERT_MESSAGE.returning(Message.id), _message_row(copy))).scalar_one()
    posted = MessagePosted(str(message_id), copy.by, visibility.value, None, copy.created_at)
    await put(conn, row.id, OutboxKind.SIGNAL, payload_of(posted), copy.created_at)


async def accept_reopening(conn: AsyncConnection, ticket_id: int, by: Actor, note: str, now: datetime) -> None:
    """A closed ticket is to live again: its workflow is started anew; an internal note says who wanted it, and why."""
    await put(conn, ticket_id, OutboxKind.START, {"reopened": True, "at": now.isoformat()}, now)
    said = "重新打开 Reopened" + (f": {note}" if note else "")
    await accept_message(conn, NewMessage(ticket_id, said, by, now, Visibility.INTERNAL))


async def _insert_ticket(
    conn: AsyncConnection, new: NewTicket, fields: Values, order: Values, customer_id: int | None, token: str
) -> int:
    row = {
        "subject": _text(new.subject),
        "body": _text(new.body),
        "category": new.category,
        "priority": new.priority or "normal",
        "channel": new.channel,
        "status": "new",
        "customer_id": customer_id,
        "fields": fields,
        "order": order,
        "tags": list(new.tags),
        "light": "green",
        "created_at": new.created_at,
        "updated_at": new.created_at,
        "last_seq": 0,
        "last_hash": "",
        "public_token": token,
    }
    return (await conn.execute(_INSERT_TICKET, row)).scalar_one()


def _message_row(new: NewMessage) -> dict[str, object]:
    return {
        "ticket_id": new.ticket_id,
        "visibility": new.visibility.value,
        "author_kind": new.by.kind.value,
        "author_id": new.by.id,
        "author_name": new.author_name,
        "body": _text(new.body),
        "channel": new.channel,
        "created_at": new.created_at,
        "dedup_key": new.dedup_key,
        "promise_title": unmarked(new.promise_title),
    }


def _cleaned(values: Values) -> dict[str, Value]:
    return {key: unmarked(value) for key, value in values.items()}


def _text(text: str) -> str:
    return str(unmarked(text))
