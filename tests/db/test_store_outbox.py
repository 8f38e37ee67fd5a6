"""The outbox: at least once, in order per ticket, never one row to two relays."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from db.outbox import backlog, delivered, failed, give_up, pending, put, revive, wake_at
from db.session import Store
from db.tables import OutboxKind
from tests.db.desk import NINE, after, opened

START, SIGNAL, NOTIFY = OutboxKind.START, OutboxKind.SIGNAL, OutboxKind.NOTIFY


async def taken(store: Store, limit: int = 10, now: object = NINE) -> list[tuple[int, int, OutboxKind]]:
    async with store.write() as conn:
        found = await pending(conn, limit, now)  # type: ignore[arg-type]  # a moment of the desk
    return [(row.id, row.ticket_id, row.kind) for row in found]


async def test_a_ticket_gets_its_rows_one_after_the_other(store: Store) -> None:
    first, second = await opened(store), await opened(store)
    async with store.write() as conn:
        await put(conn, first.id, SIGNAL, {}, NINE)

    assert await taken(store) == [(1, first.id, START), (2, second.id, START)]
    assert await taken(store) == []
    async with store.write() as conn:
        await delivered(conn, [1], NINE)
    assert await taken(store) == [(3, first.id, SIGNAL)]


async def test_a_slow_message_gateway_does_not_hold_up_the_workflow(store: Store) -> None:
    ticket = await opened(store)
    async with store.write() as conn:
        await put(conn, ticket.id, NOTIFY, {}, NINE)

    assert [row[2] for row in await taken(store)] == [START, NOTIFY]


async def test_twenty_relays_never_take_the_same_row(store: Store) -> None:
    for _ in range(15):
        await opened(store, customer=None)

    batches = await asyncio.gather(*[taken(store, limit=3) for _ in range(20)])

    ids = [row[0] for batch in batches for row in batch]
    assert len(ids) == len(set(ids))
    left = await taken(store, limit=50)
    assert len(ids) + len(left) == 15


async def test_what_a_killed_relay_held_comes_back_after_its_lease(store: Store) -> None:
    await opened(store)
    await taken(store)

    assert await taken(store, now=after(seconds=29)) == []
    async with store.write() as conn:
        [again] = await pending(conn, 10, after(seconds=31))
    assert again.attempts == 2


async def test_a_failed_row_is_due_again_and_what_follows_waits(store: Store) -> None:
    ticket = await opened(store)
    async with store.write() as conn:
        await put(conn, ticket.id, SIGNAL, {}, NINE)
    await taken(store)
    async with store.write() as conn:
        await failed(conn, 1, "Temporal is away", after(minutes=1))

    assert await taken(store, now=after(seconds=59)) == []
    assert await taken(store, now=after(seconds=61)) == [(1, ticket.id, START)]


async def test_a_dead_row_lets_the_others_go_on_and_can_be_revived(store: Store) -> None:
    ticket = await opened(store)
    async with store.write() as conn:
        await put(conn, ticket.id, SIGNAL, {}, NINE)
        await give_up(conn, 1, "the workflow has ended")

    assert await taken(store) == [(2, ticket.id, SIGNAL)]
    async with store.write() as conn:
        assert (await backlog(conn)).dead == 1
        assert await revive(conn, 1, NINE)
        assert not await revive(conn, 1, NINE)
    assert await taken(store) == [(1, ticket.id, START)]


async def test_a_relay_knows_how_long_it_may_sleep(store: Store) -> None:
    async with store.read() as conn:
        assert await wake_at(conn) is None
    await opened(store)
    await taken(store)

    async with store.read() as conn:
        assert await wake_at(conn) == NINE + timedelta(seconds=30)
        counted = await backlog(conn)
    assert (counted.undelivered, counted.oldest, counted.dead) == (1, NINE, 0)
