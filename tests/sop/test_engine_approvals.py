"""Approvals: every rule, both ways; who may vote; and that silence never approves."""

from __future__ import annotations

import pytest

from sop.events import Actor, Remedy
from sop.facts import FactType
from sop.refusals import NotAllowed, StepNotOpen
from tests.sop.engine_desk import CUSTOMER, Desk, compiled, staff


def approval(more: str, approvers: str = "[user:ann, user:bob, user:eve]") -> str:
    return f"""
    steps:
      - {{id: ok, type: approval, approvers: {approvers}, due: 1d, on_reject: no, {more}}}
      - {{id: yes, type: task, assign: role:agent, due: 1d}}
    paths:
      "no": [{{id: refused, type: task, assign: role:agent, due: 1d}}]
    """.replace("on_reject: no", 'on_reject: "no"').replace("id: yes", "id: granted")


@pytest.mark.parametrize(
    ("rule", "votes", "opened"),
    [
        ("any", "y", "granted"),
        ("any", "nn", "ok"),
        ("any", "nny", "granted"),
        ("any", "nnn", "refused"),
        ("all", "yy", "ok"),
        ("all", "yyy", "granted"),
        ("all", "n", "refused"),
        ("all", "yn", "refused"),
        ("2", "yn", "ok"),
        ("2", "yny", "granted"),
        ("2", "nn", "refused"),
        ('"60%"', "yy", "granted"),
        ('"60%"', "nn", "refused"),
        ('"60%"', "ny", "ok"),
        ('"100%"', "yyn", "refused"),
    ],
)
def test_a_rule_is_met_or_can_no_longer_be_met(rule: str, votes: str, opened: str) -> None:
    desk = Desk.open(approval(f"rule: {rule}"))

    for person, vote in zip(("ann", "bob", "eve"), votes, strict=False):
        desk.vote("ok", vote == "y", by=staff(person, "agent"))

    assert desk.open_steps == [opened]


def test_a_role_is_one_seat_of_any_and_a_seat_a_person_of_all() -> None:
    people = {"role:boss": ["ann", "bob"]}
    anybody = Desk.open(approval("rule: any", "role:boss"), people=people)
    everybody = Desk.open(approval("rule: all", "role:boss"), people=people)

    anybody.vote("ok", True, by=staff("bob", "boss"))
    everybody.vote("ok", True, by=staff("bob", "boss"))

    assert anybody.open_steps == ["granted"]
    assert everybody.open_steps == ["ok"]
    everybody.vote("ok", True, by=staff("ann", "boss"))
    assert everybody.open_steps == ["granted"]


def test_the_outputs_say_how_it_was_decided() -> None:
    desk = Desk.open(approval("rule: 2"))
    desk.vote("ok", True, by=staff("ann", "agent"), comment="fine")
    desk.vote("ok", False, by=staff("bob", "agent"), comment="too dear")
    desk.vote("ok", False, by=staff("eve", "agent"))

    known = desk.outputs("ok")
    assert (known["approved"], known["outcome"], known["comment"]) == (False, "rejected", "too dear")
    assert [vote["approve"] for vote in known["votes"]] == [True, False, False]  # type: ignore[union-attr, index]  # votes
    assert desk.last(FactType.STEP_CLOSED)["outcome"] == "rejected"
    with pytest.raises(StepNotOpen):
        desk.vote("ok", True, by=staff("ann", "agent"))


def test_in_turn_asks_one_after_the_other() -> None:
    desk = Desk.open(approval("rule: all, order: in_turn"))

    with pytest.raises(NotAllowed):
        desk.vote("ok", True, by=staff("bob", "agent"))
    desk.vote("ok", True, by=staff("ann", "agent"))
    desk.vote("ok", True, by=staff("bob", "agent"))
    assert desk.open_steps == ["ok"]
    desk.vote("ok", True, by=staff("eve", "agent"))
    assert desk.open_steps == ["granted"]


@pytest.mark.parametrize("by", [staff("dan", "agent"), CUSTOMER])
def test_others_cannot_vote(by: Actor) -> None:
    desk = Desk.open(approval("rule: any"))

    with pytest.raises(NotAllowed):
        desk.vote("ok", True, by=by)


def test_nobody_votes_twice_not_even_for_somebody_else() -> None:
    desk = Desk.open(approval("rule: 2"))
    desk.vote("ok", True, by=staff("ann", "agent"))

    with pytest.raises(NotAllowed):
        desk.vote("ok", True, by=staff("ann", "agent"))
    with pytest.raises(NotAllowed):
        desk.vote("ok", True, by=staff("ann", "agent", acting_for="bob"))


