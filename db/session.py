"""The way into the database: one transaction a use, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import asyncpg
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 15
PARTING_SECONDS = 0.05
"""A connection to SQLite that could not be opened has a thread that still reports its end to the event loop: a program
that ends at once would show that thread's complaint about a closed loop."""
_WRITES = "gongdan_writes"
_MIGRATIONS = 0x676F6E67  # any number that nobody else locks: "gong"
_LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)


class StoreUnavailable(Exception):
    """The database cannot be reached or is too busy. Nothing was written; the same request may be sent again.

    ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Store:
    """A database by its URL (``sqlite:///file`` or ``postgresql://…``). Belongs to one event loop."""

    def __init__(self, url: str | URL, *, connections: int = 10) -> None:
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(self.url, connections)
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that only reads. Raises ``StoreUnavailable``."""
        async with _refusing(), _connected(self._engine) as conn:
            yield conn

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction, committed at the end of the block and rolled back if it raises.

        On SQLite the writers of one process queue here, and those of several at ``BEGIN IMMEDIATE``: a transaction
        that began by reading could not become a writer once another has written.
        Raises ``StoreUnavailable``."""
        if not self.is_sqlite:
            async with _refusing(), _connected(self._engine) as conn, conn.begin():
                yield conn
            return
        async with _refusing(), self._writing, _connected(self._engine) as conn:
            await conn.execution_options(**{_WRITES: True})
            async with conn.begin():
                yield conn

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which the schema may be changed, by one process at a time. Raises ``StoreUnavailable``."""
        async with self.write() as conn:
            if not self.is_sqlite:
                await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATIONS})
            yield conn

    async def dispose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def async_url(url: str | URL) -> URL:
    """The URL with the driver we use, whatever driver it names."""
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"a store is sqlite:///… or postgresql://…, not {other}")


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        conn = await engine.connect()
    except _LOST as error:
        raise StoreUnavailable(f"the database does not answer: {error}") from error
    except DBAPIError:
        await asyncio.sleep(PARTING_SECONDS)
        raise
    try:
        yield conn
    finally:
        await conn.close()


@asynccontextmanager
async def _refusing() -> AsyncIterator[None]:
    try:
        yield
    except NoConnectionFree as error:
        raise StoreUnavailable("every connection to the database is in use") from error
    except DBAPIError as error:
        if _is_gone(error):
            raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
        raise


def _is_gone(error: DBAPIError) -> bool:
    if error.connection_invalidated or isinstance(error.orig, _LOST):
        return True
    if isinstance(getattr(error.orig, "__cause__", None), _LOST):
        return True
    busy = ("database is locked", "unable to open database file", "disk I/O error", "readonly database")
    return isinstance(error, OperationalError) and any(sign in str(error.orig) for sign in busy)


def _engine(url: URL, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=10,
        pool_pre_ping=url.get_backend_name() != "sqlite",
        json_serializer=_to_json,
        json_deserializer=_from_json,
        connect_args={"timeout": BUSY_SECONDS},
    )
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _from_json(kept: str) -> object:
    parsed: object = json.loads(kept, parse_float=Decimal)
    return parsed


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get(_WRITES) else "BEGIN")
