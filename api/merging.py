"""Into which ticket another one may be merged."""

from __future__ import annotations

from api.doors import Doors
from api.problem_table import Code, Text
from api.problems import Problem
from db.numbers import id_of, number_of
from db.queries.tickets import standing
from sop.state import ENDED

_ITSELF = Text("工单不能并入自身。", "A ticket is not merged into itself.")


async def require_target(doors: Doors, ticket_id: int, into: str) -> str:
    """The number of the ticket that goes on, as the desk writes it. Raises 404 where there is none, 409 where it is the
    ticket itself, has been merged into that one, or is not open."""
    target = id_of(into)
    if target is not None:
        async with doors.store.read() as conn:
            found = await standing(conn, target)
        if found is not None:
            no = number_of(target)
            if target == ticket_id:
                raise Problem(Code.CONFLICT, text=_ITSELF)
            if found.merged_into is not None:
                raise Problem(Code.CONFLICT, text=_merged(no, number_of(found.merged_into)))
            if found.status in ENDED:
                raise Problem(Code.TICKET_OVER, no=no)
            return no
    raise Problem(Code.TICKET_NOT_FOUND, no=into)


def _merged(no: str, into: str) -> Text:
    return Text(f"工单 {no} 已并入 {into}。", f"{no} has been merged into {into}.")