OWN = """
    steps:
      - {{id: work, type: task, assign: role:agent, due: 1d}}
      - {{id: ok, type: approval, approvers: {approvers}, due: 1d, on_reject: end{more}}}
"""


def test_nobody_approves_their_own_work_unless_that_is_written() -> None:
    strict = Desk.open(OWN.format(approvers="role:boss", more=""))
    lenient = Desk.open(OWN.format(approvers="role:boss", more=", self_approval: true"))
    for desk in (strict, lenient):
        desk.answer("work", by=staff("ann", "agent", "boss"))

    with pytest.raises(NotAllowed, match="own work"):
        strict.vote("ok", True, by=staff("ann", "agent", "boss"))
    lenient.vote("ok", True, by=staff("ann", "agent", "boss"))

    assert lenient.result == "resolved"
    strict.vote("ok", True, by=staff("bob", "boss"))
    assert strict.result == "resolved"


def test_the_callers_work_counts_as_ones_own_in_a_sub_sop() -> None:
    desk = Desk.open(
        # what the caller's people did is decided on in the SOP it calls
        compiled(
            "steps: [{id: work, type: task, assign: role:agent, due: 1d}, {id: call, type: sop, sop: s}]",
            s="steps: [{id: ok, type: approval, approvers: role:boss, due: 1d, on_reject: end}]",
        )
    )
    desk.answer("work", by=staff("ann", "agent", "boss"))

    with pytest.raises(NotAllowed, match="own work"):
        desk.vote("ok", True, by=staff("ann", "agent", "boss"))


def test_nobody_to_ask_is_an_incident_at_once() -> None:
    nobody = Desk.open(approval("rule: any", "role:boss"), people={"role:boss": []})
    too_few = Desk.open(approval("rule: 4"))
    only_the_doer = Desk.open(OWN.format(approvers="user:ann", more=""))
    only_the_doer.answer("work", by=staff("ann"))

    assert nobody.incident == too_few.incident == only_the_doer.incident == "ok SOP_NOBODY"
    nobody.people = {}
    nobody.settle("ok", Remedy.RETRY)
    nobody.vote("ok", True, by=staff("bob", "boss"))
    assert nobody.open_steps == ["granted"]


def test_an_incident_of_an_approval_is_not_settled_by_those_who_did_the_work() -> None:
    desk = Desk.open(OWN.format(approvers="user:ann", more=""))
    desk.answer("work", by=staff("ann"))

    for choice in (Remedy.ENTER, Remedy.SKIP):
        with pytest.raises(NotAllowed):
            desk.settle("ok", choice, by=staff("ann"), approved=True)
    desk.settle("ok", Remedy.ENTER, by=staff("dan"), approved=False)
    assert desk.result == "resolved"
    assert desk.outputs("ok")["outcome"] == "rejected"


def test_silence_is_an_incident_without_on_timeout_and_leads_there_with_it() -> None:
    quiet = Desk.open(approval('rule: any, timeout: 1d, on_timeout: "no"'))
    stuck = Desk.open(approval("rule: any, timeout: 1d, on_timeout: incident"))

    quiet.later("1d")
    stuck.later("1d")

    assert quiet.open_steps == ["refused"]
    assert quiet.outputs("ok")["status"] == "timeout"
    assert quiet.outputs("ok")["approved"] is None
    assert stuck.incident == "ok SOP_INCIDENT"


def test_an_approval_tried_again_forgets_the_votes_of_before() -> None:
    desk = Desk.open(
        "steps: [{id: ok, type: approval, approvers: [user:ann, user:bob], rule: all, due: 1d, on_reject: incident}]"
    )
    desk.vote("ok", True, by=staff("ann", "agent"))
    desk.vote("ok", False, by=staff("bob", "agent"))
    assert desk.incident == "ok SOP_INCIDENT"

    desk.settle("ok", Remedy.RETRY)
    desk.vote("ok", True, by=staff("bob", "agent"))

    assert desk.open_steps == ["ok"]
    desk.vote("ok", True, by=staff("ann", "agent"))
    assert desk.result == "resolved"


def test_an_approval_reminds_escalates_and_may_be_given_to_others() -> None:
    desk = Desk.open(approval("rule: any, escalate: [{at: 100%, to: role:boss, reassign: true}]").replace("1d", "100m"))

    desk.later("100m")

    assert desk.alerts() == ["80 remind ok -> user:ann, user:bob, user:eve", "100 overdue ok -> role:boss"]
    with pytest.raises(NotAllowed):
        desk.vote("ok", True, by=staff("ann", "agent"))
    desk.vote("ok", True, by=staff("dan", "boss"))
    assert desk.open_steps == ["granted"]
