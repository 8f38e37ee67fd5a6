"""Whoever is given something must be there to take it."""

from __future__ import annotations

from api.doors import Doors
from api.problem_table import Code
from api.problems import Problem
from db import people


async def require_colleague(doors: Doors, seat: str | None) -> None:
    """Raise 404 where the seat names somebody (``user:x``) who does not work here, or no more."""
    kind, _, name = (seat or "").partition(":")
    if kind != "user":
        return
    async with doors.store.read() as conn:
        known = await people.person(conn, name)
    if known is None or not known.active:
        raise Problem(Code.PERSON_NOT_FOUND, person=name)
