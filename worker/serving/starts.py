"""What a ticket's workflow is started with: the facts that decisions need, and nothing personal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.intake import Intake
from activities.messages import CREATED, REOPENED, Choosing
from db.openings import customer_facts, ticket_facts
from db.queries.left_clocks import what_is_left
from db.tables import Ticket
from sop.clocks.left import plain_of_left
from sop.state import ENDED
from sop.values import Values
from workflows.messages import TicketStart, encoded


class NoSuchTicket(LookupError):
    """The outbox names a ticket that is not in the database."""


async def start_of(conn: AsyncConnection, ticket_id: int, payload: Values, intake: Intake) -> TicketStart:
    """The start of a ticket's workflow: what kind of ticket it is, and what starts for it. ``payload``: {sop?: the SOP
    asked for by name, reopened?: true, at?: when it was}.

    Raises ``NoSuchTicket``."""
    ticket = (await conn.execute(select(Ticket.__table__).where(Ticket.id == ticket_id))).mappings().one_or_none()
    if ticket is None:
        raise NoSuchTicket(f"there is no ticket {ticket_id}")
    facts = ticket_facts(ticket)
    customer = await customer_facts(conn, ticket["customer_id"])
    sop, reopened = payload.get("sop"), payload.get("reopened") is True
    asked = Choosing(
        ticket_id, REOPENED if reopened else CREATED, encoded(facts), encoded(customer), sop=str(sop) if sop else None
    )
    return TicketStart(
        ticket_id,
        ticket=asked.ticket,
        customer=asked.customer,
        sop=asked.sop,
        seq=ticket["last_seq"],
        reopened=reopened,
        reopened_at=datetime.fromisoformat(str(payload["at"])) if payload.get("at") else None,
        left=plain_of_left(await what_is_left(conn, ticket_id)) if reopened else {},
        taken=await intake.take_in(conn, asked),
    )


async def has_ended(conn: AsyncConnection, ticket_id: int) -> bool:
    """Whether the ticket is over, so that nobody is left to be told anything."""
    status = await conn.scalar(select(Ticket.status).where(Ticket.id == ticket_id))
    return status in ENDED
