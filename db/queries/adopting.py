"""The runs whose clocks could go on by the policies that are published now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import DefinitionState, Published, Run, Ticket
from sop.definition import Compiled
from sop.state import ENDED


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A run of an open ticket that goes by another version than the default, and that version."""

    ticket_id: int
    run: str
    version: int
    default: Compiled


async def runs_under_way(conn: AsyncConnection, keys: Sequence[str] = ()) -> list[UnderWay]:
    """The outermost runs of open tickets whose definition (of these keys, or of any) has another default by now, by
    ticket."""
    wanted = (
        select(Run.ticket_id, Run.run, Run.kind, Run.key, Run.version)
        .join(Ticket, Ticket.id == Run.ticket_id)
        .join(
            Published,
            (Published.kind == Run.kind)
            & (Published.key == Run.key)
            & (Published.state == DefinitionState.DEFAULT.value)
            & (Published.sha256 != Run.sha256),
        )
        .where(Run.status != "ended", Run.parent_run.is_(None), Ticket.status.not_in([one.value for one in ENDED]))
        .order_by(Run.ticket_id, Run.run)
    )
    if keys:
        wanted = wanted.where(Run.key.in_(keys))
    rows = (await conn.execute(wanted)).all()
    found = select(Published.kind, Published.key, Published.compiled).where(
        Published.state == DefinitionState.DEFAULT.value, Published.key.in_({row.key for row in rows})
    )
    defaults = {(row.kind, row.key): row.compiled for row in await conn.execute(found)}
    return [UnderWay(row.ticket_id, row.run, row.version, defaults[row.kind, row.key]) for row in rows]
