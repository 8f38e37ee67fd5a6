"""Putting an edition of the workspace into the database: definitions as immutable versions, teams and people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import definitions, people, releases
from db.people import NewPerson
from db.releases import Aim, Said
from db.tables import DefinitionState, Setting, Standing
from db.upsert import upsert
from sop.company import CompanyShape, PersonShape
from sop.definition import Compiled, moves_money
from worker.definitions.publishing import Edition

FINGERPRINT = "workspace.sha256"


class Change(StrEnum):
    """What publishing does to one definition."""

    NEW = "new"
    CHANGED = "changed"
    BACK = "back"
    """A version that was published before is taken again."""
    WAITS = "waits"
    """It moves money: somebody else approves it first."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Published:
    """One definition of an edition, the version it has or gets, and what changes."""

    kind: str
    key: str
    version: int
    change: Change


async def is_current(conn: AsyncConnection, edition_sha256: str) -> bool:
    """Whether this very workspace was the last to be published."""
    return bool(await conn.scalar(select(Setting.value).where(Setting.key == FINGERPRINT)) == edition_sha256)


async def changes(conn: AsyncConnection, edition: Edition) -> list[Published]:
    """What publishing would do, without doing it."""
    known = await definitions.versions(conn, archived=True)
    first = await _is_first(conn)
    return [_change(compiled, known, first=first) for _, compiled in _callees_first(edition)]


async def publish_some(
    conn: AsyncConnection, edition: Edition, paths: Collection[str], said: Said, aim: Aim
) -> list[Published]:
    """Store those definitions of an edition that are at these paths, and those that run one of them. The workspace's
    own files stay what they are, and so does what was published from them."""
    known, first = await definitions.versions(conn, archived=True), await _is_first(conn)
    done: list[Published] = []
    numbered: dict[str, Compiled] = {}
    for path, compiled in _callees_first(edition):
        pinned: Compiled = {**compiled, "sops": {key: numbered.get(key, sop) for key, sop in compiled["sops"].items()}}
        fresh = {each.key for each in done}
        if path in paths or fresh & set(compiled["sops"]):
            stored = await releases.publish(conn, pinned, edition.sources[path], said, aim)
            change = Change.WAITS if not stored.released else _change(compiled, known, first=first).change
            done.append(Published(stored.kind, stored.key, stored.version, change))
            number = stored.version
        else:
            number = _change(compiled, known, first=first).version
        if compiled["kind"] == "sop":
            numbered[compiled["key"]] = {**pinned, "version": number}
    return done


async def publish(
    conn: AsyncConnection, edition: Edition, by: str, now: datetime, aim: Aim | None = None
) -> list[Published]:
    """Store the edition; what is new in it becomes what ``aim`` says (none: the default). Who is called by name is
    stored first, so that callers carry its version. The first edition of an installation needs no approval: there is
    nobody yet to give it."""
    known, first = await definitions.versions(conn, archived=True), await _is_first(conn)
    done: list[Published] = []
    numbered: dict[str, Compiled] = {}
    for path, compiled in _callees_first(edition):
        pinned: Compiled = {**compiled, "sops": {key: numbered.get(key, sop) for key, sop in compiled["sops"].items()}}
        stored = await releases.publish(conn, pinned, edition.sources[path], Said(by, now), aim, first=first)
        if compiled["kind"] == "sop":
            numbered[compiled["key"]] = {**pinned, "version": stored.version}
        change = Change.WAITS if not stored.released else _change(compiled, known, first=first).change
        done.append(Published(stored.kind, stored.key, stored.version, change))
    await _seat(conn, edition.workspace.company, now)
    fingerprint = {"key": FINGERPRINT, "value": edition.sha256}
    await conn.execute(upsert(conn, Setting, fingerprint, by=["key"]))
    return done


async def _is_first(conn: AsyncConnection) -> bool:
    """Whether nothing has ever been published here."""
    return await conn.scalar(select(Setting.value).where(Setting.key == FINGERPRINT)) is None


def _change(compiled: Compiled, known: Sequence[definitions.Version], *, first: bool) -> Published:
    kind, key = compiled["kind"], compiled["key"]
    of_key = [each for each in known if (each.kind, each.key) == (kind, key)]
    same = next((each for each in of_key if each.sha256 == compiled["sha256"]), None)
    if same is not None:
        change = Change.SAME if same.state is DefinitionState.DEFAULT else Change.BACK
        return Published(kind, key, same.version, change if same.released else Change.WAITS)
    latest = max((each.version for each in of_key), default=0)
    change = Change.CHANGED if of_key else Change.NEW
    return Published(kind, key, latest + 1, Change.WAITS if moves_money(compiled) and not first else change)


def _callees_first(edition: Edition) -> Iterator[tuple[str, Compiled]]:
    """Every definition with its path, after those it runs."""
    paths = {compiled["key"]: path for path, compiled in edition.compiled.items() if compiled["kind"] == "sop"}
    seen: set[str] = set()

    def visit(path: str) -> Iterator[tuple[str, Compiled]]:
        if path not in seen:
            seen.add(path)
            for key in edition.compiled[path]["sops"]:
                yield from visit(paths[key])
            yield path, edition.compiled[path]

    for path in edition.compiled:
        yield from visit(path)


async def _seat(conn: AsyncConnection, company: CompanyShape, now: datetime) -> None:
    """Teams and people of the workspace; who is there already keeps password and duty."""
    for key, team in company.teams.items():
        await people.put_team(conn, key, _plain(team.title.zh, team.title.en), team.lead)
    here = {person.id for person in await people.people(conn, active=False)}
    for key, shape in company.people.items():
        await people.put_person(conn, _person(key, shape), now)
        if key not in here and not shape.on_duty:
            await people.set_duty(conn, key, on_duty=False)


def _plain(zh: str, en: str) -> Mapping[str, str]:
    return {"zh": zh, "en": en}


def _person(key: str, shape: PersonShape) -> NewPerson:
    return NewPerson(
        key,
        shape.name,
        shape.email,
        Standing.ADMIN if shape.admin else Standing.AGENT,
        shape.roles,
        shape.teams,
        shape.skills,
        shape.languages[0] if shape.languages else "zh",
        shape.timezone,
        shape.phone,
        shape.wechat,
    )
