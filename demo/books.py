"""The company's books: one SQLite file that keeps papers, calls, effects, answers by key and webhooks.

Everything here runs in the one thread that owns the connection; `Books.ask` is the way in from the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar, cast

from demo import json_text
from demo.json_text import Json

P = ParamSpec("P")
T = TypeVar("T")
Paper: TypeAlias = dict[str, Json]
Row: TypeAlias = dict[str, Json]

SCHEMA = """
CREATE TABLE IF NOT EXISTS papers (
    kind TEXT NOT NULL, no TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (kind, no)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    system TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (system, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, system TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, key TEXT,
    body TEXT NOT NULL, status INTEGER, answered INTEGER NOT NULL, effect INTEGER NOT NULL, replay INTEGER NOT NULL,
    fault TEXT);
CREATE INDEX IF NOT EXISTS calls_by_key ON calls (key);
CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, system TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL, key TEXT,
    call INTEGER NOT NULL, facts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS effects_by_kind ON effects (kind);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, message_id TEXT NOT NULL, at TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL,
    text TEXT NOT NULL, template TEXT);
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (recipient);
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, tracking_no TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, copies INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, status INTEGER, error TEXT);
"""


class Books:
    """One connection in one thread. Call `open` first and `close` last, both from the event loop."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="books")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or create the file. WAL with synchronous=NORMAL: what is committed survives a killed process."""
        await self.ask(self._open)

    async def close(self) -> None:
        """Close the file and end the thread."""
        await self.ask(self._db.close)
        self._thread.shutdown()

    async def ask(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in the thread of the books, in turn with everybody else, as one transaction."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back on any exception."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Read rows as dictionaries by column name."""
        return [dict(row) for row in self._db.execute(sql, values)]

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Write; returns the id of the row inserted last."""
        return self._db.execute(sql, values).lastrowid or 0

    def find(self, kind: str, no: str) -> Paper | None:
        """The paper (order, rma, parcel …) of that number, if there is one."""
        row = self._db.execute("SELECT facts FROM papers WHERE kind = ? AND no = ?", (kind, no)).fetchone()
        return None if row is None else facts_of(row["facts"])

    def keep(self, kind: str, no: str, facts: Mapping[str, Json]) -> None:
        """Write a paper, in place of the one of that number."""
        text = json_text.write(facts)
        self.run(
            "INSERT INTO papers VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET facts = excluded.facts", (kind, no, text)
        )

    def number(self, prefix: str) -> str:
        """The next number of a series: RMA-000001, RMA-000002 …"""
        row = self._db.execute(
            "INSERT INTO numbers VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last", (prefix,)
        ).fetchone()
        return f"{prefix}{row['last']:06}"

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("the books are not open: call open() first")
        return self._connection

    def _open(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, isolation_level=None)
        connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.executescript(SCHEMA)
        self._connection = connection


def facts_of(text: str) -> Paper:
    """The facts of a paper, an effect or an answer as we wrote them."""
    return cast(Paper, json_text.read(text))  # only our own json_text.write fills these columns, with objects
