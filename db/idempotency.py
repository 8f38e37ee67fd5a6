"""Writes that happen once: a door claims a key, does its work, and keeps the answer for whoever asks again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Idempotency
from db.upsert import insert_new

STALE = timedelta(minutes=2)
"""A claim without an answer for so long was left behind by a process that died; the next one takes it over."""


class KeyInUse(Exception):
    """The same request is being answered right now. Ask again in a moment."""


class KeyReused(Exception):
    """The key was used for another request. Use a fresh one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One write of one caller. ``request_hash`` covers all of the request that matters."""

    principal: str
    key: str
    method: str
    path: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer that was given."""

    status: int
    body: str


async def claim(conn: AsyncConnection, wanted: Claim, now: datetime) -> Replay | None:
    """Take the key (None: go on), or the answer it has. Raises ``KeyInUse``, ``KeyReused``.

    In the same transaction as the work, a claim waits for another's transaction and then sees its answer."""
    row = {
        "principal": wanted.principal,
        "key": wanted.key,
        "method": wanted.method,
        "path": wanted.path,
        "request_hash": wanted.request_hash,
        "created_at": now,
    }
    inserted = await conn.execute(insert_new(conn, Idempotency), row)
    if inserted.rowcount == 1:
        return None
    known = (await conn.execute(_KNOWN, _named(wanted))).one_or_none()
    if known is None:
        raise KeyInUse(wanted.key)  # it was released between the two statements
    if known.request_hash != wanted.request_hash:
        raise KeyReused(wanted.key)
    if known.status is not None:
        return Replay(known.status, known.body or "")
    if known.created_at > now - STALE:
        raise KeyInUse(wanted.key)
    await conn.execute(_UPDATE, {**_named(wanted), "created_at": now})
    return None


async def keep_answer(
    conn: AsyncConnection, claimed: Claim, status: int, body: str, ticket_id: int | None = None
) -> None:
    """The answer, to be given again. ``ticket_id``: whose content it may quote, so that it is erased with it."""
    answer = {"status": status, "body": body, "ticket_id": ticket_id}
    await conn.execute(_UPDATE, {**_named(claimed), **answer})


async def release(conn: AsyncConnection, claimed: Claim) -> None:
    """Give the key back: nothing was done, and the same request may be sent again."""
    await conn.execute(_RELEASE, _named(claimed))


async def forget_before(conn: AsyncConnection, moment: datetime) -> None:
    """Answers given before ``moment`` are not given again."""
    await conn.execute(delete(Idempotency).where(Idempotency.created_at < moment))


# Built once: building a statement costs more than running it.
_IT = (Idempotency.principal == bindparam("by"), Idempotency.key == bindparam("named"))
_KNOWN = (
    select(Idempotency.request_hash, Idempotency.status, Idempotency.body, Idempotency.created_at)
    .where(*_IT)
    .with_for_update()
)
_UPDATE = update(Idempotency).where(*_IT)
_RELEASE = delete(Idempotency).where(*_IT, Idempotency.status.is_(None))


def _named(wanted: Claim) -> dict[str, object]:
    return {"by": wanted.principal, "named": wanted.key}
