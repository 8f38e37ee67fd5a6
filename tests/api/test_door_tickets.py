"""Tickets over HTTP: what is accepted is kept, once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.v1 import told
from db.tables import Customer, Idempotency, Message, Outbox, Step, Team, Ticket
from sop.events import Actor, ActorKind, Command, StepAnswered, TicketCommanded
from tests.api.api_desk import Desk

A_RETURN = {
    "subject": "申请退货",
    "body": "台灯不亮",
    "category": "return",
    "channel": "wechat",
    "customer": {"external_id": "C-1", "name": "李雷", "phone": "13800000000"},
    "order": {"no": "SO-1", "paid": 199.90},
    "fields": {"order_no": "SO-1"},
}


async def test_a_ticket_is_accepted_with_its_customer_message_and_start(desk: Desk) -> None:
    answer = await desk.http.post("/api/v1/tickets", json=A_RETURN)

    assert answer.status_code == 201
    opened = told.TicketOpened.model_validate(answer.json())
    assert answer.headers["location"] == f"/api/v1/tickets/{opened.no}"
    [ticket] = await desk.rows(select(Ticket.status, Ticket.order, Ticket.channel))
    assert (ticket.status, ticket.order["paid"], ticket.channel) == ("new", Decimal("199.90"), "wechat")
    assert [row.name for row in await desk.rows(select(Customer.name))] == ["李雷"]
    assert [row.body for row in await desk.rows(select(Message.body))] == ["台灯不亮"]
    assert [row.kind for row in await desk.rows(select(Outbox.kind))] == ["start"]


async def test_a_ticket_is_accepted_while_temporal_is_away(desk: Desk) -> None:
    desk.temporal.goes_away()

    assert (await desk.http.post("/api/v1/tickets", json=A_RETURN)).status_code == 201


async def test_the_same_key_opens_one_ticket_and_gets_the_same_answer(desk: Desk) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await desk.http.post("/api/v1/tickets", json=A_RETURN, headers=headers)
    again = await desk.http.post("/api/v1/tickets", json=A_RETURN, headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert [row[0] for row in await desk.rows(select(func.count()).select_from(Ticket))] == [1]


async def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    headers = {"Idempotency-Key": "once"}
    await desk.http.post("/api/v1/tickets", json=A_RETURN, headers=headers)
    other = await desk.http.post("/api/v1/tickets", json={**A_RETURN, "subject": "other"}, headers=headers)

    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_two_callers_may_use_the_same_key(desk: Desk) -> None:
    headers = {"Idempotency-Key": "once"}
    await desk.http.post("/api/v1/tickets", json=A_RETURN, headers=headers)
    other = await desk.http.post(
        "/api/v1/tickets", json=A_RETURN, headers=headers | await desk.headers("tickets:write")
    )

    assert other.status_code == 201
    assert [row[0] for row in await desk.rows(select(func.count()).select_from(Ticket))] == [2]


async def test_a_refused_ticket_leaves_its_key_free(desk: Desk) -> None:
    headers = {"Idempotency-Key": "once"}
    refused = await desk.http.post("/api/v1/tickets", json={**A_RETURN, "subject": ""}, headers=headers)
    accepted = await desk.http.post("/api/v1/tickets", json=A_RETURN, headers=headers)

    assert (refused.status_code, accepted.status_code) == (422, 201)


async def test_a_ticket_shows_where_it_stands_and_what_can_be_done(desk: Desk) -> None:
    no = await desk.open(**{key: value for key, value in A_RETURN.items() if key not in ("subject", "channel")})
    await _open_step(desk, 1)

    answer = await desk.http.get(f"/api/v1/tickets/{no}")

    assert answer.status_code == 200, answer.text
    ticket = told.TicketTold.model_validate(answer.json())
    [step] = ticket.steps
    assert (step.key, step.step) == ("main.inspect", "inspect")
    assert [(field.key, field.required, field.label) for field in step.form] == [
        ("grade", True, {"zh": "成色", "en": "Grade"}),
        ("remark", False, "remark"),
    ]
    assert [option.value for option in step.form[0].options] == ["A", "B"]
    assert ticket.customer is not None
    assert ticket.customer.name == "李雷"
    assert b'"paid":199.9,' in answer.content or b'"paid":199.9}' in answer.content


async def test_tickets_come_in_pages(desk: Desk) -> None:
    numbers = [await desk.open(subject=f"Lamp {n}") for n in range(5)]

    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"view": "open", "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = told.TicketPage.model_validate((await desk.http.get("/api/v1/tickets", params=query)).json())
        seen += [line.no for line in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert sorted(seen) == sorted(numbers)


async def test_a_search_finds_a_ticket_by_its_order(desk: Desk) -> None:
    no = await desk.open(fields={"order_no": "SO-77"})
    await desk.open(fields={"order_no": "SO-78"})

    found = await desk.http.get("/api/v1/tickets", params={"q": "SO-77", "view": "all"})

    assert [line["no"] for line in found.json()["items"]] == [no]


async def test_an_answer_goes_to_the_ticket_with_exact_numbers_and_the_callers_key(desk: Desk) -> None:
    no = await desk.open()
    await _open_step(desk, 1)
    await desk.person("qc1", roles=["qc"], teams=["warehouse"])
    headers = {"Idempotency-Key": "a-1", "On-Behalf-Of": "qc1"}

    answer = await desk.http.post(
        f"/api/v1/tickets/{no}/steps/inspect/answer",
        content=b'{"outcome": "pass", "values": {"amount": 0.1, "grade": "A"}}',
        headers={**headers, "Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()) == (200, {"status": "open", "seq": 1})
    [(ticket_id, event, key)] = desk.temporal.heard
    assert ticket_id == 1
    assert isinstance(event, StepAnswered)
    assert event.values == {"amount": Decimal("0.1"), "grade": "A"}
    assert (event.by.kind, event.by.id, event.by.roles, event.by.teams) == (
        ActorKind.STAFF,
        "qc1",
        ("qc",),
        ("warehouse",),
    )
    assert key == "key:1:a-1"


async def test_a_key_answers_for_the_tickets_customer(desk: Desk) -> None:
    no = await desk.open(customer={"external_id": "C-1"})

    await desk.http.post(
        f"/api/v1/tickets/{no}/steps/photo/answer", json={"values": {}}, headers={"On-Behalf-Of": "customer"}
    )

    [(_, event, _)] = desk.temporal.heard
    assert event.by == Actor(ActorKind.CUSTOMER, "1", via="key:1")


async def test_a_double_submit_is_heard_once(desk: Desk) -> None:
    no = await desk.open()
    headers = {"Idempotency-Key": "twice"}
    for _ in range(2):
        answer = await desk.http.post(f"/api/v1/tickets/{no}/steps/x/vote", json={"approve": True}, headers=headers)
        assert answer.json() == {"status": "open", "seq": 1}

    assert len(desk.temporal.heard) == 1


async def test_a_request_still_running_is_not_run_beside_itself(desk: Desk) -> None:
    no = await desk.open()
    path = f"/api/v1/tickets/{no}/steps/x/vote"
    await desk.http.post(path, json={"approve": True}, headers={"Idempotency-Key": "k"})
    [row] = await desk.rows(select(Idempotency.request_hash).where(Idempotency.key == "k"))
    await desk.write(Idempotency.__table__.update().where(Idempotency.key == "k").values(status=None, body=None))

    answer = await desk.http.post(path, json={"approve": True}, headers={"Idempotency-Key": "k"})

    assert row.request_hash
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("command", "body", "to", "note"),
    [
        (Command.CLAIM, {}, None, ""),
        (Command.RELEASE, {"note": "day off"}, None, "day off"),
        (Command.TRANSFER, {"to": "team:warehouse", "note": "goods are there"}, "team:warehouse", "goods are there"),
        (Command.PRIORITY, {"priority": "urgent"}, "urgent", ""),
        (Command.PAUSE, {"note": "waiting"}, None, "waiting"),
        (Command.RESUME, {}, None, ""),
        (Command.CANCEL, {"note": "mistake"}, None, "mistake"),
        (Command.REOPEN, {}, None, ""),
    ],
)
async def test_a_command_reaches_the_ticket(
    desk: Desk, command: Command, body: dict[str, str], to: str | None, note: str
) -> None:
    no = await desk.open()
    await desk.write(insert(Team).values(key="warehouse"))

    answer = await desk.http.post(f"/api/v1/tickets/{no}/{command.value}", json=body)

    assert answer.status_code == 200, answer.text
    [(_, event, _)] = desk.temporal.heard
    assert isinstance(event, TicketCommanded)
    assert (event.command, event.to, event.note) == (command, to, note)


async def test_a_ticket_is_merged_once(desk: Desk) -> None:
    no, other = await desk.open(), await desk.open()
    path, headers = f"/api/v1/tickets/{no}/merge", {"Idempotency-Key": "merge"}

    for _ in range(2):
        body = {"into": other.removeprefix("GD-"), "note": "same"}
        answer = await desk.http.post(path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    [(ticket, event, _)] = desk.temporal.heard
    assert isinstance(event, TicketCommanded)
    assert (ticket, event.command, event.to, event.note) == (1, Command.MERGE, other, "same")
    assert answer.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("into", "status", "code"),
    [
        ("GD-10099", 404, "ticket_not_found"),
        ("nothing", 404, "ticket_not_found"),
        ("GD-10001", 409, "conflict"),
        ("GD-10002", 409, "conflict"),
        ("GD-10003", 409, "ticket_over"),
    ],
)
async def test_a_ticket_is_merged_only_into_an_open_one(desk: Desk, into: str, status: int, code: str) -> None:
    no, _, _ = [await desk.open() for _ in range(3)]
    await desk.write(update(Ticket).where(Ticket.id == 2).values(merged_into=1, status="cancelled"))
    await desk.write(update(Ticket).where(Ticket.id == 3).values(status="resolved"))

    answer = await desk.http.post(f"/api/v1/tickets/{no}/merge", json={"into": into})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert desk.temporal.heard == []


async def test_merging_needs_the_scope_to_write(desk: Desk) -> None:
    no, other = await desk.open(), await desk.open()

    answer = await desk.http.post(
        f"/api/v1/tickets/{no}/merge", json={"into": other}, headers=await desk.headers("tickets:read")
    )

    assert answer.status_code == 403


async def test_what_the_customer_says_on_a_merged_ticket_reaches_the_other(desk: Desk) -> None:
    customer = {"external_id": "C-1"}
    no, other = await desk.open(customer=customer), await desk.open(customer=customer)
    await desk.write(update(Ticket).where(Ticket.id == 1).values(merged_into=2, status="cancelled"))

    answer = await desk.http.post(
        f"/api/v1/tickets/{no}/messages", json={"body": "and?"}, headers={"On-Behalf-Of": "customer"}
    )

    assert answer.status_code == 201, answer.text
    pages = [told.TicketTold.model_validate((await desk.http.get(f"/api/v1/tickets/{n}")).json()) for n in (no, other)]
    assert [page.merged_into for page in pages] == [other, None]
    assert [[message["body"] for message in page.messages] for page in pages] == [["and?"], ["and?"]]


async def test_a_command_needs_no_body(desk: Desk) -> None:
    no = await desk.open()

    assert (await desk.http.post(f"/api/v1/tickets/{no}/claim")).status_code == 200


async def test_a_message_is_kept_and_told_to_the_ticket(desk: Desk) -> None:
    no = await desk.open()

    answer = await desk.http.post(f"/api/v1/tickets/{no}/messages", json={"body": "on its way"})

    assert answer.status_code == 201
    assert [row.body for row in await desk.rows(select(Message.body))] == ["on its way"]
    assert [row.kind for row in await desk.rows(select(Outbox.kind).order_by(Outbox.id))] == ["start", "signal"]


async def test_the_key_is_claimed_with_the_ticket_or_not_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise IntegrityError("insert", {}, Exception("broken off"))

    monkeypatch.setattr("db.intake.put", breaks)
    broken = await desk.http.post("/api/v1/tickets", json=A_RETURN, headers={"Idempotency-Key": "once"})

    assert broken.status_code == 500
    assert await desk.rows(select(Idempotency.key)) == []
    assert await desk.rows(select(Ticket.id)) == []


async def _open_step(desk: Desk, ticket_id: int) -> None:
    form = [
        {
            "key": "grade",
            "type": "choice",
            "label": {"zh": "成色", "en": "Grade"},
            "options": [{"value": "A", "label": "A"}, {"value": "B", "label": "B"}],
        },
        {"key": "remark", "type": "text", "label": "remark", "optional": True},
    ]
    row = {
        "ticket_id": ticket_id,
        "run": "main",
        "step": "inspect",
        "visit": 1,
        "seq": 3,
        "type": "task",
        "title": {"zh": "质检", "en": "Inspection"},
        "form": form,
        "outcomes": [{"key": "pass", "label": "OK"}],
        "status": "open",
        "opened_at": datetime.now(UTC),
        "approvers": [],
        "skills": [],
        "waits_for": [],
        "outputs": {},
    }
    await desk.write(insert(Step).values(row))
