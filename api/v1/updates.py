"""A person's word to a running ticket: found by its number, sent as an update, answered with where it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Depends, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.deeds import tell
from api.doors import Doors, TheDoors
from api.once import Once, Reply
from api.ports import Tickets
from api.problem_table import Code
from api.problems import Problem
from db.numbers import id_of
from db.queries import tickets as ticket_queries
from workflows.messages import Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """As much of a ticket as a door must know before it speaks to it. ``customer`` is their id as text."""

    id: int
    no: str
    customer: str | None
    status: str
    seq: int


More: TypeAlias = Callable[[AsyncConnection], Awaitable[Mapping[str, object]]]
"""What is told besides, read once the ticket has taken it."""
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
    doors: Doors,
    write: Once,
    ticket: Standing,
    ask: Callable[[Tickets, str], Awaitable[Receipt]],
    more: More | None = None,
) -> Response:
    """Send an update, once; ``more`` is told with its answer. 503 while the ticket has not started or Temporal is away,
    409 when it is over."""

    async def work() -> Reply:
        receipt = await tell(doors, ticket.id, ticket.seq, lambda line: ask(line, write.update_id))
        told: dict[str, object] = {"status": receipt.status, "seq": receipt.seq}
        if more is not None:
            async with doors.store.read() as conn:
                told |= await more(conn)
        return Reply(200, told, ticket.id)

    return await write.around(work)
