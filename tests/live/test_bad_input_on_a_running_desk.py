"""What goes wrong in real life, on a running installation: nothing is lost, nothing half done, nothing done twice."""

from __future__ import annotations

import itertools
import re
import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import httpx
import pytest

from tests.live.desk import CUSTOMER, Desk, until

pytestmark = pytest.mark.live

Got = TypeVar("Got")
PHONES = (f"1370000{number:04}" for number in itertools.count(1))
PHOTOS = {"values": {"photos": ["a.jpg", "b.jpg"], "reason": "质量问题"}}
AT_ONCE = 20


def _return(desk: Desk) -> str:
    """A small return that waits for its photos."""
    no = desk.open(category="return", customer={"phone": next(PHONES)}, order={"no": "O-1004", "paid": 199})
    desk.step(no, "photo_evidence")
    return no


def _answer(desk: Desk, no: str, key: str) -> httpx.Response:
    return desk.post(f"/tickets/{no}/steps/photo_evidence/answer", PHOTOS, by=CUSTOMER, key=key)


def _all_at_once(act: Callable[[int], Got]) -> list[Got]:
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        return list(crowd.map(act, range(AT_ONCE)))


def _parcel(desk: Desk, tracking_no: str, event_id: str) -> httpx.Response:
    data = {"tracking_no": tracking_no}
    return desk.post("/events", {"source": "carrier", "id": event_id, "type": "parcel.received", "data": data})


def test_a_form_sent_twenty_times_at_once_opens_one_ticket(shared_desk: Desk) -> None:
    body = {"subject": "滤芯多久更换一次？", "channel": "web"}
    key = secrets.token_hex(8)

    def send(_: int) -> str:
        answers: list[httpx.Response] = []
        until(lambda: _taken(answers, shared_desk.post("/tickets", body, key=key)), "it is accepted")
        assert answers[-1].status_code == 201, answers[-1].text
        return str(answers[-1].json()["no"])

    numbers = _all_at_once(send)

    assert len(set(numbers)) == 1
    assert shared_desk.step(numbers[0], "work")


def _taken(answers: list[httpx.Response], answer: httpx.Response) -> bool:
    """Keeps the answer; false while the same request is still being answered elsewhere."""
    answers.append(answer)
    return answer.status_code not in (409, 503)


def test_an_answer_sent_twenty_times_at_once_counts_once(shared_desk: Desk) -> None:
    no, key = _return(shared_desk), secrets.token_hex(8)

    answers = _all_at_once(lambda _: _answer(shared_desk, no, key))
    again = _answer(shared_desk, no, key)

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"still_running"}
    assert again.status_code == 200
    assert {answer.json()["seq"] for answer in answers if answer.status_code == 200} == {again.json()["seq"]}
    shared_desk.step(no, "wait_parcel")
    assert Counter(shared_desk.company.of_ticket(no)) == {"erp.rma.create": 1, "carrier.label.create": 1}


def test_of_twenty_answers_at_once_one_is_taken_and_the_others_hear_why(shared_desk: Desk) -> None:
    no = _return(shared_desk)

    answers = _all_at_once(lambda number: _answer(shared_desk, no, f"{no}-{number}"))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: AT_ONCE - 1}
    assert all(answer.json()["detail"] for answer in answers if answer.status_code == 409)
    shared_desk.step(no, "wait_parcel")
    closed = [row for row in shared_desk.ledger(no) if row["type"] == "step.closed" and row["step"] == "photo_evidence"]
    assert len(closed) == 1


def test_the_same_event_twenty_times_is_one_event(shared_desk: Desk) -> None:
    no = _return(shared_desk)
    _answer(shared_desk, no, secrets.token_hex(8))
    waybill, event = shared_desk.waybill(no), secrets.token_hex(8)

    told = Counter(answer.json()["status"] for answer in _all_at_once(lambda _: _parcel(shared_desk, waybill, event)))

    assert told == {"accepted": 1, "duplicate": AT_ONCE - 1}
    shared_desk.step(no, "inspect")
    rows = shared_desk.ledger(no)
    assert len([row for row in rows if row["type"] == "event.received"]) == 1


