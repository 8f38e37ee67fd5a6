"""A day at the desk without JavaScript: the queue, a ticket's work, its commands, and what is refused."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from db.people import deactivate
from sop.events import IncidentSettled, StepAnswered
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of

JPEG = b"\xff\xd8\xff\xe0 a photo"


PARCEL = {"f.tracking_no": "SF77", "f.worth": "150"}


async def opened(desk: PageDesk, category: str, subject: str = "Lamp is broken", language: str = "en") -> str:
    """A customer opens a ticket on their page; its address."""
    browser = desk.browser(language)
    hidden = fields_of((await browser.get("/portal")).text, "/portal")
    said = {
        "f.subject": subject,
        "f.body": "Please help.",
        "f.name": "Li Lei",
        "f.phone": "13800000000",
        "f.order_no": "SO-1",
    }
    answer = await browser.post("/portal", data={**hidden, **said, "category": category})
    assert answer.url.path.startswith("/portal/t/"), answer.text
    await desk.relay()
    return answer.url.path


async def answered(browser: httpx.AsyncClient, ticket: str, slot: str, **said: str) -> httpx.Response:
    """Somebody answers a step on the ticket's page."""
    action = f"/tickets/{ticket}/steps/{slot}/answer"
    hidden = fields_of((await browser.get(f"/tickets/{ticket}")).text, action)
    return await browser.post(action, data={**hidden, **said})


def slot_on(page: str) -> str:
    """The open step whose form a page shows."""
    found = re.search(r"/steps/([^/\"]+)/answer", page)
    assert found, "no step can be answered on this page"
    return found[1]


async def test_the_queue_shows_tickets_by_due_time_with_their_step_and_owner(desk: PageDesk, language: str) -> None:
    await opened(desk, "general", "Second-hand question")
    browser = await enter(desk, "liuyang", language)

    page = (await browser.get("/queue?view=open")).text

    assert "GD-10001" in page
    assert "Second-hand question" in page
    assert ("处理工单" if language == "zh" else "Work on the ticket") in page
    assert ("按时" if language == "zh" else "in time") in page


async def test_a_search_finds_by_number_customer_and_order(desk: PageDesk) -> None:
    await opened(desk, "general", "Where is it")
    browser = await enter(desk, "liuyang")

    pages = [
        (await browser.get("/queue", params={"view": "all", "q": q})).text for q in ("10001", "li lei", "SO-1", "x9")
    ]

    assert ["Where is it" in page for page in pages] == [True, True, True, False]


async def test_an_agent_completes_the_step_that_is_theirs(desk: PageDesk, language: str) -> None:
    await opened(desk, "general")
    who = await desk.holder()
    browser = await enter(desk, who, language)
    slot = slot_on((await browser.get("/tickets/GD-10001")).text)
    page = (await browser.get("/tickets/GD-10001")).text
    field = re.search(r'name="(f\.[a-z_]+)"', page)
    assert field
    done = await answered(browser, "GD-10001", slot, **{field[1]: "Told them how", "outcome": _first_outcome(page)})

    assert done.status_code == 200, done.text
    assert any(isinstance(event, StepAnswered) and event.by.id == who for event in desk.temporal.heard)


def _first_outcome(page: str) -> str:
    found = re.search(r'name="outcome" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_a_missing_answer_is_told_beside_its_field_and_nothing_typed_is_lost(
    desk: PageDesk, language: str
) -> None:
    await opened(desk, "lost_parcel")
    browser = await enter(desk, "liqiang", language)
    slot = slot_on((await browser.get("/tickets/GD-10001")).text)

    answer = await answered(browser, "GD-10001", slot, **{"f.last_scan_place": "深圳中转场", "outcome": "lost"})

    assert answer.status_code == 422
    assert 'value="深圳中转场"' in answer.text
    assert ("请填写此项" if language == "zh" else "Please fill this in") in answer.text
    assert re.search(r'name="f\.last_scan_at"[^>]*aria-invalid="true"', answer.text)
    assert not any(isinstance(event, StepAnswered) for event in desk.temporal.heard)


