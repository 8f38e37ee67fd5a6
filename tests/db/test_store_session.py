"""The way into the database: whole transactions, honest moments, clear refusals."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from db.intake import accept_ticket
from db.session import Store, StoreUnavailable, async_url
from db.tables import Setting
from tests.db.desk import NINE, a_return, opened, rows


async def test_what_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    async def break_off() -> None:
        async with store.write() as conn:
            await accept_ticket(conn, a_return())
            raise RuntimeError("the lamp fell")

    with pytest.raises(RuntimeError, match="lamp"):
        await break_off()

    async with store.read() as conn:
        from db.tables import Customer, Outbox, Ticket

        assert [await rows(conn, table) for table in (Ticket, Customer, Outbox)] == [[], [], []]


async def test_a_moment_without_its_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="without its time zone"):
        await opened(store, created_at=datetime(2026, 5, 6))  # noqa: DTZ001  # the mistake itself


async def test_a_moment_comes_back_in_utc(store: Store) -> None:
    shanghai = timezone(timedelta(hours=8))
    await opened(store, created_at=datetime(2026, 5, 6, 9, tzinfo=shanghai))

    async with store.read() as conn:
        from db.tables import Ticket

        kept = await conn.scalar(select(Ticket.created_at))
    assert kept == NINE
    assert kept is not None
    assert kept.utcoffset() == timedelta(0)


async def test_money_stays_exact_and_keys_stay_in_order(store: Store) -> None:
    value = {"zeta": Decimal("0.10"), "alpha": [1, Decimal("1E+3"), None, True], "中": {"b": 1, "a": "😀"}}
    async with store.write() as conn:
        await conn.execute(insert(Setting), {"key": "x", "value": value})

    async with store.read() as conn:
        kept = await conn.scalar(select(Setting.value))
    assert kept == value
    assert str(kept["zeta"]) == "0.10"
    assert list(kept) == ["zeta", "alpha", "中"]
    assert list(kept["中"]) == ["b", "a"]


async def test_fifty_writers_at_once_all_get_through(store: Store) -> None:
    async def count() -> None:
        async with store.write() as conn:
            seen = await conn.scalar(select(Setting.value).where(Setting.key == "n").with_for_update())
            await conn.execute(Setting.__table__.update().values(value=seen + 1))

    async with store.write() as conn:
        await conn.execute(insert(Setting), {"key": "n", "value": 0})
    await asyncio.gather(*[count() for _ in range(50)])

    async with store.read() as conn:
        assert await conn.scalar(select(Setting.value)) == 50


async def test_two_processes_write_to_one_file_by_turns(sqlite_url: str) -> None:
    first, second = Store(sqlite_url), Store(sqlite_url)

    await asyncio.gather(*[opened(store, customer=None) for store in (first, second) for _ in range(15)])

    async with first.read() as conn:
        from db.tables import Ticket

        assert len(await rows(conn, Ticket)) == 30
    await first.dispose()
    await second.dispose()


async def test_readers_go_on_while_somebody_writes(store: Store) -> None:
    async with store.write() as writing:
        await accept_ticket(writing, a_return())
        async with asyncio.timeout(2), store.read() as reading:
            from db.tables import Ticket

            assert await rows(reading, Ticket) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/gongdan",
        "postgresql://nobody@/gongdan?host=/nowhere",
        "sqlite:////nowhere/at/all.db",
    ],
)
async def test_a_database_that_is_not_there_can_be_tried_again(url: str) -> None:
    gone = Store(url)

    with pytest.raises(StoreUnavailable) as refusal:
        await opened(gone)

    assert refusal.value.retry_after > 0
    await gone.dispose()


async def test_a_connection_cut_in_the_middle_is_unavailability(postgres_url: str) -> None:
    store = Store(postgres_url)

    async def cut_off() -> None:
        async with store.write() as conn:
            await accept_ticket(conn, a_return())
            async with store.read() as other:
                from sqlalchemy import text

                await other.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )
            await accept_ticket(conn, a_return())

    with pytest.raises(StoreUnavailable):
        await cut_off()

    assert (await opened(store)).no == "GD-10002"
    await store.dispose()


def test_only_our_databases_have_a_driver(tmp_path: Path) -> None:
    assert async_url("postgres://u@h/d").drivername == "postgresql+asyncpg"
    assert async_url(f"sqlite:///{tmp_path}/x.db").drivername == "sqlite+aiosqlite"
    with pytest.raises(ValueError, match="mysql"):
        async_url("mysql://u@h/d")
