"""What two published versions of a definition mean differently, with the tickets that stand on what changed."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy.ext.asyncio import AsyncConnection

from db.definitions import Version, definition
from db.queries.loads import standing_on
from sop.definition import Definition, definition_of
from sop.diff.changes import Difference
from sop.diff.compare import difference


async def between(conn: AsyncConnection, old: Version, new: Version) -> Difference:
    """The difference from one published version to another."""
    standing = await standing_by_step(conn, old.kind, old.key, new.version)
    return difference(await content(conn, old), await content(conn, new), standing, (old.ref, new.ref))


async def content(conn: AsyncConnection, known: Version) -> Definition:
    """What a published version says."""
    compiled = await definition(conn, known.kind, known.key, known.version)
    assert compiled is not None  # noqa: S101 - published versions are never deleted
    return definition_of(compiled)


async def standing_by_step(
    conn: AsyncConnection, kind: str, key: str, but: int | None = None
) -> dict[str, frozenset[int]]:
    """The open tickets that run a definition, on whatever version ``but`` this one, by the step they stand on."""
    found = defaultdict[str, set[int]](set)
    for one in await standing_on(conn, kind, key):
        if one.version != but:
            found[one.step].add(one.ticket_id)
    return {step: frozenset(tickets) for step, tickets in found.items()}
