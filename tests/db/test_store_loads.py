"""How many tickets stand on each step of a definition, and how long they usually stay."""

from __future__ import annotations

from datetime import datetime

from db.queries.loads import Standing, StepLoad, standing_on, step_loads
from db.queries.steps import steps
from db.session import Store
from sop.facts import FactType
from tests.db.desk import NINE, Facts, after, opened, projected

EVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def a_run(key: str = "return", kind: str = "sop", version: int = 3) -> Facts:
    """A run that has started."""
    started = {"kind": kind, "key": key, "version": version, "sha256": "abc", "title": key}
    return Facts().add(FactType.RUN_STARTED, run=key, **started, parent_run=None, parent_step=None)


def stays(facts: Facts, step: str, minutes: int, run: str = "return", status: str = "done") -> Facts:
    """A step that opens, and closes after so many facts: each comes a minute after the one before."""
    facts.add(FactType.STEP_OPENED, step, run=run, type="task", title=step)
    for _ in range(minutes - 1):
        facts.add(FactType.TICKET_PRIORITY, run=None, priority="high")
    return facts.add(FactType.STEP_CLOSED, step, run=run, status=status, outcome=None, outputs={})


def stands(facts: Facts, step: str, run: str = "return") -> Facts:
    """A step that stays open."""
    return facts.add(FactType.STEP_OPENED, step, run=run, type="task", title=step)


async def told(store: Store, *stories: Facts) -> list[int]:
    """Tickets with these ledgers."""
    numbers = []
    for story in stories:
        numbers.append((await opened(store, customer=None)).id)
        await projected(store, numbers[-1], story)
    return numbers


async def test_tickets_are_counted_where_they_stand_and_times_have_their_median(store: Store) -> None:
    await told(
        store,
        stands(stays(a_run(), "inspect", 2), "pay"),
        stands(stays(a_run(), "inspect", 4), "pay"),
        stays(a_run(version=4), "inspect", 30),
        stands(a_run(), "inspect"),
    )

    async with store.read() as conn:
        loads = await step_loads(conn, "sop", "return", EVER)

    assert loads == {"inspect": StepLoad(1, 240.0), "pay": StepLoad(2, None)}


async def test_another_definition_a_cancelled_step_and_old_times_do_not_count(store: Store) -> None:
    await told(
        store,
        stands(a_run("refund"), "inspect", run="refund"),
        stands(a_run(kind="playbook"), "inspect"),
        stays(a_run(), "inspect", 5, status="cancelled"),
    )

    async with store.read() as conn:
        assert await step_loads(conn, "sop", "return", EVER) == {}

    await told(store, stays(a_run(), "inspect", 5))
    async with store.read() as conn:
        assert await step_loads(conn, "sop", "return", after(hours=1)) == {}
        assert await step_loads(conn, "sop", "return", NINE) == {"inspect": StepLoad(0, 300.0)}


async def test_passes_of_a_repeat_stand_on_their_step_once_a_ticket(store: Store) -> None:
    one, other = await told(store, stands(stands(a_run(), "look#1"), "look#2"), stands(a_run(version=4), "look#1"))

    async with store.read() as conn:
        assert await standing_on(conn, "sop", "return") == [Standing(one, "look", 3), Standing(other, "look", 4)]
        assert (await step_loads(conn, "sop", "return", EVER))["look"] == StepLoad(2, None)


async def test_two_visits_of_a_step_that_are_open_at_once_have_addresses_of_their_own(store: Store) -> None:
    facts = a_run().add(FactType.STEP_OPENED, "check", type="task", title="check")
    facts.add(FactType.STEP_OPENED, "check", type="task", title="check")
    facts.all[-1] = facts.all[-1]._replace(visit=2)
    ticket = (await opened(store, customer=None)).id
    await projected(store, ticket, facts)
    async with store.read() as conn:
        both = [step.address for step in await steps(conn, ticket)]

    later = Facts(start=len(facts.all) + 1).add(FactType.STEP_CLOSED, "check", status="done", outcome=None, outputs={})
    await projected(store, ticket, later)

    async with store.read() as conn:
        assert both == ["return.check@1", "return.check@2"]
        assert [step.address for step in await steps(conn, ticket)] == ["return.check", "return.check"]
