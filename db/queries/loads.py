"""How many tickets stand on each step of a definition, and how long they usually stay there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Run, Step

RECENT = 500  # visits of each step that its median is made of: the latest ones


@dataclass(frozen=True, slots=True)
class StepLoad:
    """One step: the tickets that stand on it now, and the median time in seconds of the latest visits."""

    open: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket that stands on a step of a version."""

    ticket_id: int
    step: str
    version: int


async def standing_on(conn: AsyncConnection, kind: str, key: str) -> list[Standing]:
    """Where the tickets that run a definition stand, on whatever version; a step of a repeat is told by its id."""
    rows = await conn.execute(
        select(Step.ticket_id, Step.step, Run.version).join(Run, _run()).where(*_of(kind, key), Step.status == "open")
    )
    found = {Standing(row.ticket_id, _id(row.step), row.version) for row in rows}
    return sorted(found, key=lambda one: (one.step, one.ticket_id))


async def step_loads(conn: AsyncConnection, kind: str, key: str, since: datetime) -> dict[str, StepLoad]:
    """The load of each step of a definition, over all its versions; medians of visits that ended after ``since``."""
    open_on = defaultdict[str, set[int]](set)
    for one in await standing_on(conn, kind, key):
        open_on[one.step].add(one.ticket_id)
    times = await _times(conn, kind, key, since)
    return {
        step: StepLoad(len(open_on.get(step, ())), median(times[step]) if step in times else None)
        for step in sorted({*open_on, *times})
    }


async def _times(conn: AsyncConnection, kind: str, key: str, since: datetime) -> dict[str, list[float]]:
    newest = func.row_number().over(partition_by=Step.step, order_by=Step.closed_at.desc()).label("newest")
    latest = (
        select(Step.step, Step.opened_at, Step.closed_at, newest)
        .join(Run, _run())
        .where(*_of(kind, key), Step.status.in_(("done", "timeout")), Step.closed_at >= since)
        .subquery()
    )
    columns = (latest.c.step, latest.c.opened_at, latest.c.closed_at)
    times = defaultdict[str, list[float]](list)
    for row in await conn.execute(select(*columns).where(latest.c.newest <= RECENT)):
        times[_id(row.step)].append((row.closed_at - row.opened_at).total_seconds())
    return times


def _run() -> ColumnElement[bool]:
    return and_(Run.ticket_id == Step.ticket_id, Run.run == Step.run)


def _of(kind: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (Run.kind == kind, Run.key == key)


def _id(slot: str) -> str:
    return slot.partition("#")[0]
