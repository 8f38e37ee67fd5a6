"""Bringing a database's schema up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from db.session import Store

FOLDER = Path(__file__).parent / "migrations"


async def upgrade(url: str | URL, revision: str = "head") -> None:
    """Bring the schema of this database to the newest revision, creating the file of an SQLite database if need be.
    Several processes may ask at once. Raises ``StoreUnavailable``."""
    store = Store(url)
    try:
        async with store.migrating() as conn:
            await conn.run_sync(_upgrade, revision)
    finally:
        await store.dispose()


async def revision_of(store: Store) -> str | None:
    """The revision a database stands on; None where it was never set up."""
    async with store.read() as conn:
        return await conn.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def is_current(store: Store) -> bool:
    """Whether the schema is the one this code was written for."""
    return await revision_of(store) == newest()


def newest() -> str | None:
    """The newest revision this code knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config(conn: Connection | None = None) -> Config:
    """Alembic's configuration, with the connection to work on."""
    found = Config()
    found.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    found.attributes["connection"] = conn
    return found


def _upgrade(conn: Connection, revision: str) -> None:
    command.upgrade(config(conn), revision)
