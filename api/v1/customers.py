"""What decisions know of a customer: their tier, and the calendar that promises to them count on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import needs
from api.bodies import body_of
from api.doors import TheDoors
from api.once import Reply, TheWrite
from api.principal import Scope
from api.problem_table import Code
from api.problems import Problem
from api.v1 import asked
from api.v1.clocks_told import StandingTold
from api.v1.docs import OF_WRITES, errors_of, takes
from db import customers

router = APIRouter(tags=["people"], dependencies=[needs(Scope.TICKETS_WRITE)])


@router.post(
    "/customers/{customer}/standing",
    response_model=StandingTold,
    operation_id="changeStanding",
    summary="Give a customer another tier or calendar",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.CustomerStanding),
)
async def change_standing(
    customer: Annotated[int, Path(ge=1, le=2**53, description="The customer's id.", examples=[7])],
    doors: TheDoors,
    write: TheWrite,
    said: Annotated[asked.CustomerStanding, Depends(body_of(asked.CustomerStanding))],
) -> Response:
    """Their open tickets are told: clocks take another target or calendar, and keep the time they have used."""
    facts = said.model_dump(exclude_unset=True)

    async def work(conn: AsyncConnection) -> Reply:
        try:
            told = await customers.change_standing(conn, customer, facts, datetime.now(UTC))
        except customers.NoSuchCustomer:
            raise Problem(Code.CUSTOMER_NOT_FOUND, customer=str(customer)) from None
        return Reply(200, {"customer": customer, "tickets": told})

    return await write.within(work)
