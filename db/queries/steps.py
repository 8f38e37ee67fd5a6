"""The steps of a ticket, with who has them and how they were voted on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Person, Step, Vote
from sop.values import Value, Values


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """A vote on an approval."""

    person: str
    approve: bool
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step, open or closed. ``form``, ``outcomes``, ``script`` and ``title`` may hold references to personal fields
    (``db.personal.resolve``); ``incident`` is {code, message, where} while the step waits for its owner;
    ``gate`` is the gate that holds it."""

    run: str
    step: str
    visit: int
    type: str
    title: Value
    assign: str | None
    skills: list[str]
    person: str | None
    person_name: str | None
    pool: str | None
    approvers: list[str]
    form: Value
    outcomes: Value
    script: Value
    waits_for: list[str]
    until: Value
    status: str
    outcome: str | None
    outputs: Values
    due_at: datetime | None
    timeout_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    incident: Value
    gate: int | None = None
    votes: tuple[VoteFacts, ...] = ()
    twin: bool = False
    """Whether another branch of the run stands on the same step."""

    @property
    def address(self) -> str:
        """``<run>.<step>``: names the step even where two runs have one of this name; with ``@<visit>`` where it is
        open twice in one run."""
        return f"{self.run}.{self.step}" + (f"@{self.visit}" if self.twin else "")


async def steps(conn: AsyncConnection, ticket_id: int, *, only_open: bool = False) -> tuple[StepFacts, ...]:
    """The steps of a ticket, in the order they opened."""
    wanted = select(*_STEP).outerjoin(*_ASSIGNEE).where(Step.ticket_id == ticket_id).order_by(Step.seq)
    if only_open:
        wanted = wanted.where(Step.status == "open")
    found = (await conn.execute(wanted)).all()
    asked = any(row.type == "approval" for row in found)
    votes = await _votes(conn, ticket_id) if asked else {}
    stand = Counter((row.run, row.step) for row in found if row.status == "open")
    return tuple(
        StepFacts(
            **row._asdict(),
            votes=votes.get((row.run, row.step, row.visit), ()),
            twin=row.status == "open" and stand[row.run, row.step] > 1,
        )
        for row in found
    )


async def _votes(conn: AsyncConnection, ticket_id: int) -> dict[tuple[str, str, int], tuple[VoteFacts, ...]]:
    columns = (Vote.run, Vote.step, Vote.visit, Vote.person, Vote.approve, Vote.comment, Vote.at)
    rows = await conn.execute(select(*columns).where(Vote.ticket_id == ticket_id).order_by(Vote.seq))
    votes: dict[tuple[str, str, int], tuple[VoteFacts, ...]] = {}
    for row in rows:
        place = (row.run, row.step, row.visit)
        votes[place] = (*votes.get(place, ()), VoteFacts(row.person, row.approve, row.comment, row.at))
    return votes


_ASSIGNEE = (Person, Person.id == Step.person)
_STEP = (
    Step.run,
    Step.step,
    Step.visit,
    Step.type,
    Step.title,
    Step.assign,
    Step.skills,
    Step.person,
    Person.name.label("person_name"),
    Step.pool,
    Step.approvers,
    Step.form,
    Step.outcomes,
    Step.script,
    Step.waits_for,
    Step.until,
    Step.status,
    Step.outcome,
    Step.outputs,
    Step.due_at,
    Step.timeout_at,
    Step.opened_at,
    Step.closed_at,
    Step.closed_by,
    Step.incident,
    Step.gate,
)
