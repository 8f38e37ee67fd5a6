"""What the next owner of a ticket must know, as its ledger tells it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.ledger import LedgerRow
from db.tables import Entry
from sop.facts import Fact
from sop.handover import TOLD, handover
from sop.values import Value

_TYPES = sorted(kind.value for kind in TOLD)
_COLUMNS = tuple(getattr(Entry, name) for name in LedgerRow.__slots__)


async def bundle(conn: AsyncConnection, ticket_id: int, fresh: Sequence[Fact] = ()) -> dict[str, Value]:
    """The hand-over bundle (``sop.handover``); ``fresh``: facts that follow the ledger and are not in it yet."""
    found = select(*_COLUMNS).where(Entry.ticket_id == ticket_id, Entry.type.in_(_TYPES)).order_by(Entry.seq)
    known = [LedgerRow(**row._asdict()).fact() for row in await conn.execute(found)]
    return handover([*known, *fresh])
