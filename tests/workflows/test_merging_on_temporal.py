"""A merge is agreed on before the ticket decides, and given up where the ticket decides otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path

from temporal_stage import World, time_skipping
from temporalio.worker import Worker

from sop.definition import Compiled
from sop.events import Actor, ActorKind, Command, TicketCommanded
from sop.scenario import read_scripts
from sop.scenario.stage import Mocks
from sop.values import decode
from workflows.client import Refused, Tickets
from workflows.messages import TicketStart, encoded
from workflows.sandbox import runner
from workflows.ticket import TicketWorkflow

SCENARIOS = Path(__file__).parents[1] / "scenarios"
ANNA = Actor(ActorKind.STAFF, "anna", ("after_sales_lead",))


async def told_at_once(library: dict[str, Compiled], *orders: TicketCommanded) -> tuple[World, list[object]]:
    """A general ticket that hears all orders, in this order, in one task: what its people are answered."""
    [script] = read_scripts((SCENARIOS / "general.yaml").read_text("utf-8"), "general.yaml")
    world = World(library["general.sop.yaml"], script, script.cases[0], Mocks({}))
    async with time_skipping() as env:
        tickets = Tickets(env.client, task_queue="queue-1")
        facts = encoded({key: decode(value) for key, value in script.ticket_of(script.cases[0]).items()})
        now = (await env.get_current_time()).isoformat()
        await tickets.start(TicketStart(1, {**facts, "created_at": now}, {}, taken=world.taken(facts)))
        said = []
        for number, order in enumerate(orders):
            said.append(asyncio.create_task(tickets.command(1, order, f"key-{number}")))
            await asyncio.sleep(0.3)  # nobody works yet: they wait in the order in which they came
        async with Worker(
            env.client,
            task_queue="queue-1",
            workflows=[TicketWorkflow],
            activities=[world.choose, world.write, world.agree, world.call],
            workflow_runner=runner(),
        ):
            return world, list(await asyncio.gather(*said, return_exceptions=True))


async def test_a_ticket_that_is_cancelled_while_the_two_agree_is_not_merged(library: dict[str, Compiled]) -> None:
    merge, cancel = TicketCommanded(Command.MERGE, ANNA, "G2"), TicketCommanded(Command.CANCEL, ANNA)

    world, [refused, cancelled] = await told_at_once(library, merge, cancel)

    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == ("ticket_over", 409)
    assert not isinstance(cancelled, Exception)
    assert world.merges == ["G2", None]
    assert [fact.type for fact in world.facts[1] if fact.type == "ticket.merged"] == []


async def test_a_ticket_is_merged_into_one_other_only(library: dict[str, Compiled]) -> None:
    one, other = TicketCommanded(Command.MERGE, ANNA, "G2"), TicketCommanded(Command.MERGE, ANNA, "G3")

    world, [merged, refused] = await told_at_once(library, one, other)

    assert not isinstance(merged, Exception)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.message["zh"]) == ("not_possible", "工单正在合并")
    assert world.merges == ["G2"]
    assert [fact.data["into"] for fact in world.facts[1] if fact.type == "ticket.merged"] == ["G2"]
