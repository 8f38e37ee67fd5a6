"""SQLite's own ways: one writer, patient with other processes, never in the way of the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from db import sqlite
from db.session import CHECKPOINT_EVERY, Store, StoreUnavailable
from db.tables import Ticket
from tests.db.desk import opened, rows

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


async def test_while_another_process_writes_the_event_loop_goes_on(sqlite_url: str, file: Path) -> None:
    store = Store(sqlite_url)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(opened(store))
    beats = 0
    for _ in range(10):
        await asyncio.sleep(0.01)
        beats += 1

    assert (beats, waiting.done()) == (10, False)
    other.execute("COMMIT")
    assert (await waiting).no == "GD-10001"
    other.close()
    await store.dispose()


async def test_a_writer_waits_only_so_long(sqlite_url: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    store = Store(sqlite_url)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable):
        await opened(store)

    other.close()
    assert (await opened(store)).no == "GD-10001"
    await store.dispose()


async def test_a_query_nobody_waits_for_any_more_ends(sqlite_url: str) -> None:
    store = Store(sqlite_url, connections=1)

    async def ask() -> None:
        async with store.read() as conn:
            await conn.execute(text(ENDLESS))

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0.1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    async with asyncio.timeout(5), store.read() as conn:
        assert await conn.scalar(text("SELECT 1")) == 1
    await store.dispose()


async def test_a_write_that_is_cut_off_leaves_nothing(sqlite_url: str) -> None:
    store = Store(sqlite_url)

    async def write() -> None:
        async with store.write() as conn:
            await conn.execute(text("DELETE FROM settings"))
            await conn.execute(text("INSERT INTO settings (key, value) VALUES ('half', '1')"))
            await asyncio.sleep(60)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    await opened(store)
    async with store.read() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM settings")) == 0
    await store.dispose()


def size_of(file: Path) -> int:
    return file.stat().st_size


async def test_the_log_is_moved_into_the_file_aside(sqlite_url: str, file: Path) -> None:
    store = Store(sqlite_url)
    before = size_of(file)
    for _ in range(CHECKPOINT_EVERY):
        await opened(store, customer=None)

    for _ in range(1000):
        if size_of(file) > before:
            break
        await asyncio.sleep(0.01)
    assert size_of(file) > before
    async with store.read() as conn:
        assert len(await rows(conn, Ticket)) == CHECKPOINT_EVERY
    await store.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_is_a_file(url: str) -> None:
    with pytest.raises(ValueError, match="is a file"):
        Store(url)
