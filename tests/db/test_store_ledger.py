"""The ledger shows whoever meddles with it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from db import ledger
from db.session import Store
from db.tables import Entry, Ticket
from tests.db.desk import a_started_return, opened, projected


async def a_ledger(store: Store) -> int:
    ticket = await opened(store)
    await projected(store, ticket.id, a_started_return())
    return ticket.id


async def test_a_ledger_left_alone_is_whole(store: Store) -> None:
    ticket_id = await a_ledger(store)

    async with store.read() as conn:
        assert (await ledger.verify(conn, ticket_id)) == ledger.Verdict(rows=8)
        rows = await ledger.read(conn, ticket_id)
        page = await ledger.read(conn, ticket_id, after=3, limit=2)
    assert [row.seq for row in rows] == list(range(1, 9))
    assert [row.seq for row in page] == [4, 5]
    assert rows[0].prev_hash == ""
    assert [row.prev_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]


@pytest.mark.parametrize(
    "change",
    [{"data": {"status": "resolved"}}, {"by": {"kind": "staff", "id": "eve"}}, {"step": "x"}, {"type": "alert"}],
)
async def test_a_changed_row_is_found(store: Store, change: dict[str, object]) -> None:
    ticket_id = await a_ledger(store)
    async with store.write() as conn:
        await conn.execute(update(Entry).where(Entry.seq == 4).values(change))

        verdict = await ledger.verify(conn, ticket_id)

    assert not verdict.whole
    assert (verdict.broken_at, verdict.reason) == (4, "the row was changed")


async def test_a_row_taken_out_is_found(store: Store) -> None:
    ticket_id = await a_ledger(store)
    async with store.write() as conn:
        await conn.execute(delete(Entry).where(Entry.seq == 4))

        assert (await ledger.verify(conn, ticket_id)).broken_at == 4


async def test_a_ledger_cut_short_is_found(store: Store) -> None:
    ticket_id = await a_ledger(store)
    async with store.write() as conn:
        await conn.execute(delete(Entry).where(Entry.seq > 5))

        assert (await ledger.verify(conn, ticket_id)).broken_at == 6


async def test_a_row_forged_with_its_hash_breaks_the_chain(store: Store) -> None:
    ticket_id = await a_ledger(store)
    async with store.write() as conn:
        rows = await ledger.read(conn, ticket_id)
        await conn.execute(delete(Entry).where(Entry.seq == 4))
        forged = rows[3].fact()
        forged.data["status"] = "resolved"
        await ledger.append(conn, ticket_id, [forged], rows[2].hash)

        assert (await ledger.verify(conn, ticket_id)).broken_at == 5


async def test_the_last_row_replaced_does_not_fit_the_ticket(store: Store) -> None:
    ticket_id = await a_ledger(store)
    async with store.write() as conn:
        await conn.execute(update(Ticket).values(last_hash="0" * 64))

        assert (await ledger.verify(conn, ticket_id)).reason == "the ledger does not end where the ticket says"
