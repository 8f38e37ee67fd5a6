"""Duty: somebody comes, goes, or leaves for good; the tickets that this concerns are told in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import outbox, people
from db.dispatching import candidates
from db.tables import OutboxKind, Person, Step, Ticket
from sop.events import Duty, DutyChanged
from sop.state import ENDED, Status


class NoSuchPerson(LookupError):
    """Nobody who works here has this id."""


async def change(conn: AsyncConnection, person_id: str, duty: Duty, now: datetime) -> int:
    """Somebody comes on duty (back, if they had left), goes off, or has left; gives how many open tickets are told.
    Raises ``NoSuchPerson``.

    Told are the tickets they answer for or have a step of, and those that wait in the queue of a team which has nobody
    on duty any more; when somebody comes, the tickets that nobody could answer for."""
    known = await people.person(conn, person_id)
    if known is None or not (known.active or duty is Duty.ON):
        raise NoSuchPerson(person_id)
    await _put(conn, person_id, duty)
    emptied = () if duty is Duty.ON else await _emptied(conn, known.teams)
    if duty is Duty.ON:
        told = await _stranded(conn)
    else:
        told = await _concerned(conn, person_id, emptied, gone=duty is Duty.GONE)
    payload = outbox.payload_of(DutyChanged(person_id, duty, emptied))
    await outbox.put_all(conn, [(ticket, OutboxKind.SIGNAL, payload) for ticket in told], now)
    return len(told)


async def _put(conn: AsyncConnection, person_id: str, duty: Duty) -> None:
    match duty:
        case Duty.ON:
            await people.activate(conn, person_id)
        case Duty.OFF:
            await people.set_duty(conn, person_id, on_duty=False)
        case Duty.GONE:
            await people.deactivate(conn, person_id)


async def hand_back_if_gone(conn: AsyncConnection, ticket_id: int, person_id: str, now: datetime) -> None:
    """A ticket is given to somebody who has left while it was on its way: it is told at once.

    The row of the person is shared with whoever else gives to them, and waits for whoever takes them off: of the two
    transactions the later one sees what the earlier has done."""
    found = select(Person.active).where(Person.id == person_id).with_for_update(read=True)
    if await conn.scalar(found) is False:
        payload = outbox.payload_of(DutyChanged(person_id, Duty.GONE))
        await outbox.put(conn, ticket_id, OutboxKind.SIGNAL, payload, now)


async def _emptied(conn: AsyncConnection, teams: Iterable[str]) -> tuple[str, ...]:
    return tuple([team for team in teams if not await candidates(conn, team=team)])


async def _concerned(conn: AsyncConnection, person_id: str, emptied: Iterable[str], *, gone: bool) -> list[int]:
    queues = [f"team:{team}" for team in emptied]
    given = await conn.execute(select(Step.ticket_id).where(Step.status == "open", Step.person == person_id))
    steps = {row.ticket_id for row in given}
    if gone:
        steps |= await _asked_of(conn, f"user:{person_id}")
    theirs = or_(Ticket.owner_person == person_id, Ticket.owner_pool.in_(queues), Ticket.id.in_(steps))
    return await _open_tickets(conn, theirs)


async def _asked_of(conn: AsyncConnection, seat: str) -> set[int]:
    """The tickets with an open approval that asks this seat."""
    asked = select(Step.ticket_id, Step.approvers).where(Step.status == "open", Step.type == "approval")
    return {row.ticket_id for row in await conn.execute(asked) if seat in row.approvers}


async def _stranded(conn: AsyncConnection) -> list[int]:
    return await _open_tickets(conn, Ticket.owner_person.is_(None) & Ticket.owner_pool.is_(None))


async def _open_tickets(conn: AsyncConnection, which: ColumnElement[bool]) -> list[int]:
    under_way = Ticket.status.not_in((*ENDED, Status.NEW))
    return list((await conn.execute(select(Ticket.id).where(which, under_way).order_by(Ticket.id))).scalars())
