"""The queue: views of tickets, sorted by what is due, and how many each view holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, literal, or_, select, true, type_coerce
from sqlalchemy import Row as RowOf
from sqlalchemy.ext.asyncio import AsyncConnection

from db.cursors import Place, cursor_of, place_of
from db.lights import light_at
from db.numbers import id_of, number_of
from db.tables import Correlation, Customer, Light, Person, Step, Ticket
from db.types import Utc
from sop.state import ENDED, Status
from sop.values import Value

SOON = timedelta(hours=4)
LONGEST_PAGE = 200
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # tickets without a deadline come last
Condition: TypeAlias = ColumnElement[bool]
Line: TypeAlias = RowOf[*tuple[Any, ...]]  # Any: the columns are named once, in _LINE


class View(StrEnum):
    """What one can look at in the queue."""

    MINE = "mine"
    OPEN = "open"
    UNASSIGNED = "unassigned"
    DUE_SOON = "due_soon"
    BREACHED = "breached"
    WAITING = "waiting"
    RESOLVED = "resolved"
    ALL = "all"


LATEST_FIRST = frozenset({View.RESOLVED, View.ALL})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their id, roles and teams decide what is theirs."""

    person: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def pools(self) -> list[str]:
        """The pools this person takes steps from."""
        return [f"role:{role}" for role in self.roles] + [f"team:{team}" for team in self.teams]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A ticket in a list. ``step``: the title of its oldest open step, ``held`` by a gate or not;
    ``light`` is as of now."""

    id: int
    no: str
    subject: str
    category: str | None
    priority: str
    channel: str
    status: str
    tags: tuple[str, ...]
    owner_person: str | None
    owner_name: str | None
    owner_team: str | None
    customer_id: int | None
    customer_name: str | None
    customer_tier: str | None
    step: Value
    held: bool
    due_at: datetime | None
    warn_at: datetime | None
    light: Light
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a view; ``next_cursor`` is None on the last."""

    rows: tuple[QueueRow, ...]
    next_cursor: str | None


