"""Locks on names within a transaction. SQLite has one writer at a time, so there the lock is held already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

_LOCK = text("SELECT pg_advisory_xact_lock(name) FROM unnest(:names) AS name ORDER BY name").bindparams(
    bindparam("names", type_=ARRAY(BigInteger))
)


async def lock_names(conn: AsyncConnection, names: Iterable[str]) -> None:
    """Hold these names until the transaction ends. Take all that a transaction needs at once: they are taken in one
    order, so that two transactions never wait for each other."""
    numbers = sorted({_number(name) for name in names})
    if numbers and conn.dialect.name == "postgresql":
        await conn.execute(_LOCK, {"names": numbers})


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
