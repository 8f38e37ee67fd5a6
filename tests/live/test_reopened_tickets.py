"""A ticket that is opened again on real servers: its clocks go on, to the second, and their rungs fire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.live.desk import Desk, until
from tests.live.test_clocks_of_a_running_desk import clock, command, moment
from tests.live.workspaces import workspace_with

pytestmark = pytest.mark.live
Json = Any  # an answer of an API, read by tests only

TARGET = timedelta(seconds=16)
HEAD = "sla:\n  vip_complaint:"
CLOCK = """sla:
  enquiry:
    title: {zh: 咨询办结, en: Enquiry settled}
    metric: resolution
    categories: [general]
    when: ticket.channel == 'phone'
    target: 16s
    escalate: [{at: 25%, to: owner}, {at: 100%, to: owner}]
  vip_complaint:"""


def rungs(desk: Desk, no: str) -> list[dict[str, Json]]:
    return [row["data"] for row in desk.ledger(no) if row["type"] == "alert" and row["data"]["about"] == "enquiry"]


def test_a_deadline_goes_on_after_reopening_and_its_rung_fires(shared_desk: Desk, tmp_path: Path) -> None:
    command(shared_desk, "publish", workspace=workspace_with(tmp_path / "company", HEAD, CLOCK))
    customer = {"name": "李雷", "email": "lilei@example.com"}
    no = shared_desk.open(subject="咨询", category="general", channel="phone", body="想问一下产品", customer=customer)
    until(lambda: len(rungs(shared_desk, no)) == 1, "the first rung is told", lambda: str(shared_desk.ticket(no)))
    shared_desk.answer(no, "work", "done", by="wangfang", answer="已答复")
    shared_desk.resolved(no)
    time.sleep(3)

    asked = datetime.now(UTC)
    assert shared_desk.post(f"/tickets/{no}/reopen", {"note": "客户说没有解决"}, by="wangfang").status_code == 200
    shared_desk.step(no, "work_again")

    why = shared_desk.http.get(f"/api/v1/tickets/{no}/clocks/enquiry/why").json()
    [solved] = [each for each in why["stretches"] if each["sort"] == "paused"]
    since, again = moment(solved["since"]), moment(solved["until"])
    assert solved["reason"] == {"zh": "已解决", "en": "resolved"}
    assert any("：已解决" in line for line in why["lines"]["zh"])
    assert any(": resolved" in line for line in why["lines"]["en"])
    assert abs(again - asked) < timedelta(seconds=1)
    due = moment(why["started_at"]) + TARGET + (again - since)
    assert moment(why["due_at"]) == moment(clock(shared_desk, no, "enquiry")["due_at"]) == due
    told = shared_desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why").json()
    assert told["started_at"] == why["started_at"]
    assert sum(each["counted_seconds"] for each in told["stretches"]) == pytest.approx(told["budget_seconds"], abs=3)

    until(lambda: len(rungs(shared_desk, no)) == 2, "the next rung is told", lambda: str(shared_desk.ticket(no)))
    assert [rung["rung"] for rung in rungs(shared_desk, no)] == [0, 1]
    last = rungs(shared_desk, no)[-1]
    assert moment(last["set_for"]) == due
    assert 0 <= last["skew_ms"] < 2000
    assert shared_desk.verdict(no).whole
