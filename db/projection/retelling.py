"""Facts the workflow tells otherwise than the ledger has them.

A workflow task that dies before Temporal has heard of its end (a kill, a lost connection) is done again, and other
events may have come in the meantime: then the same number holds another fact. The workflow is the truth, the ledger its
shadow: what was never true is taken out, kept aside, and the read models are made anew. Nobody has been answered on the
strength of such rows, for an answer leaves with the task that made them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.projection.rebuild import rebuild_ticket
from db.projection.seats import ANSWER
from db.tables import Entry, Notification, Retold
from db.types import storable
from sop.facts import Fact
from sop.values import Value, decode, encode

FOUND_OUT = frozenset({"person", "pool", "team", "approvers"})  # what dispatch fills in
_COLUMNS = (Entry.seq, Entry.type, Entry.run, Entry.step, Entry.visit, Entry.by, Entry.at, Entry.data)


async def told_otherwise(conn: AsyncConnection, ticket_id: int, facts: Sequence[Fact]) -> int | None:
    """The number of the first of these facts that the ledger has otherwise; None when it has them all so."""
    if not facts:
        return None
    wanted = (Entry.ticket_id == ticket_id, Entry.seq >= facts[0].seq, Entry.seq <= facts[-1].seq)
    rows = {row.seq: row for row in await conn.execute(select(*_COLUMNS).where(*wanted))}
    for fact in facts:
        row = rows.get(fact.seq)
        if row is None or (row.type, row.run, row.step, row.visit) != (fact.type, fact.run, fact.step, fact.visit):
            return fact.seq
        if not _same(fact.data, row.data):
            return fact.seq
    return None


def _same(told: Mapping[str, Value], kept: Mapping[str, Value]) -> bool:
    plain = decode(storable(encode(told)))
    passed_over = FOUND_OUT if ANSWER in kept else frozenset()
    return isinstance(plain, Mapping) and all(
        kept.get(name) == value for name, value in plain.items() if name not in passed_over
    )


async def take_out(conn: AsyncConnection, ticket_id: int, seq: int, now: datetime) -> None:
    """Take the ledger's rows from ``seq`` on out, keep them aside, and make the read models anew."""
    tail = (Entry.ticket_id == ticket_id, Entry.seq >= seq)
    rows = [row._asdict() for row in await conn.execute(select(*_COLUMNS).where(*tail).order_by(Entry.seq))]
    if rows:
        await conn.execute(insert(Retold), [{**row, "ticket_id": ticket_id, "retold_at": now} for row in rows])
    await conn.execute(delete(Entry).where(*tail))
    await conn.execute(delete(Notification).where(Notification.ticket_id == ticket_id, Notification.seq >= seq))
    await rebuild_ticket(conn, ticket_id)
