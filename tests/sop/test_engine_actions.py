"""Actions: called once, kept small, failed well, undone in reverse."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sop.events import ActionDone, ActionFailed, Command, FailureKind, Remedy
from sop.facts import FactType
from sop.refusals import NoIncident, NotAllowed, UnknownStep, WrongAnswer
from tests.sop.engine_desk import CUSTOMER, Desk

MAKE = """
    steps:
      - {id: ask, type: task, assign: role:agent, due: 1d, form: [{key: a, type: integer, label: A}]}
      - {id: make, type: action, action: erp.make, with: {a: "{{ steps.ask.a }}"}, undo: erp.unmake%s}
      - {id: check, type: task, assign: role:agent, due: 1d,
         outcomes: [{key: ok, label: O}, {key: redo, label: R, next: ask}, {key: drop, label: D, next: drop}]}
    paths:
      drop: [{id: dropped, type: end, result: cancelled, undo: true}]
      failed: [{id: by_phone, type: task, assign: role:agent, due: 1d}]
"""


def made(more: str = "") -> Desk:
    desk = Desk.open(MAKE % more)
    desk.answer("ask", a=1)
    return desk


def test_a_call_says_what_it_wants_and_keeps_only_the_declared_outputs() -> None:
    desk = made(", retry: {attempts: 3, interval: 5s, max_interval: 1m}, timeout: 10s")
    [call] = desk.calls.values()

    desk.done("erp.make", no="R1", secret="x")

    assert call.arguments == {"a": 1}
    assert call.gives == ("no",)
    assert (call.attempts, call.interval, call.max_interval, call.timeout) == (3, 5.0, 60.0, 10.0)
    assert call.key.startswith("T1/t.make/1/")
    assert desk.last(FactType.ACTION_DONE)["outputs"] == {"no": "R1"}
    assert desk.outputs("make")["no"] == "R1"
    assert "secret" not in desk.outputs("make")


def test_without_a_word_a_call_has_five_tries_of_thirty_seconds() -> None:
    [call] = made().calls.values()

    assert (call.attempts, call.timeout) == (5, 30.0)


def test_an_action_is_not_done_again_with_the_same_input_and_is_with_another() -> None:
    desk = made()
    desk.done("erp.make", no="R1")
    desk.answer("check", "redo")
    desk.answer("ask", a=1)
    assert desk.open_steps == ["check"]
    assert desk.outputs("make")["no"] == "R1"

    desk.answer("check", "redo")
    desk.answer("ask", a=2)

    assert desk.waiting_calls == ["erp.make"]
    assert len({call.key for call in desk.made}) == 2
    desk.done("erp.make", no="R2")
    assert desk.outputs("make")["visits"] == 3


@pytest.mark.parametrize(
    ("more", "opened", "incident"),
    [
        ("", ["make"], "make ACTION_UNREACHABLE"),
        (", on_error: incident", ["make"], "make ACTION_UNREACHABLE"),
        (", on_error: continue", ["check"], None),
        (", on_error: failed", ["by_phone"], None),
        (", on_error: ask", ["ask"], None),
        (", on_error: end", [], None),
    ],
)
def test_a_failed_call_leads_where_the_step_says(more: str, opened: list[str], incident: str | None) -> None:
    desk = made(more)

    desk.fail("erp.make")

    assert desk.open_steps == opened
    assert desk.incident == incident
    failed = desk.last(FactType.ACTION_FAILED)
    assert (failed["kind"], failed["attempts"], failed["message"]) == ("unreachable", 5, "it is down")
    if not incident:
        assert desk.outputs("make")["status"] == "error"


def test_an_incident_is_tried_again_with_the_same_key() -> None:
    desk = made()
    desk.fail("erp.make", FailureKind.TIMEOUT)

    desk.settle("make", Remedy.RETRY)

    assert [call.key for call in desk.made] == [desk.made[0].key] * 2
    desk.done("erp.make", no="R1")
    assert desk.open_steps == ["check"]


def test_a_result_entered_by_hand_counts_as_the_actions_own() -> None:
    desk = made()
    desk.fail("erp.make")

    desk.settle("make", Remedy.ENTER, no="R9")

    assert desk.outputs("make")["no"] == "R9"
    assert desk.outputs("make")["by"] == "dan"
    desk.answer("check", "redo")
    desk.answer("ask", a=1)
    assert desk.waiting_calls == []
    desk.answer("check", "drop")
    assert [call.arguments for call in desk.calls.values()] == [{"no": "R9"}]


@pytest.mark.parametrize("values", [{"unknown": 1}, {"no": "x" * 17_000}])
def test_a_result_the_action_could_not_have_given_is_refused(values: dict[str, str]) -> None:
    desk = made()
    desk.fail("erp.make")
    before = desk.stored

    with pytest.raises(WrongAnswer):
        desk.settle("make", Remedy.ENTER, **values)

    assert desk.stored == before


def test_a_skipped_action_gives_nulls() -> None:
    desk = made()
    desk.fail("erp.make")

    desk.settle("make", Remedy.SKIP)

    assert desk.open_steps == ["check"]
    assert desk.outputs("make")["no"] is None
    assert desk.outputs("make")["status"] == "skipped"


def test_stop_ends_the_run_and_undoes_what_was_done() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: one, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
          - {id: two, type: action, action: erp.pay, with: {a: 1}}
        """
    )
    desk.done("erp.make", no="R1")
    desk.fail("erp.pay")

    desk.settle("two", Remedy.STOP)
    assert desk.waiting_calls == ["erp.unmake"]
    desk.done("erp.unmake")

    assert desk.result == "cancelled"


