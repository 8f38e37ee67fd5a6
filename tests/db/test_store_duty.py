"""Who goes on or off duty, or leaves, and which tickets are told."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from db import duty, outbox, people
from db.people import NewPerson
from db.queries.handover import bundle
from db.session import Store
from db.tables import Entry, Notification, Outbox, OutboxKind, Step, Ticket
from sop.events import Duty, DutyChanged
from sop.facts import FactType
from tests.db.desk import ANNA, NINE, Facts, a_started_return, after, opened, projected, staffed


async def told(store: Store) -> list[tuple[int, object]]:
    """The events that tickets are told, beside their start."""
    async with store.read() as conn:
        kept = select(Outbox.ticket_id, Outbox.payload).where(Outbox.kind == OutboxKind.SIGNAL.value)
        return [(row.ticket_id, outbox.event_of(row.payload)) for row in await conn.execute(kept)]


async def changed(store: Store, person: str, what: Duty) -> int:
    async with store.write() as conn:
        return await duty.change(conn, person, what, after(hours=1))


async def test_who_goes_off_duty_hands_their_open_tickets_back(store: Store) -> None:
    await staffed(store)
    hers, done, fresh = [(await opened(store)).id for _ in range(3)]
    await projected(store, hers, a_started_return())
    await projected(store, done, a_started_return())
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == done).values(status="resolved"))

    assert await changed(store, "anna", Duty.OFF) == 1

    assert await told(store) == [(hers, DutyChanged("anna", Duty.OFF))]
    assert fresh not in dict(await told(store))
    async with store.read() as conn:
        anna = await people.person(conn, "anna")
    assert anna is not None
    assert not anna.on_duty


async def test_a_step_is_enough_to_be_told(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == ticket).values(owner_person="bo"))
        await conn.execute(update(Step).values(person="chen"))

    assert await changed(store, "chen", Duty.GONE) == 1


async def test_the_queue_of_a_team_that_is_empty_now_is_told(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == ticket).values(owner_person=None, owner_pool="team:care"))
        await conn.execute(update(Step).values(person=None))

    assert await changed(store, "anna", Duty.OFF) == 0  # bo is still here
    assert await changed(store, "bo", Duty.OFF) == 1
    assert await told(store) == [(ticket, DutyChanged("bo", Duty.OFF, ("care",)))]


async def test_who_leaves_is_told_to_the_approvals_that_ask_them(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    async with store.write() as conn:
        await conn.execute(update(Step).values(type="approval", person=None, approvers=["user:bo", "user:chen"]))

    assert await changed(store, "bo", Duty.OFF) == 0
    assert await changed(store, "bo", Duty.GONE) == 1


async def test_a_ticket_nobody_could_answer_for_is_told_when_somebody_comes(store: Store) -> None:
    await staffed(store)
    ticket, fine = [(await opened(store)).id for _ in range(2)]
    for each in (ticket, fine):
        await projected(store, each, a_started_return())
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == ticket).values(owner_person=None, owner_pool=None))

    assert await changed(store, "chen", Duty.ON) == 1
    assert await told(store) == [(ticket, DutyChanged("chen", Duty.ON))]


async def test_a_ticket_given_to_somebody_who_has_just_left_is_told(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    await projected(store, ticket, a_started_return())
    await changed(store, "chen", Duty.GONE)
    more = Facts(9).add(FactType.TICKET_OWNER, run=None, wanted="user:chen", person="chen", reason="transfer")

    await projected(store, ticket, more)

    assert await told(store) == [(ticket, DutyChanged("chen", Duty.GONE))]


async def test_who_has_left_comes_back_only_on_duty(store: Store) -> None:
    await staffed(store)
    await changed(store, "chen", Duty.GONE)
    async with store.write() as conn:
        await people.put_person(conn, NewPerson("chen", "Chen"), NINE)  # the workspace is published again
        gone = await people.person(conn, "chen")

    for name, what in (("chen", Duty.OFF), ("chen", Duty.GONE), ("ghost", Duty.ON)):
        with pytest.raises(duty.NoSuchPerson):
            await changed(store, name, what)
    await changed(store, "chen", Duty.ON)

    async with store.read() as conn:
        back = await people.person(conn, "chen")
    assert gone is not None
    assert back is not None
    assert (gone.active, back.active, back.on_duty) == (False, True, True)


def handed_over() -> Facts:
    """Inspected, and from there transferred too often."""
    return (
        a_started_return()
        .add(FactType.STEP_CLOSED, "inspect", by=ANNA, status="done", outcome="pass", outputs={})
        .add(FactType.STEP_OPENED, "refund", type="task", title="Refund", due_at=after(days=1).isoformat())
        .add(FactType.TICKET_OWNER, run=None, by=ANNA, wanted="user:bo", person="bo", reason="transfer", note="abroad")
        .add(FactType.ALERT, run=None, kind="handoffs", about="4", to="lead", count=4)
    )


async def test_the_alert_of_too_many_hand_offs_holds_the_bundle_and_reaches_the_lead(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id

    await projected(store, ticket, handed_over())

    async with store.read() as conn:
        alert = await conn.scalar(select(Entry.data).where(Entry.type == FactType.ALERT.value))
        note = (await conn.execute(select(Notification.to_person, Notification.kind, Notification.text))).one()
        now = await bundle(conn, ticket)
    assert tuple(note) == ("bo", "handoffs", "4")
    assert alert is not None
    kept = alert["handover"]
    assert kept == now
    assert [(step["step"], step["outcome"], step["by"]) for step in kept["done"]] == [("inspect", "pass", "anna")]
    assert [step["step"] for step in kept["open"]] == ["refund"]
    assert [(one["from"], one["to"], one["note"]) for one in kept["handoffs"]] == [("anna", "bo", "abroad")]


async def test_administrators_are_told_of_a_ticket_that_nobody_answers_for(store: Store) -> None:
    await staffed(store)
    async with store.write() as conn:
        await people.put_person(conn, NewPerson("root", "Root", standing=people.Standing.ADMIN), NINE)
    ticket = (await opened(store)).id

    await projected(
        store, ticket, a_started_return().add(FactType.ALERT, run=None, kind="nobody", about="owner", to="admin")
    )

    async with store.read() as conn:
        assert list(await conn.scalars(select(Notification.to_person))) == ["root"]
