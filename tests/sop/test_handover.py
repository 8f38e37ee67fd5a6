"""The hand-over bundle, as the engine's own facts tell it."""

from __future__ import annotations

from typing import Any, cast

from sop.desk import Desk as Pinned
from sop.events import Command, FailureKind
from sop.handover import handover
from tests.sop.engine_desk import Desk, staff

PINNED = Pinned(lease="4h", max_handoffs=2, counted=("transfer", "release", "lease"), fallback="team:desk")
EVE, BOB = staff("eve", "agent"), staff("bob", "agent")
STORY = """
    sla: {resolution: {target: 2d}}
    steps:
      - {id: look, type: task, title: Look, assign: role:agent, due: 1d, outcomes: [{key: ok, label: OK}]}
      - {id: which, type: decision, cases: [{when: "ticket.flag == 1", next: end}], otherwise: continue}
      - {id: make, type: action, action: erp.make, with: {a: 1}, undo: none}
      - {id: call, type: task, title: {zh: 致电, en: Call}, assign: role:agent, due: 1d}
"""


def part(desk: Desk, name: str) -> list[dict[str, Any]]:  # Any: a part's values, as the contract says
    """One list of the bundle."""
    found: list[Any] = list(cast("list[Any]", handover(desk.facts)[name]))
    return found


def test_the_bundle_says_what_was_done_what_is_open_and_how_it_came_here() -> None:
    desk = Desk.open(STORY, pinned=PINNED)
    desk.answer("look", "ok", by=EVE)
    desk.done("erp.make", no="R1")
    desk.order(Command.CLAIM, by=EVE)
    desk.order(Command.TRANSFER, by=EVE, to="user:bob")
    desk.order(Command.PAUSE, by=BOB)

    done, [opened], [handed], [clock] = (part(desk, name) for name in ("done", "open", "handoffs", "clocks"))
    assert [(one["step"], one["status"], one["outcome"], one["by"]) for one in done] == [
        ("look", "done", "ok", "eve"),
        ("make", "done", None, None),
    ]
    assert opened["step"] == "call"
    assert opened["title"] == {"zh": "致电", "en": "Call"}
    assert opened["due_at"] == "2026-01-06T01:00:00+00:00"
    assert (handed["reason"], handed["from"], handed["to"], handed["by"]) == ("transfer", "eve", "bob", "eve")
    assert (clock["clock"], clock["state"], clock["breached"]) == ("resolution", "paused", False)


def test_one_order_is_one_hand_off_and_a_step_alone_is_named() -> None:
    two = "steps: [{id: both, type: parallel, branches: [a, b]}]\npaths:\n"
    two += "  a: [{id: one, type: task, assign: role:agent, due: 1d}]\n"
    two += "  b: [{id: two, type: task, assign: role:agent, due: 1d}]\n"
    desk = Desk.open(two, pinned=PINNED)
    desk.order(Command.CLAIM, by=EVE)
    desk.order(Command.TRANSFER, by=EVE, to="user:bob")
    desk.later("1m")
    desk.order(Command.RELEASE, by=BOB, step="one")

    handed = part(desk, "handoffs")

    assert [(one["reason"], one["step"]) for one in handed] == [("transfer", None), ("release", "one")]


def test_an_incident_stands_in_the_bundle() -> None:
    desk = Desk.open(STORY, pinned=PINNED)
    desk.answer("look", "ok", by=EVE)
    desk.fail("erp.make", FailureKind.REFUSED)

    [opened] = part(desk, "open")

    assert opened["step"] == "make"
    assert "it is down" in str(opened["incident"])


def test_an_approval_that_is_escalated_is_a_hand_off_and_says_whom_it_asks() -> None:
    text = """
    steps:
      - id: ok
        type: approval
        approvers: [user:bob, user:eve]
        rule: any
        due: 1h
        on_reject: end
        escalate: [{at: 100%, to: "user:dan", reassign: true}]
    """
    desk = Desk.open(text, pinned=Pinned(max_handoffs=3, counted=("escalation",), fallback="team:desk"))
    before = part(desk, "open")[0]["pool"]

    desk.later("1h")

    assert before == "user:bob, user:eve"
    assert [(one["reason"], one["step"], one["to"]) for one in part(desk, "handoffs")] == [
        ("escalation", "ok", "user:dan")
    ]
    assert desk.state.handoffs == 1
