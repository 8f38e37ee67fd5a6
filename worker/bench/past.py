"""A past for a database: tickets that have lived and closed, with the ledger rows that the projection would have left.

The rows are written as the projection writes them (dispatch's answers in them, hashes chained), but the read models of
steps and clocks, which no replay reads, are left out: that is what makes ten thousand of them a matter of a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import ledger
from db.dispatching import Ask
from db.projection import alerts
from db.projection.seats import seated
from db.projection.shadow import Shadow
from db.projection.table import PROJECTORS
from db.tables import Customer, Run, Ticket
from sop.events import Dispatched
from sop.facts import Fact, FactType
from sop.values import Value
from worker.bench.lives import Life

OF_RUN = ("kind", "key", "version", "sha256", "title", "parent_run", "parent_step")
Reached: TypeAlias = dict[tuple[str, str | None, str | None], list[Value]]
OWNING = frozenset({FactType.TICKET_OPENED, FactType.TICKET_CLASSIFIED, FactType.TICKET_OWNER})
"""What the projection knows a ticket's owner by."""


async def keep(conn: AsyncConnection, lives: Mapping[int, Life]) -> None:
    """Write these lives down as tickets of these ids."""
    await conn.execute(insert(Customer), [_customer(ticket_id, life) for ticket_id, life in lives.items()])
    await conn.execute(insert(Ticket), [_ticket(ticket_id, life) for ticket_id, life in lives.items()])
    await conn.execute(insert(Run), [row for ticket_id, life in lives.items() for row in _runs(ticket_id, life)])
    known: Reached = {}
    ends: list[dict[str, object]] = []
    for ticket_id, life in lives.items():
        rows = await written(conn, ticket_id, life, known)
        ends.append({"of": ticket_id, "end": await ledger.append(conn, ticket_id, rows, "")})
    await conn.execute(update(Ticket).where(Ticket.id == bindparam("of")).values(last_hash=bindparam("end")), ends)


async def written(conn: AsyncConnection, ticket_id: int, life: Life, known: Reached) -> Sequence[Fact]:
    """The facts as they stand in the ledger: with what dispatch has answered, and whom alerts reach."""

    async def dispatch(conn: AsyncConnection, ask: Ask) -> Dispatched:
        del conn  # whom it found then is known
        return life.answers[ask.seq]

    shadow = Shadow(conn, ticket_id, None, None, "normal", None)
    rows: list[Fact] = []
    for fact in life.facts:
        told = dict(fact.data)
        await seated(shadow, fact, told, dispatch)
        if fact.type in OWNING:
            await PROJECTORS[fact.type](shadow, fact, told)
        elif fact.type in (FactType.ALERT, FactType.INCIDENT_OPENED):
            told[alerts.REACHED] = await _reached(shadow, fact, known)
        rows.append(fact._replace(data=told))
    return rows


async def _reached(shadow: Shadow, fact: Fact, known: Reached) -> Value:
    """Whom an alert reaches; asked once for each seat and owner, for nobody comes or goes while the past is made."""
    to = str(
        (fact.data.get("owner") or "owner") if fact.type is FactType.INCIDENT_OPENED else fact.data.get("to") or ""
    )
    asked = to, shadow.owner_person, shadow.owner_team
    if asked not in known:
        known[asked] = list(await alerts.reached_by(shadow.conn, *asked))
    return known[asked]


def _customer(ticket_id: int, life: Life) -> dict[str, object]:
    known = {"id": ticket_id, "tier": life.customer["tier"], "complaint_count": 1, "language": "zh"}
    return {**known, "created_at": life.facts[0].at}


def _ticket(ticket_id: int, life: Life) -> dict[str, object]:
    facts = life.ticket
    status = [fact for fact in life.facts if fact.type is FactType.TICKET_STATUS]
    over = [fact.at for fact in status if fact.data["status"] in ("resolved", "cancelled")]
    return {
        "id": ticket_id,
        "subject": "",
        "body": "",
        "category": facts["category"],
        "priority": facts["priority"],
        "channel": facts["channel"],
        "status": status[-1].data["status"],
        "result": status[-1].data["result"],
        "customer_id": ticket_id,
        "fields": facts["fields"],
        "order": facts["order"],
        "tags": [],
        "light": "green",
        "created_at": datetime.fromisoformat(str(facts["created_at"])),
        "updated_at": life.facts[-1].at,
        "resolved_at": over[-1] if over else None,
        "closed_at": life.facts[-1].at,
        "last_seq": len(life.facts),
        "last_hash": "",
        "public_token": f"t{ticket_id}",
    }


def _runs(ticket_id: int, life: Life) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for fact in life.facts:
        if fact.type is FactType.RUN_STARTED:
            named: dict[str, object] = {name: fact.data[name] for name in OF_RUN}
            rows.append({**named, "ticket_id": ticket_id, "run": fact.run, "status": "ended", "started_at": fact.at})
    return rows
