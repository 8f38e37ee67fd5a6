"""A ticket goes on with another version: every step, what was done, what is due, and what must not be moved."""

# ruff: noqa: E501 - a step of an SOP stands on one line

from __future__ import annotations

import json
from typing import Any

import pytest

from sop.definition import Compiled
from sop.engine.planning import Plan
from sop.events import Remedy, RunMigrated
from sop.facts import FactType
from sop.refusals import CannotMigrate, NeedsMapping, NotOnThisVersion
from sop.state import dump
from tests.sop.engine_desk import Desk, compiled, staff

ONE = """
steps:
  - {id: ask, type: task, assign: role:agent, due: 2h, form: [{key: a, type: text, label: a}]}
  - {id: make, type: action, action: erp.make, with: {a: "{{ steps.ask.a }}", b: x}, undo: erp.unmake}
  - {id: come, type: wait, event: parcel.received, match: event.no == 'P1', timeout: 5d, on_timeout: late}
  - {id: check, type: task, assign: role:qc, outcomes: [{key: good, label: g}, {key: bad, label: b, next: refuse}]}
  - {id: sign, type: approval, approvers: role:boss, on_reject: refuse}
paths:
  late: [{id: chase, type: task, assign: role:agent}]
  refuse: [{id: gone, type: end, result: rejected, undo: true}]
"""
TWO = """
steps:
  - {id: question, was: ask, type: task, assign: role:agent, due: 4h, form: [{key: a, type: text, label: a}, {key: z, type: text, label: z, optional: true}]}
  - {id: look, type: action, action: erp.look, with: {a: q}}
  - {id: make, type: action, action: erp.make, with: {a: "{{ steps.question.a }}", b: y}, undo: none}
  - {id: come, type: wait, event: parcel.received, match: event.no == 'P1', timeout: 9d, on_timeout: late}
  - {id: photo, type: task, assign: role:qc}
  - {id: check, type: task, assign: role:qc, outcomes: [{key: good, label: g}, {key: bad, label: b, next: refuse}]}
  - {id: sign, type: approval, approvers: role:boss, on_reject: refuse}
paths:
  late: [{id: chase, type: task, assign: role:agent}]
  refuse: [{id: gone, type: end, result: rejected, undo: true}]
"""


def version(text: str, number: int, **others: str) -> Compiled:
    return {**compiled(text, **others), "version": number}


def to(text: str, was: int = 1, number: int = 2, **more: Any) -> RunMigrated:  # Any: the event's own fields
    others = more.pop("others", {})
    return RunMigrated("t", was, version(text, number, **others), staff("lea"), **more)


def opened(text: str = ONE, **ticket: Any) -> Desk:  # Any: values
    return Desk.open(version(text, 1), **ticket)


def plan(desk: Desk, event: RunMigrated) -> Plan:
    before = json.dumps(desk.stored)
    found = desk.engine.plan(event, desk.now)
    assert json.dumps(desk.stored) == before
    return found


def at_check(text: str = ONE) -> Desk:
    desk = opened(text)
    desk.answer("ask", a="x")
    desk.done("erp.make", no="N1")
    desk.happen("parcel.received", no="P1")
    return desk


def test_the_same_step_goes_on_under_its_new_name_and_gives_what_it_gave() -> None:
    desk = opened()
    desk.tell(to(TWO, note="faster"))
    moved = desk.last(FactType.RUN_MIGRATED)
    desk.answer("question", a="x")
    desk.done("erp.look")
    called = desk.done("erp.make", no="N1")

    assert (moved["from"], moved["version"], moved["steps"], moved["note"]) == (
        {"version": 1, "sha256": compiled(ONE)["sha256"]},
        2,
        {"ask": "question"},
        "faster",
    )
    assert called.arguments == {"a": "x", "b": "y"}
    assert desk.open_steps == ["come"]


