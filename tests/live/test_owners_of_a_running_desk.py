"""Who answers for a ticket, on real servers: a claim that ends, people who go, hand-offs with their bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.live.desk import Desk, prepared, until
from tests.live.workspaces import workspace_with

pytestmark = pytest.mark.live
Json = Any  # an answer of an API, read by tests only
SHIPPED = "desk: {lease: 4wh, calendar: team, max_handoffs: 3,"
SHORT = "desk: {lease: 6s, calendar: team, max_handoffs: 3,"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Desk]:
    """A company whose claims hold for six seconds."""
    folder = tmp_path_factory.mktemp("desk")
    space = workspace_with(folder / "space", SHIPPED, SHORT)
    running = Desk(prepared(folder / "var", free_port, workspace=space))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def an_enquiry(desk: Desk) -> str:
    """A general ticket whose first step waits for the staff."""
    no = desk.open(subject="咨询", category="general", body="想问一下产品")
    desk.step(no, "work")
    return no


def owned(desk: Desk, no: str) -> list[dict[str, Json]]:
    """Every fact that gave the ticket to somebody."""
    return [row for row in desk.ledger(no) if row["type"] == "ticket.owner"]


def claimed(desk: Desk, no: str, by: str) -> datetime:
    """Somebody claims the ticket; until when that holds."""
    answer = desk.post(f"/tickets/{no}/claim", {}, by=by)
    assert answer.status_code == 200, answer.text
    return datetime.fromisoformat(owned(desk, no)[-1]["data"]["until"])


def told(desk: Desk, person: str, no: str) -> list[str]:
    """What the gateway has sent to a colleague about a ticket."""
    return [message["text"] for message in desk.company.messages(f"{person}@example.com") if no in message["text"]]


def test_a_claim_without_a_sign_of_life_ends_on_time_and_the_ticket_goes_to_somebody_else(desk: Desk) -> None:
    no = an_enquiry(desk)
    until_ = claimed(desk, no, "wangfang")
    note = desk.post(f"/tickets/{no}/messages", {"body": "在查", "visibility": "internal"}, by="wangfang")
    assert note.status_code == 201

    ticket = desk.until(no, lambda now: now["owner"]["person"] not in (None, "wangfang"), "somebody else has it")

    last = owned(desk, no)[-1]
    assert (last["data"]["reason"], last["data"]["besides"]) == ("lease", "wangfang")
    ended = datetime.fromisoformat(last["at"])
    assert until_ < ended <= until_ + timedelta(seconds=20)  # the note renewed it
    assert ticket["owner"]["team"] == "after_sales"
    until(lambda: told(desk, "wangfang", no), "she is told")
    assert desk.verdict(no).whole


def test_a_claim_outlives_the_worker_and_ends_when_it_is_back(desk: Desk) -> None:
    no = an_enquiry(desk)
    until_ = claimed(desk, no, "annaberg")
    desk.kill("worker")
    desk.start("worker")

    desk.until(no, lambda now: now["owner"]["person"] != "annaberg", "the claim has ended")

    assert datetime.fromisoformat(owned(desk, no)[-1]["at"]) >= until_
    assert [row["data"]["reason"] for row in owned(desk, no)] == ["dispatch", "claim", "lease"]


def test_who_leaves_hands_their_tickets_back(desk: Desk) -> None:
    no = an_enquiry(desk)
    assert desk.post(f"/tickets/{no}/transfer", {"to": "user:liuyang"}).status_code == 200

    answer = desk.post("/people/liuyang/duty", {"duty": "gone"})

    assert answer.json()["tickets"] >= 1
    desk.until(no, lambda now: now["owner"]["person"] not in (None, "liuyang"), "somebody else has it")
    assert owned(desk, no)[-1]["data"]["reason"] == "away"
    assert desk.post(f"/tickets/{no}/transfer", {"to": "user:liuyang"}).status_code == 404


def test_too_many_hand_offs_are_told_to_the_lead_with_the_bundle(desk: Desk) -> None:
    no = an_enquiry(desk)
    for turn in range(4):
        to = "user:wangfang" if turn % 2 else "user:annaberg"
        answer = desk.post(f"/tickets/{no}/transfer", {"to": to, "note": f"turn {turn}"})
        assert answer.status_code == 200, answer.text

    [alert] = [row["data"] for row in desk.ledger(no) if row["type"] == "alert"]
    asked = desk.http.get(f"/api/v1/tickets/{no}/handover").json()
    assert (alert["kind"], alert["count"], alert["reached"]) == ("handoffs", 4, ["chenjing"])
    assert [one["note"] for one in alert["handover"]["handoffs"]] == [f"turn {turn}" for turn in range(4)]
    assert alert["handover"] == asked == answer.json()["handover"]
    assert [step["step"] for step in asked["open"]] == ["work"]
    until(lambda: told(desk, "chenjing", no), "the lead is told")
