"""A worker dies between writing an incident down and telling Temporal: what the page offers is heard nevertheless."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.returns import Return
from tests.live.desk import Desk, Running, until

pytestmark = [pytest.mark.chaos, pytest.mark.live]

DOOMED = Path(__file__).with_name("doomed_worker.py")


@pytest.mark.timeout(180)
def test_an_incident_that_only_the_page_knows_of_is_settled(shared_desk: Desk) -> None:
    desk, worker = shared_desk, shared_desk.processes["worker"]
    ticket = Return.open(desk)
    worker.stop()
    doomed = Running(replace(worker.plan, command=(sys.executable, str(DOOMED), "worker")))
    doomed.start()
    desk.company.goes_wrong("rubbish", "/erp/rma")
    try:
        ticket.send_photos()
        until(lambda: doomed.process is not None and doomed.process.poll() is not None, "the worker dies")
    finally:
        doomed.stop()
        desk.company.recovers()
    desk.incident(ticket.no, "create_rma")  # the page offers what no workflow has been told of
    desk.start("worker")

    said = desk.post(f"/tickets/{ticket.no}/steps/create_rma/incident", {"choice": "retry"}, by="chenjing")
    assert said.status_code == 200, said.text
    desk.step(ticket.no, "wait_parcel")

    rows = desk.ledger(ticket.no)
    told = Counter(row["type"] for row in rows)
    assert "ticket_behind" in desk.processes["api"].plan.log.read_text("utf-8")
    assert (told["incident.opened"], told["incident.closed"]) == (1, 1)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert desk.verdict(ticket.no).whole
    assert Counter(desk.company.of_ticket(ticket.no)) == {"erp.rma.create": 1, "carrier.label.create": 1}