@pytest.mark.parametrize("stands_on", ["ask", "make", "come", "chase", "check", "sign"])
def test_from_every_step_the_ticket_goes_on_to_its_end(stands_on: str) -> None:
    desk = opened()
    passed = ["ask", "make", "come", "check", "sign"]
    if stands_on == "chase":
        _walk(desk, ["ask", "make"], "ask")
        desk.later("5d")
    else:
        _walk(desk, passed[: passed.index(stands_on)], "ask")
    desk.tell(to(TWO))
    way = ["ask", "look", "make", "come", "photo", "check", "sign"]
    rest = {"chase": ["chase", "photo", "check", "sign"], "make": ["make", "come", "photo", "check", "sign"]}
    _walk(desk, rest.get(stands_on) or way[way.index(stands_on) :], "question")

    assert desk.result == "resolved"
    assert [call.action for call in desk.made].count("erp.make") == 1


def _walk(desk: Desk, steps: list[str], asked: str) -> None:
    for step in steps:
        match step:
            case "ask":
                desk.answer(asked, a="x")
            case "look":
                desk.done("erp.look")
            case "make":
                desk.done("erp.make", no="N1")
            case "come":
                desk.happen("parcel.received", no="P1")
            case "check":
                desk.answer("check", "good")
            case "sign":
                desk.vote("sign", approve=True)
            case _:
                desk.answer(step)


def test_an_effect_is_undone_as_the_version_said_that_had_it() -> None:
    desk = at_check()
    desk.tell(to(TWO))
    desk.answer("check", "bad")
    undoing = desk.done("erp.unmake")

    assert undoing.arguments == {"no": "N1"}
    assert desk.result == "rejected"


def test_deadlines_count_from_when_the_step_was_entered() -> None:
    desk = opened()
    desk.later("1h")
    before = desk.state.runs["t"].threads
    due = next(iter(before.values())).open
    assert due
    was = due.due_at
    found = plan(desk, to(TWO))
    desk.tell(to(TWO))
    changed = desk.last(FactType.STEP_CHANGED)

    assert was
    assert changed["due_at"] == (was.replace(hour=was.hour + 2)).isoformat()
    assert found.before[0]["due_at"] == was.isoformat()
    assert found.after[0]["due_at"] == changed["due_at"]


def test_nobody_is_told_again_what_was_told() -> None:
    desk = opened()
    desk.later("3h")
    told = desk.alerts()
    desk.tell(to(ONE.replace("due: 2h", "due: 2h, remind: 80%")))
    desk.later("1h")

    assert [alert.split()[1] for alert in told] == ["remind", "overdue"]
    assert desk.alerts() == told


def test_a_shorter_deadline_that_has_passed_is_told_at_once() -> None:
    desk = opened(ONE.replace("due: 2h", "due: 9h"))
    desk.later("3h")
    desk.tell(to(ONE))
    desk.later("1m")

    assert [alert.split()[1] for alert in desk.alerts()] == ["remind", "overdue"]


def test_what_came_already_is_read_again_by_the_new_condition() -> None:
    desk = opened()
    _walk(desk, ["ask", "make"], "ask")
    desk.happen("parcel.received", no="P9")
    desk.tell(to(ONE.replace("'P1'", "'P9'")))

    assert desk.open_steps == ["check"]


def test_a_removed_step_needs_to_be_mapped() -> None:
    without = TWO.replace(
        "  - {id: check, type: task, assign: role:qc, outcomes: [{key: good, label: g}, {key: bad, label: b, next: refuse}]}\n",
        "",
    )
    desk = at_check()
    found = plan(desk, to(without))
    with pytest.raises(NeedsMapping):
        desk.tell(to(without))
    mapped = plan(desk, to(without, steps={"check": "photo"}))
    desk.tell(to(without, steps={"check": "photo"}))

    assert found.verdict == "needs_mapping"
    assert "check=…" in found.en
    assert "check" in found.zh
    assert (mapped.verdict, [each["step"] for each in mapped.after]) == ("ok", ["t.photo"])
    desk.answer("photo")
    desk.vote("sign", approve=True)
    assert desk.result == "resolved"


