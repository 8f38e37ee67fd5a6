"""One ticket: where it stands, who owns it, what runs, what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.customers import KnownCustomer, customer
from db.lights import light_at
from db.numbers import number_of
from db.queries import promises
from db.queries.merged import MergedFacts, merged
from db.queries.promises import PromiseFacts
from db.queries.steps import StepFacts, steps
from db.tables import Clock, ClockState, File, Light, Person, Run, Ticket
from sop.state import ENDED
from sop.values import Value, Values

__all__ = [
    "ClockFacts",
    "FileFacts",
    "RunFacts",
    "Standing",
    "StepFacts",
    "TicketFacts",
    "clocks",
    "files",
    "id_of_token",
    "runs",
    "standing",
    "steps",
    "ticket",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """As much of a ticket as a door must know before it speaks to it."""

    id: int
    customer_id: int | None
    status: str
    owner_person: str | None
    last_seq: int
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run of a definition, with its pinned version."""

    run: str
    kind: str
    key: str
    version: int
    sha256: str
    title: Value
    parent_run: str | None
    parent_step: str | None
    status: str
    result: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """A clock, and its light now."""

    run: str
    clock: str
    state: str
    target: str
    calendar: str
    due_at: datetime | None
    warn_at: datetime | None
    breached_at: datetime | None
    met: bool | None
    light: Light


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file, without its bytes."""

    id: str
    name: str
    media_type: str
    size: int
    uploaded_by: str
    created_at: datetime
    ticket_id: int


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket as its page shows it. ``seq``: ledger rows it has; ``steps``: the open ones, the oldest first;
    ``merged_into``: the number of the ticket that goes on in its place; ``merged``: those in whose place this one goes
    on, whose files are among ``files``."""

    id: int
    no: str
    subject: str
    body: str
    category: str | None
    priority: str
    channel: str
    status: str
    result: str | None
    owner_person: str | None
    owner_name: str | None
    owner_team: str | None
    owner_pool: str | None
    fields: Values
    order: Values
    tags: list[str]
    due_at: datetime | None
    light: Light
    first_response_at: datetime | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    seq: int
    public_token: str
    merged_into: str | None
    customer: KnownCustomer | None
    runs: tuple[RunFacts, ...]
    steps: tuple[StepFacts, ...]
    clocks: tuple[ClockFacts, ...]
    promises: tuple[PromiseFacts, ...]
    files: tuple[FileFacts, ...]
    merged: tuple[MergedFacts, ...]


async def standing(conn: AsyncConnection, ticket_id: int) -> Standing | None:
    """As much of a ticket as a door must know; None where there is none."""
    columns = (Ticket.id, Ticket.customer_id, Ticket.status, Ticket.owner_person, Ticket.last_seq, Ticket.merged_into)
    row = (await conn.execute(select(*columns).where(Ticket.id == ticket_id))).one_or_none()
    return None if row is None else Standing(**row._asdict())


async def id_of_token(conn: AsyncConnection, token: str) -> int | None:
    """The ticket whose customer page this token opens."""
    return await conn.scalar(select(Ticket.id).where(Ticket.public_token == token))


async def ticket(conn: AsyncConnection, ticket_id: int, now: datetime) -> TicketFacts | None:
    """The ticket's page; None where there is none."""
    row = (await conn.execute(select(*_COLUMNS).outerjoin(*_OWNER).where(Ticket.id == ticket_id))).one_or_none()
    if row is None:
        return None
    facts = row._asdict()
    customer_id, warn_at, into = facts.pop("customer_id"), facts.pop("warn_at"), facts.pop("merged_into")
    over = row.status in ENDED
    gone = await merged(conn, ticket_id, customer_id)
    return TicketFacts(
        no=number_of(ticket_id),
        merged_into=None if into is None else number_of(into),
        light=Light.GREEN if over else light_at(now, row.due_at, warn_at),
        customer=await customer(conn, customer_id) if customer_id is not None else None,
        runs=await runs(conn, ticket_id),
        steps=await steps(conn, ticket_id, only_open=True),
        clocks=await clocks(conn, ticket_id, now),
        promises=await promises.of_ticket(conn, ticket_id, now),
        files=await files(conn, ticket_id, *(one.id for one in gone)),
        merged=gone,
        **facts,
    )


async def runs(conn: AsyncConnection, ticket_id: int) -> tuple[RunFacts, ...]:
    """The runs of a ticket, in the order they started."""
    rows = await conn.execute(select(*_RUN).where(Run.ticket_id == ticket_id).order_by(Run.started_at, Run.run))
    return tuple(RunFacts(**row._asdict()) for row in rows)


async def clocks(conn: AsyncConnection, ticket_id: int, now: datetime) -> tuple[ClockFacts, ...]:
    """The clocks of a ticket, with their lights now."""
    rows = await conn.execute(select(*_CLOCK).where(Clock.ticket_id == ticket_id).order_by(Clock.run, Clock.clock))
    return tuple(
        ClockFacts(**row._asdict(), light=_light(row.state, row.due_at, row.warn_at, row.breached_at, now))
        for row in rows
    )


async def files(conn: AsyncConnection, *tickets: int) -> tuple[FileFacts, ...]:
    """The files of tickets, without their bytes."""
    columns = (File.id, File.name, File.media_type, File.size, File.uploaded_by, File.created_at, File.ticket_id)
    rows = await conn.execute(select(*columns).where(File.ticket_id.in_(tickets)).order_by(File.created_at, File.id))
    return tuple(FileFacts(**row._asdict()) for row in rows)


def _light(
    state: str, due_at: datetime | None, warn_at: datetime | None, breached_at: datetime | None, now: datetime
) -> Light:
    broken = breached_at is not None
    if state == ClockState.RUNNING:
        return light_at(now, due_at, warn_at, broken=broken)
    return Light.RED if broken else Light.GREEN


_OWNER = (Person, Person.id == Ticket.owner_person)
_COLUMNS = (
    Ticket.id,
    Ticket.subject,
    Ticket.body,
    Ticket.category,
    Ticket.priority,
    Ticket.channel,
    Ticket.status,
    Ticket.result,
    Ticket.owner_person,
    Person.name.label("owner_name"),
    Ticket.owner_team,
    Ticket.owner_pool,
    Ticket.fields,
    Ticket.order,
    Ticket.tags,
    Ticket.due_at,
    Ticket.warn_at,
    Ticket.first_response_at,
    Ticket.created_at,
    Ticket.updated_at,
    Ticket.resolved_at,
    Ticket.closed_at,
    Ticket.last_seq.label("seq"),
    Ticket.public_token,
    Ticket.merged_into,
    Ticket.customer_id,
)
_RUN = (
    Run.run,
    Run.kind,
    Run.key,
    Run.version,
    Run.sha256,
    Run.title,
    Run.parent_run,
    Run.parent_step,
    Run.status,
    Run.result,
    Run.started_at,
    Run.ended_at,
)
_CLOCK = (
    Clock.run,
    Clock.clock,
    Clock.state,
    Clock.target,
    Clock.calendar,
    Clock.due_at,
    Clock.warn_at,
    Clock.breached_at,
    Clock.met,
)
