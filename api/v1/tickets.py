"""Tickets: open one, list them, see one, read its ledger, say something on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking, needs, of_key_alone
from api.bodies import NOT_TEXT, answer, body_of, sent, shaped
from api.doors import TheDoors
from api.once import Reply, TheWrite, once
from api.principal import Principal, Scope
from api.problem_table import Code
from api.problems import Problem, invalid
from api.v1 import asked, views
from api.v1.docs import OF_READS, OF_WRITES, errors_of, takes
from api.v1.events import values_of
from api.v1.promises import promised, title_of
from api.v1.told import LedgerPage, MessageKept, TicketOpened, TicketPage, TicketTold
from api.v1.updates import TheTicket
from db import ledger
from db.cursors import BadCursor, place_of
from db.customers import NewCustomer
from db.intake import NewMessage, NewTicket, accept_message, accept_ticket
from db.personal import references_in, texts, written_out
from db.queries import tickets as ticket_queries
from db.queries.queue import View, Viewer, queue
from db.queries.timeline import Audience, messages
from db.tables import Visibility


class Straight(APIRoute):
    """The route of the busiest request. Its document and its checks are FastAPI's; but a request by a key that speaks
    for nobody else takes a straight way to the endpoint: resolving the dependencies one by one costs as much as keeping
    the ticket."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:  # Any: FastAPI's own type
        """What answers a request of this route."""
        by_dependencies = super().get_route_handler()

        async def handle(request: Request) -> Response:
            asking = await of_key_alone(request)
            return await by_dependencies(request) if asking is None else await _open_for_key(request, asking)

        return handle


router = APIRouter(tags=["tickets"])
intake = APIRouter(tags=["tickets"], route_class=Straight)
READS = [needs(Scope.TICKETS_READ)]
WRITES = [needs(Scope.TICKETS_WRITE)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


@intake.post(
    "/tickets",
    status_code=201,
    response_model=TicketOpened,
    operation_id="openTicket",
    summary="Open a ticket",
    responses=errors_of(*OF_WRITES),
    openapi_extra=takes(asked.NewTicket),
    dependencies=WRITES,
)
async def open_ticket(
    write: TheWrite, asking: Asking, said: Annotated[asked.NewTicket, Depends(body_of(asked.NewTicket))]
) -> Response:
    """Accepted means kept: after 201 the ticket will be worked on, even if Temporal is away right now."""
    now = datetime.now(UTC)
    new = _new_ticket(said, asking, now)

    async def work(conn: AsyncConnection) -> Reply:
        opened = await accept_ticket(conn, new)
        url = f"/api/v1/tickets/{opened.no}"
        told = {"no": opened.no, "status": "new", "url": url, "token": opened.token, "created_at": now}
        return Reply(201, told, opened.id, location=url)

    return await write.within(work)


@router.get(
    "/tickets",
    response_model=TicketPage,
    operation_id="listTickets",
    summary="List tickets",
    responses=errors_of(*OF_READS, 400),
    dependencies=READS,
)
async def list_tickets(
    doors: TheDoors,
    asking: Asking,
    view: Annotated[View, Query(description="Open ones come by deadline, ended ones the latest first.")] = View.OPEN,
    q: Annotated[
        str,
        Query(max_length=200, description="A number, an order or waybill, words of the subject, a customer."),
    ] = "",
    cursor: Annotated[str | None, Query(max_length=200, description="``next_cursor`` of the page before.")] = None,
    limit: Limit = 50,
) -> Response:
    """One page of a view."""
    person = asking.person
    viewer = Viewer(person.id, person.roles, person.teams) if person else Viewer(asking.id)
    try:
        _ = cursor and place_of(cursor).moment.astimezone(UTC)
        async with doors.store.read() as conn:
            page = await queue(conn, view, viewer, datetime.now(UTC), q=_plain(q), cursor=cursor, limit=limit)
    except (BadCursor, OverflowError):  # a moment that no time zone has
        raise Problem(Code.BAD_CURSOR) from None
    return answer({"items": [views.line(row) for row in page.rows], "next_cursor": page.next_cursor})


@router.get(
    "/tickets/{no}",
    response_model=TicketTold,
    operation_id="showTicket",
    summary="See a ticket",
    responses=errors_of(*OF_READS, 404),
    dependencies=READS,
)
async def show_ticket(ticket: TheTicket, doors: TheDoors) -> Response:
    """Where it stands, who owns it, what runs, what can be done now: open steps with forms, clocks, incidents."""
    async with doors.store.read() as conn:
        facts = await ticket_queries.ticket(conn, ticket.id, datetime.now(UTC))
        if facts is None:
            raise Problem(Code.TICKET_NOT_FOUND, no=ticket.no)
        mentioned = {name for step in facts.steps for name in references_in([step.title, step.script, step.form])}
        known = await texts(conn, ticket.id, mentioned)
        said = await messages(conn, ticket.id, Audience.STAFF)
    return answer(views.ticket(facts, said, partial(written_out, known=known)))


@router.get(
    "/tickets/{no}/ledger",
    response_model=LedgerPage,
    operation_id="readLedger",
    summary="Read what has happened",
    responses=errors_of(*OF_READS, 404),
    dependencies=READS,
)
async def read_ledger(
    ticket: TheTicket,
    doors: TheDoors,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="``next_cursor`` of the page before.")] = 0,
    limit: Limit = 100,
) -> Response:
    """Every fact, oldest first, without a gap; each row's hash covers the row and the hash before it."""
    async with doors.store.read() as conn:
        rows = await ledger.read(conn, ticket.id, after=cursor, limit=limit + 1)
    further = str(rows[limit - 1].seq) if len(rows) > limit else None
    return answer({"items": [views.entry(row) for row in rows[:limit]], "next_cursor": further})