async def test_a_file_sent_with_a_wrong_form_need_not_be_sent_again(desk: PageDesk) -> None:
    await opened(desk, "lost_parcel")
    browser = await enter(desk, "liqiang")
    page = (await browser.get("/tickets/GD-10001")).text
    action = f"/tickets/GD-10001/steps/{slot_on(page)}/answer"
    files = {"f.proof": ("handover.jpg", JPEG, "image/jpeg")}

    wrong = await browser.post(action, data={**fields_of(page, action), "outcome": "lost"}, files=files)
    kept = fields_of(wrong.text, action)
    said = {**PARCEL, "f.last_scan_at": "2026-05-01T10:00", "f.last_scan_place": "深圳", "outcome": "lost"}
    right = await browser.post(action, data={**kept, **said})

    assert wrong.status_code == 422
    assert "handover.jpg" in wrong.text
    assert right.status_code == 200
    answer = next(event for event in desk.temporal.heard if isinstance(event, StepAnswered))
    assert answer.values["proof"] == [kept["f.proof.kept"]]
    assert answer.values["last_scan_at"] == "2026-05-01T10:00:00+08:00"


async def test_a_form_sent_twice_is_one_deed(desk: PageDesk) -> None:
    await opened(desk, "lost_parcel")
    browser = await enter(desk, "liqiang")
    page = (await browser.get("/tickets/GD-10001")).text
    action = f"/tickets/GD-10001/steps/{slot_on(page)}/answer"
    seen = {"f.last_scan_at": "2026-05-01T10:00", "f.last_scan_place": "深圳", "f.proof.kept": ""}
    said = {**PARCEL, **seen, "outcome": "moving"}
    data, files = {**fields_of(page, action), **said}, {"f.proof": ("a.jpg", JPEG, "image/jpeg")}

    first = await browser.post(action, data=data, files=files)
    again = await browser.post("/tickets/GD-10001/messages", data={**data, "body": "Once", "visibility": "internal"})
    repeat = await browser.post("/tickets/GD-10001/messages", data={**data, "body": "Once", "visibility": "internal"})

    assert (first.status_code, again.status_code, repeat.status_code) == (200, 200, 200)
    assert repeat.text.count("<p>Once</p>") == 1


async def test_somebody_elses_step_is_refused_in_words(desk: PageDesk, language: str) -> None:
    await opened(desk, "lost_parcel")
    browser = await enter(desk, "zhaomin", language)
    slot = slot_on((await browser.get("/tickets/GD-10001")).text)
    said = {**PARCEL, "f.last_scan_at": "2026-05-01T10:00", "f.last_scan_place": "深圳", "outcome": "lost"}
    page = (await browser.get("/tickets/GD-10001")).text
    action = f"/tickets/GD-10001/steps/{slot}/answer"

    answer = await browser.post(
        action, data={**fields_of(page, action), **said}, files={"f.proof": ("a.jpg", JPEG, "image/jpeg")}
    )

    assert answer.status_code == 403
    assert ("这一步由" if language == "zh" else "the step is for") in answer.text
    assert 'value="深圳"' in answer.text


async def test_while_temporal_is_away_an_answer_is_kept_on_the_page_and_a_note_is_kept_for_good(desk: PageDesk) -> None:
    await opened(desk, "general")
    browser = await enter(desk, await desk.holder())
    page = (await browser.get("/tickets/GD-10001")).text
    desk.temporal.away = True

    field = re.search(r'name="(f\.[a-z_]+)"', page)
    assert field
    answer = await answered(
        browser, "GD-10001", slot_on(page), **{field[1]: "Told them", "outcome": _first_outcome(page)}
    )
    note = await browser.post(
        "/tickets/GD-10001/messages",
        data={**fields_of(page, "/tickets/GD-10001/messages"), "visibility": "internal", "body": "Back later"},
    )

    assert answer.status_code == 503
    assert "Told them" in answer.text
    assert "Back later" in note.text


