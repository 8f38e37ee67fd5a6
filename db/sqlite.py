"""SQLite connections for the event loop, quicker than aiosqlite's where a desk is busy.

aiosqlite hands every cursor, statement, fetch and close to a thread and back: four times a statement, and under load
each time waits for Python's lock. A write of ours takes microseconds, so the writer's statements run where they are; a
reader's query, which may be long, is handed to a thread once, with its fetching. SQLAlchemy adapts these connections as
it does aiosqlite's (``create_async_engine(async_creator=…)``), which is why they have its shape.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

BUSY_SECONDS = 15
PAUSES = (0.001, 0.002, 0.005, 0.01, 0.02)
CACHED_STATEMENTS = 512
Answer = TypeVar("Answer")
Row = tuple[Any, ...]  # Any: what a row holds is the statement's affair


class Connection:
    """One connection to a file. ``threads``: where its statements run; None: on the event loop itself."""

    def __init__(self, path: str, threads: ThreadPoolExecutor | None) -> None:
        self._connection: sqlite3.Connection | None = sqlite3.connect(
            path,
            timeout=0 if threads is None else BUSY_SECONDS,
            isolation_level=None,  # we say BEGIN ourselves
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
            uri=path.startswith("file:"),
        )
        self._threads = threads

    @property
    def open(self) -> sqlite3.Connection:
        """SQLite's own connection. Raises ``ProgrammingError`` once it is closed."""
        if self._connection is None:
            raise sqlite3.ProgrammingError("the connection is closed")
        return self._connection

    def cursor(self) -> Cursor:
        """A cursor: costs no change of thread."""
        return Cursor(self)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do some work where this connection works. One that is cut off is interrupted and awaited, so that nobody else
        finds the connection in use."""
        if self._threads is None:
            return await _patiently(work)
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self.open.interrupt()
            await asyncio.wait([running])
            running.exception()  # it is nobody's any more
            raise

    async def commit(self) -> None:
        """Commit, if a transaction is open."""
        await self.run(self.open.commit)

    async def rollback(self) -> None:
        """Roll back, if a transaction is open."""
        await self.run(self.open.rollback)

    async def create_function(self, *args: Any, **kwargs: Any) -> None:  # Any: SQLAlchemy's own functions
        """Let SQL call a function: SQLAlchemy brings one for regular expressions."""
        self.open.create_function(*args, **kwargs)

    async def close(self) -> None:
        """Close it."""
        self.stop()

    def stop(self) -> None:
        """Close it at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Cursor:
    """One statement and its rows, all fetched at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor = connection.open.cursor()
        self._rows: list[Row] = []
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        """As SQLAlchemy opens cursors."""
        return self

    @property
    def description(self) -> Any:  # Any: as in sqlite3
        """The columns of the rows; None where the statement gives none."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the last row inserted."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement and fetch its rows."""

        def work() -> list[Row]:
            self._cursor.execute(statement, parameters)
            return self._cursor.fetchall() if self._cursor.description else []

        self._rows = await self._connection.run(work)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[object]]) -> None:
        """Run a statement for each of several rows."""
        await self._connection.run(lambda: self._cursor.executemany(statement, parameters))

    async def fetchall(self) -> list[Row]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Done with it."""
        self._cursor.close()


async def _patiently(work: Callable[[], Answer]) -> Answer:
    """Do the work; where another process writes, try again in a moment, without holding up the event loop. Only
    ``BEGIN IMMEDIATE`` ever finds another writer: whoever has begun is alone."""
    tries, deadline = 0, monotonic() + BUSY_SECONDS
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
        tries += 1


def checkpoint(path: str) -> None:
    """Move what the write-ahead log holds into the file, as far as no reader needs it. Takes as long as the disk does,
    and stops nobody from reading or writing."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, uri=path.startswith("file:"))
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()
