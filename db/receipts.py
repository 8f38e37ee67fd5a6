"""Receipts of outward calls: one a key, so that an effect happens once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import Receipt, ReceiptStatus
from db.upsert import insert_new
from sop.values import Values


@dataclass(frozen=True, slots=True)
class KnownReceipt:
    """A call as it stands. ``started_at``: when its latest try began; ``outputs``: of a call that is done."""

    key: str
    ticket_id: int | None
    action: str
    request_hash: str
    status: ReceiptStatus
    outputs: Values
    attempts: int
    error: str | None
    started_at: datetime
    finished_at: datetime | None


async def begin(
    conn: AsyncConnection, key: str, ticket_id: int | None, action: str, request_hash: str, now: datetime
) -> KnownReceipt | None:
    """A try begins: None, and this caller may call. Where the key is known and did not fail, nothing changes and what
    stands there is the answer; of several callers at once only one gets None."""
    row = {
        "key": key,
        "ticket_id": ticket_id,
        "action": action,
        "request_hash": request_hash,
        "status": ReceiptStatus.STARTED.value,
        "attempts": 1,
        "started_at": now,
    }
    if (await conn.execute(insert_new(conn, Receipt), row)).rowcount == 1:
        return None
    again = await conn.execute(
        update(Receipt)
        .where(Receipt.key == key, Receipt.status == ReceiptStatus.FAILED.value)
        .values(
            status=ReceiptStatus.STARTED.value,
            request_hash=request_hash,
            attempts=Receipt.attempts + 1,
            started_at=now,
            finished_at=None,
            error=None,
        )
        .returning(Receipt.key)
    )
    return None if again.first() else await receipt(conn, key)


async def begin_again(conn: AsyncConnection, key: str, started_at: datetime, now: datetime) -> bool:
    """Another try of a call whose outcome is unknown begins. False when somebody was quicker: its latest try no longer
    began at ``started_at``."""
    found = await conn.execute(
        update(Receipt)
        .where(Receipt.key == key, Receipt.started_at == started_at, Receipt.status != ReceiptStatus.DONE.value)
        .values(status=ReceiptStatus.STARTED.value, attempts=Receipt.attempts + 1, started_at=now)
        .returning(Receipt.key)
    )
    return found.first() is not None


async def finish(
    conn: AsyncConnection,
    key: str,
    status: ReceiptStatus,
    now: datetime,
    outputs: Values | None = None,
    error: str | None = None,
) -> None:
    """What came of the call. One that is done stays done."""
    await conn.execute(
        update(Receipt)
        .where(Receipt.key == key, Receipt.status != ReceiptStatus.DONE.value)
        .values(status=status.value, outputs=outputs, error=error[:2000] if error else None, finished_at=now)
    )


async def receipt(conn: AsyncConnection, key: str) -> KnownReceipt | None:
    """The receipt of a key."""
    row = (await conn.execute(select(*_COLUMNS).where(Receipt.key == key))).one_or_none()
    if row is None:
        return None
    facts = row._asdict()
    return KnownReceipt(**{**facts, "status": ReceiptStatus(row.status), "outputs": row.outputs or {}})


_COLUMNS = (
    Receipt.key,
    Receipt.ticket_id,
    Receipt.action,
    Receipt.request_hash,
    Receipt.status,
    Receipt.outputs,
    Receipt.attempts,
    Receipt.error,
    Receipt.started_at,
    Receipt.finished_at,
)
