"""Personal fields: what a reference stands for, and how a customer is erased, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Customer, File, Idempotency, Message, PersonalValue, Receipt, Ticket
from db.upsert import upsert
from sop.values import CLOSING, OPENING, Value

ERASED = "[已删除 · erased]"
OF_CUSTOMER = ("name", "phone", "email", "address", "wechat")
_REFERENCE = re.compile(f"{OPENING}([^{OPENING}{CLOSING}]*){CLOSING}")


def references_in(value: Value) -> set[str]:
    """The names of the personal fields a value mentions."""
    if isinstance(value, str):
        return set(_REFERENCE.findall(value))
    if isinstance(value, Mapping):
        return {name for item in value.values() for name in references_in(item)}
    if isinstance(value, (list, tuple)):
        return {name for item in value for name in references_in(item)}
    return set()


async def texts(conn: AsyncConnection, ticket_id: int, names: Iterable[str]) -> dict[str, Value]:
    """What references stand for, by name (``customer.name``, or the name of a form field's value); what is erased or
    unknown is left out."""
    wanted = set(names)
    known: dict[str, Value] = {}
    columns = [getattr(Customer, name) for name in OF_CUSTOMER if f"customer.{name}" in wanted]
    if columns:
        found = select(*columns).join(Ticket, Ticket.customer_id == Customer.id).where(Ticket.id == ticket_id)
        row = (await conn.execute(found)).one_or_none()
        known |= {f"customer.{name}": text for name, text in (row._asdict() if row else {}).items() if text is not None}
    others = wanted - {f"customer.{name}" for name in OF_CUSTOMER}
    if others:
        rows = await conn.execute(
            select(PersonalValue.ref, PersonalValue.value).where(
                PersonalValue.ticket_id == ticket_id, PersonalValue.ref.in_(others)
            )
        )
        known |= {row.ref: row.value for row in rows}
    return known


def written_out(value: Value, known: Mapping[str, Value], missing: str = "") -> Value:
    """A value with its references replaced; one that is a reference alone keeps its type."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return known.get(whole[1], missing)
        return _REFERENCE.sub(lambda match: str(known.get(match[1], missing)), value)
    if isinstance(value, Mapping):
        return {key: written_out(item, known, missing) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [written_out(item, known, missing) for item in value]
    return value


async def resolve(conn: AsyncConnection, ticket_id: int, value: Value, missing: str = "") -> Value:
    """A value as a page or a connector shows it, with every reference replaced."""
    names = references_in(value)
    return written_out(value, await texts(conn, ticket_id, names), missing) if names else value


async def set_personal(conn: AsyncConnection, ticket_id: int, values: Mapping[str, Value]) -> None:
    """Keep the values of personal form fields by the names of their references."""
    for ref, value in values.items():
        row = {"ticket_id": ticket_id, "ref": ref, "value": value}
        await conn.execute(upsert(conn, PersonalValue, row, by=["ticket_id", "ref"]))


async def erase_customer(conn: AsyncConnection, customer_id: int, now: datetime) -> int:
    """Erase a customer: their fields, what they wrote and sent, and what was written to them. The ledger, which never
    held a name, stays whole. Gives how many tickets of theirs were cleaned."""
    tickets = list((await conn.execute(select(Ticket.id).where(Ticket.customer_id == customer_id))).scalars())
    await conn.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values({**dict.fromkeys(OF_CUSTOMER), "external_id": None, "erased_at": now})
    )
    if tickets:
        await _erase_content(conn, tickets)
    return len(tickets)


async def _erase_content(conn: AsyncConnection, tickets: Sequence[int]) -> None:
    for table in (PersonalValue, File, Idempotency):
        await conn.execute(delete(table).where(table.ticket_id.in_(tickets)))
    of_tickets = Message.ticket_id.in_(tickets)
    to_or_from_them = or_(Message.visibility == "public", Message.author_kind == "customer")
    await conn.execute(
        update(Message).where(of_tickets, to_or_from_them).values(body=ERASED, author_name=None, promise_title=None)
    )
    await conn.execute(update(Ticket).where(Ticket.id.in_(tickets)).values(subject=ERASED, body=ERASED, fields={}))
    await conn.execute(update(Receipt).where(Receipt.ticket_id.in_(tickets)).values(error=None))
