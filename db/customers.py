"""Customers: found again by the ids they come with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, case, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import outbox
from db.locks import lock_names
from db.tables import Customer, OutboxKind, Ticket
from sop.events import CustomerChanged
from sop.state import ENDED
from sop.values import unmarked


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer as a door was told of them; None and "" are "not said" and change nothing that is known."""

    external_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    language: str | None = None
    tier: str | None = None
    wechat: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as the desk knows them."""

    id: int
    external_id: str | None
    name: str | None
    email: str | None
    phone: str | None
    address: str | None
    language: str | None
    tier: str | None
    wechat: str | None
    timezone: str | None
    complaint_count: int
    erased_at: datetime | None


class NoSuchCustomer(LookupError):
    """There is no customer of this id."""


_DECIDING = ("tier", "language")
"""What decisions know of a customer and a door may be told."""
_SAID = tuple(field.name for field in fields(NewCustomer))
_KNOWN = (
    Customer.id,
    Customer.external_id,
    Customer.name,
    Customer.email,
    Customer.phone,
    Customer.address,
    Customer.language,
    Customer.tier,
    Customer.wechat,
    Customer.timezone,
    Customer.complaint_count,
    Customer.erased_at,
)


def names_to_lock(customer: NewCustomer | None) -> list[str]:
    """What to lock so that one person arriving twice at once becomes one customer."""
    if customer is None:
        return []
    ids = (("external_id", customer.external_id), ("email", customer.email), ("phone", customer.phone))
    return [f"customer:{kind}:{value.strip().lower()}" for kind, value in ids if value]


async def upsert_customer(conn: AsyncConnection, customer: NewCustomer, now: datetime) -> int:
    """The customer's id: found by external id, else email, else phone, and brought up to date; new where unknown."""
    await lock_names(conn, names_to_lock(customer))
    return await upsert_locked(conn, customer, now)


async def upsert_locked(conn: AsyncConnection, customer: NewCustomer, now: datetime) -> int:
    """``upsert_customer`` for a caller that holds the locks."""
    said = {name: text for name in _SAID if (text := str(unmarked(getattr(customer, name) or "")).strip())}
    if "email" in said:
        said["email"] = said["email"].lower()
    known = await _find(conn, said)
    if known is None:
        row = {**dict.fromkeys(_SAID), **said, "complaint_count": 0, "created_at": now}
        return (await conn.execute(_INSERT, row)).scalar_one()
    changed = {name: value for name, value in said.items() if getattr(known, name) != value}
    if changed:
        await conn.execute(update(Customer).where(Customer.id == known.id).values(**changed))
        await tell_tickets(conn, known.id, {name: changed[name] for name in _DECIDING if name in changed}, now)
    return known.id


async def change_standing(
    conn: AsyncConnection, customer_id: int, said: Mapping[str, str | None], now: datetime
) -> int:
    """Give a customer another ``tier`` or ``calendar``; their open tickets are told, and how many they are. Raises
    ``NoSuchCustomer``."""
    facts = {name: said[name] for name in ("tier", "calendar") if name in said}
    found = update(Customer).where(Customer.id == customer_id).values(**facts).returning(Customer.id)
    if (await conn.execute(found)).first() is None:
        raise NoSuchCustomer(customer_id)
    return await tell_tickets(conn, customer_id, facts, now)


async def tell_tickets(conn: AsyncConnection, customer_id: int, facts: Mapping[str, str | None], now: datetime) -> int:
    """Tell a customer's open tickets what decisions must know anew."""
    if not facts:
        return 0
    wanted = select(Ticket.id).where(
        Ticket.customer_id == customer_id, Ticket.status.not_in([one.value for one in ENDED])
    )
    ids = list((await conn.execute(wanted.order_by(Ticket.id))).scalars())
    payload = outbox.payload_of(CustomerChanged(dict(facts)))
    await outbox.put_all(conn, [(ticket, OutboxKind.SIGNAL, payload) for ticket in ids], now)
    return len(ids)


async def customer(conn: AsyncConnection, customer_id: int) -> KnownCustomer | None:
    """A customer by id."""
    row = (await conn.execute(select(*_KNOWN).where(Customer.id == customer_id))).one_or_none()
    if row is None:
        return None
    return KnownCustomer(**row._asdict())


async def _find(conn: AsyncConnection, said: Mapping[str, str]) -> KnownCustomer | None:
    ids = {"by_id": said.get("external_id"), "by_email": said.get("email"), "by_phone": said.get("phone")}
    if not any(ids.values()):
        return None
    row = (await conn.execute(_FIND, ids)).one_or_none()
    return None if row is None else KnownCustomer(**row._asdict())


def _finding() -> Select[*tuple[Any, ...]]:  # Any: the columns are named once, in _KNOWN
    by_id, by_email, by_phone = (bindparam(name, type_=String()) for name in ("by_id", "by_email", "by_phone"))
    # An address or number that belongs to another external id is another person's: a family shares a telephone.
    nobody_else = or_(Customer.external_id.is_(None), by_id.is_(None))
    ways = (
        Customer.external_id == by_id,
        and_(Customer.email == by_email, nobody_else),
        and_(Customer.phone == by_phone, nobody_else),
    )
    best = case(*[(way, place) for place, way in enumerate(ways)], else_=len(ways))
    return select(*_KNOWN).where(or_(*ways), Customer.erased_at.is_(None)).order_by(best, Customer.id).limit(1)


_FIND = _finding()  # built once: building a statement costs more than running it
_INSERT = insert(Customer).returning(Customer.id)
