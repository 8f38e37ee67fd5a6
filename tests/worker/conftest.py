"""One Temporal server for all tests of this room; databases as everywhere, with ids of tickets that never meet."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from db.session import Store
from tests.fixtures_db import (  # noqa: F401  # fixtures are found by name
    database_url,
    postgres_server,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.worker.real_servers import TemporalServer

_SQLITE = text("INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets', :first)")
_POSTGRES = text("SELECT setval(pg_get_serial_sequence('tickets', 'id'), :first)")


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[TemporalServer]:
    """Temporal for tests that do not kill it."""
    server = TemporalServer(free_port(), tmp_path_factory.mktemp("temporal") / "temporal.db")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def first_ids() -> Iterator[int]:
    """Where the ids of each test's tickets begin: the one Temporal server knows tickets by id."""
    return itertools.count(1000, 1000)


@pytest_asyncio.fixture
async def store(database_url: str, first_ids: Iterator[int]) -> AsyncIterator[Store]:  # noqa: F811  # the fixture
    """A store on a fresh, migrated database: the test runs once on each kind."""
    opened = Store(database_url)
    async with opened.write() as conn:
        await conn.execute(_SQLITE if opened.is_sqlite else _POSTGRES, {"first": next(first_ids)})
    yield opened
    await opened.dispose()
