"""Personal fields stand in one place, and a customer can be erased from it in one transaction."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select, text

from db import files, ledger, personal
from db.customers import NewCustomer, customer, upsert_customer
from db.files import NewFile
from db.idempotency import Claim, claim, keep_answer
from db.intake import NewMessage, accept_message
from db.session import Store
from db.tables import Idempotency, Message, PersonalValue, Row, Ticket, Visibility
from sop.facts import FactType
from sop.values import reference
from tests.db.desk import ANNA, NINE, Facts, after, opened, projected


async def test_a_reference_is_written_out_wherever_it_stands(store: Store) -> None:
    accepted = await opened(store)
    name, phone, size, gone = (reference(n) for n in ("customer.name", "customer.phone", "size", "nothing"))
    async with store.write() as conn:
        await personal.set_personal(conn, accepted.id, {"size": Decimal("1.80")})
        await personal.set_personal(conn, accepted.id, {"size": Decimal("1.85")})

        said = await personal.resolve(
            conn, accepted.id, {"text": f"您好 {name}，{phone}", "size": size, "n": [1, gone]}
        )

    assert said == {"text": "您好 李雷，13800000000", "size": Decimal("1.85"), "n": [1, ""]}


async def test_what_is_unknown_is_left_out(store: Store) -> None:
    accepted = await opened(store, customer=None)
    async with store.read() as conn:
        assert await personal.texts(conn, accepted.id, ["customer.name", "x", "customer.tier"]) == {}
        assert await personal.resolve(conn, accepted.id, reference("customer.name"), missing="—") == "—"


async def test_nobody_is_called_a_reference(store: Store) -> None:
    accepted = await opened(store, customer=NewCustomer(name=reference("customer.phone"), phone="138"))
    async with store.read() as conn:
        assert await personal.resolve(conn, accepted.id, reference("customer.name")) == "customer.phone"


async def test_an_erased_customer_is_nowhere(store: Store) -> None:
    accepted = await opened(store, fields={"note": "李雷家"})
    other = await opened(store, customer=NewCustomer(external_id="C-2", name="韩梅梅"))
    assert accepted.customer_id is not None
    step = Facts().add(FactType.STEP_CLOSED, "where", status="done", outputs={"address": reference("form.address")})
    await projected(store, accepted.id, step)
    asked = Claim("key:1", "k", "POST", "/tickets", "h")
    async with store.write() as conn:
        await personal.set_personal(conn, accepted.id, {"form.address": "李雷路 1 号"})
        await files.keep_file(conn, NewFile("李雷.jpg", "image/jpeg", b"x", "customer", NINE, accepted.id))
        await accept_message(conn, NewMessage(accepted.id, "李雷您好", ANNA, after(minutes=1)))
        note = await accept_message(conn, NewMessage(accepted.id, "内部", ANNA, after(minutes=2), Visibility.INTERNAL))
        await claim(conn, asked, NINE)
        await keep_answer(conn, asked, 201, '{"name": "李雷"}', accepted.id)

    async with store.write() as conn:
        assert await personal.erase_customer(conn, accepted.customer_id, after(days=1)) == 1

    async with store.read() as conn:
        assert await everywhere(store, "李雷") == []
        assert await everywhere(store, "13800000000") == []
        assert (await ledger.verify(conn, accepted.id)).whole
        assert await conn.scalar(select(Message.body).where(Message.id == note.id)) == "内部"
        assert await conn.scalar(select(Ticket.subject).where(Ticket.id == other.id)) == "申请退货：台灯不亮"
        assert (await conn.execute(select(PersonalValue.ref))).all() == []
        assert (await conn.execute(select(Idempotency.key))).all() == []


async def test_an_erased_customer_who_comes_back_is_new(store: Store) -> None:
    accepted = await opened(store)
    assert accepted.customer_id is not None
    async with store.write() as conn:
        await personal.erase_customer(conn, accepted.customer_id, NINE)
        again = await upsert_customer(conn, NewCustomer(external_id="C-1", phone="13800000000"), NINE)
        old = await customer(conn, accepted.customer_id)

    assert again != accepted.customer_id
    assert old is not None
    assert (old.name, old.phone, old.erased_at) == (None, None, NINE)


async def everywhere(store: Store, sought: str) -> list[str]:
    """The tables in which a text still stands."""
    found = []
    async with store.read() as conn:
        for table in Row.metadata.sorted_tables:
            rows = (await conn.execute(text(f'SELECT * FROM "{table.name}"'))).all()  # noqa: S608  # names of our own
            if sought in repr(rows) or sought.encode() in repr(rows).encode():
                found.append(table.name)
    return found
