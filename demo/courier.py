"""The carrier's webhooks: signed, delivered to Gongdan until it says 2xx, resumed after a restart."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

import httpx

from demo import json_text
from demo.books import Books
from demo.carrier import move_parcel
from demo.faults import FaultBoard
from demo.json_text import Json
from demo.operation import System, unknown

PATH = "/hooks/carrier"
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.0, *[5.0] * 35)  # seconds between tries: three minutes, then we give up


class WebhookState(StrEnum):
    """Where a webhook stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"
    UNSENT = "unsent"  # the company was started without --gongdan-url


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where webhooks go, and the secret they are signed with."""

    url: str | None
    secret: str


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of `timestamp + "." + body`."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Courier:
    """Delivers webhooks in the background. Call `resume` at the start and `stop` at the end."""

    def __init__(self, books: Books, faults: FaultBoard, addressee: Addressee, http: httpx.AsyncClient) -> None:
        self._books = books
        self._faults = faults
        self._addressee = addressee
        self._http = http
        self._trips: set[asyncio.Task[None]] = set()

    async def report(self, status: str, tracking_no: str, where: Mapping[str, Json]) -> dict[str, Json]:
        """Move a parcel (`scanned`, `received`) and send the event; returns it with the state of its webhook."""
        at = datetime.now(UTC)
        event: dict[str, Json] = {
            "id": f"evt-{uuid4().hex}", "type": f"parcel.{status}", "tracking_no": tracking_no, "at": at.isoformat(),
            **where,
        }  # fmt: skip
        struck = self._faults.strike(System.CARRIER, "POST", PATH, webhook=True)
        state = WebhookState.PENDING if self._addressee.url else WebhookState.UNSENT
        copies = 2 if struck else 1

        def write() -> None:
            with self._books.transaction():
                move_parcel(self._books, tracking_no, at, status, where)
                self._books.run(
                    "INSERT INTO webhooks (id, at, type, tracking_no, body, state, copies)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (event["id"], at.isoformat(), event["type"], tracking_no, json_text.write(event), state, copies),
                )

        await self._books.ask(write)
        await self.resume(str(event["id"]))
        return {**event, "webhook": state, "copies": copies}

    async def resume(self, webhook_id: str | None = None) -> None:
        """Set out with one webhook, or with all that a former process could not deliver."""
        if self._addressee.url is None:
            return
        sql = "SELECT id, body, copies FROM webhooks WHERE state = 'pending' AND (? IS NULL OR id = ?)"
        for row in await self._books.ask(self._books.rows, sql, (webhook_id, webhook_id)):
            trip = asyncio.create_task(self._deliver(str(row["id"]), str(row["body"]), int(str(row["copies"]))))
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)

    async def redeliver(self, webhook_id: str) -> dict[str, Json]:
        """Send a webhook once more, the same id and body, whatever became of it."""

        def reopen() -> None:
            sql = "UPDATE webhooks SET state = 'pending', copies = 1 WHERE id = ? RETURNING id"
            if not self._books.rows(sql, (webhook_id,)):
                raise unknown("webhook", webhook_id)

        await self._books.ask(reopen)
        await self.resume(webhook_id)
        return {"id": webhook_id, "webhook": WebhookState.PENDING}

    async def stop(self) -> None:
        """Leave off; what is not delivered stays pending for the next start."""
        for trip in self._trips:
            trip.cancel()
        await asyncio.gather(*self._trips, return_exceptions=True)

    async def _deliver(self, webhook_id: str, body: str, copies: int) -> None:
        delivered = 0
        for pause in (*PAUSES, None):
            status, error = await self._post(body.encode())
            delivered += status is not None and 200 <= status < 300
            state = WebhookState.DELIVERED if delivered >= copies else WebhookState.PENDING
            if pause is None and state is WebhookState.PENDING:
                state = WebhookState.GAVE_UP
            await self._books.ask(self._books.run, *_tried(webhook_id, state, status, error))
            if state is not WebhookState.PENDING:
                return
            await asyncio.sleep(0 if delivered else pause or 0)

    async def _post(self, body: bytes) -> tuple[int | None, str | None]:
        timestamp = str(int(datetime.now(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Timestamp": timestamp,
            "X-Signature": signature(self._addressee.secret, timestamp, body),
        }
        try:
            answer = await self._http.post(f"{self._addressee.url}{PATH}", content=body, headers=headers)
        except httpx.HTTPError as lost:
            return None, f"{type(lost).__name__}: {lost}"
        return answer.status_code, None


def _tried(webhook_id: str, state: str, status: int | None, error: str | None) -> tuple[str, tuple[object, ...]]:
    sql = "UPDATE webhooks SET state = ?, status = ?, error = ?, attempts = attempts + 1 WHERE id = ?"
    return sql, (state, status, error, webhook_id)
