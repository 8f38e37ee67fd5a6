"""Calendars by version: whatever a clock has counted on can be looked up for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import KnownCalendar
from db.upsert import insert_new
from sop.calendars import Calendar
from sop.definition import Compiled


async def keep(conn: AsyncConnection, compiled: Compiled) -> None:
    """Keep every calendar of a definition and of those it calls."""
    rows = [
        {"version": version, "name": name, "plain": plain}
        for version, (name, plain) in {v: (n, p) for v, n, p in _calendars(compiled)}.items()
    ]
    if rows:
        await conn.execute(insert_new(conn, KnownCalendar), rows)


def _calendars(compiled: Compiled) -> Iterator[tuple[str, str, dict[str, object]]]:
    for name, plain in compiled["calendars"].items():
        yield Calendar.from_plain(plain).version, name, plain
    for called in compiled["sops"].values():
        yield from _calendars(called)


async def known(conn: AsyncConnection, versions: Iterable[str]) -> dict[str, Calendar]:
    """The calendars of these versions; one that was never published is left out."""
    return {version: Calendar.from_plain(plain) for version, plain in (await plain_of(conn, versions)).items()}


async def plain_of(conn: AsyncConnection, versions: Iterable[str]) -> dict[str, dict[str, object]]:
    """The same, as plain JSON."""
    rows = await conn.execute(
        select(KnownCalendar.version, KnownCalendar.plain).where(KnownCalendar.version.in_(list(versions)))
    )
    return {row.version: dict(row.plain) for row in rows if isinstance(row.plain, Mapping)}
