"""Which open tickets run on a version, how many, and the steps they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Run, Step


@dataclass(frozen=True, slots=True)
class Standing:
    """One ticket with something that runs on the version: the open steps of that, by id."""

    ticket_id: int
    steps: tuple[str, ...]


async def on_version(
    conn: AsyncConnection, kind: str, key: str, version: int, *, after: int = 0, limit: int | None = None
) -> list[Standing]:
    """The tickets that run on a version, by id, those after a ticket's id."""
    runs = (Run.kind == kind, Run.key == key, Run.version == version, Run.status != "ended", Run.ticket_id > after)
    wanted = select(Run.ticket_id).distinct().where(*runs).order_by(Run.ticket_id).limit(limit)
    ids = list((await conn.execute(wanted)).scalars())
    if not ids:
        return []
    rows = await conn.execute(
        select(Step.ticket_id, Step.step)
        .join(Run, (Run.ticket_id == Step.ticket_id) & (Run.run == Step.run))
        .where(*runs, Run.ticket_id <= ids[-1], Step.status == "open")
        .order_by(Step.ticket_id, Step.seq)
    )
    steps: dict[int, list[str]] = {}
    for row in rows:
        steps.setdefault(row.ticket_id, []).append(row.step.partition("#")[0])
    return [Standing(ticket_id, tuple(steps.get(ticket_id, ()))) for ticket_id in ids]


async def counts(conn: AsyncConnection, key: str | None = None) -> dict[tuple[str, str, int], int]:
    """How many tickets run on each version, by its kind, key and number."""
    columns = (Run.kind, Run.key, Run.version)
    wanted = select(*columns, func.count(Run.ticket_id.distinct())).where(Run.status != "ended").group_by(*columns)
    rows = await conn.execute(wanted if key is None else wanted.where(Run.key == key))
    return {(kind, name, version): count for kind, name, version, count in rows}


def spread(tickets: Sequence[Standing], count: int) -> list[Standing]:
    """A few of them that stand on as many different steps as possible, the same ones each time."""
    turns: dict[tuple[str, ...], int] = {}
    ranked: list[tuple[int, int, Standing]] = []
    for ticket in tickets:
        turn = turns[ticket.steps] = turns.get(ticket.steps, 0) + 1
        ranked.append((turn, ticket.ticket_id, ticket))
    return sorted((each[2] for each in sorted(ranked, key=lambda r: r[:2])[:count]), key=lambda one: one.ticket_id)
