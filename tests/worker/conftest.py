"""A database of each kind with its tables, and one Temporal server for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from db.session import Store
from db.tables import Row
from tests.worker.real_servers import TemporalServer, postgres_url


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[TemporalServer]:
    server = TemporalServer(free_port(), tmp_path_factory.mktemp("temporal") / "temporal.db")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url, server = postgres_url(tmp_path_factory.mktemp("postgres"))
    yield url
    server.cleanup()  # type: ignore[attr-defined]  # the package ships no types


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store with its tables, empty."""
    store = Store(database_url)
    async with store.write() as conn:
        await conn.run_sync(Row.metadata.drop_all)
        await conn.run_sync(Row.metadata.create_all)
    yield store
    await store.dispose()
