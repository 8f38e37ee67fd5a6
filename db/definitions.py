"""Published definitions: immutable versions, and which of them new tickets take."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import DefinitionState, Published
from sop.definition import Compiled
from sop.values import Value

LIVE = (DefinitionState.DEFAULT.value, DefinitionState.CANDIDATE.value)


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, without its content. ``share`` and ``segment`` are a candidate's; ``aim`` is what a draft
    becomes once approved; ``money``: somebody else than its publisher must approve it."""

    kind: str
    key: str
    version: int
    sha256: str
    title: Value
    start_event: str | None
    state: DefinitionState
    published_at: datetime
    published_by: str
    share: int | None = None
    segment: str | None = None
    money: bool = False
    aim: Value = None
    approved_at: datetime | None = None
    approved_by: str | None = None

    @property
    def ref(self) -> str:
        """As people name it: ``return@7``."""
        return f"{self.key}@{self.version}"

    @property
    def released(self) -> bool:
        """Whether it may be taken by new tickets: it moves no money, or has been approved."""
        return not self.money or self.approved_at is not None


Content: TypeAlias = tuple[str, str, int, str]
"""Kind, key, version and sha256: what a definition of one database is known by; its content never changes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What new tickets may take of one key: the default, and a candidate with its share or segment."""

    default: Compiled | None = None
    candidate: Compiled | None = None
    share: int | None = None
    segment: str | None = None


async def offered(
    conn: AsyncConnection, event: str, known: MutableMapping[Content, Compiled] | None = None
) -> list[Offer]:
    """What may start on an event, by kind and key. ``known`` holds what this caller has read before, and gains the
    rest: parsing a whole library for every ticket would cost more than all else that intake does."""
    starts = select(Published.kind, Published.key).where(Published.start_event == event, Published.state.in_(LIVE))
    within = starts.subquery()
    rows = await conn.execute(
        select(*_OFFERED)
        .join(within, (within.c.kind == Published.kind) & (within.c.key == Published.key))
        .where(Published.state.in_(LIVE))
        .order_by(Published.kind, Published.key)
        .distinct()
    )
    return await _offers(conn, list(rows), known if known is not None else {})


async def offer(
    conn: AsyncConnection, kind: str, key: str, known: MutableMapping[Content, Compiled] | None = None
) -> Offer | None:
    """What new tickets may take of one key; None where nothing of it is published."""
    rows = await conn.execute(
        select(*_OFFERED).where(Published.kind == kind, Published.key == key, Published.state.in_(LIVE))
    )
    found = await _offers(conn, list(rows), known if known is not None else {})
    return found[0] if found else None


async def _offers(
    conn: AsyncConnection,
    rows: list[Any],  # Any: rows of _OFFERED
    known: MutableMapping[Content, Compiled],
) -> list[Offer]:
    offers: dict[tuple[str, str], Offer] = {}
    for row in rows:
        compiled = await _content(conn, (row.kind, row.key, row.version, row.sha256), known)
        before = offers.get((row.kind, row.key), Offer())
        offers[row.kind, row.key] = (
            Offer(compiled, before.candidate, before.share, before.segment)
            if row.state == DefinitionState.DEFAULT
            else Offer(before.default, compiled, row.share, row.segment)
        )
    return list(offers.values())


async def _content(conn: AsyncConnection, content: Content, known: MutableMapping[Content, Compiled]) -> Compiled:
    if content not in known:
        found = await conn.scalar(select(Published.compiled).where(*_is(*content[:3])))
        assert found is not None  # noqa: S101 - published versions are never deleted
        known[content] = found
    return known[content]


async def starters(conn: AsyncConnection) -> list[str]:
    """The events on which a definition may start."""
    rows = await conn.execute(
        select(Published.start_event).distinct().where(Published.state.in_(LIVE), Published.start_event.is_not(None))
    )
    return sorted(event for event in rows.scalars() if event)


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


async def version_of(conn: AsyncConnection, kind: str, key: str, version: int | None = None) -> Version | None:
    """One version without its content, or the default one."""
    row = (await conn.execute(select(*_VERSION).where(*_is(kind, key, version)))).one_or_none()
    return None if row is None else _version(row._asdict())


async def versions(conn: AsyncConnection, *, key: str | None = None, archived: bool = False) -> list[Version]:
    """Published versions by kind, key and version, the newest first; with ``archived`` those too that no new ticket
    will ever take by itself."""
    wanted = select(*_VERSION).order_by(Published.kind.desc(), Published.key, Published.version.desc())
    if key is not None:
        wanted = wanted.where(Published.key == key)
    if not archived:
        gone = (DefinitionState.ARCHIVED.value, DefinitionState.DERIVED.value)
        wanted = wanted.where(Published.state.not_in(gone))
    return [_version(row._asdict()) for row in await conn.execute(wanted)]


def _is(kind: str, key: str, version: int | None) -> tuple[ColumnElement[bool], ...]:
    which = Published.state == DefinitionState.DEFAULT.value if version is None else Published.version == version
    return (Published.kind == kind, Published.key == key, which)


def _version(row: dict[str, Any]) -> Version:  # Any: a row of _VERSION
    return Version(**{**row, "state": DefinitionState(row["state"])})


_OFFERED = (
    Published.kind,
    Published.key,
    Published.version,
    Published.sha256,
    Published.state,
    Published.share,
    Published.segment,
)
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
    Published.share,
    Published.segment,
    Published.money,
    Published.aim,
    Published.approved_at,
    Published.approved_by,
)
