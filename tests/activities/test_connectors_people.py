"""Who is meant by a message, and by which way it reaches them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.connectors.model import Readers
from activities.people import DeskPeople
from db.customers import NewCustomer
from db.intake import NewTicket, accept_ticket
from db.people import NewPerson, put_person, set_duty
from db.personal import set_personal
from db.session import Store
from db.tables import Row

NOW = datetime(2026, 7, 30, 9, 0, tzinfo=UTC)
WANG = NewCustomer(
    external_id="C1", name="王芳", phone="13800000001", email="wang@example.com", wechat="wx-1", language="zh"
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'desk.db'}")
    async with store.write() as conn:
        await conn.run_sync(Row.metadata.create_all)
        for number, teams in enumerate((("warehouse",), ("warehouse",), ("care",))):
            person = NewPerson(f"u{number}", f"同事{number}", f"u{number}@example.com", roles=("agent",), teams=teams)
            await put_person(conn, person, NOW)
        await put_person(conn, NewPerson("u9", "无邮箱", roles=("agent",)), NOW)
        await set_duty(conn, "u1", on_duty=False)
        await set_duty(conn, "u2", on_duty=False)
    yield store
    await store.dispose()


async def opened(store: Store, channel: str = "web", customer: NewCustomer | None = WANG) -> int:
    async with store.write() as conn:
        return (await accept_ticket(conn, NewTicket("退货", channel, NOW, customer=customer))).id


@pytest.mark.parametrize(
    ("channel", "way", "address"),
    [
        ("web", "sms", "13800000001"),
        ("email", "email", "wang@example.com"),
        ("wechat", "wechat", "wx-1"),
        ("portal", "sms", "13800000001"),
    ],
)
async def test_a_customer_is_told_by_the_channel_they_came_by(
    store: Store, channel: str, way: str, address: str
) -> None:
    ticket_id = await opened(store, channel)
    [reader] = await DeskPeople(store, "http://desk.example/").readers(ticket_id, Readers.CUSTOMER, None)

    assert (reader.name, reader.channel, reader.address, reader.language) == ("王芳", way, address, "zh")


@pytest.mark.parametrize("customer", [None, replace(WANG, phone=None, email=None, wechat=None)])
async def test_a_customer_whom_nothing_reaches_is_nobody(store: Store, customer: NewCustomer | None) -> None:
    ticket_id = await opened(store, "sms", customer)

    assert await DeskPeople(store, "").readers(ticket_id, Readers.CUSTOMER, None) == []


@pytest.mark.parametrize(
    ("to", "people"),
    [
        ("user:u1", ["u1"]),
        ("team:warehouse", ["u0"]),
        ("team:care", ["u2"]),
        ("role:agent", ["u0"]),
        ("role:nobody", []),
        ("user:u9", []),
        ("customer", []),
        ("owner", []),
    ],
)
async def test_colleagues_on_duty_are_told_and_the_others_only_where_nobody_is(
    store: Store, to: str, people: list[str]
) -> None:
    ticket_id = await opened(store)
    told = await DeskPeople(store, "").readers(ticket_id, Readers.STAFF, to)

    assert [reader.id for reader in told] == people
    assert all(reader.channel == "email" for reader in told)


async def test_a_message_may_speak_of_the_ticket_the_customer_and_their_page(store: Store) -> None:
    ticket_id = await opened(store)
    about = await DeskPeople(store, "http://desk.example/").about(ticket_id)

    assert about["ticket"] == {"no": "GD-10001", "subject": "退货"}
    assert about["customer"] == {"name": "王芳"}
    assert str(about["link"]).startswith("http://desk.example/portal/t/")


async def test_a_reference_stands_for_what_the_desk_knows(store: Store) -> None:
    ticket_id = await opened(store)
    async with store.write() as conn:
        await set_personal(conn, ticket_id, {"steps.visit.address": "上海市延安路 1 号"})
    names = ["customer.name", "customer.address", "steps.visit.address"]

    known = await DeskPeople(store, "").texts(ticket_id, names)
    assert known == {"customer.name": "王芳", "steps.visit.address": "上海市延安路 1 号"}


@pytest.mark.parametrize(
    ("channel", "way", "address"),
    [
        ("sms", "sms", "13900000002"),
        ("wechat", "wechat", "wx-9"),
        (None, "email", "u7@example.com"),
        ("fax", "email", "u7@example.com"),
    ],
)
async def test_a_colleague_is_told_by_the_way_that_is_named_where_it_reaches_them(
    store: Store, channel: str | None, way: str, address: str
) -> None:
    ticket_id = await opened(store)
    async with store.write() as conn:
        colleague = NewPerson("u7", "赵七", "u7@example.com", phone="13900000002", wechat="wx-9")
        await put_person(conn, colleague, NOW)

    [reader] = await DeskPeople(store, "").readers(ticket_id, Readers.STAFF, "user:u7", channel)

    assert (reader.channel, reader.address) == (way, address)
