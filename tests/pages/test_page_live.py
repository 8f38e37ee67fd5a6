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


async def test_who_goes_takes_nobody_else_along(desk: PageDesk) -> None:
    pulse: Pulse = desk.app.state.pulse
    staying = list[asyncio.Task[None]]()
    for _ in range(3):
        going = asyncio.create_task(pulse.watch(99, 20))
        await asyncio.sleep(0.01)
        going.cancel()  # a connection that breaks is cancelled again and again, until it has gone
        asyncio.get_running_loop().call_soon(going.cancel)
        staying.append(asyncio.create_task(pulse.watch(99, 20)))
    await asyncio.sleep(0.05)

    assert not any(each.done() for each in staying)
    await pulse.stop()
    async with asyncio.timeout(2):
        await asyncio.gather(*staying)
