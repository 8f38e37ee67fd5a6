"""Tickets that have ended, with their whole ledgers: what a replay and an export read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.definitions import definition
from db.ledger import LedgerRow
from db.openings import facts_of_customers, ticket_facts
from db.tables import Entry, Run, Ticket
from sop.definition import Compiled
from sop.facts import Fact
from sop.replay.recording import Pinned
from sop.state import ENDED
from sop.values import Values

_COLUMNS = tuple(getattr(Entry, name) for name in LedgerRow.__slots__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket as intake took it in (its ``customer`` as known today), and all its facts."""

    ticket: Values
    facts: tuple[Fact, ...]


async def ended_with(conn: AsyncConnection, pinned: Pinned, last: int) -> list[int]:
    """The tickets that ran on this version and have ended, the latest first."""
    found = (
        select(Ticket.id)
        .join(Run, Run.ticket_id == Ticket.id)
        .where(Run.kind == pinned.kind, Run.key == pinned.key, Run.version == pinned.version)
        .where(Run.parent_run.is_(None), Ticket.status.in_([status.value for status in ENDED]))
        .group_by(Ticket.id, Ticket.resolved_at, Ticket.closed_at)
        .order_by(func.coalesce(Ticket.resolved_at, Ticket.closed_at).desc(), Ticket.id.desc())
        .limit(last)
    )
    return list((await conn.execute(found)).scalars())


async def kept(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Kept]:
    """These tickets with their ledgers."""
    rows = await conn.execute(
        select(Entry.ticket_id, *_COLUMNS).where(Entry.ticket_id.in_(ids)).order_by(Entry.ticket_id, Entry.seq)
    )
    facts: dict[int, list[Fact]] = {ticket_id: [] for ticket_id in ids}
    for ticket_id, *row in rows:
        facts[ticket_id].append(LedgerRow(*row).fact())
    found = await conn.execute(select(Ticket.__table__).where(Ticket.id.in_(ids)))
    tickets = {row["id"]: row for row in found.mappings().all()}
    customers = await facts_of_customers(conn, (row["customer_id"] for row in tickets.values()))
    return {
        ticket_id: Kept(
            {**ticket_facts(row), "customer": customers.get(row["customer_id"], {})}, tuple(facts[ticket_id])
        )
        for ticket_id, row in tickets.items()
    }


async def library(conn: AsyncConnection, pinned: Iterable[Pinned]) -> Mapping[Pinned, Compiled]:
    """The definitions of these versions, as far as they are here."""
    found = {each: await definition(conn, *each) for each in sorted(set(pinned))}
    return {each: compiled for each, compiled in found.items() if compiled is not None}
