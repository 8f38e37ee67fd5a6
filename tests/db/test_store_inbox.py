"""Events come in: each once, to its tickets, or kept until its ticket comes."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from db.inbox import (
    AcceptedEvent,
    EventOutcome,
    NewEvent,
    accept_event,
    dead_letter_older_than,
    letters,
    replay_dead,
)
from db.outbox import event_of
from db.session import Store
from db.tables import InboxStatus, Outbox, OutboxKind
from sop.events import Occurred
from sop.facts import FactType
from sop.values import Value
from tests.db.desk import NINE, Facts, after, opened, projected


def parcel(event_id: str = "e1", ticket: str | None = None, **data: Value) -> NewEvent:
    return NewEvent("sf-express", event_id, "parcel.received", NINE, data, ticket)


async def accepted(store: Store, event: NewEvent) -> AcceptedEvent:
    async with store.write() as conn:
        return await accept_event(conn, event)


async def told(store: Store) -> list[tuple[int, str]]:
    async with store.read() as conn:
        found = await conn.execute(
            select(Outbox.ticket_id, Outbox.payload).where(Outbox.kind == OutboxKind.SIGNAL).order_by(Outbox.id)
        )
        events = [(row.ticket_id, event_of(row.payload)) for row in found]
    return [(ticket, event.id) for ticket, event in events if isinstance(event, Occurred)]


async def test_the_same_event_twenty_times_at_once_is_told_once(store: Store) -> None:
    await opened(store)

    outcomes = await asyncio.gather(*[accepted(store, parcel(order_no="SO-1")) for _ in range(20)])

    assert sorted(answer.outcome for answer in outcomes) == [EventOutcome.ACCEPTED] + [EventOutcome.DUPLICATE] * 19
    assert await told(store) == [(1, "e1")]


async def test_one_id_from_two_sources_is_two_events(store: Store) -> None:
    await opened(store)
    await accepted(store, parcel(order_no="SO-1"))
    other = NewEvent("zto", "e1", "parcel.received", NINE, {"order_no": "SO-1"})

    assert (await accepted(store, other)).outcome is EventOutcome.ACCEPTED


async def test_an_event_goes_to_the_ticket_it_names(store: Store) -> None:
    await opened(store)
    second = await opened(store)

    assert (await accepted(store, parcel(ticket=second.no, order_no="SO-1"))).tickets == (second.id,)


async def test_the_most_telling_key_decides(store: Store) -> None:
    await opened(store)
    second = await opened(store)
    await projected(store, second.id, Facts().add(FactType.ACTION_DONE, "label", outputs={"tracking_no": "SF1"}))

    assert (await accepted(store, parcel(order_no="SO-1", tracking_no="SF1"))).tickets == (second.id,)
    assert (await accepted(store, parcel("e2", order_no="SO-1"))).tickets == (1, 2)


async def test_an_early_event_waits_for_its_ticket(store: Store) -> None:
    early = await accepted(store, parcel(order_no="SO-1"))
    ticket = await opened(store)

    assert early == AcceptedEvent(EventOutcome.WAITING)
    assert await told(store) == [(ticket.id, "e1")]
    async with store.read() as conn:
        assert await letters(conn, InboxStatus.WAITING) == []


async def test_events_wait_for_the_waybill_an_action_brings_and_keep_their_order(store: Store) -> None:
    ticket = await opened(store)
    for number in range(3):
        await accepted(store, parcel(f"e{number}", tracking_no="SF1"))

    await projected(store, ticket.id, Facts().add(FactType.ACTION_DONE, "label", outputs={"tracking_no": "SF1"}))

    assert await told(store) == [(ticket.id, "e0"), (ticket.id, "e1"), (ticket.id, "e2")]


async def test_no_event_is_lost_between_its_arrival_and_its_key(store: Store) -> None:
    tickets = [await opened(store, order={}) for _ in range(12)]

    async def key(number: int) -> None:
        facts = Facts().add(FactType.ACTION_DONE, "label", outputs={"tracking_no": f"SF{number}"})
        await projected(store, tickets[number].id, facts)

    await asyncio.gather(
        *[work for n in range(12) for work in (accepted(store, parcel(f"e{n}", tracking_no=f"SF{n}")), key(n))]
    )

    assert sorted(await told(store)) == sorted((ticket.id, f"e{n}") for n, ticket in enumerate(tickets))


async def test_a_letter_nobody_claims_dies_and_can_be_played_again(store: Store) -> None:
    await accepted(store, parcel(tracking_no="SF9"))
    async with store.write() as conn:
        assert await dead_letter_older_than(conn, NINE) == 0
        assert await dead_letter_older_than(conn, after(days=7)) == 1
        [dead] = await letters(conn, InboxStatus.DEAD)
    ticket = await opened(store, order={"no": "SO-5"})

    async with store.write() as conn:
        still = await replay_dead(conn, dead.id, after(days=8))
        given = await replay_dead(conn, dead.id, after(days=8), ticket=ticket.no)

    assert still.outcome is EventOutcome.WAITING
    assert given == AcceptedEvent(EventOutcome.ACCEPTED, (ticket.id,))
    assert await told(store) == [(ticket.id, "e1")]
    with pytest.raises(LookupError):
        async with store.write() as conn:
            await replay_dead(conn, dead.id, after(days=8))


async def test_a_closed_ticket_leaves_events_to_the_open_one(store: Store) -> None:
    old = await opened(store)
    await projected(store, old.id, Facts().add(FactType.TICKET_STATUS, run=None, status="closed", result="resolved"))
    new = await opened(store)

    assert (await accepted(store, parcel(order_no="SO-1"))).tickets == (new.id,)