def test_only_staff_settles_and_only_what_is_an_incident() -> None:
    desk = made()

    with pytest.raises(NoIncident):
        desk.settle("make", Remedy.RETRY)
    with pytest.raises(UnknownStep):
        desk.settle("nothing", Remedy.RETRY)
    desk.fail("erp.make")
    with pytest.raises(NotAllowed):
        desk.settle("make", Remedy.RETRY, by=CUSTOMER)


def test_nothing_else_stops_for_an_incident() -> None:
    desk = Desk.open(
        """
        steps: [{id: both, type: parallel, branches: [x, y]}]
        paths:
          x: [{id: pay, type: action, action: erp.pay, with: {a: 1}}]
          y: [{id: talk, type: task, assign: role:agent, due: 1d}]
        """
    )
    desk.fail("erp.pay")

    desk.answer("talk")

    assert desk.incident == "pay ACTION_UNREACHABLE"
    desk.settle("pay", Remedy.RETRY)
    desk.done("erp.pay", paid=1)
    assert desk.result == "resolved"


def test_an_answer_over_sixteen_kilobytes_is_an_incident_and_is_not_kept() -> None:
    desk = made()

    desk.done("erp.make", no="x" * 17_000)

    assert desk.incident == "make SOP_OUTPUT"
    assert desk.last(FactType.ACTION_DONE)["outputs"] == {}
    assert len(str(desk.stored)) - len(str(desk.state.runs["t"].undo)) < 17_000
    desk.settle("make", Remedy.RETRY)
    assert len(desk.made) == 2
    assert desk.made[0].key == desk.made[1].key
    desk.done("erp.make", no="R1")
    assert [undo.arguments for undo in desk.state.runs["t"].undo] == [{"no": "R1"}]


def test_a_duplicate_or_unknown_answer_to_a_call_changes_nothing() -> None:
    desk = made()
    call = desk.done("erp.make", no="R1")
    before = desk.stored

    desk.tell(ActionDone(call.call, {"no": "R2"}))
    desk.tell(ActionFailed(call.call, FailureKind.TIMEOUT, "late"))
    desk.tell(ActionDone("c999", {}))

    assert desk.stored == before


def test_arguments_that_cannot_be_worked_out_are_an_incident_at_that_argument() -> None:
    desk = Desk.open('steps:\n  - {id: make, type: action, action: erp.pay, with: {a: "{{ ticket.flag + 1 }}"}}\n')

    assert desk.incident == "make SOP115"
    assert desk.last(FactType.INCIDENT_OPENED)["where"] == "t.yaml:4:57"


