"""An operator holds every matching ticket before the refund, and puts a step into open ones: on a running desk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.desk import Desk, until
from worker.settings import HOME

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

STEP = "{id: second_look, type: task, title: {zh: 复核, en: Second look}, assign: role:finance_manager, due: 4wh}"


def gongdan(desk: Desk, *words: str) -> str:
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-m", "worker", "sop", *words, "--by", "zhaomin", "--why", "paid twice"],
        env={**env, **desk.site.env},
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def a_return(desk: Desk, paid: int, phone: str) -> str:
    customer = {"name": "王小明", "phone": phone}
    no = desk.open(category="return", customer=customer, order={"no": "O-1016", "paid": paid})
    desk.answer(no, "photo_evidence", photos=["a.jpg", "b.jpg"], reason="质量问题")
    return no


def to_the_refund(desk: Desk, no: str, *, check: bool = False) -> None:
    desk.company.receives(desk.waybill(no))
    desk.answer(no, "inspect", "pass", by="zhouting", grade="A")
    if check:
        desk.answer(no, "second_look", by="zhaomin")


def knows(desk: Desk) -> None:
    """Wait until the relay has told everybody."""
    until(lambda: desk.http.get("/readyz").json()["database"]["undelivered"] == 0, "everybody is told")


def test_the_refund_is_held_and_released(shared_desk: Desk) -> None:
    waiting, other = a_return(shared_desk, 300, "13700010001"), a_return(shared_desk, 400, "13700010002")
    shared_desk.waybill(waiting)
    condition = "ticket.order.paid < 350"
    before = shared_desk.ledger(waiting)
    gate = gongdan(shared_desk, "hold", "return", "refund", "--if", condition, "--clocks", "pause").strip()
    later = a_return(shared_desk, 200, "13700010003")
    knows(shared_desk)
    told = shared_desk.ledger(waiting)
    for no in (waiting, other, later):
        to_the_refund(shared_desk, no)
    shared_desk.resolved(other)
    held = [shared_desk.step(no, "refund") for no in (waiting, later)]
    clocks = [shared_desk.ticket(no)["clocks"][0]["state"] for no in (waiting, later)]
    effects = [shared_desk.company.of_ticket(no).count("erp.refund.create") for no in (waiting, later)]
    [listed] = shared_desk.http.get("/api/v1/gates").json()["items"]
    gongdan(shared_desk, "release", gate)
    for no in (waiting, later):
        shared_desk.resolved(no)
    rows = [row for row in shared_desk.ledger(waiting) if row["type"] in ("step.held", "step.released")]

    assert told == before
    assert [step["gate"] for step in held] == [int(gate)] * 2
    assert (clocks, effects, listed["held"]) == (["paused", "paused"], [0, 0], 2)
    assert [row["type"] for row in rows] == ["step.held", "step.released"]
    assert (rows[0]["data"]["why"], rows[0]["data"]["set_by"], rows[1]["by"]["id"]) == (
        "paid twice",
        "zhaomin",
        "zhaomin",
    )
    assert shared_desk.company.of_ticket(waiting).count("erp.refund.create") == 1
    assert shared_desk.verdict(waiting).whole


def test_a_step_is_put_into_matching_tickets(shared_desk: Desk, tmp_path: Path) -> None:
    dear, cheap = a_return(shared_desk, 450, "13700010004"), a_return(shared_desk, 100, "13700010005")
    shared_desk.waybill(dear)
    shared_desk.waybill(cheap)
    file = tmp_path / "step.yaml"
    file.write_text(STEP, encoding="utf-8")
    words = ("inject", "return@1", str(file), "--before", "refund", "--if", "ticket.order.paid > 400", "--json")
    planned = json.loads(gongdan(shared_desk, *words, "--dry-run"))["items"]
    known = shared_desk.http.get("/api/v1/definitions/return").json()["versions"]
    moved = json.loads(gongdan(shared_desk, *words))["items"]
    to_the_refund(shared_desk, dear, check=True)
    to_the_refund(shared_desk, cheap)
    ended = [shared_desk.resolved(no) for no in (dear, cheap)]
    fresh = a_return(shared_desk, 450, "13700010006")

    assert {each["ticket"]: each["verdict"] for each in planned} == {dear: "ok", cheap: "not_on_this_version"}
    assert [one["version"] for one in known] == [1]
    assert {each["ticket"]: each["verdict"] for each in moved} == {dear: "moved", cheap: "not_on_this_version"}
    assert [run["version"] for ticket in ended for run in ticket["runs"]] == [2, 1]
    assert [run["version"] for run in shared_desk.ticket(fresh)["runs"]] == [1]
    assert "second_look" in {row["step"] for row in shared_desk.ledger(dear)}
