"""Bad input: a clear refusal in the reader's language, and nothing lost or half done."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select
from structlog.testing import capture_logs

from api.limits import SWALLOWED
from db.tables import Inbox, Outbox, PersonalValue, Step, Ticket
from sop.events import StepAnswered
from sop.values import is_reference
from tests.api.api_desk import Desk
from workflows.client import Refused, TicketNotRunning

TICKETS = "/api/v1/tickets"
JSON = {"Content-Type": "application/json"}
GOOD = {"subject": "Lamp", "channel": "web"}


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b"{", 400, "bad_json", None),
        (b"", 422, "invalid", "/subject"),
        (b"[]", 422, "invalid", ""),
        (b'"text"', 422, "invalid", ""),
        (b"\xff\xfe", 400, "bad_json", None),
        (b'{"subject": NaN}', 400, "bad_json", None),
        (b'{"fields": {"n": ' + b"9" * 5000 + b"}}", 400, "bad_json", None),
        (b"[" * 100_000, 400, "bad_json", None),
        (json.dumps({**GOOD, "subject": ""}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "subject": "x" * 201}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "subject": 7}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "subject": "a\x00b"}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "subject": "\ud800"}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "subject": "\ue000customer.name\ue001"}).encode(), 422, "invalid", "/subject"),
        (json.dumps({**GOOD, "status": "closed"}).encode(), 422, "invalid", "/status"),
        (json.dumps({**GOOD, "priority": "now"}).encode(), 422, "invalid", "/priority"),
        (json.dumps({**GOOD, "channel": "two words"}).encode(), 422, "invalid", "/channel"),
        (json.dumps({**GOOD, "customer": {"email": "no address"}}).encode(), 422, "invalid", "/customer/email"),
        (json.dumps({**GOOD, "customer": []}).encode(), 422, "invalid", "/customer"),
        (json.dumps({**GOOD, "fields": {"$decimal": "x"}}).encode(), 422, "invalid", "/fields"),
        (json.dumps({**GOOD, "tags": ["ok", 3]}).encode(), 422, "invalid", "/tags/1"),
        (b'{"subject":"a","channel":"web","fields":{"n":1e999999}}', 422, "invalid", "/fields/n"),
        (b'{"subject":"a","channel":"web","fields":{"n":' + b"1" * 60 + b"}}", 422, "invalid", "/fields/n"),
        (b'{"subject":"a","channel":"web","fields":' + b'{"a":' * 40 + b"1" + b"}" * 41, 422, "invalid", None),
    ],
)
async def test_a_bad_ticket_is_refused_and_nothing_is_kept(
    desk: Desk, body: bytes, status: int, code: str, pointer: str | None
) -> None:
    answer = await desk.http.post(TICKETS, content=body, headers={**JSON, "Idempotency-Key": "k"})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{code}"
    if pointer is not None:
        assert pointer in [error["pointer"] for error in problem["errors"]]
    assert await _count(desk, Ticket) == 0
    assert await _count(desk, Outbox) == 0


async def test_a_refusal_speaks_the_readers_language(desk: Desk) -> None:
    zh = await desk.http.post(TICKETS, json={}, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    en = await desk.http.post(TICKETS, json={}, headers={"Accept-Language": "fr, en;q=0.5"})

    assert zh.json()["title"] == "内容有误"
    assert {"pointer": "/subject", "message": "必填"} in zh.json()["errors"]
    assert zh.headers["content-language"] == "zh"
    assert {"pointer": "/subject", "message": "is required"} in en.json()["errors"]


@pytest.mark.parametrize("language", ["*;q=x", "zh;q=0", ";;;,,,", "zh" * 5000])
async def test_an_odd_language_is_no_fault(desk: Desk, language: str) -> None:
    assert (await desk.http.post(TICKETS, json={}, headers={"Accept-Language": language})).status_code == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
async def test_what_is_not_json_is_not_read_as_json(desk: Desk, content_type: str) -> None:
    answer = await desk.http.post(TICKETS, content=json.dumps(GOOD), headers={"Content-Type": content_type})

    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", TICKETS, 405, "method_not_allowed"),
        ("GET", f"{TICKETS}/GD-99999", 404, "ticket_not_found"),
        ("GET", f"{TICKETS}/GD-10000", 404, "ticket_not_found"),
        ("GET", f"{TICKETS}/nonsense", 404, "ticket_not_found"),
        ("GET", f"{TICKETS}/GD-{'9' * 25}", 404, "ticket_not_found"),
        ("GET", f"{TICKETS}/GD-999999999999999999", 404, "ticket_not_found"),
        ("GET", f"{TICKETS}/{'x' * 33}", 422, "invalid"),
        ("GET", f"{TICKETS}/GD-99999/ledger", 404, "ticket_not_found"),
        ("POST", f"{TICKETS}/GD-99999/claim", 404, "ticket_not_found"),
        ("POST", f"{TICKETS}/GD-99999/steps/x/answer", 404, "ticket_not_found"),
        ("GET", "/api/v1/files/none", 404, "file_not_found"),
        ("GET", "/api/v1/definitions/none", 404, "definition_not_found"),
        ("GET", f"{TICKETS}?cursor=rubbish", 400, "bad_cursor"),
        ("GET", f"{TICKETS}?view=rubbish", 422, "invalid"),
        ("GET", f"{TICKETS}?limit=0", 422, "invalid"),
        ("GET", f"{TICKETS}?limit=many", 422, "invalid"),
        ("POST", "/hooks/unknown", 404, "connector_not_found"),
        ("GET", "/problems/unknown", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_said_so(desk: Desk, method: str, path: str, status: int, code: str) -> None:
    answer = await desk.http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_every_problem_explains_itself(desk: Desk) -> None:
    refused = (await desk.http.post(TICKETS, json={})).json()

    entry = (await desk.http.get(refused["type"])).json()
    assert entry["title"] == {"zh": "内容有误", "en": refused["title"]}


async def test_a_body_that_says_it_is_too_large_is_not_read(desk: Desk) -> None:
    answer = await desk.http.post(TICKETS, content=b" " * (1024 * 1024 + 1), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_grows_too_large_is_cut_off(desk: Desk) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    answer = await desk.http.post(TICKETS, content=endless(), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent <= 1024 * 1024 + SWALLOWED + 2 * 65536


@pytest.mark.parametrize("key", ["", "x" * 129, "white space", "ключ"])
async def test_a_strange_idempotency_key_is_refused(desk: Desk, key: str) -> None:
    answer = await desk.http.post(TICKETS, json=GOOD, headers={b"Idempotency-Key": key.encode()})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_idempotency_key")


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (Refused("unknown_step", {"en": "no such step", "zh": "没有这个步骤"}, 404), 404, "unknown_step"),
        (Refused("step_not_open", {"en": "the step is closed", "zh": "步骤已关闭"}, 409), 409, "step_not_open"),
        (Refused("not_allowed", {"en": "it is for others", "zh": "由他人完成"}, 403), 403, "not_allowed"),
    ],
)
async def test_what_the_ticket_refuses_is_said_in_its_words(
    desk: Desk, refusal: Refused, status: int, code: str
) -> None:
    no = await desk.open()
    desk.temporal.refusal = refusal

    path = f"{TICKETS}/{no}/steps/x/answer"
    en = await desk.http.post(path, json={"values": {}}, headers={"Idempotency-Key": "k"})
    zh = await desk.http.post(path, json={"values": {}}, headers={"Accept-Language": "zh", "Idempotency-Key": "k"})

    assert (en.status_code, en.json()["code"], en.json()["detail"]) == (status, code, refusal.message["en"])
    assert zh.json()["detail"] == refusal.message["zh"]


async def test_wrong_form_values_are_named_one_by_one(desk: Desk) -> None:
    no = await desk.open()
    desk.temporal.refusal = Refused(
        "wrong_answer", {"en": "missing: Grade", "zh": "缺少：成色"}, 422, {"grade": "missing", "outcome": "choose one"}
    )

    answer = await desk.http.post(f"{TICKETS}/{no}/steps/x/answer", json={"values": {}})

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/values/grade", "message": "missing"},
        {"pointer": "/outcome", "message": "choose one"},
    ]


async def test_an_answer_waits_while_temporal_is_away_and_is_sent_again_by_the_same_key(desk: Desk) -> None:
    no = await desk.open()
    path, headers = f"{TICKETS}/{no}/steps/x/vote", {"Idempotency-Key": "k"}
    desk.temporal.goes_away()
    away = await desk.http.post(path, json={"approve": True}, headers=headers)
    desk.temporal.refusal = None
    back = await desk.http.post(path, json={"approve": True}, headers=headers)

    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "temporal_unavailable", "5")
    assert back.status_code == 200
    assert len(desk.temporal.heard) == 1


async def test_a_ticket_that_has_not_started_yet_asks_for_patience(desk: Desk) -> None:
    no = await desk.open()
    desk.temporal.refusal = TicketNotRunning("not found")

    answer = await desk.http.post(f"{TICKETS}/{no}/claim")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "ticket_not_started",
        "1",
    )


async def test_a_ticket_that_is_over_takes_no_answer(desk: Desk) -> None:
    no = await desk.open()
    await desk.write(Ticket.__table__.update().values(last_seq=9, status="closed"))
    desk.temporal.refusal = TicketNotRunning("completed")

    answer = await desk.http.post(f"{TICKETS}/{no}/claim")

    assert (answer.status_code, answer.json()["code"]) == (409, "ticket_over")


async def test_the_same_event_twice_is_kept_once(desk: Desk) -> None:
    no = await desk.open(fields={"order_no": "SO-1"})
    event = {"source": "wms", "id": "e1", "type": "parcel.received", "data": {"order_no": "SO-1"}}
    first = await desk.http.post("/api/v1/events", json=event)
    again = await desk.http.post("/api/v1/events", json=event)

    assert (first.status_code, first.json()) == (202, {"status": "accepted", "tickets": [no]})
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    assert [row.kind for row in await desk.rows(select(Outbox.kind).order_by(Outbox.id))] == ["start", "signal"]


async def test_an_event_for_no_ticket_waits_for_one(desk: Desk) -> None:
    event = {"source": "wms", "id": "e1", "type": "parcel.received", "data": {"order_no": "SO-1"}}
    early = await desk.http.post("/api/v1/events", json=event)
    await desk.open(fields={"order_no": "SO-1"})

    assert (early.status_code, early.json()) == (202, {"status": "waiting", "tickets": []})
    assert [row.status for row in await desk.rows(select(Inbox.status))] == ["accepted"]
    assert [row.kind for row in await desk.rows(select(Outbox.kind).order_by(Outbox.id))] == ["start", "signal"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"type": "Parcel Received"}, "/type"),
        ({"id": ""}, "/id"),
        ({"source": "a b"}, "/source"),
        ({"data": 1}, "/data"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_bad_event_is_refused(desk: Desk, change: dict[str, object], pointer: str) -> None:
    event = {"source": "wms", "id": "e1", "type": "parcel.received", "data": {}, **change}

    answer = await desk.http.post("/api/v1/events", json=event)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await _count(desk, Inbox) == 0


async def test_a_personal_answer_reaches_the_workflow_as_a_reference(desk: Desk) -> None:
    no = await desk.open()
    await _ask_for_phone(desk)
    path = f"{TICKETS}/{no}/steps/call/answer"

    wrong = await desk.http.post(path, json={"values": {"phone": "call me"}})
    right = await desk.http.post(path, json={"values": {"phone": "13800000000", "note": "morning"}})

    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/values/phone")
    assert right.status_code == 200
    [(_, event, _)] = desk.temporal.heard
    assert isinstance(event, StepAnswered)
    assert is_reference(str(event.values["phone"]))
    assert event.values["note"] == "morning"
    assert [row.value for row in await desk.rows(select(PersonalValue.value))] == ["13800000000"]


async def test_a_fault_of_ours_has_a_number_and_the_log_does_not_quote_the_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks(_: object, new: object) -> None:
        raise ValueError(f"cannot keep {new}")

    monkeypatch.setattr("api.v1.tickets.accept_ticket", breaks)
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        answer = await desk.http.post(TICKETS, json={**GOOD, "subject": "MY-SECRET-SUBJECT"})
        await desk.http.post(TICKETS, json={**GOOD, "priority": "MY-SECRET-SUBJECT"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    [entry] = [log for log in logs if log["event"] == "fault"]
    assert entry["request"] in answer.json()["detail"]
    assert entry["error"] == "ValueError"
    assert any("accept_ticket" in frame or "breaks" in frame for frame in entry["frames"])
    assert "MY-SECRET" not in f"{logs}{caplog.text}"


async def test_a_refusal_does_not_quote_what_was_sent(desk: Desk) -> None:
    answer = await desk.http.post(TICKETS, json={**GOOD, "priority": "MY-SECRET", "customer": {"phone": "9" * 99}})

    assert "MY-SECRET" not in answer.text
    assert "999" not in answer.text


async def _ask_for_phone(desk: Desk) -> None:
    form = [
        {"key": "phone", "type": "phone", "label": "Phone", "personal": True},
        {"key": "note", "type": "text", "label": "Note", "optional": True},
    ]
    row = {
        "ticket_id": 1,
        "run": "main",
        "step": "call",
        "visit": 1,
        "seq": 1,
        "type": "task",
        "title": "Call",
        "form": form,
        "outcomes": [],
        "status": "open",
        "opened_at": datetime.now(UTC),
        "outputs": {},
    }
    await desk.write(insert(Step).values(row))


async def _count(desk: Desk, table: type[Ticket] | type[Outbox] | type[Inbox]) -> int:
    [(number,)] = await desk.rows(select(func.count()).select_from(table))
    return int(number)
