"""The desk that this room's tests ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from api.app import create
from api.doors import Doors
from api.settings import Settings
from sop.catalog import Catalog, actions_of
from tests.api.api_desk import EVERY_SCOPE, Desk, Temporal
from tests.fixtures_db import postgres_server, postgres_url, sqlite_template, sqlite_url  # noqa: F401  # found by name


@pytest.fixture
def database_url(sqlite_url: str) -> str:  # noqa: F811  # the fixture
    """The database of the desk; a test of PostgreSQL asks for another."""
    return sqlite_url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url, public_url="http://desk", identity_cache=0.0, login_attempts=3, login_pause=60.0, catching_up=0.5
    )


@pytest.fixture
def temporal() -> Temporal:
    return Temporal()


@pytest.fixture
def app(settings: Settings, temporal: Temporal) -> FastAPI:
    async def connect() -> Temporal:
        return temporal

    catalog = Catalog(actions=actions_of({"erp.refund.status": {"in": ["refund_no", "name"], "effect": "read"}}))
    return create(settings, connect=connect, catalog=catalog)


@pytest.fixture
async def desk(app: FastAPI, temporal: Temporal) -> AsyncIterator[Desk]:
    """The desk, open."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://desk") as http,
    ):
        desk = Desk(app, http, temporal)
        http.headers.update(await desk.headers(*EVERY_SCOPE))
        doors: Doors = app.state.doors
        await doors.line.keep_connecting()
        yield desk
