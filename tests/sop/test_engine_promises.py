"""Promises in the engine: made when the customer is told, checked early and when due, kept, broken, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sop.engine.promise_checks import says_kept
from sop.events import Command, FailureKind, Remedy
from sop.facts import FactType
from sop.refusals import NotAllowed, PromiseOver, UnknownPromise
from sop.values import Value
from tests.sop.engine_desk import CUSTOMER, MONDAY, Desk, playbook

MADE, WARNED, KEPT = FactType.PROMISE_MADE, FactType.PROMISE_WARNED, FactType.PROMISE_KEPT
BROKEN, WITHDRAWN = FactType.PROMISE_BROKEN, FactType.PROMISE_WITHDRAWN
CHECKED = "check: erp.look, with: {a: '{{ steps.pay.paid }}'}, kept: check.found == 'yes'"
AGAIN = """
      - id: again
        type: task
        assign: role:agent
        due: 1d
        outcomes: [{key: more, label: x, next: pay}, {key: ok, label: y}]"""
SORRY = playbook(
    "sorry",
    """
    inputs: {promise: {type: text}, promise_title: {type: text}, promise_reason: {type: text}}
    steps:
      - {id: call, type: task, assign: owner, due: 2h, script: "{{ inputs.promise_reason }}"}
    """,
)


def paying(promise: str, rest: str = "", then: str = "") -> str:
    return f"""
    owner: role:boss
    steps:
      - id: pay
        type: action
        title: {{zh: 退款, en: Refund}}
        action: erp.pay
        with: {{a: 1}}
        {then}
        promise: {{within: 10h, {promise}}}
      {rest or "- {id: last, type: task, assign: role:agent, due: 30d}"}
    """


def told(desk: Desk, **paid: Value) -> Desk:
    """The customer has been told: the step that promises has taken effect."""
    desk.done("erp.pay", **(paid or {"paid": "F1"}))
    return desk


def minutes(desk: Desk, *kinds: FactType) -> list[tuple[str, int]]:
    wanted = kinds or (MADE, WARNED, KEPT, BROKEN, WITHDRAWN)
    return [
        (f.type.value.partition(".")[2], (f.at - MONDAY) // timedelta(minutes=1))
        for f in desk.facts
        if f.type in wanted
    ]


def test_it_is_made_when_the_customer_has_been_told_and_names_its_time_before() -> None:
    desk = Desk.open(paying(CHECKED))
    call = desk.calls[next(iter(desk.calls))]
    due = MONDAY + timedelta(hours=10)

    assert call.promised_at == due
    assert minutes(desk) == []
    desk.now += timedelta(minutes=5)
    told(desk)
    assert desk.last(MADE) == {
        "promise": "p5", "title": {"zh": "退款", "en": "Refund"}, "within": "10h", "due_at": due.isoformat(),
        "warn_at": (MONDAY + timedelta(hours=8)).isoformat(), "check": "erp.look", "arguments": {"a": "F1"},
        "playbook": None, "message": None, "sop": "t",
    }  # fmt: skip


def test_kept_at_the_warning_it_is_kept_early_and_nobody_is_told() -> None:
    desk = told(Desk.open(paying(CHECKED)))

    desk.later("8h")
    asked = desk.done("erp.look", found="yes")
    desk.later("3d")

    assert (asked.arguments, asked.reads, asked.gives) == ({"a": "F1"}, True, ("found",))
    assert minutes(desk) == [("made", 0), ("kept", 480)]
    kept = desk.last(KEPT)
    assert (kept["early"], kept["how"], kept["outputs"], kept["late_seconds"]) == (True, "check", {"found": "yes"}, 0)
    assert desk.alerts() == []


def test_not_kept_at_the_warning_the_owner_is_told_and_when_due_it_is_checked_once_more() -> None:
    desk = told(Desk.open(paying(CHECKED)))

    desk.later("8h")
    desk.done("erp.look", found="no")
    desk.later("2h")
    desk.now += timedelta(seconds=40)
    desk.done("erp.look", found="yes")

    assert desk.alerts() == ["480 promise p5 -> owner"]
    assert minutes(desk) == [("made", 0), ("warned", 480), ("kept", 600)]
    assert desk.last(WARNED)["reason"] == "not_kept"
    assert (desk.last(KEPT)["early"], desk.last(KEPT)["late_seconds"]) == (False, 40)
    assert [call.key for call in desk.made if call.action == "erp.look"] == ["T1/promise/p5/1", "T1/promise/p5/2"]


def test_broken_it_starts_the_playbook_named_and_tells_both_owners() -> None:
    desk = told(Desk.open(paying(CHECKED + ", broken: sorry")))

    desk.later("8h")
    desk.done("erp.look", found="no")
    desk.later("2h")
    desk.done("erp.look", found="no")
    desk.find(SORRY)

    assert minutes(desk)[-1] == ("broken", 600)
    assert desk.last(BROKEN)["reason"] == "not_kept"
    assert desk.alerts()[1:] == ["600 promise_broken p5 -> owner", "600 promise_broken p5 -> role:boss"]
    assert desk.open_steps == ["call", "last"]
    assert desk.state.runs["sorry"].inputs["promise"] == "p5"
    assert desk.last(FactType.STEP_OPENED)["script"] == "not_kept"


def test_a_check_that_fails_for_good_leaves_it_broken_and_says_why() -> None:
    desk = told(Desk.open(paying(CHECKED)))

    desk.later("8h")
    desk.fail("erp.look")
    desk.later("2h")
    desk.fail("erp.look", FailureKind.TIMEOUT)

    assert (desk.last(WARNED)["reason"], desk.last(WARNED)["problem"]) == ("check_failed", "unreachable: it is down")
    assert (desk.last(BROKEN)["reason"], desk.last(BROKEN)["problem"]) == ("check_failed", "timeout: it is down")


def test_an_early_answer_that_comes_late_does_not_break_it() -> None:
    desk = told(Desk.open(paying(CHECKED)))

    desk.later("11h")
    assert desk.waiting_calls == ["erp.look"]
    desk.done("erp.look", found="no")
    assert minutes(desk, BROKEN) == []
    desk.done("erp.look", found="yes")

    assert minutes(desk, WARNED, KEPT, BROKEN) == [("kept", 660)]


def test_tries_that_go_on_beyond_the_time_and_fail_decide() -> None:
    desk = told(Desk.open(paying(CHECKED)))

    desk.later("11h")
    desk.fail("erp.look")

    assert minutes(desk, WARNED, KEPT, BROKEN) == [("broken", 660)]
    assert desk.waiting_calls == []


def test_a_condition_that_fails_is_not_kept() -> None:
    desk = told(Desk.open(paying("check: erp.look, kept: check.found.deep == 1")))

    desk.later("10h")
    desk.done("erp.look", found="x")
    desk.done("erp.look", found="x")

    assert desk.last(BROKEN)["reason"] == "condition_failed"


@pytest.mark.parametrize(("warn", "minute"), [("50%", 300), ("3h", 420), ("1wh", 479), ("1wd", None), ("90h", None)])
def test_the_warning_comes_at_a_share_or_so_long_before(warn: str, minute: int | None) -> None:
    """09:00 + 10 h is 19:00. Work ends at 18:00, so an hour of working time before that begins at 17:00; it is found to
    the minute. What would lie before the promise itself is not told."""
    desk = told(Desk.open(paying(f"warn: {warn}")))

    desk.later("9h")

    assert minutes(desk, WARNED) == ([] if minute is None else [("warned", minute)])


def test_working_time_is_the_calendars() -> None:
    desk = told(Desk.open(paying("").replace("within: 10h", "within: 1wd")))

    assert desk.last(MADE)["due_at"] == (MONDAY + timedelta(days=1)).isoformat()


def test_what_the_check_takes_is_found_by_name_where_nothing_is_written() -> None:
    text = """
    steps:
      - {id: make, type: action, action: erp.make, with: {a: 7}, undo: none}
      - {id: pay, type: action, action: erp.pay, with: {a: 1}, promise: {within: 1h, check: erp.see}}
    """
    desk = Desk.open(text)
    desk.done("erp.make", no="R1")

    told(desk)

    assert desk.last(MADE)["arguments"] == {"no": "R1"}


def test_without_a_check_a_person_says_that_it_is_kept() -> None:
    desk = told(Desk.open(paying("title: 回电")))

    desk.keep("p5", note="called")

    assert (desk.last(KEPT)["how"], desk.last(KEPT)["note"]) == ("person", "called")
    assert desk.of(KEPT)[-1].by is not None
    with pytest.raises(PromiseOver):
        desk.keep("p5")
    with pytest.raises(UnknownPromise):
        desk.keep("p99")


def test_without_a_check_and_without_a_word_it_is_broken() -> None:
    desk = told(Desk.open(paying("title: 回电")))

    desk.later("10h")

    assert minutes(desk) == [("made", 0), ("warned", 480), ("broken", 600)]
    assert desk.last(BROKEN)["reason"] == "nobody_said"


def test_a_customer_does_not_keep_it_for_us() -> None:
    desk = told(Desk.open(paying("title: 回电")))

    with pytest.raises(NotAllowed):
        desk.keep("p5", by=CUSTOMER)


def test_a_person_keeps_it_while_the_check_is_under_way() -> None:
    desk = told(Desk.open(paying(CHECKED)))
    desk.later("8h")

    desk.keep("p5")
    desk.done("erp.look", found="no")
    desk.later("3d")

    assert minutes(desk) == [("made", 0), ("kept", 480)]


def test_a_cancelled_ticket_owes_nothing() -> None:
    desk = told(Desk.open(paying(CHECKED)))
    desk.later("8h")

    desk.order(Command.CANCEL)
    desk.done("erp.look", found="no")
    desk.later("30d")

    assert minutes(desk) == [("made", 0), ("withdrawn", 480)]
    assert desk.finished


def test_an_sop_that_ends_cancelled_withdraws_it_too() -> None:
    desk = told(Desk.open(paying(CHECKED, "- {id: off, type: end, result: cancelled}")))

    assert minutes(desk) == [("made", 0), ("withdrawn", 0)]


def test_a_resolved_ticket_still_owes_what_it_promised_and_closes_no_sooner() -> None:
    desk = told(Desk.open(paying(CHECKED, "- {id: off, type: end}").replace("10h", "9d")))
    assert desk.status == "resolved"

    desk.later("8d")
    assert desk.status == "resolved"
    desk.done("erp.look", found="no")
    desk.later("1d")
    desk.done("erp.look", found="yes")

    assert minutes(desk)[-1][0] == "kept"
    assert desk.finished


def test_broken_after_the_ticket_was_resolved_the_playbook_still_starts() -> None:
    desk = told(Desk.open(paying(CHECKED + ", broken: sorry", "- {id: off, type: end}").replace("10h", "9d")))
    desk.later("9d")
    desk.done("erp.look", found="no")
    desk.done("erp.look", found="no")
    assert not desk.finished

    desk.find(SORRY)
    desk.answer("call")

    assert desk.finished


def test_a_paused_ticket_does_not_stop_the_time_that_was_promised() -> None:
    desk = told(Desk.open(paying("title: 回电")))
    desk.order(Command.PAUSE)

    desk.later("10h")

    assert minutes(desk, BROKEN) == [("broken", 600)]


def test_told_again_with_a_new_time_the_old_promise_is_replaced() -> None:
    text = paying(CHECKED, AGAIN).replace("a: 1", "a: '{{ steps.again.visits }}'")
    desk = told(Desk.open(text))
    desk.later("1h")

    desk.answer("again", "more")
    told(desk, paid="F2")

    assert minutes(desk) == [("made", 0), ("withdrawn", 60), ("made", 60)]
    assert desk.last(WITHDRAWN)["reason"] == "replaced"
    assert desk.last(MADE)["arguments"] == {"a": "F2"}


def test_done_already_with_the_same_input_nothing_new_is_promised() -> None:
    desk = told(Desk.open(paying(CHECKED, AGAIN)))

    desk.answer("again", "more")

    assert minutes(desk) == [("made", 0)]


def test_a_failed_step_promises_nothing_until_somebody_has_done_it_by_hand() -> None:
    desk = Desk.open(paying(CHECKED))

    desk.fail("erp.pay")
    assert minutes(desk) == []
    desk.settle("pay", Remedy.ENTER, paid="F9")

    assert desk.last(MADE)["arguments"] == {"a": "F9"}


def test_what_cannot_be_worked_out_is_told_to_the_sops_owner_and_the_promise_stands() -> None:
    desk = told(Desk.open(paying("check: erp.look, with: {a: '{{ steps.pay.paid.no.such }}'}")))

    assert desk.alerts()[0].startswith("0 incident")
    assert desk.last(MADE)["check"] is None


def test_a_message_of_the_staff_may_promise() -> None:
    desk = Desk.open(paying(CHECKED))

    desk.promise("2h", "erp.look", "sorry", a="F3")
    desk.later("2h")
    desk.done("erp.look", found=None)
    desk.done("erp.look", found=None)

    made = desk.last(MADE)
    assert (made["message"], made["check"], made["arguments"], made["title"]) == ("m8", "erp.look", {"a": "F3"}, None)
    assert desk.of(MADE)[-1].by is not None
    assert (desk.last(BROKEN)["reason"], desk.last(BROKEN)["playbook"]) == ("not_kept", "sorry")
    assert [wanted.key for wanted in desk.wanted] == ["sorry"]


def test_without_a_condition_the_answer_says_itself_whether_it_is_kept() -> None:
    assert says_kept({"status": "Paid", "paid_at": None})
    assert not says_kept({"status": "pending", "paid_at": "2026"})
    assert says_kept({"kept": True, "status": "pending"})
    assert not says_kept({"kept": "yes"})
    assert says_kept({"found": "x"})
    assert not says_kept({"found": "x", "other": None})
    assert says_kept({})


def test_a_playbook_may_promise_beside_the_sop() -> None:
    desk = Desk.open("steps: [{id: w, type: task, assign: owner, due: 1d}]", playbook("gift", paying(CHECKED)))

    told(desk)

    assert [promise.run for promise in desk.state.promises.values()] == ["gift"]
