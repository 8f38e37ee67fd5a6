"""A page is told of whatever changes after it was made, also before its stream is there."""

from __future__ import annotations

import asyncio
import re

import httpx

from api.pages.live import Pulse
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of
from tests.pages.test_page_work import opened


async def heard(desk: PageDesk, browser: httpx.AsyncClient, address: str) -> str:
    """What the stream tells at first."""
    pulse: Pulse = desk.app.state.pulse
    asking = asyncio.create_task(browser.get(address))
    await asyncio.sleep(0.2)
    await pulse.stop()
    told = (await asking).text
    pulse.stopped = False
    return told


async def test_what_changes_between_a_page_and_its_stream_is_told(desk: PageDesk) -> None:
    await opened(desk, "general")
    browser, pulse = await enter(desk, "wangfang"), desk.app.state.pulse
    somebody_else = asyncio.create_task(pulse.watch(pulse.count + 1, 20))
    while not pulse.count:  # noqa: ASYNC110 - the ticket was opened just now, and is told first
        await asyncio.sleep(0.05)
    page = (await browser.get("/tickets/GD-10001")).text
    address = re.findall(r'data-live="([^"]+)"', page)[0]
    form = fields_of(page, "/tickets/GD-10001/messages")
    await browser.post("/tickets/GD-10001/messages", data={**form, "text": "On it.", "body": "On it."})
    await desk.relay()
    await somebody_else

    assert "GD-10001" in await heard(desk, browser, address)
    assert "GD-10001" not in await heard(desk, browser, "/live")
