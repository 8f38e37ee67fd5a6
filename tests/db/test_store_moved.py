"""A ticket was paused: its open steps get the time back, and the pages know."""

from __future__ import annotations

from db.queries.tickets import steps
from db.session import Store
from sop.facts import FactType
from tests.db.desk import Facts, a_started_return, after, opened, projected


async def test_a_step_moves_by_the_time_the_ticket_was_paused(store: Store) -> None:
    ticket = (await opened(store)).id
    started = a_started_return()
    await projected(store, ticket, started)
    moved = Facts(start=len(started.all) + 1)
    moved.add(FactType.STEP_MOVED, "inspect", due_at=after(days=3).isoformat(), timeout_at=None)

    await projected(store, ticket, moved)

    async with store.read() as conn:
        assert [step.due_at for step in await steps(conn, ticket, only_open=True)] == [after(days=3)]
