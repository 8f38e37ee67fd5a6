"""Installations that really run: one for a test on each kind of database, one shared by all tests of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures_db import postgres_server, postgres_url, sqlite_template  # noqa: F401  # found by name
from tests.live.desk import Desk, prepared


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Desk]:
    """A running installation with nothing in it: the test runs once on each kind of database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    running = Desk(prepared(tmp_path / "var", free_port, url))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Desk]:
    """A running installation on SQLite for all tests of a file."""
    running = Desk(prepared(tmp_path_factory.mktemp("desk") / "var", free_port))
    try:
        running.start()
        yield running
    finally:
        running.stop()
