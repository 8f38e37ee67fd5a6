"""The ticket's page tells why a deadline is what it is; whoever leads corrects it there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from db.ledger import read
from sop.facts import Fact, FactType
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of
from tests.pages.test_page_work import answered, opened, slot_on

EARLY = {"since": "2026-01-05T09:00", "until": "2026-01-05T10:00"}
URL = "/tickets/GD-10001"
ACTION = f"{URL}/clocks/general.resolution/correct"


async def ledger(desk: PageDesk) -> list[Fact]:
    """The ticket's facts."""
    async with desk.store.read() as conn:
        return [row.fact() for row in await read(conn, 1, after=0, limit=500)]


async def test_the_page_tells_a_deadline_line_by_line(desk: PageDesk, language: str) -> None:
    await opened(desk, "general", language=language)

    page = (await (await enter(desk, "wangfang", language)).get(URL)).text

    assert ("为什么？" if language == "zh" else "Why?") in page
    assert ("已用" if language == "zh" else "used") in page
    assert ("普通工单着手处理" if language == "zh" else "Ordinary ticket taken in hand") in page
    assert ACTION not in page


async def test_a_lead_corrects_a_clock_on_the_page(desk: PageDesk) -> None:
    await opened(desk, "general")
    browser = await enter(desk, "chenjing")
    page = (await browser.get(URL)).text
    now = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    form = fields_of(page, ACTION) | {
        "since": (now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
        "until": now.replace(tzinfo=None).isoformat(),
        "count": "paused",
        "reason": "误计",
    }

    kept = await browser.post(ACTION, data=form)

    assert kept.status_code == 200, kept.text
    told = [fact for fact in await ledger(desk) if fact.type is FactType.CLOCK_CORRECTED]
    assert [(fact.by.id if fact.by else None, fact.data["reason"]) for fact in told] == [("chenjing", "误计")]


async def test_whoever_leads_nobody_may_not(desk: PageDesk) -> None:
    await opened(desk, "general")
    lead = await enter(desk, "chenjing")
    form = fields_of((await lead.get(URL)).text, ACTION)
    other = await enter(desk, "wangfang")
    own = fields_of((await other.get(URL)).text, f"{URL}/messages")

    said = await other.post(
        ACTION,
        data={
            **form,
            **own,
            "since": "2026-01-05T09:00",
            "until": "2026-01-05T10:00",
            "count": "paused",
            "reason": "x",
        },
    )
    empty = await lead.post(ACTION, data={**form, "since": "", "until": "", "count": "paused", "reason": "x"})

    assert said.status_code == 403
    assert empty.status_code == 422


async def test_the_page_tells_of_the_time_while_the_ticket_was_solved(desk: PageDesk, language: str) -> None:
    await opened(desk, "general", language=language)
    browser = await enter(desk, await desk.holder(), language)
    slot = slot_on((await browser.get(URL)).text)
    await answered(browser, "GD-10001", slot, outcome="done", **{"f.answer": "We have answered."})
    commands = f"{URL}/commands"
    form = fields_of((await browser.get(URL)).text, commands)

    page = (await browser.post(commands, data={**form, "command": "reopen", "note": "not solved"})).text

    lines = re.findall(r"<li>([^<]*)</li>", page)
    assert len([line for line in lines if ("：已解决" if language == "zh" else ": resolved") in line]) == 1
    told = [fact.data for fact in await ledger(desk) if fact.data.get("clock") == "resolution"]
    assert [data["continues"] for data in told if "continues" in data] == ["general"]
