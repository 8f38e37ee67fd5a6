"""A ticket merged into another: everything of it ends, nothing is undone, nothing counts as kept or broken."""

from __future__ import annotations

import pytest

from sop.events import Command as Order
from sop.facts import FactType
from sop.refusals import NotAllowed, NotPossible, TicketOver
from sop.state import AlarmKind
from tests.sop.engine_desk import CUSTOMER, Desk, playbook, staff

INTO = "GD-10002"
MADE = """
    sla: {resolution: {target: 100m}, first_response: {target: 30d}}
    steps:
      - {id: make, type: action, action: erp.make, with: {a: 1, b: 2}, undo: erp.unmake}
      - {id: do, type: task, assign: role:agent, due: 1h}
"""
CALLING = "    steps: [{id: pay, type: action, action: erp.pay, with: {a: 1}, undo: none}]\n"
BESIDE = """
    steps: [{id: look, type: task, assign: role:agent, due: 1h}]
"""


def merged(desk: Desk, by: str = "ann") -> None:
    desk.order(Order.MERGE, by=staff(by), to=INTO)


def test_everything_ends_and_what_was_done_stays_done() -> None:
    desk = Desk.open(MADE, playbook("beside", BESIDE))
    desk.done("erp.make", no="N1")
    before = len(desk.facts)

    merged(desk)
    desk.later("6d")

    assert desk.facts[before].type is FactType.TICKET_MERGED
    told = desk.facts[before].data
    assert (told["into"], told["note"]) == (INTO, "")
    assert told["command"] == {
        "name": "merge",
        "by": {"kind": "staff", "id": "ann", "acting_for": None},
        "to": INTO,
        "note": "",
        "step": None,
    }
    assert [fact.data["status"] for fact in desk.facts[before:] if fact.type is FactType.STEP_CLOSED] == [
        "cancelled",
        "cancelled",
    ]
    assert [fact.data["met"] for fact in desk.facts if fact.type is FactType.CLOCK_STOPPED] == [None, None]
    assert [call.action for call in desk.made] == ["erp.make"]
    assert desk.last(FactType.TICKET_STATUS) == {"status": "cancelled", "result": "cancelled"}
    assert [alarm.kind for alarm in desk.state.alarms] == [AlarmKind.CLOSE]
    desk.later("2d")
    assert desk.finished
    assert desk.alerts() == []


def test_a_call_under_way_is_awaited_and_nobody_commands_meanwhile() -> None:
    desk = Desk.open(CALLING)

    merged(desk)
    with pytest.raises(NotPossible):
        desk.order(Order.CANCEL)
    assert desk.state.result is None
    desk.done("erp.pay", paid=True)

    assert desk.last(FactType.TICKET_STATUS)["status"] == "cancelled"


def test_a_paused_ticket_is_merged() -> None:
    desk = Desk.open(MADE)
    desk.order(Order.PAUSE)

    merged(desk)
    desk.done("erp.make", no="N1")  # its step is cancelled by then, as wherever a run ends and keeps what it did
    desk.done("erp.unmake")

    assert desk.state.paused_at is None
    assert desk.last(FactType.TICKET_STATUS)["status"] == "cancelled"


def test_open_promises_are_withdrawn() -> None:
    desk = Desk.open(MADE)
    desk.promise("24h")

    merged(desk)

    assert desk.last(FactType.PROMISE_WITHDRAWN)["reason"] == "merged"


def test_nothing_starts_for_a_merged_ticket_until_it_is_reopened() -> None:
    desk = Desk.open(MADE)
    desk.done("erp.make", no="N1")
    merged(desk)
    runs = len(desk.state.runs)

    desk.start(playbook("late", BESIDE))
    assert len(desk.state.runs) == runs
    assert "ticket.closed" not in [letter.type for letter in desk.state.mailbox]
    desk.order(Order.REOPEN)
    desk.start(playbook("late", BESIDE), on="ticket.reopened")

    assert desk.state.merged_into is None
    assert len(desk.state.runs) == runs + 1


def test_a_ticket_without_a_process_is_merged_at_once() -> None:
    desk = Desk.open()

    merged(desk)

    assert desk.last(FactType.TICKET_STATUS)["status"] == "cancelled"


def test_who_may_merge_and_when() -> None:
    desk = Desk.open(MADE)
    with pytest.raises(NotAllowed):
        desk.order(Order.MERGE, by=CUSTOMER, to=INTO)
    for to in (None, "", "T1"):
        with pytest.raises(NotPossible):
            desk.order(Order.MERGE, to=to)
    desk.done("erp.make", no="N1")
    merged(desk)
    with pytest.raises(TicketOver):
        merged(desk)
