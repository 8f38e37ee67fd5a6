"""Whoever leads corrects a clock on the ticket's page, in a real browser on real servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import chromium  # noqa: F401  # found by name
from tests.live.console import PASSWORD, let_in
from tests.live.desk import Desk

pytestmark = [pytest.mark.live, pytest.mark.browser]
CLOCK = "urgent_response"
HERE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def sign_in(shared_desk: Desk, chromium: Browser) -> Iterator[Callable[[str], Page]]:  # noqa: F811  # the fixture
    """Opens a window of somebody of the desk; what a console or a page complains of fails the test."""
    url, faults, contexts = shared_desk.site.settings.url, list[str](), []

    def open_window(person: str) -> Page:
        let_in(shared_desk, person)
        context = chromium.new_context(base_url=url, locale="en-GB", timezone_id="Asia/Shanghai")
        contexts.append(context)
        context.add_cookies([{"name": "language", "value": "en", "url": url}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/login")
        page.fill("#email", f"{person}@example.com")
        page.fill("#password", PASSWORD)
        page.click("main .primary")
        page.wait_for_url("**/queue**")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not faults


def a_ticket_that_was_paused(desk: Desk) -> str:
    """An urgent ticket whose clock stood still for a moment that is over."""
    no = desk.open(subject="咨询", category="general", priority="urgent")
    desk.step(no, "work")
    assert desk.post(f"/tickets/{no}/pause", {"note": "午休"}, by="chenjing").status_code == 200
    time.sleep(1.2)
    assert desk.post(f"/tickets/{no}/resume", {}, by="chenjing").status_code == 200
    return no


def due(desk: Desk, no: str) -> datetime:
    return datetime.fromisoformat(desk.deadlines(no)[CLOCK])


def test_a_lead_corrects_a_pause_and_sees_the_deadline_move(shared_desk: Desk, sign_in: Callable[[str], Page]) -> None:
    no = a_ticket_that_was_paused(shared_desk)
    told = shared_desk.http.get(f"/api/v1/tickets/{no}/clocks/{CLOCK}/why").json()
    start, before = datetime.fromisoformat(told["started_at"]), due(shared_desk, no)
    assert before > start + timedelta(minutes=30, seconds=1)
    page = sign_in("chenjing")
    page.goto(f"/tickets/{no}")
    clock = page.locator(".clock", has_text="Urgent ticket answered")
    expect(clock.locator("time").first).to_have_attribute("datetime", before.isoformat(timespec="seconds"))

    clock.get_by_text("Why?").click()
    form = clock.locator("form")
    ended = datetime.now(UTC).replace(microsecond=0)
    form.get_by_label("From").fill((ended - timedelta(minutes=1)).astimezone(HERE).strftime("%Y-%m-%dT%H:%M:%S"))
    form.get_by_label("Until").fill(ended.astimezone(HERE).strftime("%Y-%m-%dT%H:%M:%S"))
    form.get_by_label("The clock should have").select_option("running")
    form.get_by_label("Reason").fill("lunch is no pause")
    form.get_by_role("button", name="Correct the clock").click()

    expect(page.locator("#timeline")).to_contain_text("lunch is no pause")
    after = due(shared_desk, no)
    assert after == start + timedelta(minutes=30)
    expect(clock.locator("time").first).to_have_attribute("datetime", after.isoformat(timespec="seconds"))
    line = page.locator("#timeline li", has_text="lunch is no pause")
    expect(line).to_contain_text("陈静")
    for moment in (before, after):
        expect(line).to_contain_text(f"{moment:%M:%S}")
    [row] = [row for row in shared_desk.ledger(no) if row["type"] == "clock.corrected"]
    assert (row["by"]["id"], row["data"]["reason"], row["data"]["clock"]) == ("chenjing", "lunch is no pause", CLOCK)
    assert datetime.fromisoformat(row["data"]["due_at"]) == after
    assert datetime.fromisoformat(row["data"]["before"]["due_at"]) == before


def test_who_leads_nobody_is_offered_no_correction(shared_desk: Desk, sign_in: Callable[[str], Page]) -> None:
    no = a_ticket_that_was_paused(shared_desk)
    page = sign_in("wangfang")
    page.goto(f"/tickets/{no}")
    clock = page.locator(".clock", has_text="Urgent ticket answered")

    clock.get_by_text("Why?").click()

    expect(clock.locator("li").first).to_contain_text("target 30m")
    expect(clock.locator("form")).to_have_count(0)
    expect(page.get_by_role("button", name="Correct the clock")).to_have_count(0)
