"""The pages of processes, as those who lead see them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest

from db import gates, releases
from db.releases import Said
from sop.definition import Compiled
from sop.loading import examine
from tests.pages.conftest import enter
from tests.pages.page_desk import PageDesk, fields_of
from tests.pages.test_page_work import opened
from worker.definitions.publishing import Edition

LOST = "/processes/sop/lost_parcel"
FILE = "sop/library/lost_parcel.sop.yaml"


def changed(edition: Edition, *change: str) -> tuple[Compiled, str]:
    """The process of lost parcels with one change of its text."""
    text = edition.workspace.definitions[FILE]
    assert change[0] in text
    text = text.replace(*change)
    compiled = examine(text, FILE, edition.workspace.catalog, edition.compiled[FILE]["sops"]).compiled
    assert compiled is not None
    return compiled, text


async def published(desk: PageDesk, edition: Edition, *change: str, by: str = "sunhao") -> None:
    compiled, text = changed(edition, *change)
    async with desk.store.write() as conn:
        await releases.publish(conn, compiled, text, Said(by, datetime.now(UTC)))


async def post(browser: httpx.AsyncClient, page: str, action: str, **said: str) -> httpx.Response:
    """Send the form of a page that posts to ``action``."""
    shown = re.sub(r'<form class="card choosing".*?</form>', "", (await browser.get(page)).text, flags=re.S)
    hidden = fields_of(shown, action)
    return await browser.post(action, data={**hidden, **said})


async def test_whoever_leads_finds_every_process_with_its_versions_and_tickets(desk: PageDesk, language: str) -> None:
    await opened(desk, "lost_parcel", language=language)
    browser = await enter(desk, "liqiang", language)
    page = (await browser.get("/processes")).text
    queue = (await browser.get("/queue")).text

    assert 'href="/processes"' in queue
    assert ("快递丢失" if language == "zh" else "Lost parcel") in page
    assert f'href="{LOST}"' in page
    assert ("@1 默认" if language == "zh" else "@1 Default") in page


async def test_others_do_not_find_it(desk: PageDesk) -> None:
    browser = await enter(desk, "wangfang")

    assert 'href="/processes"' not in (await browser.get("/queue")).text
    assert (await browser.get("/processes")).status_code == 403
    assert (await browser.get(LOST)).status_code == 403
    assert (await browser.get(f"{LOST}/1/flow.svg")).status_code == 403
    csrf = fields_of((await browser.get("/queue")).text, "/duty")
    held = await browser.post(f"{LOST}/gates", data={**csrf, "step": "claim", "why": "twice"})
    assert held.status_code == 403
    async with desk.store.read() as conn:
        assert await gates.gates(conn) == []


async def test_a_form_sent_twice_is_one_deed(desk: PageDesk) -> None:
    browser = await enter(desk, "liqiang")
    said = {**fields_of((await browser.get(LOST)).text, f"{LOST}/gates"), "step": "claim", "why": "twice"}
    for _ in range(2):
        assert (await browser.post(f"{LOST}/gates", data=said)).status_code == 200

    async with desk.store.read() as conn:
        assert len(await gates.gates(conn)) == 1


async def test_money_is_approved_by_another_person_on_the_page(desk: PageDesk, edition: Edition) -> None:
    await published(desk, edition, "target: 3wd", "target: 2wd")
    theirs, mine = await enter(desk, "sunhao"), await enter(desk, "chenjing")
    action = f"{LOST}/versions/2"
    own = (await theirs.get(LOST)).text
    hidden = fields_of((await mine.get(LOST)).text, action)
    refused = await theirs.post(action, data=fields_of(own, action) | {"deed": "approve"})
    done = await mine.post(action, data={**hidden, "deed": "approve", "note": "seen"})
    twice = await mine.post(action, data={**hidden, "deed": "approve", "note": "seen"})
    history = (await mine.get(f"{LOST}/history")).text

    assert "Somebody else must approve what you published." in own
    assert refused.status_code == 403
    assert (done.status_code, twice.status_code) == (200, 200)
    assert "The version is approved." in done.text
    assert "@2 Default" in done.text
    assert "陈静" in history
    assert "is to become: Default" in history
    assert "seen" in history


async def test_a_version_is_tried_made_the_default_and_rolled_back(desk: PageDesk, edition: Edition) -> None:
    await published(desk, edition, "target: 3wd", "target: 2wd")
    browser = await enter(desk, "chenjing")
    two, one = f"{LOST}/versions/2", f"{LOST}/versions/1"
    await post(browser, LOST, two, deed="approve")
    back = await post(browser, LOST, one, deed="rollback")
    wrong = await post(browser, LOST, two, deed="candidate", share="150")
    tried = await post(browser, LOST, two, deed="candidate", share="10")
    gone = await post(browser, LOST, two, deed="archive")

    assert "New tickets take the earlier version again." in back.text
    assert "@1 Default" in back.text
    assert wrong.status_code == 422
    assert '@2 Candidate · <span class="num">10%</span>' in tried.text
    assert "@2 Archived" in gone.text


async def test_versions_are_compared_in_words(desk: PageDesk, edition: Edition, language: str) -> None:
    await published(desk, edition, "assign: team:warehouse", "assign: role:warehouse_lead")
    await opened(desk, "lost_parcel", language=language)
    page = (await (await enter(desk, "chenjing", language)).get(f"{LOST}/compare?from=1&to=2")).text

    assert ("仓库核实物流" if language == "zh" else "Warehouse verifies the tracking") in page
    assert "role:warehouse_lead" in page
    assert ("停在改动步骤上的进行中工单" if language == "zh" else "Open tickets on changed steps") in page


async def test_tickets_are_held_wait_and_go_on(desk: PageDesk, language: str) -> None:
    await opened(desk, "lost_parcel", language=language)
    browser = await enter(desk, "liqiang", language)
    nowhere = await post(browser, LOST, f"{LOST}/gates", step="nowhere", why="twice")
    silent = await post(browser, LOST, f"{LOST}/gates", step="agree_remedy")
    held = await post(browser, LOST, f"{LOST}/gates", step="claim", why="Claims are paid twice", clocks="pause")
    await desk.relay()
    action = "/tickets/GD-10001/steps/lost_parcel.verify_tracking/answer"
    hidden = fields_of((await browser.get("/tickets/GD-10001")).text, action)
    proof = {"f.proof": ("proof.pdf", b"%PDF", "application/pdf")}
    seen = {"f.last_scan_at": "2026-05-06T10:00", "f.last_scan_place": "Shenzhen"}
    said = {**hidden, **seen, "f.tracking_no": "SF77", "f.worth": "150", "outcome": "lost"}
    await browser.post(action, data=said, files=proof)
    waits = (await browser.get(f"{LOST}/gates")).text
    ticket = (await browser.get("/tickets/GD-10001")).text
    await post(browser, LOST, f"{LOST}/gates/1/release", note="repaired")
    await desk.relay()
    after = (await browser.get(LOST)).text
    history = (await browser.get(f"{LOST}/history")).text
    goes_on = (await browser.get("/tickets/GD-10001")).text

    assert (nowhere.status_code, silent.status_code, held.status_code) == (404, 422, 200)
    assert "Claims are paid twice" in held.text
    assert "/tickets/GD-10001" in waits
    assert ("在此等待：1" if language == "zh" else "Waiting here: 1") in waits
    assert ("解除后步骤才会打开" if language == "zh" else "Held by gate 1: it opens") in ticket
    assert "Claims are paid twice" in history
    assert "repaired" in history
    assert ("没有拦截" if language == "zh" else "No gate: tickets go their way.") in after
    assert ("解除后步骤才会打开" if language == "zh" else "Held by gate 1: it opens") not in goes_on


async def test_what_would_become_of_tickets_is_seen_before_they_move(desk: PageDesk, edition: Edition) -> None:
    await opened(desk, "lost_parcel")
    await published(desk, edition, "verify_tracking", "ask_warehouse")
    browser = await enter(desk, "chenjing")
    draft = await browser.get(f"{LOST}/move?from=1&to=2")
    await post(browser, LOST, f"{LOST}/versions/2", deed="approve")
    unmapped = (await browser.get(f"{LOST}/move?from=1&to=2")).text
    mapped = f"{LOST}/move?from=1&to=2&m.verify_tracking=ask_warehouse"
    plan = (await browser.get(mapped)).text
    form = re.sub(r'<form class="card choosing".*?</form>', "", plan, flags=re.S)
    said = {**fields_of(form, f"{LOST}/move"), "many": "all", "note": "a better name"}
    moved = await browser.post(f"{LOST}/move", data=said)
    again = await browser.post(f"{LOST}/move", data=said)
    history = (await browser.get(f"{LOST}/history")).text

    assert draft.status_code == 403
    assert "needs mapping" in unmapped
    assert 'name="m.verify_tracking"' in unmapped
    assert "can move" in plan
    assert "ask_warehouse" in plan
    assert "moved" in moved.text
    assert desk.temporal.engines[1].state.runs["lost_parcel"].definition["version"] == 2
    assert "not meant" in again.text or "No open ticket runs on that version." in again.text
    assert history.count("a better name") == 1
    assert "tickets from @1: moved 1" in history


async def test_temporal_away_is_said_on_the_page_and_nothing_typed_is_lost(desk: PageDesk) -> None:
    await opened(desk, "lost_parcel")
    browser = await enter(desk, "chenjing")
    desk.temporal.away = True
    plan = await browser.get(f"{LOST}/move?from=1&to=1")
    said = {"step": "{id: second_look, type: task}", "place": "after", "at": "claim", "version": "1"}
    silent = await post(browser, f"{LOST}/extra", f"{LOST}/extra", **said)

    assert plan.status_code == 503
    assert 'role="alert"' in plan.text
    assert silent.status_code == 422
    assert "{id: second_look, type: task}" in silent.text


async def test_a_step_is_tried_and_put_in(desk: PageDesk, language: str) -> None:
    await opened(desk, "lost_parcel", language=language)
    browser = await enter(desk, "liqiang", language)
    page = f"{LOST}/extra"
    step = "{id: second_look, type: task, title: {zh: 复核, en: Second look}, assign: role:finance_manager, due: 4wh}"
    said = {"step": step, "place": "before", "at": "claim", "why": "faulty batch", "version": "1"}
    wrong = await post(browser, page, page, **{**said, "step": step.replace("finance_manager", "nobody_at_all")})
    tried = await post(browser, page, page, **said, deed="try")
    versions_then = (await browser.get(LOST)).text
    done = await post(browser, page, page, **said, deed="apply")

    assert wrong.status_code == 422
    assert "nobody_at_all" in wrong.text
    assert ("可移动" if language == "zh" else "can move") in tried.text
    assert ("物流投诉同步" if language == "zh" else "Logistics complaint kept informed") in tried.text
    assert "@2" not in versions_then
    assert ("已移动" if language == "zh" else "moved") in done.text
    assert desk.temporal.engines[1].state.runs["lost_parcel"].definition["version"] == 2
    assert ("仅进行中工单" if language == "zh" else "Open tickets only") in (await browser.get(LOST)).text


async def test_the_diagram_says_where_tickets_stand(desk: PageDesk, language: str) -> None:
    await opened(desk, "lost_parcel", language=language)
    drawn = await (await enter(desk, "chenjing", language)).get(f"{LOST}/1/flow.svg")

    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert ("仓库核实物流" if language == "zh" else "Warehouse verifies") in drawn.text
    assert "sandbox" in drawn.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/processes/sop/nowhere", f"{LOST}?version=9", "/processes/food/lost_parcel"])
async def test_what_is_not_there_is_not_found(desk: PageDesk, path: str) -> None:
    assert (await (await enter(desk, "chenjing")).get(path)).status_code in (404, 422)
