"""What the ticket page reads: the ticket, its steps and its timeline, and the names that stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.people import people
from db.queries import handover
from db.queries.clocks import reckonings
from db.queries.tickets import RunFacts, StepFacts, TicketFacts, steps, ticket
from db.queries.timeline import Audience, Happened, Said, timeline
from db.tables import PersonalValue, Published
from sop.clocks.why import Why
from sop.definition import Compiled, definition_of
from sop.model import Action
from sop.values import Value


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything about one ticket.

    ``steps``: closed ones too; ``colleagues``: who works here now; ``plan``: the main line of the SOP it follows;
    ``personal``: what the references to personal form fields stand for; ``gives``: what the action of a step that
    waits for its owner would have given, by the step's address; ``handover``: the hand-over bundle, for
    staff; ``reckonings``: why clocks are due when they are, by address, for staff."""

    ticket: TicketFacts
    steps: Sequence[StepFacts]
    timeline: Sequence[Said | Happened]
    people: Mapping[str, str]
    colleagues: Sequence[str]
    personal: Mapping[str, Value]
    plan: Sequence[Mapping[str, object]]
    gives: Mapping[str, Sequence[str]]
    handover: Mapping[str, Value]
    reckonings: Mapping[str, Why]

    @property
    def main(self) -> RunFacts | None:
        """The run of the SOP that the ticket follows."""
        return main_of(self.ticket.runs)


async def bundle(conn: AsyncConnection, ticket_id: int, audience: Audience, now: datetime) -> Bundle | None:
    """Everything about a ticket; None where there is none."""
    facts = await ticket(conn, ticket_id, now)
    if facts is None:
        return None
    everybody = await people(conn, active=False)
    personal = select(PersonalValue.ref, PersonalValue.value).where(PersonalValue.ticket_id == ticket_id)
    return Bundle(
        ticket=facts,
        steps=await steps(conn, ticket_id),
        timeline=await timeline(conn, ticket_id, audience),
        people={one.id: one.name for one in everybody},
        colleagues=[one.id for one in everybody if one.active],
        personal={row.ref: row.value for row in await conn.execute(personal)},
        plan=await _plan(conn, main_of(facts.runs)),
        gives={step.address: await outputs_of(conn, facts.runs, step) for step in facts.steps if step.incident},
        handover=await handover.bundle(conn, ticket_id) if audience is Audience.STAFF else {},
        reckonings=await reckonings(conn, ticket_id, now) if audience is Audience.STAFF else {},
    )


def main_of(runs: Sequence[RunFacts]) -> RunFacts | None:
    """The SOP that a ticket follows, among its runs: the first that no other has called."""
    return next((run for run in runs if run.kind == "sop" and run.parent_run is None), None)


async def _plan(conn: AsyncConnection, main: RunFacts | None) -> Sequence[Mapping[str, object]]:
    compiled = await _compiled(conn, main) if main is not None else None
    found = compiled["document"].get("steps") if compiled else ()
    return found if isinstance(found, list) else ()


async def outputs_of(conn: AsyncConnection, runs: Sequence[RunFacts], step: StepFacts) -> Sequence[str]:
    """The names of what a step's action gives, by the definition that its run has pinned; none for other steps."""
    run = next((one for one in runs if one.run == step.run), None)
    compiled = await _compiled(conn, run) if run is not None and step.type == "action" else None
    if compiled is None:
        return ()
    placed = definition_of(compiled).steps.get(step.step.partition("#")[0])
    if placed is None or not isinstance(placed.step, Action):
        return ()
    contract = compiled["actions"].get(placed.step.action)
    return contract["gives"] if contract else ()


async def _compiled(conn: AsyncConnection, run: RunFacts) -> Compiled | None:
    wanted = select(Published.compiled).where(
        Published.kind == run.kind, Published.key == run.key, Published.version == run.version
    )
    return await conn.scalar(wanted)
