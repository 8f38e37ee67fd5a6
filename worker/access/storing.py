"""A command's use of the database: opened for it, closed after it, its absence said in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import OperationalError, ProgrammingError

from db.session import Store, StoreUnavailable
from worker.terminal.asked import Asked
from worker.terminal.words import Failure

Answer = TypeVar("Answer")
SQLITE = "sqlite:///"


def with_store(asked: Asked, work: Callable[[Store], Awaitable[Answer]]) -> Answer:
    """What the work answers. Raises ``Failure`` where the database is away or has no tables yet."""

    _require_file(asked.settings.database_url)

    async def within() -> Answer:
        store = Store(asked.settings.database_url)
        try:
            return await work(store)
        finally:
            await store.dispose()

    try:
        return asyncio.run(within())
    except StoreUnavailable as away:
        raise Failure(f"数据库没有应答：{away}", f"{away}; is GONGDAN_DATABASE_URL right?") from None
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise _unprepared() from None
        raise


def _require_file(url: str) -> None:
    """SQLite would make an empty database of whatever name it is given."""
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        raise _unprepared()


def _unprepared() -> Failure:
    return Failure(
        "数据库还没有表：请到运行 gongdan up 的目录去，或运行 gongdan migrate",
        "the database has no tables yet: go to the folder where `gongdan up` runs, or run `gongdan migrate`",
    )
