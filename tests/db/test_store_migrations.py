"""The schema: what migrations make is what the tables say, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from db.migrate import is_current, newest, revision_of, upgrade
from db.session import Store
from db.tables import Row


async def test_migrations_and_tables_agree(store: Store) -> None:
    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), Row.metadata))

    async with store.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_migrated_database_is_current(store: Store) -> None:
    assert await is_current(store)
    assert await revision_of(store) == newest()


async def test_a_database_that_was_never_set_up_says_so(tmp_path: Path) -> None:
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")

    assert await revision_of(empty) is None
    assert not await is_current(empty)
    await empty.dispose()


async def test_several_processes_may_migrate_at_once(store: Store) -> None:
    await asyncio.gather(*[upgrade(store.url) for _ in range(3)])

    assert await is_current(store)


async def test_two_processes_may_set_up_the_same_new_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"

    await asyncio.gather(*[upgrade(url) for _ in range(3)])

    fresh = Store(url)
    assert await is_current(fresh)
    await fresh.dispose()
