"""Who leads: whoever leads a team, and administrators; and who may change what tickets go by."""

from __future__ import annotations

from fastapi import params

from api.auth import Asking
from api.doors import Doors, TheDoors
from api.principal import Scope
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


async def _designs(doors: TheDoors, asking: Asking) -> None:
    if Scope.ADMIN in asking.scopes:
        return
    if not asking.id.startswith("user:") or not await leads(doors, asking.behalf, admin=False):
        asking.require(Scope.ADMIN)


def needs_designer() -> params.Depends:
    """A dependency: whoever asks holds the scope ``admin``, or is signed in and leads. A key of less stays what it is,
    for whomever it speaks."""
    return params.Depends(_designs)
