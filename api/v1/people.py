"""Who is on duty: whoever goes hands back what they have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking, needs
from api.bodies import body_of
from api.doors import TheDoors
from api.once import Reply, TheWrite
from api.principal import Principal, Scope
from api.problem_table import Code
from api.problems import Problem
from api.v1 import asked
from api.v1.docs import OF_WRITES, errors_of, takes
from api.v1.handover_told import DutyTold
from db import duty
from sop.events import Duty

router = APIRouter(tags=["people"], dependencies=[needs(Scope.TICKETS_WRITE)])
PersonId = Annotated[str, Path(max_length=64, description="The person's id.", examples=["u-anna"])]


@router.post(
    "/people/{person}/duty",
    response_model=DutyTold,
    operation_id="setDuty",
    summary="Come on duty, go off, or leave",
    responses=errors_of(*OF_WRITES, 404),
    openapi_extra=takes(asked.NewDuty),
)
async def set_duty(
    person: PersonId,
    doors: TheDoors,
    write: TheWrite,
    asking: Asking,
    said: Annotated[asked.NewDuty, Depends(body_of(asked.NewDuty))],
) -> Response:
    """One's own duty, or with the scope ``admin`` anybody's. Who goes ``off``, or has ``gone`` for good (only an
    administrator says so), hands back their tickets and steps."""
    wanted = Duty(said.duty)
    if not _may(asking, person, wanted):
        raise Problem(Code.FORBIDDEN)

    async def work(conn: AsyncConnection) -> Reply:
        try:
            told = await duty.change(conn, person, wanted, datetime.now(UTC))
        except duty.NoSuchPerson:
            raise Problem(Code.PERSON_NOT_FOUND, person=person) from None
        return Reply(200, {"person": person, "duty": wanted.value, "tickets": told})

    answer = await write.within(work)
    doors.sessions.clear()
    doors.people.clear()
    return answer


def _may(asking: Principal, person: str, wanted: Duty) -> bool:
    own = asking.person is not None and asking.person.id == person and wanted is not Duty.GONE
    return own or Scope.ADMIN in asking.scopes
