"""A merged ticket in the tables: where it went, who is told, and where its customer's messages go."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.intake import Accepted, NewMessage, accept_message
from db.merging import CannotGoOn, claim, withdraw
from db.outbox import event_of
from db.projection import rebuild_ticket
from db.queries.merged import merged, tickets_of_page
from db.queries.tickets import ticket as ticket_page
from db.session import Store
from db.tables import Message, Outbox, OutboxKind, Ticket
from sop.events import Actor, ActorKind, MessagePosted
from sop.facts import FactType
from tests.db.desk import ANNA, Facts, a_started_return, after, opened, projected

CUSTOMER = Actor(ActorKind.CUSTOMER, "1")


def merged_into(no: str) -> Facts:
    story = a_started_return().add(FactType.TICKET_MERGED, by=ANNA, run=None, into=no, note="同一件事")
    return story.add(FactType.TICKET_STATUS, run=None, status="cancelled", result="cancelled")


async def two(store: Store) -> tuple[Accepted, Accepted]:
    return await opened(store), await opened(store)


async def into_of(store: Store, ticket_id: int) -> str | None:
    async with store.read() as conn:
        page = await ticket_page(conn, ticket_id, after(days=1))
    assert page is not None
    return page.merged_into


async def said(conn: AsyncConnection, ticket_id: int) -> list[tuple[str, str]]:
    wanted = select(Message.visibility, Message.body).where(Message.ticket_id == ticket_id).order_by(Message.id)
    return [(row.visibility, row.body) for row in await conn.execute(wanted)][1:]  # without the first message


async def told(conn: AsyncConnection, ticket_id: int) -> list[object]:
    wanted = select(Outbox.payload).where(Outbox.ticket_id == ticket_id, Outbox.kind == OutboxKind.SIGNAL)
    return [event_of(row.payload) for row in await conn.execute(wanted.order_by(Outbox.id))]


async def test_a_merged_ticket_says_where_it_went_and_the_other_is_told_once(store: Store) -> None:
    gone, stays = await two(store)
    await projected(store, gone.id, merged_into(stays.no))
    await projected(store, gone.id, merged_into(stays.no))
    async with store.write() as conn:
        await rebuild_ticket(conn, gone.id)

    assert await into_of(store, gone.id) == stays.no
    assert await into_of(store, stays.id) is None
    async with store.read() as conn:
        notes = await said(conn, stays.id)
        [event] = await told(conn, stays.id)
    assert notes == [("internal", f"工单 {gone.no} 已并入本工单。\n{gone.no} was merged into this ticket.\n同一件事")]
    assert isinstance(event, MessagePosted)
    assert (event.by.id, event.visibility) == ("anna", "internal")


async def test_a_reopened_ticket_is_merged_no_more(store: Store) -> None:
    gone, stays = await two(store)
    story = merged_into(stays.no).add(FactType.TICKET_STATUS, run=None, status="open", result=None)

    await projected(store, gone.id, story)

    assert await into_of(store, gone.id) is None


@pytest.mark.parametrize("no", ["GD-10099", "nonsense"])
async def test_a_merge_into_no_ticket_does_not_hold_the_ledger_up(store: Store, no: str) -> None:
    gone = await opened(store)

    await projected(store, gone.id, merged_into(no))

    assert await into_of(store, gone.id) is None


@pytest.mark.parametrize(("customer", "visibility"), [(True, "public"), (False, "internal")])
async def test_the_customer_is_heard_on_the_ticket_that_goes_on(store: Store, customer: bool, visibility: str) -> None:
    gone, between = await two(store)
    last = await opened(store) if customer else await opened(store, customer=None)
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == gone.id).values(merged_into=between.id))
        await conn.execute(update(Ticket).where(Ticket.id == between.id).values(merged_into=last.id))
        message = NewMessage(gone.id, "还有吗？", CUSTOMER, after(minutes=5), dedup_key="m1")
        kept = [await accept_message(conn, message) for _ in range(2)]
        await accept_message(conn, NewMessage(gone.id, "note", ANNA, after(minutes=6)))

    assert [one.duplicate for one in kept] == [False, True]
    async with store.read() as conn:
        assert await said(conn, gone.id) == [("public", "还有吗？"), ("public", "note")]
        assert await said(conn, between.id) == []
        assert await said(conn, last.id) == [(visibility, "还有吗？")]
        [event], [own] = await told(conn, last.id), await told(conn, gone.id)
    assert isinstance(event, MessagePosted)
    assert (event.by, event.visibility) == (CUSTOMER, visibility)
    assert isinstance(own, MessagePosted)
    assert own.by == ANNA


async def test_two_tickets_merged_into_each_other_still_hear_their_customers(store: Store) -> None:
    one, other = await two(store)
    async with store.write() as conn:
        await conn.execute(update(Ticket).where(Ticket.id == one.id).values(merged_into=other.id))
        await conn.execute(update(Ticket).where(Ticket.id == other.id).values(merged_into=one.id))
        await accept_message(conn, NewMessage(one.id, "hi", CUSTOMER, after(minutes=5)))

    async with store.read() as conn:
        assert await said(conn, other.id) == [("public", "hi")]


async def test_of_two_tickets_merged_into_each_other_at_once_one_may(store: Store) -> None:
    one, other = await two(store)

    async def may(gone: Accepted, stays: Accepted) -> bool:
        async with store.write() as conn:
            try:
                await claim(conn, gone.id, stays.no)
            except CannotGoOn:
                return False
        return True

    for _ in range(5):
        assert sorted(await asyncio.gather(may(one, other), may(other, one))) == [False, True]
        async with store.write() as conn:
            for each in (one, other):
                await withdraw(conn, each.id)


async def test_a_ring_of_merges_never_closes(store: Store) -> None:
    first, second = await two(store)
    third = await opened(store)
    async with store.write() as conn:
        for gone, stays in ((first, second), (second, third)):
            await claim(conn, gone.id, stays.no)
            await claim(conn, gone.id, stays.no)  # the hand may do it twice

        with pytest.raises(CannotGoOn, match=f"{first.no} is merged into {second.no}"):
            await claim(conn, third.id, first.no)


@pytest.mark.parametrize(("no", "why"), [("GD-10099", "there is no ticket"), ("nonsense", "there is no ticket")])
async def test_a_ticket_is_not_merged_into_one_that_is_not_there(store: Store, no: str, why: str) -> None:
    gone = await opened(store)

    async with store.write() as conn:
        with pytest.raises(CannotGoOn, match=why):
            await claim(conn, gone.id, no)


async def test_what_is_done_takes_the_place_of_what_was_agreed(store: Store) -> None:
    gone, stays = await two(store)
    async with store.write() as conn:
        await claim(conn, gone.id, stays.no)

    await projected(store, gone.id, merged_into(stays.no))

    async with store.read() as conn:
        [row] = await conn.execute(select(Ticket.merged_into, Ticket.merging_into).where(Ticket.id == gone.id))
    assert (row.merged_into, row.merging_into) == (stays.id, None)


async def test_the_tickets_merged_into_one_are_found_a_customer_finds_their_own(store: Store) -> None:
    gone, between = await two(store)
    last, anothers = await opened(store), await opened(store, customer=None)
    async with store.write() as conn:
        for one, into in ((gone, between), (between, last), (anothers, last)):
            await conn.execute(update(Ticket).where(Ticket.id == one.id).values(merged_into=into.id))

    async with store.read() as conn:
        found = await merged(conn, last.id, last.customer_id)
        assert [(one.id, one.theirs) for one in found] == [(gone.id, True), (between.id, True), (anothers.id, False)]
        assert await tickets_of_page(conn, last.id) == {gone.id, between.id, last.id}
        assert await tickets_of_page(conn, anothers.id) == {anothers.id}