async def queue(
    conn: AsyncConnection,
    view: View,
    viewer: Viewer,
    now: datetime,
    *,
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> QueuePage:
    """A page of a view: open tickets by deadline, ended ones the latest first. ``q`` looks in subject, number, customer
    and business keys. Raises ``db.cursors.BadCursor``."""
    limit = max(1, min(limit, LONGEST_PAGE))
    latest_first = view in LATEST_FIRST
    moment: ColumnElement[datetime] = func.coalesce(Ticket.due_at, literal(NEVER, Utc()), type_=Utc())
    if latest_first:
        moment = type_coerce(Ticket.updated_at, Utc())
    conditions = [_belongs(view, viewer, now)]
    if q.strip():
        conditions.append(_found(q.strip()[:200]))
    if cursor:
        conditions.append(_after(moment, place_of(cursor), latest_first=latest_first))
    order = (moment.desc(), Ticket.id.desc()) if latest_first else (moment, Ticket.id)
    wanted = select(*_LINE).outerjoin(Customer, Customer.id == Ticket.customer_id)
    wanted = wanted.outerjoin(Person, Person.id == Ticket.owner_person)
    rows = (await conn.execute(wanted.where(*conditions).order_by(*order).limit(limit + 1))).all()
    steps = await _open_step_titles(conn, [row.id for row in rows[:limit]])
    lines = tuple(_line(row, steps.get(row.id, (None, False)), now) for row in rows[:limit])
    if len(rows) <= limit:
        return QueuePage(lines, None)
    last = lines[-1]
    return QueuePage(lines, cursor_of(Place(last.updated_at if latest_first else last.due_at or NEVER, last.id)))


async def view_counts(conn: AsyncConnection, viewer: Viewer, now: datetime) -> dict[View, int]:
    """How many tickets each view of open tickets holds; ended ones are not counted."""
    views = [view for view in View if view not in LATEST_FIRST]
    counts = [func.count().filter(_belongs(view, viewer, now)) for view in views]
    row = (await conn.execute(select(*counts).select_from(Ticket).where(Ticket.status.not_in(ENDED)))).one()
    return dict(zip(views, row, strict=True))


def _line(row: Line, step: tuple[Value, bool], now: datetime) -> QueueRow:
    facts = row._asdict()
    facts["no"] = number_of(row.id)
    facts["tags"] = tuple(row.tags)
    facts["light"] = Light.GREEN if row.status in ENDED else light_at(now, row.due_at, row.warn_at)
    return QueueRow(step=step[0], held=step[1], **facts)


_LINE = (
    Ticket.id,
    Ticket.subject,
    Ticket.category,
    Ticket.priority,
    Ticket.channel,
    Ticket.status,
    Ticket.tags,
    Ticket.owner_person,
    Person.name.label("owner_name"),
    Ticket.owner_team,
    Ticket.customer_id,
    Customer.name.label("customer_name"),
    Customer.tier.label("customer_tier"),
    Ticket.due_at,
    Ticket.warn_at,
    Ticket.created_at,
    Ticket.updated_at,
)


def _belongs(view: View, viewer: Viewer, now: datetime) -> Condition:
    is_open = Ticket.status.not_in(ENDED)
    match view:
        case View.MINE:
            condition = or_(Ticket.owner_person == viewer.person, _has_step(_is_mine(viewer)))
        case View.UNASSIGNED:
            free = and_(Step.person.is_(None), Step.pool.in_(viewer.pools))
            condition = or_(Ticket.owner_person.is_(None), _has_step(free))
        case View.DUE_SOON:
            condition = and_(Ticket.due_at > now, or_(Ticket.due_at <= now + SOON, Ticket.warn_at <= now))
        case View.BREACHED:
            condition = Ticket.due_at <= now
        case View.WAITING:
            condition = Ticket.status.in_([Status.WAITING, Status.WAITING_CUSTOMER, Status.PAUSED])
        case View.OPEN:
            return is_open
        case View.RESOLVED | View.ALL:
            return ~is_open if view is View.RESOLVED else true()
    return and_(is_open, condition)


def _has_step(condition: Condition) -> Condition:
    return exists().where(Step.ticket_id == Ticket.id, Step.status == "open", condition)


def _is_mine(viewer: Viewer) -> Condition:
    seats = cast(Step.approvers, Text)  # SQL's cast: a list of seats is searched as its text
    asked = [seats.contains(f'"{seat}"', autoescape=True) for seat in (f"user:{viewer.person}", *viewer.pools)]
    return or_(Step.person == viewer.person, *asked)


def _found(q: str) -> Condition:
    ways: list[Condition] = [
        func.lower(Ticket.subject).contains(q.lower(), autoescape=True),
        func.lower(Customer.name).contains(q.lower(), autoescape=True),
        Customer.phone == q,
        Customer.email == q.lower(),
        exists().where(Correlation.ticket_id == Ticket.id, Correlation.value == q),
    ]
    ticket_id = id_of(q)
    if ticket_id is not None:
        ways.append(Ticket.id == ticket_id)
    return or_(*ways)


def _after(moment: ColumnElement[datetime], place: Place, *, latest_first: bool) -> Condition:
    if latest_first:
        return or_(moment < place.moment, and_(moment == place.moment, Ticket.id < place.id))
    return or_(moment > place.moment, and_(moment == place.moment, Ticket.id > place.id))


async def _open_step_titles(conn: AsyncConnection, tickets: Sequence[int]) -> dict[int, tuple[Value, bool]]:
    if not tickets:
        return {}
    rows = await conn.execute(
        select(Step.ticket_id, Step.title, Step.gate)
        .where(Step.ticket_id.in_(tickets), Step.status == "open", Step.type.not_in(["parallel", "repeat", "sop"]))
        .order_by(Step.seq.desc())
    )
    return {row.ticket_id: (row.title, row.gate is not None) for row in rows}