@pytest.mark.parametrize(
    ("command", "said", "seen"),
    [
        ("claim", {}, "Owner: 刘洋"),
        ("transfer", {"to": "user:annaberg", "note": "She knows the case"}, "Anna Berg"),
        ("priority", {"to": "urgent", "note": "They wait"}, "Urgent"),
        ("pause", {"note": "Power cut"}, "Paused"),
        ("cancel", {"note": "By mistake"}, "Cancelled"),
    ],
)
async def test_a_command_changes_the_whole_ticket(
    desk: PageDesk, command: str, said: dict[str, str], seen: str
) -> None:
    await opened(desk, "complaint")
    browser = await enter(desk, "liuyang")
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, "/tickets/GD-10001/commands")

    page = await browser.post("/tickets/GD-10001/commands", data={**hidden, "command": command, **said})

    assert page.status_code == 200, page.text
    assert seen in page.text


async def test_a_paused_ticket_is_resumed(desk: PageDesk) -> None:
    await opened(desk, "general")
    browser = await enter(desk, "liuyang")
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, "/tickets/GD-10001/commands")
    paused = await browser.post("/tickets/GD-10001/commands", data={**hidden, "command": "pause"})

    hidden = fields_of(paused.text, "/tickets/GD-10001/commands")
    page = await browser.post("/tickets/GD-10001/commands", data={**hidden, "command": "resume"})

    assert '<span class="chip live">In progress</span>' in page.text


async def test_an_incident_shows_its_remedies_and_is_retried(desk: PageDesk, language: str) -> None:
    desk.temporal.failing.add("erp.rma.create")
    token = await opened(desk, "return", language=language)
    await _evidence(desk, token, language)
    browser = await enter(desk, "chenjing", language)
    page = (await browser.get("/tickets/GD-10001")).text
    action = re.search(r'action="(/tickets/GD-10001/steps/[^"]+/incident)"', page)
    assert action, page

    desk.temporal.failing.clear()
    settled = await browser.post(action[1], data={**fields_of(page, action[1]), "choice": "retry"})

    assert all(
        word in page
        for word in (("重试", "跳过", "终止", "手工录入") if language == "zh" else ("Retry", "Skip", "Stop"))
    )
    assert settled.status_code == 200
    assert "/incident" not in settled.text


async def test_what_the_page_offers_is_heard_by_a_ticket_that_is_behind_it(desk: PageDesk) -> None:
    desk.temporal.failing.add("erp.rma.create")
    await _evidence(desk, await opened(desk, "return"))
    desk.temporal.failing.clear()
    browser = await enter(desk, "chenjing")
    page = (await browser.get("/tickets/GD-10001")).text
    action = re.search(r'action="(/tickets/GD-10001/steps/[^"]+/incident)"', page)
    assert action
    assert desk.temporal.before
    told, desk.temporal.engines[1] = desk.temporal.engines[1], desk.temporal.before

    sent = asyncio.create_task(browser.post(action[1], data={**fields_of(page, action[1]), "choice": "retry"}))
    for _ in range(1000):
        if any(isinstance(event, IncidentSettled) for event in desk.temporal.heard):
            break
        await asyncio.sleep(0.005)
    desk.temporal.engines[1] = told
    settled = await sent

    assert settled.status_code == 200, settled.text
    assert "/incident" not in settled.text


async def _evidence(desk: PageDesk, place: str, language: str = "en") -> httpx.Response:
    browser = desk.browser(language)
    page = (await browser.get(place)).text
    action = f"{place}/steps/{slot_on(page)}/answer"
    reason = re.search(r'name="f\.reason" value="([^"]+)"', page)
    assert reason
    photos = [("f.photos", (f"{n}.jpg", JPEG, "image/jpeg")) for n in (1, 2)]
    return await browser.post(action, data={**fields_of(page, action), "f.reason": reason[1]}, files=photos)


async def test_the_result_of_a_failed_action_is_entered_by_hand(desk: PageDesk) -> None:
    desk.temporal.failing.add("erp.rma.create")
    await _evidence(desk, await opened(desk, "return"))
    browser = await enter(desk, "chenjing")
    page = (await browser.get("/tickets/GD-10001")).text
    action = re.search(r'action="(/tickets/GD-10001/steps/[^"]+/incident)"', page)
    assert action

    said = {**fields_of(page, action[1]), "choice": "enter", "f.rma_no": "RMA-BY-HAND"}
    settled = await browser.post(action[1], data=said)

    assert settled.status_code == 200, settled.text
    event = next(event for event in desk.temporal.heard if isinstance(event, IncidentSettled))
    assert event.values == {"rma_no": "RMA-BY-HAND"}


