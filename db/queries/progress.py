"""A ticket as its customer sees it: how far it is, and what is theirs to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.numbers import number_of
from db.queries.steps import StepFacts, steps
from db.queries.timeline import Audience, Said, messages
from db.tables import Run, Ticket
from sop.values import Value

SHOWN = frozenset({"task", "approval", "action", "wait"})
CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step that is done, or being done. ``at``: when it was done, or when it began."""

    title: Value
    current: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a ticket is. ``tasks``: what its customer is asked to do now."""

    id: int
    no: str
    subject: str
    status: str
    result: str | None
    created_at: datetime
    updated_at: datetime
    customer_id: int | None
    stages: tuple[Stage, ...]
    tasks: tuple[StepFacts, ...]
    messages: tuple[Said, ...]


async def progress(conn: AsyncConnection, ticket_id: int) -> Progress | None:
    """The customer's page of a ticket: only what SOPs do is shown, and nothing of who does it."""
    columns = (
        Ticket.id,
        Ticket.subject,
        Ticket.status,
        Ticket.result,
        Ticket.created_at,
        Ticket.updated_at,
        Ticket.customer_id,
    )
    row = (await conn.execute(select(*columns).where(Ticket.id == ticket_id))).one_or_none()
    if row is None:
        return None
    kinds = await conn.execute(select(Run.run, Run.kind).where(Run.ticket_id == ticket_id))
    sops = {found.run for found in kinds if found.kind == "sop"}
    known = await steps(conn, ticket_id)
    return Progress(
        no=number_of(ticket_id),
        stages=_stages([step for step in known if step.run in sops]),
        tasks=tuple(step for step in known if step.status == "open" and step.type == "task" and step.pool == CUSTOMER),
        messages=tuple(await messages(conn, ticket_id, Audience.CUSTOMER)),
        **row._asdict(),
    )


def _stages(known: list[StepFacts]) -> tuple[Stage, ...]:
    """One stage for each step, however often it was visited, in the order of the latest visits."""
    latest: dict[tuple[str, str], Stage] = {}
    for step in known:
        if step.type not in SHOWN or step.status not in ("open", "done"):
            continue
        current = step.status == "open"
        latest.pop((step.run, step.step), None)
        latest[step.run, step.step] = Stage(
            step.title, current, step.opened_at if current else step.closed_at or step.opened_at
        )
    return tuple(latest.values())
