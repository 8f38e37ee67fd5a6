"""The customer's pages: open a ticket, see how far it is, do what one is asked, say something."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from db.tables import Customer, Message, Ticket
from sop.events import ActorKind, StepAnswered
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of
from tests.pages.test_page_work import JPEG, opened, slot_on


async def test_a_customer_opens_a_ticket_and_comes_back_to_it(desk: PageDesk, language: str) -> None:
    place = await opened(desk, "return", "台灯不亮", language)

    shown = await desk.browser(language).get(place)

    assert "台灯不亮" in shown.text
    assert ("拍照举证" if language == "zh" else "Photo evidence") in shown.text
    assert "After-sales" not in shown.text


async def test_a_form_of_a_customer_sent_twice_opens_one_ticket(desk: PageDesk) -> None:
    browser = desk.browser()
    hidden = fields_of((await browser.get("/portal")).text, "/portal")
    said = {"f.subject": "Once", "f.body": "Only once", "f.name": "Li Lei", "f.email": "li@example.com"}

    places = [(await browser.post("/portal", data={**hidden, **said})).url.path for _ in range(2)]

    async with desk.store.read() as conn:
        count = await conn.scalar(select(func.count()).select_from(Ticket))
    assert count == 1
    assert places[0] == places[1]


async def test_a_customer_must_leave_a_way_to_answer(desk: PageDesk, language: str) -> None:
    browser = desk.browser(language)
    hidden = fields_of((await browser.get("/portal")).text, "/portal")

    answer = await browser.post("/portal", data={**hidden, "f.subject": "Lamp", "f.body": "Broken", "f.name": "Li Lei"})

    assert answer.status_code == 422
    assert 'value="Lamp"' in answer.text
    assert ("请留下电话或邮箱" if language == "zh" else "phone number or an e-mail address") in answer.text
    async with desk.store.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(Customer)) == 0


async def test_one_photo_of_two_is_told_and_two_complete_the_task(desk: PageDesk, language: str) -> None:
    place = await opened(desk, "return", language=language)
    browser = desk.browser(language)
    page = (await browser.get(place)).text
    action = f"{place}/steps/{slot_on(page)}/answer"
    reason = re.search(r'name="f\.reason" value="([^"]+)"', page)
    assert reason

    one = await browser.post(
        action,
        data={**fields_of(page, action), "f.reason": reason[1]},
        files={"f.photos": ("front.jpg", JPEG, "image/jpeg")},
    )
    two = await browser.post(
        action,
        data={**fields_of(one.text, action), "f.reason": reason[1]},
        files={"f.photos": ("back.jpg", JPEG, "image/jpeg")},
    )

    assert one.status_code == 422
    assert ("数量太少" if language == "zh" else "too few") in one.text
    assert "front.jpg" in one.text
    assert two.status_code == 200, two.text
    answer = next(event for event in desk.temporal.heard if isinstance(event, StepAnswered))
    photos = answer.values["photos"]
    assert isinstance(photos, list)
    assert len(photos) == 2
    assert answer.by.kind is ActorKind.CUSTOMER


async def test_a_customer_sees_public_messages_and_never_an_internal_note(desk: PageDesk) -> None:
    place = await opened(desk, "general")
    agent = await enter(desk, "liuyang")
    for visibility, body in (("public", "We are on it"), ("internal", "They call every day")):
        hidden = fields_of((await agent.get("/tickets/GD-10001")).text, "/tickets/GD-10001/messages")
        await agent.post("/tickets/GD-10001/messages", data={**hidden, "visibility": visibility, "body": body})

    page = (await desk.browser().get(place)).text

    assert "We are on it" in page
    assert "They call every day" not in page


async def test_a_customers_message_reaches_the_desk_once(desk: PageDesk) -> None:
    place = await opened(desk, "general")
    browser = desk.browser()
    hidden = fields_of((await browser.get(place)).text, f"{place}/messages")

    for _ in range(2):
        await browser.post(f"{place}/messages", data={**hidden, "f.body": "Any news?"})

    async with desk.store.read() as conn:
        assert await conn.scalar(select(func.count()).where(Message.body == "Any news?")) == 1
    agent = await enter(desk, "liuyang")
    assert "Any news?" in (await agent.get("/tickets/GD-10001")).text


async def test_a_wrong_token_and_another_tickets_file_are_not_found(desk: PageDesk) -> None:
    first, second = await opened(desk, "general"), await opened(desk, "general", "Another")
    browser = desk.browser()
    hidden = fields_of((await browser.get(first)).text, f"{first}/messages")
    sent = await browser.post(
        f"{first}/messages",
        data={**hidden, "f.body": "See"},
        files={"f.files": ("secret.txt", b"mine", "text/plain")},
    )
    file = re.search(rf'"{first}/files/([^"]+)"', sent.text)
    assert file

    own = await browser.get(f"{first}/files/{file[1]}")
    others = await browser.get(f"{second}/files/{file[1]}")
    wrong = await browser.get("/portal/t/guessed")

    assert own.content == b"mine"
    assert own.headers["content-disposition"].startswith("attachment")
    assert (others.status_code, wrong.status_code) == (404, 404)


async def test_a_form_sent_from_another_site_is_refused(desk: PageDesk) -> None:
    answer = await desk.browser().post("/portal", data={"f.subject": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
