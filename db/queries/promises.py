"""Promises: those of a ticket, those of the desk, and how many of them are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.cursors import Place, cursor_of, place_of
from db.lights import light_at
from db.numbers import number_of
from db.tables import Light, Message, Person, Promise
from sop.state import PromisePhase
from sop.values import Value, Values


class GroupBy(StrEnum):
    """What the rate is told by. A promise belongs to the week in which it was due (ISO 8601, in UTC)."""

    SOP = "sop"
    TEAM = "team"
    PERSON = "person"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """A promise, and its light now. ``reason``: how it was kept, or why it was broken or withdrawn."""

    ticket_id: int
    promise: str
    seq: int
    run: str | None
    step: str | None
    message_id: int | None
    sop: str | None
    title: Value
    within: str
    checked_by: str | None
    playbook: str | None
    person: str | None
    person_name: str | None
    team: str | None
    state: str
    made_at: datetime
    due_at: datetime
    warn_at: datetime | None
    warned_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    late_seconds: int | None
    reason: str | None
    note: str | None
    outputs: Values
    light: Light

    @property
    def no(self) -> str:
        """The ticket's number."""
        return number_of(self.ticket_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which promises: in what state, due from when until (not including) when, of which team."""

    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    team: str | None = None

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """As the query says it."""
        said = (
            None if self.state is None else Promise.state == self.state,
            None if self.since is None else Promise.due_at >= self.since,
            None if self.until is None else Promise.due_at < self.until,
            None if self.team is None else Promise.team == self.team,
        )
        return tuple(condition for condition in said if condition is not None)


@dataclass(frozen=True, slots=True)
class PromisePage:
    """One page, the earliest due first."""

    rows: tuple[PromiseFacts, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Rate:
    """How the promises of one group went. Those withdrawn count nowhere."""

    group: str | None
    kept: int
    broken: int
    open: int

    @property
    def rate(self) -> float | None:
        """The share of those over that were kept; none while none is over."""
        over = self.kept + self.broken
        return round(self.kept / over, 4) if over else None


async def of_ticket(conn: AsyncConnection, ticket_id: int, now: datetime) -> tuple[PromiseFacts, ...]:
    """The promises of a ticket, in the order they were made."""
    found = _SELECTED.where(Promise.ticket_id == ticket_id).order_by(Promise.seq)
    return tuple(_facts(row._asdict(), now) for row in await conn.execute(found))


async def listed(
    conn: AsyncConnection, wanted: Wanted, now: datetime, *, cursor: str | None = None, limit: int = 50
) -> PromisePage:
    """One page of promises. Raises ``BadCursor``."""
    found = _SELECTED.where(*wanted.conditions())
    if cursor is not None:
        found = found.where(_after(place_of(cursor)))
    found = found.order_by(Promise.due_at, Promise.ticket_id, Promise.seq).limit(limit + 1)
    rows = [_facts(row._asdict(), now) for row in await conn.execute(found)]
    if len(rows) <= limit:
        return PromisePage(tuple(rows), None)
    last = rows[limit - 1]
    place = Place(last.due_at, last.ticket_id * _SEQS + last.seq)
    return PromisePage(tuple(rows[:limit]), cursor_of(place))


def _after(place: Place) -> ColumnElement[bool]:
    """What comes after a place; its id is of the ticket and of the ledger row in one."""
    ticket_id, seq = divmod(place.id, _SEQS)
    further = or_(Promise.ticket_id > ticket_id, and_(Promise.ticket_id == ticket_id, Promise.seq > seq))
    return or_(Promise.due_at > place.moment, and_(Promise.due_at == place.moment, further))


async def rates(conn: AsyncConnection, by: GroupBy, wanted: Wanted) -> list[Rate]:
    """How many promises are kept, broken and open, group by group in the order of their names."""
    if by is GroupBy.WEEK:
        return await _by_week(conn, wanted)
    column = {GroupBy.SOP: Promise.sop, GroupBy.TEAM: Promise.team, GroupBy.PERSON: Promise.person}[by]
    counted = select(column, Promise.state, func.count()).where(*wanted.conditions()).group_by(column, Promise.state)
    return _summed((row[0], row[1], row[2]) for row in await conn.execute(counted))


async def _by_week(conn: AsyncConnection, wanted: Wanted) -> list[Rate]:
    rows = await conn.execute(select(Promise.due_at, Promise.state).where(*wanted.conditions()))
    return _summed((_week(row.due_at), row.state, 1) for row in rows)


def _week(at: datetime) -> str:
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


def _summed(counts: Iterable[tuple[str | None, str, int]]) -> list[Rate]:
    summed: dict[str | None, dict[str, int]] = {}
    for group, state, count in counts:
        of_group = summed.setdefault(group, {})
        of_group[state] = of_group.get(state, 0) + count
    told = [
        Rate(group, states.get(PromisePhase.KEPT, 0), states.get(PromisePhase.BROKEN, 0), states.get("open", 0))
        for group, states in sorted(summed.items(), key=lambda item: (item[0] is None, item[0] or ""))
    ]
    return [rate for rate in told if rate.kept or rate.broken or rate.open]


def _facts(row: dict[str, Any], now: datetime) -> PromiseFacts:  # Any: a row of _COLUMNS
    in_message = row.pop("message_title")
    return PromiseFacts(**{**row, "title": row["title"] or in_message}, light=_light(row, now))


def _light(row: dict[str, Any], now: datetime) -> Light:  # Any: as above
    if row["state"] == PromisePhase.OPEN:
        return light_at(now, row["due_at"], row["warn_at"])
    return Light.RED if row["state"] == PromisePhase.BROKEN else Light.GREEN


_SEQS = 10**6  # more ledger rows than a ticket ever has
_COLUMNS = (
    Promise.ticket_id,
    Promise.promise,
    Promise.seq,
    Promise.run,
    Promise.step,
    Promise.message_id,
    Promise.sop,
    Promise.title,
    Message.promise_title.label("message_title"),
    Promise.within,
    Promise.checked_by,
    Promise.playbook,
    Promise.person,
    Person.name.label("person_name"),
    Promise.team,
    Promise.state,
    Promise.made_at,
    Promise.due_at,
    Promise.warn_at,
    Promise.warned_at,
    Promise.closed_at,
    Promise.closed_by,
    Promise.late_seconds,
    Promise.reason,
    Promise.note,
    Promise.outputs,
)
_SELECTED = (
    select(*_COLUMNS)
    .outerjoin(Message, Message.id == Promise.message_id)
    .outerjoin(Person, Person.id == Promise.person)
)
