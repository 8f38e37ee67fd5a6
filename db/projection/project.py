"""Project facts: into the ledger, and from there into what pages read. Safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import ledger, outbox
from db.dispatching import Dispatch
from db.intake import NoSuchTicket
from db.projection.retelling import take_out, told_otherwise
from db.projection.seats import answer_in, seated
from db.projection.shadow import Shadow
from db.projection.table import PROJECTORS
from db.tables import Entry, Ticket
from sop.events import Dispatched
from sop.facts import Fact

__all__ = ["LedgerConflict", "NoSuchTicket", "project"]


class LedgerConflict(Exception):
    """The facts do not follow the ledger: some are missing in between. Nothing of them is kept."""


async def project(conn: AsyncConnection, ticket_id: int, facts: Sequence[Fact], dispatch: Dispatch) -> list[Dispatched]:
    """Write facts (in order, without a gap) to the ledger and the read models, in the caller's transaction; gives what
    dispatch answered to those that want somebody.

    Facts already written are passed over, their answers given again; where the ledger has them otherwise, they are
    right (``retelling``). Raises ``NoSuchTicket``, ``LedgerConflict``."""
    shadow, last_seq, last_hash = await _held(conn, ticket_id)
    known = [fact for fact in facts if fact.seq <= last_seq]
    otherwise = await told_otherwise(conn, ticket_id, known)
    if otherwise is not None:
        await take_out(conn, ticket_id, otherwise, facts[-1].at)
        shadow, last_seq, last_hash = await _held(conn, ticket_id)
        shadow.sent = await outbox.withdraw(conn, ticket_id, otherwise)
        known = [fact for fact in known if fact.seq < otherwise]
    fresh = [fact for fact in facts if fact.seq > last_seq]
    answers = await _answers_given(conn, ticket_id, known)
    if not fresh:
        return answers
    if [fact.seq for fact in fresh] != list(range(last_seq + 1, last_seq + 1 + len(fresh))):
        raise LedgerConflict(f"ticket {ticket_id}: after row {last_seq} came {[fact.seq for fact in fresh]}")
    written = shadow.told
    for fact in fresh:
        told = dict(fact.data)
        await seated(shadow, fact, told, dispatch)
        await PROJECTORS[fact.type](shadow, fact, told)
        written.append(fact._replace(data=told))
        if answer := answer_in(fact.seq, told):
            answers.append(answer)
    last_hash = await ledger.append(conn, ticket_id, written, last_hash)
    await shadow.write(fresh[-1].at, fresh[-1].seq, last_hash)
    return answers


async def _held(conn: AsyncConnection, ticket_id: int) -> tuple[Shadow, int, str]:
    columns = (
        Ticket.owner_person,
        Ticket.owner_team,
        Ticket.priority,
        Ticket.first_response_at,
        Ticket.last_seq,
        Ticket.last_hash,
    )
    # NO KEY: an event at the door, which holds its business keys and refers to the ticket, need not wait for us.
    found = select(*columns).where(Ticket.id == ticket_id).with_for_update(key_share=True)
    row = (await conn.execute(found)).one_or_none()
    if row is None:
        raise NoSuchTicket(ticket_id)
    shadow = Shadow(conn, ticket_id, row.owner_person, row.owner_team, row.priority, row.first_response_at)
    return shadow, row.last_seq, row.last_hash


async def _answers_given(conn: AsyncConnection, ticket_id: int, facts: Sequence[Fact]) -> list[Dispatched]:
    if not facts:
        return []
    rows = await conn.execute(
        select(Entry.seq, Entry.data).where(Entry.ticket_id == ticket_id, Entry.seq.in_([fact.seq for fact in facts]))
    )
    kept = {row.seq: row.data for row in rows}
    answers = [answer_in(fact.seq, kept[fact.seq]) for fact in facts]
    return [answer for answer in answers if answer is not None]
