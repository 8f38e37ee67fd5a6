"""Journeys at the desk in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from db.tables import Ticket
from sop.events import StepAnswered
from tests.browser.conftest import Visitor
from tests.browser.live_desk import LiveDesk
from tests.browser.test_browser_pages import findings

pytestmark = pytest.mark.browser


def test_from_the_queue_to_a_completed_step_in_three_actions(live: LiveDesk, visitor: Visitor) -> None:
    live.open("general", "How do I change my address")
    page = visitor.staff(live.do(live.desk.holder()))

    page.click("text=How do I change my address")  # 1: choose
    page.fill("#pane .step textarea", "在账号设置中修改。")  # 2: fill in
    page.click("#pane .step [data-send]")  # 3: complete
    expect(page.locator("#pane .step textarea")).to_have_count(0)

    assert any(isinstance(event, StepAnswered) for event in live.desk.temporal.heard)


def test_a_mistake_stays_beside_its_field_and_gets_the_focus(live: LiveDesk, visitor: Visitor) -> None:
    live.open("lost_parcel", "Missing parcel")
    page = visitor.staff("liqiang", language="en")
    page.goto("/tickets/GD-10001")

    page.fill("input[name='f.last_scan_place']", "Shenzhen")
    page.click(".step [data-send]")

    expect(page.locator(".wrong").first).to_contain_text("Please fill this in")
    expect(page.locator("input[name='f.last_scan_place']")).to_have_value("Shenzhen")
    assert page.evaluate("document.activeElement.name") == "f.tracking_no"


def test_the_keyboard_walks_the_queue_replies_notes_and_opens(live: LiveDesk, visitor: Visitor) -> None:
    for subject in ("First one", "Second one", "Third one"):
        live.open("general", subject)
    page = visitor.staff("wangfang", language="en")
    expect(page.locator("#pane h1")).to_have_text("First one")

    page.keyboard.press("j")
    expect(page.locator("#pane h1")).to_have_text("Second one")
    page.keyboard.press("k")
    expect(page.locator("#pane h1")).to_have_text("First one")
    page.keyboard.press("n")
    page.keyboard.type("They called twice")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#pane li.note")).to_contain_text("They called twice")
    page.locator("#pane h1").click()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/GD-10001")
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.name") == "body"
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_single_keys_can_be_switched_off(live: LiveDesk, visitor: Visitor) -> None:
    live.open("general", "First one")
    page = visitor.staff("wangfang", language="en")
    page.keyboard.press("?")

    page.click("text=Switch single keys off")
    page.wait_for_url("**/queue**")
    page.keyboard.press("c")
    page.wait_for_timeout(300)

    assert page.url.endswith("/queue") or "/queue?" in page.url


def test_what_a_customer_writes_appears_by_itself(live: LiveDesk, visitor: Visitor) -> None:
    place = live.open("general", "Where is my order")
    desk = visitor.staff("wangfang", language="en")
    desk.goto("/tickets/GD-10001")
    customer = visitor.page(language="en", width=390, height=844)

    customer.goto(place)
    customer.fill("textarea[name='f.body']", "Any news?")
    customer.locator("form", has=customer.locator("textarea[name='f.body']")).locator("button").click()

    expect(desk.locator("#timeline")).to_contain_text("Any news?")


def test_what_somebody_is_filling_in_is_not_replaced_under_their_hands(live: LiveDesk, visitor: Visitor) -> None:
    live.open("general", "Where is my order")
    mine = visitor.staff(live.do(live.desk.holder()), language="en")
    mine.goto("/tickets/GD-10001")
    mine.fill(".step textarea", "half an answer")
    other = visitor.staff("huangwei", language="en")
    other.goto("/tickets/GD-10001")

    other.click("text=Claim")

    expect(mine.locator("#stale")).to_be_visible()
    expect(mine.locator(".step textarea")).to_have_value("half an answer")


def test_what_lies_open_stays_open_when_the_page_is_told_of_a_change(live: LiveDesk, visitor: Visitor) -> None:
    live.open("general", "Where is my order")
    mine = visitor.staff(live.do(live.desk.holder()), language="en")
    mine.goto("/tickets/GD-10001")
    mine.locator(".clock summary").last.click()
    reckoning = mine.locator(".clock li").last
    expect(reckoning).to_be_visible()
    reckoning.evaluate("(line) => { line.textContent = 'of before' }")
    other = visitor.staff("huangwei", language="en")
    other.goto("/tickets/GD-10001")

    other.click("text=Claim")

    expect(reckoning).not_to_have_text("of before")
    expect(reckoning).to_be_visible()
    expect(mine.locator(".clock details[open]")).to_have_count(1)
    expect(mine.locator("#stale")).to_be_hidden()


def test_a_light_turns_by_itself(live: LiveDesk, visitor: Visitor) -> None:
    live.open("general", "Nearly late")
    soon = datetime.now(UTC) + timedelta(seconds=9)

    async def hurry() -> None:
        async with live.desk.store.write() as conn:
            await conn.execute(update(Ticket).values(due_at=soon, warn_at=soon - timedelta(hours=1)))

    live.do(hurry())
    page = visitor.staff("wangfang", language="en")
    light = page.locator(".rows .light").first
    expect(light).to_have_attribute("data-light", "yellow")

    expect(light).to_have_attribute("data-light", "red", timeout=20_000)


def test_a_customer_sends_two_photos_from_a_telephone(live: LiveDesk, visitor: Visitor, tmp_path: Path) -> None:
    place = live.open("return", "台灯不亮")
    photos = [tmp_path / name for name in ("front.jpg", "back.jpg")]
    for photo in photos:
        photo.write_bytes(b"\xff\xd8\xff\xe0 a photo")
    page = visitor.page(width=390, height=844)

    page.goto(place)
    page.set_input_files("input[type=file][name='f.photos']", photos)
    page.locator("label", has_text="质量问题").click()
    page.locator("section.card form button").first.click()

    expect(page.locator("#timeline")).to_contain_text("front.jpg")
    assert any(isinstance(event, StepAnswered) for event in live.desk.temporal.heard)


def test_look_and_language_change_at_once(live: LiveDesk, visitor: Visitor) -> None:
    page = visitor.staff("wangfang", language="en")

    page.click(".top [data-theme-toggle]")
    dark = page.evaluate("document.documentElement.dataset.theme")
    page.click(".top button[value=zh]")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh"))

    assert dark == "dark"
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_ticket_is_handed_over_with_its_note(live: LiveDesk, visitor: Visitor) -> None:
    live.open("complaint", "Unfriendly answer")
    page = visitor.staff("chenjing", language="en")
    page.goto("/tickets/GD-10001")

    page.keyboard.press("a")
    page.select_option("#transfer-to", "user:annaberg")
    page.fill("#transfer-note", "She knows them")
    page.click("#transfer [data-send]")

    expect(page.locator("#timeline")).to_contain_text("She knows them")
    expect(page.locator("#side dl")).to_contain_text("Anna Berg")

    theirs = visitor.staff("annaberg", language="en")
    theirs.goto("/tickets/GD-10001")
    expect(theirs.locator("[aria-labelledby=handover-title]")).to_contain_text("She knows them")
    assert not findings(theirs)
    theirs.get_by_role("button", name="You: Anna Berg").click()
    theirs.get_by_role("button", name="Go off duty: hand my work back").click()
    expect(theirs.locator("#side dl")).not_to_contain_text("Anna Berg")
