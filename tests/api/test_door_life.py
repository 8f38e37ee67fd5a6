"""An API process by itself: it starts whatever is away, says so, and takes in what it can. Real HTTP by uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create
from api.identities import Recent
from api.line import Line, LineStatus, to_temporal
from api.settings import Settings
from api.throttle import Throttle
from tests.api.api_desk import EVERY_SCOPE, Desk, Temporal
from workflows.client import TemporalUnavailable

TICKET = {"subject": "Lamp", "channel": "web"}


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind a real server on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2))
        running = asyncio.create_task(server.serve([listening]))
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                await _until(lambda: server.started)
                yield http
        finally:
            server.should_exit = True
            await running


async def test_the_api_starts_and_takes_tickets_while_temporal_is_away(
    settings: Settings, free_port: Callable[[], int]
) -> None:
    app = create(settings, connect=to_temporal(f"127.0.0.1:{free_port()}"))
    async with serving(app) as http:
        desk = Desk(app, http, Temporal())
        headers = await desk.headers(*EVERY_SCOPE)
        await _until(lambda: app.state.doors.line.status is LineStatus.DOWN)

        ready = await http.get("/readyz")
        opened = await http.post("/api/v1/tickets", json=TICKET, headers=headers)
        answered = await http.post(f"/api/v1/tickets/{opened.json()['no']}/claim", headers=headers)
        health = await http.get("/healthz")

    assert (ready.status_code, ready.json()["temporal"]) == (200, {"status": "down"})
    assert opened.status_code == 201
    assert (answered.status_code, answered.json()["code"]) == (503, "temporal_unavailable")
    assert int(answered.headers["retry-after"]) >= 1
    assert (health.status_code, health.json()["status"]) == (200, "ok")


async def test_without_a_database_every_door_asks_to_come_back(tmp_path: Path) -> None:
    app = create(Settings(f"sqlite:///{tmp_path / 'missing' / 'gongdan.db'}"))
    async with serving(app) as http:
        ready = await http.get("/readyz")
        refused = await http.post("/api/v1/tickets", json=TICKET, headers={"Authorization": "Bearer gd_1_" + "x" * 32})
        health = await http.get("/healthz")

    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert "retry-after" in refused.headers
    assert health.status_code == 200


async def test_an_endless_body_is_cut_off_on_the_wire(settings: Settings) -> None:
    app = create(settings)
    async with serving(app) as http:
        headers = await Desk(app, http, Temporal()).headers(*EVERY_SCOPE)

        async def large() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" " * 65536

        answer = await http.post(
            "/api/v1/tickets", content=large(), headers={**headers, "Content-Type": "application/json"}
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_the_line_connects_when_temporal_comes_up() -> None:
    tries = 0

    async def connect() -> Temporal:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("failed to connect")
        return Temporal()

    line = Line(connect)
    await line.keep_connecting()

    assert (tries, line.status) == (3, LineStatus.UP)


async def test_a_line_without_a_client_says_so() -> None:
    with pytest.raises(TemporalUnavailable):
        await Line(None).call(lambda _: asyncio.sleep(0))


async def test_somebody_recognised_is_not_asked_for_again_until_the_time_is_over() -> None:
    asked = 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        return "anna"

    recent: Recent[str] = Recent(60.0)
    for _ in range(3):
        assert await recent.get("key", ask) == "anna"
    assert asked == 1
    recent.forget("key")
    await recent.get("key", ask)

    assert asked == 2


def test_a_pause_after_wrong_passwords_doubles_and_is_forgotten_after_the_right_one() -> None:
    throttle = Throttle(attempts=3, pause=10.0)
    waits = []
    for _ in range(5):
        throttle.failed("anna", now=100.0)
        waits.append(throttle.wait("anna", now=100.0))

    assert waits == [0.0, 0.0, 10.0, 20.0, 40.0]
    assert throttle.wait("bob", now=100.0) == 0.0
    assert throttle.wait("anna", now=140.0) == 0.0
    throttle.succeeded("anna")
    assert throttle.wait("anna", now=100.0) == 0.0


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - it is another's state, without an event
            await asyncio.sleep(0.02)
