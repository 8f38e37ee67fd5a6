"""kill -9 in the middle of returns: started again a moment later, every ticket ends as if nothing had happened."""

from __future__ import annotations

import time

import pytest
from temporalio.api.enums.v1 import TimeoutType

from tests.chaos.returns import Return
from tests.live.desk import Desk, until

pytestmark = [pytest.mark.chaos, pytest.mark.live]

DARK = 1.0  # seconds without the process


@pytest.mark.parametrize("process", ["api", "relay", "temporal", "worker"])
@pytest.mark.timeout(180)
def test_a_process_is_killed_in_the_middle_of_returns(process: str, shared_desk: Desk) -> None:
    desk = shared_desk
    desk.company.recovers()
    in_flight, forgotten, on_its_way = (Return.open(desk) for _ in range(3))
    on_its_way.on_its_way()
    on_the_table, just_answered = Return.open(desk).on_the_table(), Return.open(desk).at_finance()
    desk.company.goes_wrong("forget", "/erp/rma", times=1)
    desk.company.goes_wrong("slow", "/erp/rma", times=1, seconds=3)
    forgotten.send_photos()
    until(lambda: desk.company.struck() == 1, "the ERP forgot to answer")
    in_flight.send_photos()
    until(lambda: desk.company.struck() == 2, "the ERP takes its time")

    just_answered.approve()
    desk.kill(process)
    on_its_way.parcel_arrives_in_the_dark()
    time.sleep(DARK)
    desk.start(process)

    for each in (just_answered, on_the_table, on_its_way, forgotten, in_flight):
        each.goes_on()
    if process == "worker":
        assert _was_taken_over(in_flight)


def _was_taken_over(ticket: Return) -> bool:
    """Whether a call was tried again because the worker that made it gave no more signs of life."""
    events = ticket.desk.history(ticket.no).events
    failures = [event.activity_task_started_event_attributes.last_failure for event in events]
    silence = TimeoutType.TIMEOUT_TYPE_HEARTBEAT
    return any(failure.timeout_failure_info.timeout_type == silence for failure in failures)


@pytest.mark.timeout(180)
def test_one_after_another_is_killed_until_nothing_lives(shared_desk: Desk) -> None:
    desk = shared_desk
    ticket = Return.open(desk).on_its_way()
    other = Return.open(desk)
    other.send_photos()
    desk.kill("relay")
    ticket.parcel_arrives_in_the_dark()
    for process in ("worker", "api", "temporal"):
        desk.kill(process)
    time.sleep(DARK)
    desk.start("temporal", "api", "worker", "relay")

    ticket.goes_on()
    other.goes_on()


def test_while_temporal_is_away_tickets_are_accepted_and_answers_are_asked_to_come_again(shared_desk: Desk) -> None:
    desk = shared_desk
    open_already = Return.open(desk)
    desk.kill("temporal")
    accepted = desk.post("/tickets", {"subject": "滤芯多久更换一次？", "channel": "web"}, key="while-away")
    said = {"values": {"photos": ["a.jpg", "b.jpg"], "reason": "其他"}}
    path = f"/tickets/{open_already.no}/steps/photo_evidence/answer"
    refused = desk.post(path, said, by="customer", key="asked-again")
    queue = desk.http.get("/api/v1/tickets", params={"q": accepted.json()["no"]}).json()["items"]
    status = desk.http.get("/readyz").json()
    desk.start("temporal")

    assert accepted.status_code == 201
    assert [line["status"] for line in queue] == ["new"]
    assert refused.status_code == 503
    assert refused.json()["code"] == "temporal_unavailable"
    assert int(refused.headers["Retry-After"]) >= 1
    assert (status["status"], status["temporal"]["status"]) == ("ready", "down")
    assert desk.step(accepted.json()["no"], "work")
    until(lambda: desk.post(path, said, by="customer", key="asked-again").status_code == 200, "the answer is taken")
    open_already.goes_on()
