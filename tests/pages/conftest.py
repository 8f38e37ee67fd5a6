"""The desk with its pages that this room's tests ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.doors import Doors
from tests.pages.page_desk import PASSWORD, PageDesk, desk_of, empty_database, prepared, stock
from worker.definitions.publishing import Edition


@pytest.fixture(scope="session")
def edition(checkout: Path) -> Edition:
    return prepared(checkout)


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Path:
    """A database with the people, teams and definitions of this repository's workspace."""
    file = empty_database(tmp_path_factory.mktemp("pages") / "gongdan.db")

    async def fill() -> None:
        desk = desk_of(f"sqlite:///{file}", edition)
        await stock(desk, edition)
        await desk.store.dispose()

    asyncio.run(fill())
    return file


@pytest.fixture
def database(stocked_file: Path, tmp_path: Path) -> str:
    """The address of a stocked database of this test alone."""
    file = tmp_path / "gongdan.db"
    file.write_bytes(stocked_file.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
async def desk(database: str, edition: Edition) -> AsyncIterator[PageDesk]:
    desk = desk_of(database, edition)
    async with desk.app.router.lifespan_context(desk.app):
        doors: Doors = desk.app.state.doors
        await doors.line.keep_connecting()
        yield desk


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


async def enter(desk: PageDesk, person: str, language: str = "en") -> httpx.AsyncClient:
    """Somebody's browser, signed in."""
    browser = desk.browser(language)
    browser.cookies.set("language", language)
    answer = await browser.post("/login", data={"email": await desk.address(person), "password": PASSWORD})
    assert answer.url.path == "/queue", answer.text
    return browser
