"""Whoever is given something must be there to take it."""

from __future__ import annotations

from api.doors import Doors
from api.problem_table import Code
from api.problems import Problem
from db import people
from db.dispatching import fitting


async def require_colleague(doors: Doors, seat: str | None) -> None:
    """Raise 404 where the seat names somebody (``user:x``) who does not work here, or no more, a team (``team:x``) that
    is not here, or a role (``role:x``) that nobody has."""
    kind, _, name = (seat or "").partition(":")
    async with doors.store.read() as conn:
        match kind:
            case "user":
                known = await people.person(conn, name)
                if known is None or not known.active:
                    raise Problem(Code.PERSON_NOT_FOUND, person=name)
            case "team":
                if not await people.has_team(conn, name):
                    raise Problem(Code.TEAM_NOT_FOUND, team=name)
            case "role":
                if not await fitting(conn, role=name, on_duty=False):
                    raise Problem(Code.ROLE_NOT_FOUND, role=name)
            case _:
                pass  # the ticket says what a seat is
