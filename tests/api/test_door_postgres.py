"""The same doors on PostgreSQL, where two requests really run side by side."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import func, select

from api.app import create
from api.settings import Settings
from db.tables import Customer, Ticket
from tests.api.api_desk import Desk

pytestmark = pytest.mark.live

A_TICKET = {
    "subject": "申请退货",
    "body": "台灯不亮",
    "channel": "web",
    "customer": {"external_id": "C-1", "name": "李雷"},
    "fields": {"order_no": "SO-1", "paid": 199.90},
}


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


async def test_one_request_sent_ten_times_at_once_opens_one_ticket(desk: Desk) -> None:
    answers = await asyncio.gather(
        *(desk.http.post("/api/v1/tickets", json=A_TICKET, headers={"Idempotency-Key": "once"}) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["no"] for answer in answers if answer.status_code == 201}) == 1
    assert [row[0] for row in await desk.rows(select(func.count()).select_from(Ticket))] == [1]


async def test_ten_tickets_of_one_customer_at_once_know_one_customer(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.http.post("/api/v1/tickets", json=A_TICKET) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {201}
    assert [row[0] for row in await desk.rows(select(func.count()).select_from(Customer))] == [1]


async def test_a_ticket_is_opened_found_told_and_shown(desk: Desk) -> None:
    no = await desk.open(**{name: value for name, value in A_TICKET.items() if name not in ("subject", "channel")})
    told = await desk.http.post(
        "/api/v1/events", json={"source": "wms", "id": "e1", "type": "parcel.received", "data": {"order_no": "SO-1"}}
    )
    sent = await desk.http.post(f"/api/v1/tickets/{no}/files", files={"file": ("a.jpg", b"\x00\xff", "image/jpeg")})
    found = await desk.http.get("/api/v1/tickets", params={"q": "SO-1", "view": "all"})
    shown = await desk.http.get(f"/api/v1/tickets/{no}")

    assert told.json() == {"status": "accepted", "tickets": [no]}
    assert (await desk.http.get(sent.json()["url"])).content == b"\x00\xff"
    assert [line["no"] for line in found.json()["items"]] == [no]
    assert shown.json()["fields"] == {"order_no": "SO-1", "paid": 199.9}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tickets/GD-999999999999999999",
        "/api/v1/tickets/GD-999999999999999999/ledger",
        "/api/v1/tickets?q=%00%F0%9F%98%80",
        "/api/v1/files/%00",
        "/api/v1/definitions/%00",
        "/api/v1/definitions/x?version=2147483647",
        "/api/v1/tickets/GD-10001%00",
        "/api/v1/tickets?cursor="
        + base64.urlsafe_b64encode(json.dumps(["0001-01-01T00:00:00+14:00", 2**63 - 1]).encode()).decode().rstrip("="),
    ],
)
async def test_odd_addresses_are_no_fault_of_ours(desk: Desk, path: str) -> None:
    answer = await desk.http.get(path)

    assert answer.status_code < 500, answer.text


async def test_postgresql_gone_asks_to_come_back(free_port: Callable[[], int]) -> None:
    app = create(Settings(f"postgresql://nobody@127.0.0.1:{free_port()}/none"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        answer = await http.post("/api/v1/tickets", json=A_TICKET, headers={"Authorization": "Bearer gd_1_" + "x" * 32})

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
