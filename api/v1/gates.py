"""Gates: every matching ticket is held before a step until it is released."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking
from api.bodies import answer, body_of
from api.doors import TheDoors
from api.leading import needs_designer
from api.once import Reply, TheWrite
from api.principal import Principal
from api.v1 import asked
from api.v1.docs import OF_READS, OF_WRITES, errors_of, takes
from api.v1.told_of_definitions import GateList, GateSetTold
from db import gates
from db.gates import NewGate
from db.releases import Said

router = APIRouter(tags=["definitions"], dependencies=[needs_designer()])


@router.get(
    "/gates",
    response_model=GateList,
    operation_id="listGates",
    summary="List the gates",
    responses=errors_of(*OF_READS),
)
async def list_gates(
    doors: TheDoors, *, released: Annotated[bool, Query(description="Those too that were released.")] = False
) -> Response:
    """The newest first, with how many steps stand before each."""
    async with doors.store.read() as conn:
        found = await gates.gates(conn, released=released)
    return answer({"items": [asdict(each) for each in found], "next_cursor": None})


@router.post(
    "/gates",
    response_model=GateSetTold,
    status_code=201,
    operation_id="holdStep",
    summary="Hold every matching ticket before a step",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.NewGate),
)
async def hold(
    write: TheWrite, asking: Asking, said: Annotated[asked.NewGate, Depends(body_of(asked.NewGate))]
) -> Response:
    """Tickets that come to the step later are held too; those that stand on it already go on."""
    new = NewGate(said.key, said.step, said.version, said.condition, said.clocks)

    async def work(conn: AsyncConnection) -> Reply:
        await gates.require_step(conn, new)
        gate, told = await gates.hold(conn, new, _said(asking, said.why))
        return Reply(201, {"gate": gate, "tickets": told})

    return await write.within(work)


@router.post(
    "/gates/{gate}/release",
    response_model=GateSetTold,
    operation_id="releaseGate",
    summary="Release what a gate holds",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.Remark),
)
async def release(
    gate: Annotated[int, Path(ge=1, le=2**31 - 1, description="The gate's number.")],
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.Remark, Depends(body_of(asked.Remark))],
) -> Response:
    """Whatever it holds goes on, unless another gate holds it."""

    async def work(conn: AsyncConnection) -> Reply:
        return Reply(200, {"gate": gate, "tickets": await gates.release(conn, gate, _said(asking, said.note))})

    return await write.within(work)


def _said(asking: Principal, why: str) -> Said:
    return Said(asking.author, datetime.now(UTC), why)
