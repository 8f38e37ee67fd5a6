"""Webhooks: only genuine messages come in, each once."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from activities.connectors.registry import load_connectors
from api.app import create
from api.settings import Settings
from db.tables import Inbox
from tests.api.api_desk import Desk, Temporal

SECRET = "a secret between two systems"
CONNECTOR = """
connector: wms
title: {zh: 仓库, en: Warehouse}
base_url: http://127.0.0.1:9
hook:
  signature: {secret: WMS_SECRET, prefix: sha256=}
  events:
    - type: parcel.received
      id: "{{ body.id }}"
      data: {tracking_no: "{{ body.waybill }}"}
      correlation: {tracking_no: "{{ body.waybill }}"}
operations:
  parcel.find: {title: {zh: 查包裹, en: Find a parcel}, method: GET, path: /parcels, effect: read, idempotent: native}
"""


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    connectors = load_connectors({"wms.yaml": CONNECTOR}, {}, {"WMS_SECRET": SECRET})
    app = create(settings, listeners=connectors.listeners)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://desk") as http,
    ):
        yield Desk(app, http, Temporal())
    await connectors.close()


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Timestamp": stamp, "X-Signature": f"sha256={mark}", "Content-Type": "application/json"}


BODY = json.dumps({"id": "e1", "waybill": "SF1"}).encode()


async def test_a_genuine_message_is_kept_once(desk: Desk) -> None:
    first = await desk.http.post("/hooks/wms", content=BODY, headers=signed(BODY))
    again = await desk.http.post("/hooks/wms", content=BODY, headers=signed(BODY))

    assert (first.status_code, first.json()["status"]) == (202, "waiting")
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    assert [tuple(row) for row in await desk.rows(select(Inbox.source, Inbox.event_id))] == [("wms", "e1")]


async def test_a_message_with_a_wrong_signature_does_nothing(desk: Desk) -> None:
    forged = [
        signed(BODY, "another secret"),
        {**signed(BODY), "X-Signature": "sha256="},
        {"Content-Type": "application/json"},
        signed(BODY, at=time.time() - 7200),
        signed(b"{}"),
    ]
    for headers in forged:
        answer = await desk.http.post("/hooks/wms", content=BODY, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")

    assert await desk.rows(select(Inbox.id)) == []


@pytest.mark.parametrize("body", [b"rubbish", b"{}", b'{"id": "", "waybill": "x"}'])
async def test_a_genuine_message_that_says_nothing_is_refused(desk: Desk, body: bytes) -> None:
    answer = await desk.http.post("/hooks/wms", content=body, headers=signed(body))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert await desk.rows(select(Inbox.id)) == []
