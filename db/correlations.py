"""Business keys: how an event that knows no ticket number finds its ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Correlation, Ticket
from db.upsert import insert_new
from sop.values import Values

KINDS = ("tracking_no", "rma_no", "claim_no", "refund_no", "dispatch_no", "request_no", "order_no")
"""Names of fields that are business keys, the most telling first."""

FINISHED = ("closed", "cancelled")


class Key(NamedTuple):
    """A business key, e.g. ``tracking_no`` SF123."""

    kind: str
    value: str


def keys_in(values: Values) -> tuple[Key, ...]:
    """The business keys among values by name; ``order: {no: …}`` counts as ``order_no``."""
    found = [Key(kind, text) for kind in KINDS if (text := _text(values.get(kind)))]
    order = values.get("order")
    if isinstance(order, dict) and (text := _text(order.get("no"))):
        found.append(Key("order_no", text))
    return tuple(dict.fromkeys(found))


def lock_of(key: Key) -> str:
    """The name to lock while a key is looked for or added."""
    return f"key:{key.kind}:{key.value}"


async def add_keys(conn: AsyncConnection, ticket_id: int, keys: Iterable[Key]) -> None:
    """The keys belong to the ticket (from now on)."""
    rows = [{"kind": key.kind, "value": key.value, "ticket_id": ticket_id} for key in keys]
    if rows:
        await conn.execute(insert_new(conn, Correlation), rows)


async def tickets_of(conn: AsyncConnection, keys: Sequence[Key]) -> list[int]:
    """The tickets an event with these keys is for: those of its most telling key that any ticket has, the open ones;
    where none is open any more, the newest."""
    if not keys:
        return []
    rank = case({kind: place for place, kind in enumerate(KINDS)}, value=Correlation.kind, else_=len(KINDS))
    rows = await conn.execute(
        select(Correlation.kind, Ticket.id, Ticket.status)
        .join(Ticket, Ticket.id == Correlation.ticket_id)
        .where(or_(*[(Correlation.kind == key.kind) & (Correlation.value == key.value) for key in keys]))
        .order_by(rank, Ticket.id)
    )
    found = rows.all()
    if not found:
        return []
    best = [(row.id, row.status) for row in found if row.kind == found[0].kind]
    return [ticket for ticket, status in best if status not in FINISHED] or [best[-1][0]]


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).strip()[:200] or None