def test_a_webhook_that_the_carrier_sends_twice_is_one_event(shared_desk: Desk) -> None:
    no = _return(shared_desk)
    _answer(shared_desk, no, secrets.token_hex(8))
    waybill = shared_desk.waybill(no)
    fault = {"kind": "twice", "times": 1, "match": {"system": "carrier"}}
    assert shared_desk.company.http.post("/admin/faults", json=fault).status_code == 201
    shared_desk.company.receives(waybill)
    shared_desk.step(no, "inspect")

    def sent() -> int:
        webhooks = shared_desk.company.http.get("/admin/webhooks", params={"tracking_no": waybill}).json()["items"]
        return sum(webhook["attempts"] for webhook in webhooks)

    until(lambda: sent() >= 2, "the carrier has sent it twice")
    assert len([row for row in shared_desk.ledger(no) if row["type"] == "event.received"]) == 1
    assert len([each for each in shared_desk.ticket(no)["steps"] if each["step"] == "inspect"]) == 1


def test_an_event_that_comes_before_its_ticket_knows_the_waybill_is_kept_for_it(shared_desk: Desk) -> None:
    first = _return(shared_desk)
    _answer(shared_desk, first, secrets.token_hex(8))
    waybill = shared_desk.waybill(first)
    number = re.fullmatch(r"(\D+)(\d+)", waybill)
    assert number is not None
    coming = f"{number[1]}{int(number[2]) + 1:0{len(number[2])}}"
    early = _parcel(shared_desk, coming, secrets.token_hex(8))
    second = _return(shared_desk)
    _answer(shared_desk, second, secrets.token_hex(8))

    assert early.json() == {"status": "waiting", "tickets": []}
    assert shared_desk.step(second, "inspect")
    outputs = [row["data"]["outputs"] for row in shared_desk.ledger(second) if row["type"] == "action.done"]
    assert coming in {output.get("tracking_no") for output in outputs}


def test_rubbish_from_the_erp_is_an_incident_that_is_settled_by_hand(shared_desk: Desk) -> None:
    no = _return(shared_desk)
    shared_desk.company.goes_wrong("rubbish", "/erp/rma")
    try:
        _answer(shared_desk, no, secrets.token_hex(8))
        incident = shared_desk.incident(no, "create_rma")
    finally:
        shared_desk.company.recovers()
    path = f"/tickets/{no}/steps/create_rma/incident"
    mistyped = shared_desk.post(path, {"choice": "enter", "values": {"rma": "RMA-BY-HAND"}}, by="chenjing")
    shared_desk.settle(no, "create_rma", "enter", "chenjing", rma_no="RMA-BY-HAND")
    shared_desk.step(no, "wait_parcel")

    assert "return.sop.yaml" in incident["where"]
    assert "JSON" in incident["message"]
    assert set(incident["choices"]) == {"retry", "enter", "skip", "stop"}
    assert mistyped.status_code == 422
    assert shared_desk.company.of_ticket(no) == ["carrier.label.create"]
    label = shared_desk.company.effects("carrier.label.create")[-1]["facts"]
    assert label["rma_no"] == "RMA-BY-HAND"


def test_an_answer_to_a_closed_or_unknown_step_is_refused_with_its_reason(shared_desk: Desk) -> None:
    no = _return(shared_desk)
    _answer(shared_desk, no, secrets.token_hex(8))
    shared_desk.step(no, "wait_parcel")
    before = shared_desk.ledger(no)

    late = _answer(shared_desk, no, secrets.token_hex(8))
    unknown = shared_desk.post(f"/tickets/{no}/steps/no_such_step/answer", PHOTOS, by=CUSTOMER)
    stranger = shared_desk.post(f"/tickets/{no}/steps/wait_parcel/answer", PHOTOS, by="zhouting")

    assert (late.status_code, unknown.status_code) == (409, 404)
    assert stranger.status_code in (403, 409)
    assert all(answer.json()["detail"] for answer in (late, unknown, stranger))
    assert shared_desk.ledger(no) == before


def test_missing_and_wrong_values_are_refused_field_by_field_and_nothing_happens(shared_desk: Desk) -> None:
    no = _return(shared_desk)
    before = shared_desk.ledger(no)
    path = f"/tickets/{no}/steps/photo_evidence/answer"

    one_photo = shared_desk.post(path, {"values": {"photos": ["a.jpg"], "reason": "质量问题"}}, by=CUSTOMER)
    nonsense = shared_desk.post(path, {"values": {"photos": ["a", "b"], "reason": "忘了", "extra": 1}}, by=CUSTOMER)

    assert (one_photo.status_code, nonsense.status_code) == (422, 422)
    assert [error["pointer"] for error in one_photo.json()["errors"]] == ["/values/photos"]
    assert "/values/reason" in {error["pointer"] for error in nonsense.json()["errors"]}
    assert shared_desk.ledger(no) == before
    assert _answer(shared_desk, no, secrets.token_hex(8)).status_code == 200
