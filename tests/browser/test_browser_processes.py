"""The pages of processes in a real browser: a lead holds a step, sees a ticket wait, and lets it go on."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from db import releases
from db.releases import Said
from tests.browser.conftest import Visitor
from tests.browser.live_desk import LiveDesk
from tests.browser.test_browser_pages import LOOKS, findings
from tests.pages.test_page_processes import LOST, changed
from worker.definitions.publishing import Edition

pytestmark = pytest.mark.browser
PAGES = (
    "/processes",
    LOST,
    f"{LOST}/compare?from=1&to=2",
    f"{LOST}/move?from=1&to=2",
    f"{LOST}/extra",
    f"{LOST}/history",
)


def two_versions(live: LiveDesk, edition: Edition) -> None:
    """A second version, approved, with a ticket that stands on a step of the first which is gone, and a draft."""

    async def publish(*change: str, approved: bool) -> None:
        compiled, text = changed(edition, *change)
        async with live.desk.store.write() as conn:
            known = await releases.publish(conn, compiled, text, Said("sunhao", datetime.now(UTC)))
            if approved:
                await releases.approve(conn, known, Said("chenjing", datetime.now(UTC)))

    live.open("lost_parcel", "Missing parcel")
    live.do(publish("verify_tracking", "ask_warehouse", approved=True))
    live.do(publish("target: 3wd", "target: 2wd", approved=False))


def complete(page: Page, proof: Path) -> None:
    """Answer the step that the ticket stands on."""
    page.fill("input[name='f.tracking_no']", "SF77")
    page.fill("input[name='f.worth']", "150")
    page.fill("input[name='f.last_scan_at']", "2026-05-06T10:00")
    page.fill("input[name='f.last_scan_place']", "Shenzhen")
    page.set_input_files("input[name='f.proof']", proof)
    page.locator(".step button[value=moving]").click()


def test_a_step_is_held_a_ticket_waits_and_goes_on_when_it_is_released(
    live: LiveDesk, visitor: Visitor, tmp_path: Path
) -> None:
    live.open("lost_parcel", "Missing parcel")
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(b"%PDF")
    lead = visitor.staff("liqiang", language="en")
    lead.get_by_role("link", name="Processes").click()
    lead.get_by_role("link", name="Lost parcel").click()
    expect(lead.locator(".version")).to_contain_text("@1 Default")
    expect(lead.locator(".drawing img")).to_have_js_property("complete", value=True)
    assert lead.locator(".drawing img").evaluate("image => image.naturalWidth") > 200

    lead.get_by_text("Hold tickets before a step").click()
    lead.select_option("#hold-step", "wait_scan")
    lead.fill("#hold-why", "The carrier sends wrong scans")
    lead.get_by_role("button", name="Hold").click()
    expect(lead.get_by_role("status")).to_contain_text("Tickets are held before this step now.")
    expect(lead.locator("#held")).to_contain_text("Nothing waits yet.")

    ticket = visitor.staff("liqiang", language="en")
    ticket.goto("/tickets/GD-10001")
    complete(ticket, proof)
    expect(ticket.locator(".step")).to_contain_text("Held by gate 1")
    expect(lead.locator("#held")).to_contain_text("Waiting here: 1")  # by itself
    expect(lead.locator("#held").get_by_role("link", name="GD-10001")).to_be_visible()

    lead.fill("#held input[name=note]", "repaired")
    lead.locator("#held").get_by_role("button", name="Release").click()
    expect(lead.get_by_role("status")).to_contain_text("What the gate held goes on.")
    expect(lead.locator("#held")).to_contain_text("No gate")
    expect(ticket.locator(".step")).not_to_contain_text("Held by gate")
    expect(ticket.locator(".step")).to_contain_text("Waiting for")


def test_versions_are_compared_and_tickets_moved_with_a_mapping(
    live: LiveDesk, visitor: Visitor, edition: Edition
) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing", language="zh")
    page.goto(f"{LOST}/compare?from=1&to=2")
    expect(page.locator("#result")).to_contain_text("ask_warehouse")
    page.select_option("#from", "2")
    expect(page.locator("#result")).to_contain_text("含义没有差别")
    page.wait_for_url("**from=2**")

    page.goto(f"{LOST}/move?from=1&to=2")
    expect(page.locator("#result")).to_contain_text("需指定对应步骤")
    page.select_option("select[name='m.verify_tracking']", "ask_warehouse")
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#result [data-light=green]").first).to_contain_text("可移动")
    page.get_by_role("button", name="移动所有可移动的").click()
    expect(page.locator("#result")).to_contain_text("已移动")
    assert live.desk.temporal.engines[1].state.runs["lost_parcel"].definition["version"] == 2


def test_the_steps_to_choose_from_are_those_of_the_version(live: LiveDesk, visitor: Visitor, edition: Edition) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing", language="en")
    page.goto(f"{LOST}/extra")
    expect(page.locator("#extra-version")).to_have_value("1")  # where the tickets are
    expect(page.locator("#extra-at")).to_contain_text("verify_tracking")

    page.select_option("#extra-version", "2")

    expect(page.locator("#extra-at")).to_contain_text("ask_warehouse")


def test_the_keyboard_alone_makes_a_version_the_default(live: LiveDesk, visitor: Visitor, edition: Edition) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing", language="en")
    page.goto(LOST)
    button = page.get_by_role("button", name="Approve the version… @3")
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".sheet:popover-open")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("seen")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The version is approved.")
    expect(page.locator(".version").first).to_contain_text("@3 Default")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_axe_finds_nothing_on_the_pages_of_processes(
    live: LiveDesk, visitor: Visitor, edition: Edition, language: str, theme: str
) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing", language=language, theme=theme)
    found: list[str] = []
    for place in PAGES:
        page.goto(place)
        found += findings(page)
    page.goto(LOST)
    page.click(".hold summary")
    page.select_option("#hold-step", "claim")
    page.fill("#hold-why", "twice")
    page.click(".hold button")
    page.wait_for_url("**told=held**")
    found += findings(page)
    page.locator(".version button").first.click()
    found += findings(page)

    assert not found


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (900, 900), (390, 844)])
def test_no_page_of_processes_scrolls_sideways(
    live: LiveDesk, visitor: Visitor, edition: Edition, width: int, height: int
) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing", width=width, height=height, language="en")
    wide: list[str] = []
    for place in PAGES:
        page.goto(place)
        if page.evaluate("(m => m.scrollWidth > m.clientWidth)(document.querySelector('main'))"):
            wide.append(place)

    assert not wide


def test_a_page_of_a_process_is_small(live: LiveDesk, visitor: Visitor, edition: Edition) -> None:
    two_versions(live, edition)
    page = visitor.staff("chenjing")
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    client.on("Network.requestWillBeSent", lambda told: names.update({told["requestId"]: told["request"]["url"]}))
    client.on(
        "Network.loadingFinished",
        lambda told: sizes.update({names.get(told["requestId"], "?"): int(told["encodedDataLength"])}),
    )
    page.goto(LOST)
    page.wait_for_timeout(500)
    scripts = sum(size for name, size in sizes.items() if re.search(r"\.js$", name))

    assert 0 < sum(sizes.values()) <= 60 * 1024, sizes
    assert 0 < scripts <= 30 * 1024, sizes
