"""Every page in a real browser: no axe finding, no error, nothing off origin, small enough."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.live_desk import LiveDesk

pytestmark = pytest.mark.browser
LOOKS = [(language, theme) for language in ("zh", "en") for theme in ("light", "dark")]
STAFF_PAGES = (
    "/queue?view=open",
    "/queue?view=resolved",
    "/tickets/GD-10001",
    "/tickets/GD-10002",
    "/new",
    "/notifications",
)


def findings(page: Page) -> list[str]:
    """What axe finds wrong, in one line each."""
    response = Axe().run(page).response
    return [f"{page.url}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in response["violations"]]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_axe_finds_nothing_on_any_page(live: LiveDesk, visitor: Visitor, language: str, theme: str) -> None:
    theirs = live.open("return", "台灯不亮，想退货")
    live.desk.temporal.failing.add("erp.rma.create")
    live.open("lost_parcel", "Missing parcel")
    outside = visitor.page(language=language, theme=theme, width=390, height=844)
    found: list[str] = []
    for place in ("/login", "/portal", theirs):
        outside.goto(place)
        found += findings(outside)

    desk = visitor.staff("liqiang", language=language, theme=theme)
    for place in STAFF_PAGES:
        desk.goto(place)
        found += findings(desk)
    desk.goto("/tickets/GD-10002")
    desk.keyboard.press("a")
    found += findings(desk)

    assert not found


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (900, 900), (390, 844)])
def test_no_page_scrolls_sideways(live: LiveDesk, visitor: Visitor, width: int, height: int) -> None:
    theirs = live.open("return", "A subject that is rather long, so that it has to be shortened somewhere on the page")
    desk = visitor.staff("wangfang", width=width, height=height, language="en")
    wide: list[str] = []

    for place in (*STAFF_PAGES[:1], "/tickets/GD-10001", "/new", theirs):
        desk.goto(place)
        if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(place)

    assert not wide


@pytest.mark.parametrize("person", ["wangfang", "chenjing"])
def test_the_queue_is_small_on_the_wire(live: LiveDesk, visitor: Visitor, person: str) -> None:
    for number in range(30):
        live.open("general", f"Question {number}")
    page = visitor.staff(person)
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.wait_for_timeout(2500)  # what was opened just now has been told to the page before
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    client.on("Network.requestWillBeSent", lambda told: names.update({told["requestId"]: told["request"]["url"]}))
    client.on(
        "Network.loadingFinished",
        lambda told: sizes.update({names.get(told["requestId"], "?"): int(told["encodedDataLength"])}),
    )

    page.goto("/queue?view=open")
    page.wait_for_timeout(500)

    assert page.locator(".rows tbody tr").count() == 30
    assert 0 < sum(sizes.values()) <= 40 * 1024, sizes
