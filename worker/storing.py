"""A command's use of the database: opened for it, closed after it, its absence said in one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError, ProgrammingError

from db.session import Store, StoreUnavailable
from worker.asked import Asked
from worker.words import Failure

Answer = TypeVar("Answer")


def with_store(asked: Asked, work: Callable[[Store], Awaitable[Answer]]) -> Answer:
    """What the work answers. Raises ``Failure`` where the database is away or has no tables yet."""

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
            raise Failure(
                "数据库还没有表：请先运行 gongdan migrate", "the database has no tables yet: run `gongdan migrate`"
            ) from None
        raise
