"""The people and teams of the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row as RowOf
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Person, Session, Standing, Team
from db.upsert import upsert
from sop.values import Value


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A member of staff. ``roles``, ``teams`` and ``skills`` are names of the workspace."""

    id: str
    name: str
    email: str | None = None
    standing: Standing = Standing.AGENT
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    phone: str | None = None
    wechat: str | None = None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A member of staff as the desk knows them."""

    id: str
    name: str
    email: str | None
    standing: Standing
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    skills: tuple[str, ...]
    on_duty: bool
    active: bool
    language: str
    timezone: str
    must_change_password: bool
    phone: str | None = None
    wechat: str | None = None


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team of the desk."""

    key: str
    title: Value = None
    lead: str | None = None
    members: tuple[str, ...] = field(default=())


def ways_to(person: KnownPerson) -> dict[str, str]:
    """The ways in which somebody can be reached out of the house, the usual one first: channel → address."""
    ways = {"email": person.email, "sms": person.phone, "wechat": person.wechat}
    return {channel: address for channel, address in ways.items() if address}


async def put_person(conn: AsyncConnection, person: NewPerson, now: datetime) -> None:
    """Add somebody or bring them up to date; password, duty, the day they came and whether they have left stay."""
    row = {
        "id": person.id,
        "name": person.name,
        "email": person.email.strip().lower() if person.email else None,
        "standing": person.standing.value,
        "roles": list(person.roles),
        "teams": list(person.teams),
        "skills": list(person.skills),
        "language": person.language,
        "timezone": person.timezone,
        "phone": person.phone,
        "wechat": person.wechat,
    }
    if not (await conn.execute(update(Person).where(Person.id == person.id).values(row).returning(Person.id))).first():
        await conn.execute(upsert(conn, Person, {**row, "active": True, "created_at": now}, by=["id"]))


async def put_team(conn: AsyncConnection, key: str, title: Value = None, lead: str | None = None) -> None:
    """Add a team or bring it up to date."""
    await conn.execute(upsert(conn, Team, {"key": key, "title": title, "lead": lead}, by=["key"]))


async def person(conn: AsyncConnection, person_id: str) -> KnownPerson | None:
    """Somebody by id, active or not."""
    row = (await conn.execute(select(*COLUMNS).where(Person.id == person_id))).one_or_none()
    return None if row is None else person_of(row)


async def people(conn: AsyncConnection, *, active: bool = True) -> list[KnownPerson]:
    """Everybody, by name; with ``active=False`` those too who have left."""
    wanted = select(*COLUMNS).order_by(Person.name, Person.id)
    return [person_of(row) for row in await conn.execute(wanted.where(Person.active) if active else wanted)]


async def teams(conn: AsyncConnection) -> list[KnownTeam]:
    """The teams with their active members."""
    everybody = await people(conn)
    rows = await conn.execute(select(Team.key, Team.title, Team.lead).order_by(Team.key))
    return [
        KnownTeam(row.key, row.title, row.lead, tuple(one.id for one in everybody if row.key in one.teams))
        for row in rows
    ]


async def has_team(conn: AsyncConnection, key: str) -> bool:
    """Whether there is a team of this name."""
    return await conn.scalar(select(Team.key).where(Team.key == key)) is not None


async def set_duty(conn: AsyncConnection, person_id: str, *, on_duty: bool) -> None:
    """Somebody begins or ends their duty."""
    await conn.execute(update(Person).where(Person.id == person_id).values(on_duty=on_duty))


async def activate(conn: AsyncConnection, person_id: str) -> None:
    """Somebody who had left is back, and on duty."""
    await conn.execute(update(Person).where(Person.id == person_id).values(active=True, on_duty=True))


async def deactivate(conn: AsyncConnection, person_id: str) -> None:
    """Somebody has left: they cannot enter and nothing is given to them; what they did stays under their name."""
    await conn.execute(update(Person).where(Person.id == person_id).values(active=False, on_duty=False))
    await conn.execute(delete(Session).where(Session.person_id == person_id))


def person_of(row: RowOf[*tuple[Any, ...]]) -> KnownPerson:  # Any: the columns are named once, in COLUMNS
    """The person of a row that holds ``COLUMNS``, whatever else it holds."""
    facts = {name: getattr(row, name) for name in KnownPerson.__slots__}
    for name in ("roles", "teams", "skills"):
        facts[name] = tuple(facts[name])
    return KnownPerson(**{**facts, "standing": Standing(row.standing)})


COLUMNS = (
    Person.id,
    Person.name,
    Person.email,
    Person.standing,
    Person.roles,
    Person.teams,
    Person.skills,
    Person.on_duty,
    Person.active,
    Person.language,
    Person.timezone,
    Person.must_change_password,
    Person.phone,
    Person.wechat,
)
