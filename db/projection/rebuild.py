"""Read models, made anew from the ledger."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import ledger
from db.projection.shadow import Shadow
from db.projection.table import PROJECTORS
from db.tables import Clock, Light, Promise, Run, Step, Ticket, Vote, Watcher
from sop.state import Status

PAGE = 500
_ANEW: dict[str, object] = {
    "status": Status.NEW.value,
    "result": None,
    "owner_person": None,
    "owner_team": None,
    "owner_pool": None,
    "due_at": None,
    "warn_at": None,
    "light": Light.GREEN.value,
    "first_response_at": None,
    "resolved_at": None,
    "closed_at": None,
    "merged_into": None,
}


async def rebuild_ticket(conn: AsyncConnection, ticket_id: int) -> int:
    """Make one ticket's read models anew; gives how many ledger rows it has. Content (messages, files), business keys
    and what people have read stay as they are."""
    found = select(Ticket.priority, Ticket.created_at).where(Ticket.id == ticket_id).with_for_update(key_share=True)
    priority, created_at = (await conn.execute(found)).one()
    for table in (Step, Run, Vote, Clock, Promise, Watcher):
        await conn.execute(delete(table).where(table.ticket_id == ticket_id))
    shadow = Shadow(conn, ticket_id, None, None, priority, None, replaying=True, changes=dict(_ANEW))
    shadow.deadlines_moved = True
    last: ledger.LedgerRow | None = None
    while rows := await ledger.read(conn, ticket_id, after=last.seq if last else 0, limit=PAGE):
        for last in rows:
            fact = last.fact()
            await PROJECTORS[fact.type](shadow, fact, dict(fact.data))
    seq, at, last_hash = (last.seq, last.at, last.hash) if last else (0, created_at, "")
    await shadow.write(at, seq, last_hash)
    return seq