def test_a_key_of_ones_own_is_used() -> None:
    desk = Desk.open(
        """
        steps: [{id: pay, type: action, action: erp.pay, with: {a: 1}, idempotency_key: "pay-{{ ticket.no }}"}]
        """
    )

    assert [call.key for call in desk.calls.values()] == ["pay-T1"]


def test_the_engine_itself_updates_the_ticket() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: up, type: action, action: ticket.update, with: {priority: urgent, owner: user:eve, tags: [vip, hot]}}
          - {id: look, type: task, assign: role:agent, due: 1d,
             when: "ticket.priority == 'urgent' and 'vip' in ticket.tags"}
        """
    )

    assert desk.calls == {}
    assert desk.open_steps == ["look"]
    assert desk.state.owner_person == "eve"
    assert desk.last(FactType.TICKET_TAGS) == {"tags": ["vip", "hot"]}


THREE = """
    steps:
      - {id: one, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
      - {id: two, type: action, action: erp.make, with: {a: 2}, undo: erp.unmake}
      - {id: three, type: action, action: erp.make, with: {a: 3}, undo: none}
      - {id: stop, type: end, result: cancelled, undo: true}
"""


def three() -> Desk:
    desk = Desk.open(THREE)
    for number in ("R1", "R2", "R3"):
        desk.done("erp.make", no=number)
    return desk


def test_undo_runs_in_reverse_order_and_leaves_out_what_is_not_to_be_undone() -> None:
    desk = three()

    undone = []
    while desk.calls:
        undone.append(desk.done("erp.unmake").arguments)

    assert undone == [{"no": "R2"}, {"no": "R1"}]
    assert desk.result == "cancelled"
    assert [fact.step for fact in desk.of(FactType.ACTION_DONE) if fact.data["undo"]] == ["two", "one"]


@pytest.mark.parametrize("choice", [Remedy.RETRY, Remedy.ENTER, Remedy.SKIP, Remedy.STOP])
def test_a_failing_undo_is_an_incident_the_next_one_runs_and_then_the_run_ends(choice: Remedy) -> None:
    desk = three()
    desk.fail("erp.unmake")
    opened = desk.last(FactType.INCIDENT_OPENED)
    assert (opened["code"], opened["undo"]) == ("ACTION_UNDO", True)
    assert str(opened["where"]).startswith("t.yaml:6:")

    assert desk.done("erp.unmake").arguments == {"no": "R1"}
    assert desk.result is None
    desk.settle("two", choice)
    if choice is Remedy.RETRY:
        desk.done("erp.unmake")

    assert desk.result == "cancelled"


def test_cancelling_the_ticket_waits_for_the_call_on_its_way_and_undoes_all() -> None:
    desk = Desk.open(THREE)
    desk.done("erp.make", no="R1")

    desk.order(Command.CANCEL)
    assert desk.waiting_calls == ["erp.make"]
    desk.done("erp.make", no="R2")
    undone = []
    while desk.calls:
        undone.append(desk.done("erp.unmake").arguments)

    assert undone == [{"no": "R2"}, {"no": "R1"}]
    assert desk.result == "cancelled"
    assert desk.status == "cancelled"


def test_a_call_that_fails_after_the_cancel_is_nobodys_trouble() -> None:
    desk = Desk.open(THREE)
    desk.order(Command.CANCEL)

    desk.fail("erp.make")

    assert desk.incident is None
    assert desk.result == "cancelled"


def test_money_stays_decimal_in_keys_calls_and_state() -> None:
    desk = Desk.open(
        'steps: [{id: pay, type: action, action: erp.pay, with: {a: "{{ ticket.order.paid }}"}}]',
        order={"paid": Decimal("19.90")},
    )
    desk.done("erp.pay", paid=Decimal("19.90"))

    assert desk.made[0].arguments == {"a": Decimal("19.90")}
    assert desk.outputs("pay")["paid"] == Decimal("19.90")
