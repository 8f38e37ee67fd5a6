"""A run goes on with another version: what the pages read has its steps under their new names."""

from __future__ import annotations

from db.queries.standing import Standing, on_version, spread
from db.queries.steps import steps
from db.queries.tickets import ticket as ticket_page
from db.session import Store
from sop.facts import FactType
from tests.db.desk import Facts, a_started_return, after, opened, projected, staffed


async def test_a_renamed_step_is_the_same_step(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    started = a_started_return()
    await projected(store, ticket, started)
    moved = Facts(start=len(started.all) + 1)
    moved.add(FactType.STEP_OPENED, "check", type="task", title="旧的检查")
    moved.add(FactType.STEP_OPENED, "pack#2", type="task", title="打包")
    moved.add(
        FactType.RUN_MIGRATED,
        version=7,
        sha256="b" * 64,
        title="新",
        steps={"inspect": "check", "check": "inspect", "pack": "wrap"},
    )
    due = after(days=9)
    moved.add(FactType.STEP_CHANGED, "check", type="task", title="查", assign="team:qc", due_at=due.isoformat())

    await projected(store, ticket, moved)

    async with store.read() as conn:
        known = {step.step: step for step in await steps(conn, ticket)}
        page = await ticket_page(conn, ticket, after(minutes=9))
        standing = await on_version(conn, "sop", "return", 7)
        assert await on_version(conn, "sop", "return", 1) == []
    assert set(known) == {"check", "inspect", "wrap#2"}
    assert (known["inspect"].title, known["check"].title, known["check"].due_at) == ("旧的检查", "查", due)
    assert known["check"].person == "anna"
    assert page
    assert [(run.version, run.title) for run in page.runs] == [(7, "新")]
    assert standing == [Standing(ticket, ("check", "inspect", "wrap"))]


def test_a_canary_stands_on_many_steps() -> None:
    on = [Standing(number, (step,)) for number, step in enumerate("aaaabbc", 1)]

    assert [one.ticket_id for one in spread(on, 3)] == [1, 5, 7]
    assert [one.ticket_id for one in spread(on, 5)] == [1, 2, 5, 6, 7]
    assert spread(on, 99) == on
