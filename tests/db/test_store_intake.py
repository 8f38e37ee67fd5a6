"""Tickets and messages come in: kept whole, once, and told to the workflow."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import select

from db.correlations import keys_in
from db.customers import NewCustomer, customer, upsert_customer
from db.intake import NewMessage, NoSuchTicket, accept_message
from db.numbers import id_of, number_of
from db.outbox import event_of, pending
from db.session import Store
from db.tables import Correlation, Customer, Message, Outbox, OutboxKind, Ticket, Visibility
from sop.events import Actor, ActorKind, MessagePosted
from sop.values import reference
from tests.db.desk import ANNA, NINE, after, opened, rows


@pytest.mark.parametrize(("text", "found"), [("GD-10001", 1), ("gd10023", 23), (" 10001 ", 1)])
def test_a_number_is_read_as_people_write_it(text: str, found: int) -> None:
    assert id_of(text) == found
    assert id_of(number_of(found)) == found


@pytest.mark.parametrize("text", ["GD-10000", "GD-9999", "", "GD-", "１０００１", "GD-10001x", "9" * 40])
def test_what_is_no_number_finds_no_ticket(text: str) -> None:
    assert id_of(text) is None


async def test_a_ticket_is_kept_with_all_that_came_with_it(store: Store) -> None:
    accepted = await opened(store)

    async with store.write() as conn:
        ticket = (await conn.execute(select(Ticket.__table__))).one()
        assert (accepted.no, ticket.status, ticket.subject) == ("GD-10001", "new", "申请退货：台灯不亮")
        assert ticket.order == {"no": "SO-1", "paid": Decimal("199.50")}
        assert ticket.public_token == accepted.token
        assert len(accepted.token) >= 32
        assert (await conn.execute(select(Message.body, Message.author_kind))).one() == (
            "昨天收到的台灯不亮，想退货。",
            "customer",
        )
        assert (await conn.execute(select(Correlation.kind, Correlation.value))).one() == ("order_no", "SO-1")
        [start] = await pending(conn, 10, NINE)
        assert (start.ticket_id, start.kind) == (accepted.id, OutboxKind.START)


async def test_fifty_tickets_at_once_have_fifty_numbers_and_one_customer(store: Store) -> None:
    accepted = await asyncio.gather(*[opened(store, order={"no": f"SO-{n}"}) for n in range(50)])

    assert len({ticket.no for ticket in accepted}) == 50
    assert len({ticket.customer_id for ticket in accepted}) == 1
    async with store.read() as conn:
        assert len(await rows(conn, Outbox)) == 50
        assert len(await rows(conn, Customer)) == 1


async def test_nobody_types_a_reference_to_a_personal_field(store: Store) -> None:
    await opened(store, subject=f"Hello {reference('customer.phone')}", fields={"note": reference("customer.phone")})

    async with store.read() as conn:
        row = (await conn.execute(select(Ticket.subject, Ticket.fields))).one()
    assert row == ("Hello customer.phone", {"note": "customer.phone"})


async def test_characters_that_are_no_text_do_not_keep_a_ticket_out(store: Store) -> None:
    who = NewCustomer(name="李\x00雷\udc00", phone="")
    await opened(store, subject="a\x00b\ud83d", fields={"x\x00": ["y\ud83d"]}, channel="we\x00b", customer=who)

    async with store.read() as conn:
        row = (await conn.execute(select(Ticket.subject, Ticket.fields, Ticket.channel))).one()
        assert await conn.scalar(select(Customer.name)) == "李雷?"
    assert row == ("ab?", {"x": ["y?"]}, "web")


async def test_two_customers_without_an_id_are_two(store: Store) -> None:
    first = await opened(store, customer=NewCustomer(external_id="", name="A", email=" "))
    second = await opened(store, customer=NewCustomer(external_id="", name="B", email=" "))

    assert first.customer_id != second.customer_id


async def test_a_customer_is_found_again_by_any_of_their_ids(store: Store) -> None:
    async with store.write() as conn:
        first = await upsert_customer(conn, NewCustomer(phone="138", name="李雷"), NINE)
        by_phone = await upsert_customer(conn, NewCustomer(phone="138", email="Li@Example.com"), NINE)
        by_email = await upsert_customer(conn, NewCustomer(external_id="C-9", email="li@example.COM "), NINE)
        known = await customer(conn, first)

    assert first == by_phone == by_email
    assert known is not None
    assert (known.name, known.email, known.external_id) == ("李雷", "li@example.com", "C-9")


async def test_a_shared_telephone_does_not_merge_two_accounts(store: Store) -> None:
    async with store.write() as conn:
        father = await upsert_customer(conn, NewCustomer(external_id="C-1", phone="138"), NINE)
        daughter = await upsert_customer(conn, NewCustomer(external_id="C-2", phone="138"), NINE)

    assert father != daughter


async def test_a_message_is_kept_and_told_to_the_workflow(store: Store) -> None:
    ticket = await opened(store)
    async with store.write() as conn:
        new = NewMessage(ticket.id, "何时能退？", ANNA, after(minutes=5), Visibility.INTERNAL)
        message = await accept_message(conn, new)

    async with store.read() as conn:
        payload = await conn.scalar(select(Outbox.payload).where(Outbox.kind == OutboxKind.SIGNAL))
        assert await conn.scalar(select(Ticket.updated_at)) == after(minutes=5)
    assert event_of(payload) == MessagePosted(str(message.id), ANNA, "internal", at=after(minutes=5))


async def test_the_same_message_twice_is_kept_once(store: Store) -> None:
    ticket = await opened(store)
    caller = Actor(ActorKind.CUSTOMER, "1")

    async def post() -> bool:
        async with store.write() as conn:
            new = NewMessage(ticket.id, "hi", caller, NINE, dedup_key="mail-7")
            return (await accept_message(conn, new)).duplicate

    assert sorted(await asyncio.gather(*[post() for _ in range(8)])) == [False] + [True] * 7


async def test_a_message_for_no_ticket_is_refused(store: Store) -> None:
    with pytest.raises(NoSuchTicket):
        async with store.write() as conn:
            await accept_message(conn, NewMessage(99, "hi", ANNA, NINE))


def test_business_keys_are_found_where_they_stand() -> None:
    values = {"order": {"no": 77}, "tracking_no": " SF1 ", "rma_no": "", "claim_no": None, "amount": Decimal(3)}

    assert keys_in(values) == (("tracking_no", "SF1"), ("order_no", "77"))
