"""Published definitions: immutable versions, of which one is the default that new tickets take."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.locks import lock_names
from db.tables import DefinitionState, Published
from sop.definition import Compiled
from sop.values import Value, decode


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, without its content."""

    kind: str
    key: str
    version: int
    sha256: str
    title: Value
    start_event: str | None
    state: DefinitionState
    published_at: datetime
    published_by: str


async def publish(conn: AsyncConnection, compiled: Compiled, source: str, by: str, now: datetime) -> Version:
    """Publish a definition as the next version and the default of its key. What was published before under the same
    content keeps its version and becomes the default again."""
    kind, key = compiled["kind"], compiled["key"]
    await lock_names(conn, [f"definition:{kind}:{key}"])
    known = await _by_content(conn, kind, key, compiled["sha256"])
    await conn.execute(
        update(Published)
        .where(Published.kind == kind, Published.key == key, Published.state == DefinitionState.DEFAULT.value)
        .values(state=DefinitionState.ARCHIVED.value)
    )
    if known is None:
        known = await _insert(conn, compiled, source, by, now)
    else:
        await conn.execute(
            update(Published)
            .where(Published.kind == kind, Published.key == key, Published.version == known)
            .values(state=DefinitionState.DEFAULT.value)
        )
    found = (await conn.execute(select(*_VERSION).where(*_is(kind, key, known)))).one()
    return _version(found._asdict())


Content: TypeAlias = tuple[str, str, int, str]
"""Kind, key, version and sha256: what a definition of one database is known by; its content never changes."""


async def starting_on(
    conn: AsyncConnection, event: str, known: MutableMapping[Content, Compiled] | None = None
) -> list[Compiled]:
    """The defaults that may start on an event, by key. ``known`` holds what this caller has read before, and gains the
    rest: parsing a whole library for every ticket would cost more than all else that intake does."""
    known = {} if known is None else known
    columns = (Published.kind, Published.key, Published.version, Published.sha256)
    rows = await conn.execute(
        select(*columns)
        .where(Published.start_event == event, Published.state == DefinitionState.DEFAULT.value)
        .order_by(Published.kind, Published.key)
    )
    contents: list[Content] = [(row.kind, row.key, row.version, row.sha256) for row in rows]
    for content in contents:
        if content not in known:
            found = await conn.scalar(select(Published.compiled).where(*_is(*content[:3])))
            assert found is not None  # noqa: S101 - published versions are never deleted
            known[content] = found
    return [known[content] for content in contents]


async def defaults(conn: AsyncConnection) -> list[Compiled]:
    """Every default, sub-SOPs too, by kind and key."""
    rows = await conn.execute(
        select(Published.compiled)
        .where(Published.state == DefinitionState.DEFAULT.value)
        .order_by(Published.kind, Published.key)
    )
    return list(rows.scalars())


async def definition(conn: AsyncConnection, kind: str, key: str, version: int | None = None) -> Compiled | None:
    """A definition by its version, or the default one."""
    return (await conn.execute(select(Published.compiled).where(*_is(kind, key, version)))).scalar_one_or_none()


async def source(conn: AsyncConnection, kind: str, key: str, version: int | None = None) -> str | None:
    """The text a version was published from."""
    return (await conn.execute(select(Published.source).where(*_is(kind, key, version)))).scalar_one_or_none()


async def versions(conn: AsyncConnection, *, key: str | None = None, archived: bool = False) -> list[Version]:
    """Published versions by kind, key and version, the newest first."""
    wanted = select(*_VERSION).order_by(Published.kind.desc(), Published.key, Published.version.desc())
    if key is not None:
        wanted = wanted.where(Published.key == key)
    if not archived:
        wanted = wanted.where(Published.state != DefinitionState.ARCHIVED.value)
    return [_version(row._asdict()) for row in await conn.execute(wanted)]


async def _insert(conn: AsyncConnection, compiled: Compiled, source: str, by: str, now: datetime) -> int:
    kind, key = compiled["kind"], compiled["key"]
    latest = await conn.scalar(select(func.max(Published.version)).where(Published.kind == kind, Published.key == key))
    version = (latest or 0) + 1
    numbered: Compiled = {**compiled, "version": version}
    start = compiled["document"].get("start")
    row = {
        "kind": kind,
        "key": key,
        "version": version,
        "sha256": compiled["sha256"],
        "title": decode(compiled["document"].get("title")),
        "start_event": start.get("event") if isinstance(start, Mapping) else None,
        "compiled": numbered,
        "source": source,
        "state": DefinitionState.DEFAULT.value,
        "published_at": now,
        "published_by": by,
    }
    await conn.execute(insert(Published), row)
    return version


async def _by_content(conn: AsyncConnection, kind: str, key: str, sha256: str) -> int | None:
    return await conn.scalar(
        select(Published.version).where(Published.kind == kind, Published.key == key, Published.sha256 == sha256)
    )


def _is(kind: str, key: str, version: int | None) -> tuple[ColumnElement[bool], ...]:
    which = Published.state == DefinitionState.DEFAULT.value if version is None else Published.version == version
    return (Published.kind == kind, Published.key == key, which)


def _version(row: dict[str, Any]) -> Version:  # Any: a row of _VERSION
    return Version(**{**row, "state": DefinitionState(row["state"])})


_VERSION = (
    Published.kind,
    Published.key,
    Published.version,
    Published.sha256,
    Published.title,
    Published.start_event,
    Published.state,
    Published.published_at,
    Published.published_by,
)
