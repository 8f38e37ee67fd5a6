"""A real Chromium for this room's tests; where there is none, they say so and are skipped."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.live_desk import LiveDesk, served
from tests.pages.page_desk import PASSWORD, desk_of, empty_database, prepared, stock
from worker.definitions.publishing import Edition

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HARMLESS = ("htmx:sendAbort", "htmx:afterRequest", "undefined")
"""What htmx writes when a page is left while it fetches something; Chromium itself reports a refused form (422)."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A Chromium for one file: while it runs, the loop of Playwright holds this thread, and no other can run here."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("NO CHROMIUM: the console was not tried in a browser (apt-get install chromium)")
    expect.set_options(timeout=15_000)  # CI's machine may be busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def edition(checkout: Path) -> Edition:
    return prepared(checkout)


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Path:
    file = empty_database(tmp_path_factory.mktemp("browser") / "gongdan.db")

    async def fill() -> None:
        desk = desk_of(f"sqlite:///{file}", edition)
        await stock(desk, edition)
        await desk.store.dispose()

    with ThreadPoolExecutor(1) as elsewhere:  # Playwright has a loop of its own in this thread
        elsewhere.submit(lambda: asyncio.run(fill())).result()
    return file


@pytest.fixture
def live(
    chromium: Browser, stocked_file: Path, tmp_path: Path, edition: Edition, free_port: Callable[[], int]
) -> Iterator[LiveDesk]:
    """The desk on a port. The browser is asked for first: without one nothing need be served."""
    file = tmp_path / "gongdan.db"
    file.write_bytes(stocked_file.read_bytes())
    with served(f"sqlite:///{file}", edition, free_port()) as desk:
        yield desk


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What must not happen on any page: console errors, page errors, requests off origin; checked in the end."""
    found: list[str] = []
    yield found
    assert not found


class Visitor:
    """Opens browser windows at the desk and watches them."""

    def __init__(self, chromium: Browser, live: LiveDesk, faults: list[str]) -> None:
        self._chromium, self._live, self._faults = chromium, live, faults
        self._contexts: list[BrowserContext] = []

    def page(self, *, language: str = "zh", theme: str = "light", width: int = 1440, height: int = 900) -> Page:
        """A window of somebody who is not signed in."""
        context = self._chromium.new_context(viewport={"width": width, "height": height}, base_url=self._live.url)
        self._contexts.append(context)
        for name, value in (("language", language), ("theme", theme)):
            context.add_cookies([{"name": name, "value": value, "url": self._live.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._faults.append(str(error)))
        page.on("request", lambda sent: self._check(sent.url))
        return page

    def staff(self, person: str, **look: object) -> Page:
        """A window of somebody of the desk."""
        page = self.page(**look)  # type: ignore[arg-type]  # the looks are those of page()
        page.goto("/login")
        page.fill("#email", self._live.do(self._live.desk.address(person)))
        page.fill("#password", PASSWORD)
        page.click("main .primary")
        page.wait_for_url("**/queue**")
        return page

    def leave(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(HARMLESS) and "status of 422" not in said.text:
            self._faults.append(said.text)

    def _check(self, url: str) -> None:
        if not url.startswith((self._live.url, "data:", "blob:", "about:")):
            self._faults.append(f"off origin: {url}")


@pytest.fixture
def visitor(chromium: Browser, live: LiveDesk, faults: list[str]) -> Iterator[Visitor]:
    visitor = Visitor(chromium, live, faults)
    yield visitor
    visitor.leave()
