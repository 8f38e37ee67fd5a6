"""Dispatch: the right person at once. Who is on duty, can do it, and has the least on their hands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.owners import owner_of
from db.dispatching import Ask, candidates, lead_of, team_of
from db.people import person as known_person
from sop.events import Dispatched

CUSTOMER, OWNER, LEAD, MANAGER = "customer", "owner", "lead", "manager_of:owner"


async def dispatch(conn: AsyncConnection, ask: Ask) -> Dispatched:
    """Find somebody for a fact that wants them.

    A role or team gives the least loaded of its people on duty who have the skills, and stays the pool from which
    others may take the work; with nobody on duty the pool alone; with nobody at all the lead of the ticket's team.
    Who has just had the work gets it only where nobody else can, and then it waits in the pool. For the ticket itself
    see ``activities.owners``."""
    if ask.approvals:
        seats = [seat for wanted in ask.wanted for seat in await _seats(conn, ask, wanted)]
        return Dispatched(ask.seq, approvers=tuple(dict.fromkeys(seats)))
    if ask.run is None:
        return await owner_of(conn, ask)
    wanted = ask.wanted[0] if ask.wanted else OWNER
    person, pool = await _somebody(conn, ask, wanted)
    if person is None and pool is None:
        lead = await lead_of(conn, ask.owner_team)
        return (
            Dispatched(ask.seq, person=lead, pool=_pool_of(ask), lead=lead is not None) if lead else Dispatched(ask.seq)
        )
    return Dispatched(ask.seq, person=person, pool=pool)


async def _somebody(conn: AsyncConnection, ask: Ask, wanted: str) -> tuple[str | None, str | None]:
    """A person and the pool the work belongs to; neither when the seat has nobody."""
    kind, _, name = wanted.partition(":")
    if wanted == OWNER:
        return await _owner(conn, ask)
    if wanted in (LEAD, MANAGER):
        return await _lead(conn, ask), None
    if kind == "user":
        return (name, None) if await _is_active(conn, name) else (None, None)
    return await _of_pool(conn, wanted, ask)


async def _owner(conn: AsyncConnection, ask: Ask) -> tuple[str | None, str | None]:
    if ask.owner_person is not None:
        return ask.owner_person, _pool_of(ask)
    pool = _pool_of(ask)
    return await _of_pool(conn, pool, ask) if pool else (None, None)


def _pool_of(ask: Ask) -> str | None:
    return f"team:{ask.owner_team}" if ask.owner_team else None


async def _lead(conn: AsyncConnection, ask: Ask) -> str | None:
    """The lead of the owner's team: of the ticket's, or of the person's own."""
    return await lead_of(conn, ask.owner_team or await team_of(conn, ask.owner_person))


async def _is_active(conn: AsyncConnection, name: str) -> bool:
    found = await known_person(conn, name)
    return found is not None and found.active


async def _of_pool(conn: AsyncConnection, seat: str, ask: Ask) -> tuple[str | None, str | None]:
    on_duty = await _members(conn, seat, ask.skills)
    others = [person for person in on_duty if person != ask.besides]
    if on_duty:
        return (others[0] if others else None), seat
    return (None, seat) if await _members(conn, seat, (), on_duty=False) else (None, None)


async def _members(conn: AsyncConnection, seat: str, skills: Sequence[str], *, on_duty: bool = True) -> list[str]:
    kind, _, name = seat.partition(":")
    found = await candidates(
        conn,
        role=name if kind == "role" else None,
        team=name if kind == "team" else None,
        skills=skills,
        on_duty=on_duty,
    )
    return [one.person.id for one in found]


async def _seats(conn: AsyncConnection, ask: Ask, wanted: str) -> list[str]:
    """The seats of an approval: a role is one seat for whoever of it comes first, or one for each member."""
    kind, _, name = wanted.partition(":")
    if wanted == CUSTOMER:
        return [wanted]
    if kind in ("role", "team"):
        members = await _members(conn, wanted, (), on_duty=False)
        return [f"user:{member}" for member in members] if ask.expand else [wanted] if members else []
    person = name if kind == "user" and await _is_active(conn, name) else None
    if wanted == OWNER:
        person = ask.owner_person
    elif wanted in (LEAD, MANAGER):
        person = await _lead(conn, ask)
    return [f"user:{person}"] if person else []
