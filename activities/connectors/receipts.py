"""The book of receipts, as a hand uses it: one transaction a note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from db import receipts
from db.receipts import KnownReceipt
from db.session import Store
from db.tables import ReceiptStatus
from sop.values import Values


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


class ReceiptBook:
    """What is known of every outward call, by its key. Every method raises ``StoreUnavailable``."""

    def __init__(self, store: Store, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    async def begin(self, key: str, ticket_id: int | None, action: str, request_hash: str) -> KnownReceipt | None:
        """A try begins: None, and this caller may call. Where the key is known and did not fail, what stands there."""
        async with self._store.write() as conn:
            return await receipts.begin(conn, key, ticket_id, action, request_hash, self._now())

    async def begin_again(self, key: str, started_at: datetime) -> bool:
        """Another try of a call whose outcome is unknown begins; False when somebody was quicker."""
        async with self._store.write() as conn:
            return await receipts.begin_again(conn, key, started_at, self._now())

    async def finish(
        self, key: str, status: ReceiptStatus, outputs: Values | None = None, error: str | None = None
    ) -> None:
        """Write what came of the call."""
        async with self._store.write() as conn:
            await receipts.finish(conn, key, status, self._now(), outputs, error)

    def seconds_since(self, moment: datetime) -> float:
        """How long ago that was."""
        return (self._now() - moment).total_seconds()