async def test_the_next_owner_sees_how_the_ticket_came_here(desk: PageDesk, language: str) -> None:
    await opened(desk, "complaint")
    browser = await enter(desk, "liuyang", language)
    fresh = (await browser.get("/tickets/GD-10001")).text
    hidden = fields_of(fresh, "/tickets/GD-10001/commands")
    order = {"command": "transfer", "to": "user:annaberg", "note": "She knows the case"}
    await browser.post("/tickets/GD-10001/commands", data={**hidden, **order})

    page = (await (await enter(desk, "annaberg", language)).get("/tickets/GD-10001")).text

    assert 'id="handover-title"' not in fresh
    panel = page[page.index('id="handover-title"') :]
    assert "Anna Berg" in panel
    assert ("转交" if language == "zh" else "transferred") in panel
    assert "She knows the case" in panel


async def test_a_ticket_is_not_transferred_to_somebody_who_has_left(desk: PageDesk) -> None:
    await opened(desk, "complaint")
    async with desk.store.write() as conn:
        await deactivate(conn, "wangfang")
    browser = await enter(desk, "liuyang")
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, "/tickets/GD-10001/commands")

    order = {"command": "transfer", "to": "user:wangfang"}
    page = await browser.post("/tickets/GD-10001/commands", data={**hidden, **order})

    assert page.status_code == 404
    assert "no longer works here" in page.text


async def test_who_goes_off_duty_hands_their_tickets_back(desk: PageDesk) -> None:
    await opened(desk, "complaint")
    browser = await enter(desk, "liuyang")
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, "/tickets/GD-10001/commands")
    page = (await browser.post("/tickets/GD-10001/commands", data={**hidden, "command": "claim"})).text

    gone = (await browser.post("/duty", data={**fields_of(page, "/duty"), "duty": "off"})).text
    await desk.relay()

    page = (await browser.get("/tickets/GD-10001")).text
    assert "Go off duty" in (await browser.post("/duty", data={**fields_of(gone, "/duty"), "duty": "on"})).text
    assert "Come on duty" in gone
    assert desk.temporal.engines[1].state.owner_person not in (None, "liuyang")
    assert "(off duty)" in page


async def test_a_ticket_is_merged_into_another(desk: PageDesk, language: str) -> None:
    token = await opened(desk, "complaint")
    await opened(desk, "general")
    browser = await enter(desk, "liuyang", language)
    fresh = (await browser.get("/tickets/GD-10001")).text
    hidden = fields_of(fresh, "/tickets/GD-10001/commands")

    order = {"command": "merge", "to": "gd10002", "note": "One and the same"}
    page = await browser.post("/tickets/GD-10001/commands", data={**hidden, **order})
    other = await browser.get("/tickets/GD-10002")

    assert ("并入另一工单" if language == "zh" else "Merge into another ticket") in fresh
    assert page.status_code == 200, page.text
    assert ("已并入 GD-10002" if language == "zh" else "Merged into GD-10002") in page.text
    assert "One and the same" in page.text
    assert "GD-10001 was merged into this ticket." in other.text
    theirs = (await desk.browser(language).get(token)).text
    assert ("已并入 GD-10002" if language == "zh" else "Merged into GD-10002") in theirs
    assert "One and the same" not in theirs


@pytest.mark.parametrize(("into", "status"), [("GD-10099", 404), ("GD-10001", 409), ("", 404)])
async def test_a_ticket_is_not_merged_into_just_anything(desk: PageDesk, into: str, status: int) -> None:
    await opened(desk, "complaint")
    browser = await enter(desk, "liuyang")
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, "/tickets/GD-10001/commands")

    page = await browser.post("/tickets/GD-10001/commands", data={**hidden, "command": "merge", "to": into})

    assert page.status_code == status
