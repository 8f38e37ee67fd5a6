"""Who could do it: what the projection asks dispatch, and the candidates with their loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.people import COLUMNS, KnownPerson, person_of
from db.tables import Person, Step, Team, Ticket
from sop.events import Dispatched
from sop.state import ENDED


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody is wanted for the fact ``seq``. ``wanted``: one seat (``role:x``, ``team:x``, ``user:x``, ``owner``,
    ``manager_of:owner``), several for an approval; ``expand``: every holder of a seat is to be asked, not any one.
    ``run`` is None where the ticket itself wants an owner; ``besides``: who has just had it, and gets it only where
    nobody else can; ``queue``: the ticket is to wait in the team's queue for somebody who takes it."""

    seq: int
    ticket_id: int
    wanted: tuple[str, ...]
    skills: tuple[str, ...]
    approvals: bool
    expand: bool
    run: str | None
    step: str | None
    owner_person: str | None
    owner_team: str | None
    priority: str
    besides: str | None = None
    queue: bool = False


class Dispatch(Protocol):
    """Chooses somebody; reads what it needs on the connection and writes nothing."""

    async def __call__(self, conn: AsyncConnection, ask: Ask) -> Dispatched: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be given work, and what they have: open tickets they own, open steps given to them."""

    person: KnownPerson
    tickets: int
    steps: int

    @property
    def load(self) -> int:
        """How much they have."""
        return self.tickets + self.steps


async def candidates(
    conn: AsyncConnection,
    *,
    role: str | None = None,
    team: str | None = None,
    skills: Sequence[str] = (),
    on_duty: bool = True,
) -> list[Candidate]:
    """Active people with this role or in this team who have all the skills, the least loaded first. ``on_duty=False``
    takes those off duty too."""
    found = await fitting(conn, role=role, team=team, skills=skills, on_duty=on_duty)
    tickets, steps = await _loads(conn, [person.id for person in found])
    loaded = [Candidate(person, tickets.get(person.id, 0), steps.get(person.id, 0)) for person in found]
    return sorted(loaded, key=lambda one: (one.load, one.person.id))


async def fitting(
    conn: AsyncConnection,
    *,
    role: str | None = None,
    team: str | None = None,
    skills: Sequence[str] = (),
    on_duty: bool = True,
) -> list[KnownPerson]:
    """The same people, by id, for who need not know what they have on their hands: an alert goes to all of them."""
    wanted = select(*COLUMNS).where(Person.active).order_by(Person.id)
    rows = await conn.execute(wanted.where(Person.on_duty) if on_duty else wanted)
    return [
        person
        for person in map(person_of, rows)
        if (role is None or role in person.roles)
        and (team is None or team in person.teams)
        and set(skills) <= set(person.skills)
    ]


async def lead_of(conn: AsyncConnection, team: str | None, *, on_duty: bool = False) -> str | None:
    """The lead of a team, while they are active; with ``on_duty`` only while they are here."""
    if team is None:
        return None
    found = select(Person.id).join(Team, Team.lead == Person.id).where(Team.key == team, Person.active)
    return await conn.scalar(found.where(Person.on_duty) if on_duty else found)


async def team_of(conn: AsyncConnection, person: str | None) -> str | None:
    """The first team of a person."""
    found = await conn.scalar(select(Person.teams).where(Person.id == person))
    return found[0] if found else None


async def _loads(conn: AsyncConnection, people: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    owned = await conn.execute(
        select(Ticket.owner_person, func.count())
        .where(Ticket.owner_person.in_(people), Ticket.status.not_in(ENDED))
        .group_by(Ticket.owner_person)
    )
    given = await conn.execute(
        select(Step.person, func.count()).where(Step.person.in_(people), Step.status == "open").group_by(Step.person)
    )
    return {row[0] or "": row[1] for row in owned}, {row[0] or "": row[1] for row in given}
