"""A ticket that had closed is opened again: a new workflow of the same id goes on in the same ledger."""

from __future__ import annotations

from pathlib import Path

from temporal_stage import Lockstep, time_skipping

from sop.clocks.left import left_of, plain_of_left
from sop.definition import Compiled
from sop.facts import FactType
from sop.scenario import read_scripts
from sop.scenario.script import Act
from workflows.messages import TicketStart, encoded

GENERAL = Path(__file__).parents[1] / "scenarios" / "general.yaml"


async def test_a_closed_ticket_lives_again_in_the_same_ledger(library: dict[str, Compiled]) -> None:
    script = read_scripts(GENERAL.read_text("utf-8"), GENERAL.name)[0]
    case = script.cases[0]
    async with time_skipping() as env:
        async with Lockstep.open(env, script, case, library["general.sop.yaml"], 1) as both:
            await both.act(case.play[0], 1)
            await both.act(Act(after="8d"), 2)
            closed = len(both.facts)
            assert both.facts[-1].data["status"] == "closed"

            both.world.compiled = library["reopened.sop.yaml"]
            ticket = encoded({"no": "T1", "category": "general", "priority": "normal"})
            taken = both.world.taken(ticket)
            left, again = plain_of_left(left_of(both.facts)), await env.get_current_time()
            start = TicketStart(
                1, ticket, {"id": "C1"}, seq=closed, reopened=True, taken=taken, reopened_at=again, left=left
            )
            await both.tickets.start(start)
            await both.until(lambda: any(f.step == "work_again" for f in both.facts))

        assert [fact.seq for fact in both.facts] == list(range(1, len(both.facts) + 1))
        assert both.facts[closed].type is FactType.TICKET_OPENED
        assert both.facts[closed - 1].data["status"] == "closed"
        clocks = [f.data for f in both.facts if f.data.get("clock") == "resolution" and "ledger" in f.data]
        stopped, goes_on = clocks[-2:]
        assert (goes_on["continues"], goes_on["target"]) == ("general", stopped["target"])
        assert goes_on["used_seconds"] == stopped["used_seconds"]
        [solved] = goes_on["ledger"]["pauses"]
        assert (solved["since"], solved["until"]) == (stopped["ledger"]["stopped_at"], again.isoformat())