@router.post(
    "/tickets/{no}/messages",
    status_code=201,
    response_model=MessageKept,
    operation_id="postMessage",
    summary="Say something",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.NewMessage),
    dependencies=WRITES,
)
async def post_message(
    ticket: TheTicket,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.NewMessage, Depends(body_of(asked.NewMessage))],
) -> Response:
    """To the customer (``public``) or to colleagues (``internal``). Kept even while Temporal is away. With ``promise``
    the customer is told a time, which is checked when it has come."""
    now = datetime.now(UTC)
    if asking.for_customer and (said.visibility != "public" or said.promise is not None):
        raise Problem(Code.FORBIDDEN)
    if said.promise is not None and said.visibility != "public":
        raise invalid("/promise", "not_public")
    new = NewMessage(
        ticket.id,
        said.body,
        asking.actor(ticket.customer),
        now,
        Visibility(said.visibility),
        asking.person.name if asking.person else None,
        channel="api",
        promise=await promised(doors, ticket, said.promise) if said.promise else None,
        promise_title=title_of(said.promise) if said.promise else None,
    )

    async def work(conn: AsyncConnection) -> Reply:
        kept = await accept_message(conn, new)
        return Reply(201, {"id": kept.id, "created_at": now}, ticket.id)

    return await write.within(work)


async def _open_for_key(request: Request, asking: Principal) -> Response:
    """``open_ticket`` with what its dependencies would give it, in their order."""
    asking.require(Scope.TICKETS_WRITE)
    write = await once(request, request.app.state.doors, asking, request.headers.get("idempotency-key"))
    return await open_ticket(write, asking, shaped(asked.NewTicket, await sent(request)))


def _plain(q: str) -> str:
    """What somebody looks for, without what no text has."""
    return NOT_TEXT.sub("", q)


def _new_ticket(said: asked.NewTicket, asking: Principal, now: datetime) -> NewTicket:
    customer = NewCustomer(**said.customer.model_dump())
    return NewTicket(
        subject=said.subject,
        channel=said.channel,
        created_at=now,
        body=said.body,
        category=said.category,
        priority=said.priority,
        customer=customer if customer != NewCustomer() else None,
        fields=values_of(said.fields),
        order=values_of(said.order),
        tags=tuple(said.tags),
        by=None if asking.person is None else asking.actor(),
    )
