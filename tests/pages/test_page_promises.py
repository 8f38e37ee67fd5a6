"""What the customer was told, on the ticket's page and on the customer's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from db.intake import NewMessage, accept_message
from sop.events import Actor, ActorKind, PromiseSaid
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of
from tests.pages.test_page_work import opened

AGENT = Actor(ActorKind.STAFF, "liuyang", ("*",))
TITLE = {"zh": "当天回电", "en": "A call today"}


async def promised(desk: PageDesk, within: str = "2h") -> None:
    """An agent tells the customer a time."""
    told = NewMessage(1, "…", AGENT, datetime.now(UTC), promise=PromiseSaid(within), promise_title=TITLE)
    async with desk.store.write() as conn:
        await accept_message(conn, told)
    await desk.relay()


async def test_a_promise_stands_on_both_pages_with_its_light(desk: PageDesk, language: str) -> None:
    own = await opened(desk, "general", language=language)
    await promised(desk)

    page = (await (await enter(desk, "liuyang", language)).get("/tickets/GD-10001")).text
    theirs = (await desk.browser(language).get(own)).text

    assert f"{TITLE[language]} · " in page
    assert ("向客户承诺" if language == "zh" else "Promised to the customer by") in page
    assert f"{TITLE[language]} · " in theirs
    assert ("我们的承诺" if language == "zh" else "What we promised") in theirs


async def test_a_colleague_says_that_it_is_kept(desk: PageDesk, language: str) -> None:
    own = await opened(desk, "general", language=language)
    await promised(desk)
    browser = await enter(desk, "liuyang", language)
    page = (await browser.get("/tickets/GD-10001")).text
    [promise] = desk.temporal.engines[1].state.promises
    action = f"/tickets/GD-10001/promises/{promise}/keep"

    kept = await browser.post(action, data=fields_of(page, action))
    again = await browser.post(action, data=fields_of(page, action) | {"key": "another"})
    theirs = (await desk.browser(language).get(own)).text

    assert kept.status_code == 200
    assert action not in kept.text
    assert ("同事已确认" if language == "zh" else "a colleague says so") in kept.text
    assert again.status_code == 409
    assert f'<span class="chip done">{"已兑现" if language == "zh" else "Kept"}</span>' in theirs
    assert ("同事已确认" if language == "zh" else "a colleague says so") not in theirs


async def test_a_broken_promise_is_told_as_it_is(desk: PageDesk) -> None:
    await opened(desk, "general")
    await promised(desk, "1s")
    engine = desk.temporal.engines[1]
    [promise] = engine.state.promises.values()
    promise.due_at -= timedelta(seconds=2)
    for alarm in engine.state.alarms:
        alarm.at -= timedelta(seconds=2) if alarm.promise else timedelta()

    await desk.tick(1)

    page = (await (await enter(desk, "liuyang")).get("/tickets/GD-10001")).text
    assert '<span class="chip P1">Not kept</span> A call today' in page
    assert "nobody said that it was done" in page


async def test_the_composer_promises_and_nothing_typed_is_lost(desk: PageDesk, language: str) -> None:
    await opened(desk, "general", language=language)
    browser = await enter(desk, "liuyang", language)
    action = "/tickets/GD-10001/messages"

    async def say(**said: str) -> httpx.Response:
        hidden = fields_of((await browser.get("/tickets/GD-10001")).text, action)
        return await browser.post(action, data={**hidden, "body": "马上回电", "visibility": "public", **said})

    wrong = [
        await say(promise_within="soon", promise_title="回电"),
        await say(promise_title="回电"),
        await say(promise_within="2h", visibility="internal"),
    ]
    right = await say(promise_within="2h", promise_title="回电")
    await desk.relay()

    assert [page.status_code for page in wrong] == [422, 422, 422]
    assert 'value="soon"' in wrong[0].text
    assert "马上回电" in wrong[0].text
    assert ("2h、24h 或 1wd" if language == "zh" else "2h, 24h or 1wd") in wrong[1].text
    assert right.status_code == 200
    assert "回电 · " in (await browser.get("/tickets/GD-10001")).text
    assert len(desk.temporal.engines[1].state.promises) == 1
