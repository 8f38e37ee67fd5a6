"""The desk that this room's tests ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine

from api.app import create
from api.doors import Doors
from api.settings import Settings
from db.tables import Row
from tests.api.api_desk import EVERY_SCOPE, Desk, Temporal


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row."""
    file = tmp_path_factory.mktemp("empty") / "gongdan.db"
    engine = create_engine(f"sqlite:///{file}")
    Row.metadata.create_all(engine)
    engine.dispose()
    return file


@pytest.fixture
def database_url(empty_database: Path, tmp_path: Path) -> str:
    file = tmp_path / "gongdan.db"
    file.write_bytes(empty_database.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url, public_url="http://desk", identity_cache=0.0, login_attempts=3, login_pause=60.0)


@pytest.fixture
def temporal() -> Temporal:
    return Temporal()


@pytest.fixture
def app(settings: Settings, temporal: Temporal) -> FastAPI:
    async def connect() -> Temporal:
        return temporal

    return create(settings, connect=connect)


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