REFUSED = {
    "another type": (at_check, ONE.replace("{id: check, type: task, assign: role:qc, outcomes: [{key: good, label: g}, {key: bad, label: b, next: refuse}]}", "{id: check, type: wait, for: 1d}")),
    "into a path": (at_check, ONE.replace("next: refuse", "next: late").replace("{id: check, type: task, assign: role:qc, outcomes: [{key: good, label: g}, {key: bad, label: b, next: late}]}", "{id: other, type: task, assign: role:qc, next: aside}").replace("paths:", "paths:\n  aside: [{id: check, type: task, assign: role:qc}]")),
    "a default that fails": (opened, ONE.replace("label: a}", "label: a, default: \"{{ ticket.order.no.x }}\"}")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_go_on_is_refused_and_untouched(name: str) -> None:
    prepared, text = REFUSED[name]
    desk = prepared()
    stored = json.dumps(desk.stored)
    with pytest.raises(CannotMigrate):
        desk.tell(to(text))

    assert plan(desk, to(text)).verdict == "refused"
    assert json.dumps(desk.stored) == stored
    assert not desk.of(FactType.RUN_MIGRATED)


def test_a_call_on_its_way_comes_back_to_its_step() -> None:
    desk = opened()
    desk.answer("ask", a="x")
    with pytest.raises(CannotMigrate):
        desk.tell(
            to(
                ONE.replace(
                    'action: erp.make, with: {a: "{{ steps.ask.a }}", b: x}, undo: erp.unmake',
                    "action: erp.look, with: {a: x}",
                )
            )
        )
    desk.tell(to(TWO))
    desk.done("erp.make", no="N1")

    assert desk.open_steps == ["come"]
    assert desk.outputs("make")["no"] == "N1"


def test_votes_are_not_counted_under_another_rule() -> None:
    many = ONE.replace("approvers: role:boss,", "approvers: [user:bob, user:eve], rule: all,")
    desk = opened(many)
    _walk(desk, ["ask", "make", "come", "check"], "ask")
    desk.tell(to(many.replace("rule: all", "rule: any"), 1, 2))
    desk.tell(to(many, 2, 3))
    desk.vote("sign", approve=True)
    with pytest.raises(CannotMigrate):
        desk.tell(to(many.replace("rule: all", "rule: any"), 3, 4))
    desk.vote("sign", approve=True, by="eve")

    assert desk.result == "resolved"


def test_an_incident_is_settled_in_the_new_version() -> None:
    desk = opened()
    desk.answer("ask", a="x")
    desk.fail("erp.make")
    desk.tell(
        to(
            TWO.replace(
                'action: erp.make, with: {a: "{{ steps.question.a }}", b: y}, undo: none',
                "action: erp.look, with: {a: x}",
            )
        )
    )
    desk.settle("make", Remedy.RETRY)

    assert desk.waiting_calls == ["erp.look"]


PAIRS = """
steps:
  - {id: both, type: parallel, branches: [left, right]}
  - {id: each, type: repeat, do: one, each: "['a', 'b']", at_once: 2}
paths:
  left: [{id: l, type: task, assign: role:agent}]
  right: [{id: r, type: task, assign: role:agent}]
  one: [{id: pack, type: task, assign: role:agent}]
"""


def test_branches_and_passes_keep_their_places() -> None:
    renamed = PAIRS.replace("left", "links").replace("id: pack", "id: wrap, was: pack").replace("one", "single")
    desk = opened(PAIRS)
    desk.answer("l")
    desk.tell(to(renamed))
    desk.answer("r")
    second = Desk.open(version(PAIRS, 1))
    second.answer("l")
    second.answer("r")
    second.answer("pack#1")
    second.tell(to(renamed))
    second.answer("wrap#2")

    assert desk.outputs("both")["done"] == ["left", "right"]
    assert second.result == "resolved"
    assert second.outputs("each")["count"] == 2


def test_branches_that_change_while_they_run_are_refused() -> None:
    desk = opened(PAIRS)
    with pytest.raises(CannotMigrate):
        desk.tell(to(PAIRS.replace("[left, right]", "[left, right, one]")))


def test_a_called_sop_keeps_its_own_version() -> None:
    caller = "steps: [{id: call, type: sop, sop: sub}, {id: last, type: task, assign: role:agent}]"
    first = "steps: [{id: inner, type: task, assign: role:agent}]"
    later = caller.replace("id: call,", "id: phone, was: call,")
    desk = Desk.open(version(caller, 1, sub=first))
    desk.tell(to(later, others={"sub": first.replace("inner", "deep")}))
    desk.answer("inner")

    assert desk.open_steps == ["last"]
    assert desk.outputs("phone")["result"] == "resolved"


def test_only_what_is_meant_is_moved() -> None:
    desk = opened(priority="urgent")
    with pytest.raises(NotOnThisVersion):
        desk.tell(to(TWO, only="ticket.priority == 'low'"))
    with pytest.raises(NotOnThisVersion):
        desk.tell(to(TWO, was=7))
    with pytest.raises(NotOnThisVersion):
        desk.tell(to(TWO, before="ask"))
    desk.tell(to(TWO, only="ticket.priority == 'urgent' and sop.version == 1", after="ask"))

    assert desk.open_steps == ["question"]


def test_clocks_keep_their_time_and_follow_the_new_targets() -> None:
    sla = "sla: {resolution: {target: 2d}, old: {target: 1d}}"
    desk = opened(f"{sla}\n{ONE}")
    desk.later("5h")
    desk.tell(to(f"sla: {{resolution: {{target: 3d}}, fresh: {{target: 4d}}}}\n{ONE}"))
    clocks = desk.state.runs["t"].clocks

    assert set(clocks) == {"resolution", "fresh"}
    assert clocks["resolution"].due_at
    started = clocks["resolution"].started_at
    assert started
    assert (clocks["resolution"].due_at - started).days == 3


def test_a_migrated_state_can_be_stored_and_migrated_back() -> None:
    desk = at_check()
    desk.tell(to(TWO))
    desk.tell(to(ONE, 2, 1))
    desk.answer("check", "good")
    desk.vote("sign", approve=True)

    assert desk.result == "resolved"
    assert dump(desk.state)


def test_what_a_finished_step_gives_now_is_null_where_it_gave_nothing() -> None:
    asks_more = TWO.replace("{id: check, type: task,", '{id: check, type: task, when: "steps.question.z == none",')
    desk = opened()
    _walk(desk, ["ask", "make"], "ask")
    desk.tell(to(asks_more))
    _walk(desk, ["come", "photo"], "question")

    assert desk.incident is None
    assert desk.open_steps == ["check"]


def test_what_is_undone_later_is_told_of_the_step_by_its_new_name() -> None:
    renamed = ONE.replace("id: make,", "id: build, was: make,").replace("steps.make", "steps.build")
    desk = at_check()
    desk.tell(to(renamed))
    desk.answer("check", "bad")
    undoing = desk.of(FactType.ACTION_CALLED)[-1]
    called = Desk.open(
        version("steps: [{id: call, type: sop, sop: sub}]", 1, sub="steps: [{id: i, type: task, assign: role:agent}]")
    )
    others = {"sub": "steps: [{id: i, type: task, assign: role:agent}]"}
    called.tell(to("steps: [{id: phone, was: call, type: sop, sop: sub}]", others=others))

    assert (undoing.step, undoing.data["undo"]) == ("build", True)
    assert called.state.runs["sub"].parent_step == "phone"
