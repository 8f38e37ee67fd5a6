"""The way into the database: one transaction a use, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from decimal import Decimal

import asyncpg
from sqlalchemy import URL, AsyncAdaptedQueuePool, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from db.sqlite import Connection, checkpoint

CONNECT_SECONDS = 15
CHECKPOINT_EVERY = 100  # write transactions
# The log is moved into the file aside; only where that does not keep up (20,000 pages) the writer does it.
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "wal_autocheckpoint=20000")
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
        self._file = SqliteFile(self.url.database, connections) if self.is_sqlite else None
        self._engine = self._file.reader if self._file else _engine(self.url, connections)

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
        if self._file is None:
            async with _refusing(), _connected(self._engine) as conn, conn.begin():
                yield conn
            return
        async with _refusing(), self._file.writing, _connected(self._file.writer) as conn, conn.begin():
            yield conn
        self._file.written()

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
        if self._file is not None:
            await self._file.dispose()


class SqliteFile:
    """An SQLite file: one connection that writes, several that read, and its write-ahead log kept short."""

    def __init__(self, database: str | None, connections: int) -> None:
        if not database or ":memory:" in database:
            raise ValueError("a store on SQLite is a file: sqlite:///path/to/gongdan.db")
        self._path = database
        self._threads = ThreadPoolExecutor(max_workers=min(connections, 4), thread_name_prefix="sqlite")
        self.reader = self._opened(connections, self._threads, "BEGIN")
        self.writer = self._opened(1, None, "BEGIN IMMEDIATE")
        self.writing = asyncio.Lock()
        self._written = 0
        self._checkpoint: asyncio.Task[None] | None = None

    def written(self) -> None:
        """A transaction was committed. Now and then the log is moved into the file, aside: whoever writes never waits
        for the disk."""
        self._written += 1
        if self._written % CHECKPOINT_EVERY == 0 and (self._checkpoint is None or self._checkpoint.done()):
            self._checkpoint = asyncio.create_task(self._move_log())

    async def dispose(self) -> None:
        """Close everything."""
        if self._checkpoint is not None:
            await self._checkpoint
        await self.writer.dispose()
        self._threads.shutdown(wait=False)

    async def _move_log(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, checkpoint, self._path)
        except sqlite3.OperationalError:
            return  # the file is busy or gone: the next one will do, and whoever writes is told

    def _opened(self, connections: int, threads: ThreadPoolExecutor | None, begin: str) -> AsyncEngine:
        async def connect() -> Connection:
            return Connection(self._path, threads)

        engine = create_async_engine(
            "sqlite+aiosqlite:///",
            poolclass=AsyncAdaptedQueuePool,
            pool_size=connections,
            max_overflow=0 if threads is None else connections,
            pool_timeout=10,
            json_serializer=_to_json,
            json_deserializer=_from_json,
            async_creator=connect,
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", lambda conn: conn.exec_driver_sql(begin))
        return engine


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
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        pool_timeout=10,
        pool_pre_ping=True,
        json_serializer=_to_json,
        json_deserializer=_from_json,
        connect_args={"timeout": CONNECT_SECONDS},
    )


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _from_json(kept: str) -> object:
    parsed: object = json.loads(kept, parse_float=Decimal)
    return parsed


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
