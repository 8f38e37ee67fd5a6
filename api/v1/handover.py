"""What the next owner must know: asked for at any time, and given with every transfer."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import needs
from api.bodies import answer
from api.doors import TheDoors
from api.principal import Scope
from api.v1.docs import OF_READS, errors_of
from api.v1.handover_told import HandoverTold
from api.v1.updates import TheTicket
from db.personal import resolve
from db.queries.handover import bundle

router = APIRouter(tags=["tickets"], dependencies=[needs(Scope.TICKETS_READ)])


@router.get(
    "/tickets/{no}/handover",
    response_model=HandoverTold,
    operation_id="showHandover",
    summary="What the next owner must know",
    responses=errors_of(*OF_READS, 404),
)
async def show_handover(ticket: TheTicket, doors: TheDoors) -> Response:
    """What was done, what is open, how it came here, and how its clocks stand."""
    async with doors.store.read() as conn:
        return answer(await handover_of(conn, ticket.id))


async def handover_of(conn: AsyncConnection, ticket_id: int) -> dict[str, object]:
    """The bundle as JSON, personal fields written out."""
    parts = await bundle(conn, ticket_id)
    return {name: await resolve(conn, ticket_id, part) for name, part in parts.items()}
