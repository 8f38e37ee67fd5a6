"""Events from other systems, each kept once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import needs
from api.bodies import answer, body_of
from api.doors import Doors, TheDoors
from api.once import Reply, TheWrite
from api.principal import Scope
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.told import EventKept
from db.inbox import AcceptedEvent, NewEvent, accept_event
from db.numbers import number_of
from sop.values import Value, decode

router = APIRouter(tags=["events"])


@router.post(
    "/events",
    status_code=202,
    response_model=EventKept,
    operation_id="sendEvent",
    summary="Tell of something that happened",
    responses=errors_of(*OF_WRITES),
    openapi_extra=takes(asked.NewEvent),
    dependencies=[needs(Scope.EVENTS_WRITE)],
)
async def send_event(
    doors: TheDoors, write: TheWrite, said: Annotated[asked.NewEvent, Depends(body_of(asked.NewEvent))]
) -> Response:
    """The event is kept, once, by (source, id). Its ticket is the one named, else the one whose business keys (order,
    waybill, RMA …) stand in ``data``. An event nobody waits for yet is kept and matched later."""
    new = NewEvent(said.source, said.id, said.type, datetime.now(UTC), values_of(said.data), said.ticket)

    async def work(conn: AsyncConnection) -> Reply:
        return Reply(202, _told(await accept_event(conn, new)))

    return await write.within(work)


async def keep(doors: Doors, new: NewEvent) -> Response:
    """Keep an event that a webhook told of."""
    async with doors.store.write() as conn:
        kept = await accept_event(conn, new)
    return answer(_told(kept), 202)


def values_of(said: dict[str, object]) -> dict[str, Value]:
    """What a body says, as values of a ticket."""
    return {key: decode(value) for key, value in said.items()}


def _told(kept: AcceptedEvent) -> dict[str, object]:
    return {"status": kept.outcome.value, "tickets": [number_of(ticket) for ticket in kept.tickets]}
