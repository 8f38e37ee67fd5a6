"""A person's word to a running ticket: found by its number, sent as an update, answered with where it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from api.doors import Doors, TheDoors
from api.once import Once, Reply
from api.ports import Tickets
from api.problem_table import Code
from api.problems import Problem
from db.numbers import id_of
from db.queries import tickets as ticket_queries
from workflows.client import TicketNotRunning
from workflows.messages import Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """As much of a ticket as a door must know before it speaks to it. ``customer`` is their id as text."""

    id: int
    no: str
    customer: str | None
    status: str
    seq: int


TicketNo = Annotated[str, Path(max_length=32, description="The ticket's number, e.g. GD-10001.", examples=["GD-10001"])]


async def ticket_of(no: TicketNo, doors: TheDoors) -> Standing:
    """The ticket of this number. Raises 404."""
    ticket_id = id_of(no)
    if ticket_id is not None:
        async with doors.store.read() as conn:
            found = await ticket_queries.standing(conn, ticket_id)
        if found is not None:
            customer = str(found.customer_id) if found.customer_id else None
            return Standing(ticket_id, no, customer, found.status, found.last_seq)
    raise Problem(Code.TICKET_NOT_FOUND, no=no)


TheTicket = Annotated[Standing, Depends(ticket_of)]


async def update(
    doors: Doors, write: Once, ticket: Standing, ask: Callable[[Tickets, str], Awaitable[Receipt]]
) -> Response:
    """Send an update, once. 503 while the ticket has not started or Temporal is away, 409 when it is over."""

    async def work() -> Reply:
        try:
            receipt = await doors.line.call(lambda line: ask(line, write.update_id))
        except TicketNotRunning:
            if ticket.seq:  # it has a ledger, so it has lived
                raise Problem(Code.TICKET_OVER, no=ticket.no) from None
            raise Problem(Code.TICKET_NOT_STARTED) from None
        return Reply(200, {"status": receipt.status, "seq": receipt.seq}, ticket.id)

    return await write.around(work)
