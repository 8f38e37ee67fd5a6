"""Who leads: whoever leads a team, and administrators."""

from __future__ import annotations

from api.doors import Doors
from api.problem_table import Code
from api.problems import Problem
from db.queries.clocks import leads_anybody


async def leads(doors: Doors, person: str, *, admin: bool) -> bool:
    """Whether somebody leads."""
    if admin:
        return True
    async with doors.store.read() as conn:
        return await leads_anybody(conn, person)


async def require_lead(doors: Doors, person: str, *, admin: bool) -> None:
    """Raise 403 unless somebody leads."""
    if not await leads(doors, person, admin=admin):
        raise Problem(Code.ONLY_LEADS)
