"""Who answers for a ticket: somebody who is here, or a team that has somebody here."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from db.dispatching import Ask, candidates, lead_of, team_of
from db.people import person as known_person
from db.tables import Standing
from sop.events import Dispatched

ADMIN = "admin"
"""The last seat of all (``sop.engine.owners``)."""


async def owner_of(conn: AsyncConnection, ask: Ask) -> Dispatched:
    """The least loaded member of the seat who is on duty; else its team's lead, while on duty; else nobody, and the
    engine asks for another seat. A ticket that only its last owner could take waits in the queue, and so does one that
    was released; the last seat of all is taken by whoever still works here."""
    wanted = ask.wanted[0] if ask.wanted else ""
    kind, _, name = wanted.partition(":")
    if wanted == ADMIN:
        return Dispatched(ask.seq, person=await _anybody(conn, ask))
    if kind == "user":
        return Dispatched(ask.seq, person=await _here(conn, name))
    if kind not in ("team", "role") or not name:
        team = ask.owner_team or await team_of(conn, ask.owner_person)
        return Dispatched(ask.seq, person=await lead_of(conn, team, on_duty=True))
    found = await candidates(conn, team=name if kind == "team" else None, role=name if kind == "role" else None)
    if not found:
        team = name if kind == "team" else ask.owner_team
        return Dispatched(ask.seq, person=await lead_of(conn, team, on_duty=True))
    others = [one.person.id for one in found if one.person.id != ask.besides]
    person = None if ask.queue or not others else others[0]
    return Dispatched(ask.seq, person=person, pool=wanted)


async def _here(conn: AsyncConnection, name: str) -> str | None:
    found = await known_person(conn, name)
    return name if found is not None and found.active and found.on_duty else None


async def _anybody(conn: AsyncConnection, ask: Ask) -> str | None:
    """An administrator on duty, else the team's lead, else an administrator, even off duty."""
    administrators = [
        one.person for one in await candidates(conn, on_duty=False) if one.person.standing is Standing.ADMIN
    ]
    here = next((person.id for person in administrators if person.on_duty), None)
    return here or await lead_of(conn, ask.owner_team) or next((person.id for person in administrators), None)
