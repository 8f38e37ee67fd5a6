"""Tasks: who may do them, their forms, their deadlines and ladders, and handing them over."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sop.commands import Project
from sop.events import (
    Actor,
    ActorKind,
    Command,
    DefinitionsChosen,
    Dispatched,
    Remedy,
    StepAnswered,
    TicketCommanded,
)
from sop.facts import FactType
from sop.refusals import NotAllowed, NotPossible, StepNotOpen, WrongAnswer
from sop.state import dump
from tests.sop.engine_desk import CUSTOMER, Desk, compiled, staff

FORM = """
    steps:
      - id: ask
        type: task
        assign: role:agent
        due: 1d
        form:
          - {key: amount, type: money, label: 金额, default: "{{ ticket.order.paid }}", max: 500}
          - {key: why, type: text, label: 原因}
          - {key: note, type: text, label: 备注, optional: true}
"""


def test_a_complete_answer_is_accepted_and_defaults_fill_what_is_left_out() -> None:
    desk = Desk.open(FORM, order={"paid": Decimal("199.5")})

    desk.answer("ask", why="坏了")

    closed = desk.last(FactType.STEP_CLOSED)
    assert closed["outputs"] == {"amount": Decimal("199.5"), "why": "坏了", "note": None}
    assert desk.result == "resolved"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "missing: 原因"),
        ({"why": "x", "amount": 501}, "too large: 金额"),
        ({"why": "x", "other": 1}, "unknown field: other"),
        ({"why": 3}, "not text: 原因"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_and_changes_nothing(values: dict[str, object], words: str) -> None:
    desk = Desk.open(FORM, order={"paid": 199})
    before = desk.stored

    with pytest.raises(WrongAnswer, match=words):
        desk.answer("ask", **values)  # type: ignore[arg-type]  # wrong on purpose

    assert desk.stored == before


def test_a_default_that_cannot_be_worked_out_is_an_incident_at_that_field() -> None:
    desk = Desk.open(FORM)

    assert desk.incident == "ask SOP217"
    assert str(desk.last(FactType.INCIDENT_OPENED)["where"]).startswith("t.yaml:10:")


def test_the_form_and_the_script_are_shown_with_their_expressions_filled_in() -> None:
    desk = Desk.open(
        """
        steps:
          - id: ask
            type: task
            assign: role:agent
            due: 1d
            title: {zh: 问, en: Ask}
            script: {zh: "单号 {{ ticket.no }}", en: "No. {{ ticket.no }}"}
            form: [{key: c, type: choice, label: {zh: 选, en: Pick}, options: [a, {value: b, label: {zh: 乙, en: B}}]}]
            outcomes: [{key: ok, label: {zh: 好, en: OK}}]
        """
    )

    opened = desk.last(FactType.STEP_OPENED)
    assert opened["script"] == {"zh": "单号 T1", "en": "No. T1"}
    assert opened["title"] == {"zh": "问", "en": "Ask"}
    assert opened["outcomes"] == [{"key": "ok", "label": {"zh": "好", "en": "OK"}}]
    assert opened["form"] == [
        {
            "key": "c",
            "type": "choice",
            "label": {"zh": "选", "en": "Pick"},
            "options": [{"value": "a", "label": "a"}, {"value": "b", "label": {"zh": "乙", "en": "B"}}],
        }
    ]


def task(assign: str, more: str = "due: 1d") -> str:
    return f"""
    steps:
      - {{id: do, type: task, assign: "{assign}", {more}}}
      - {{id: next, type: task, assign: role:agent, due: 1d}}
    """.replace("id: next", "id: after")


@pytest.mark.parametrize(
    ("assign", "by", "allowed"),
    [
        ("customer", CUSTOMER, True),
        ("customer", staff("ann", "agent"), True),  # on the customer's behalf
        ("role:agent", CUSTOMER, False),
        ("role:agent", staff("ann", "agent"), True),
        ("role:agent", staff("ann", "qc"), False),
        ("team:care", staff("ann", "qc", teams=["care"]), True),
        ("user:bob", staff("bob", "agent"), True),
        ("user:bob", staff("ann", "agent"), False),
        ("user:bob", staff("ann", "agent", acting_for="bob"), True),
        ("role:qc", staff("owner", "agent"), True),  # the ticket's accountable owner
        ("owner", staff("owner", "agent"), True),
        ("owner", staff("ann", "agent"), False),
        ("role:agent", Actor(ActorKind.INTEGRATION, "erp"), False),
    ],
)
def test_a_task_is_for_its_assignee(assign: str, by: Actor, allowed: bool) -> None:
    desk = Desk.open(task(assign))

    if allowed:
        desk.answer("do", by=by)
        assert desk.open_steps == ["after"]
    else:
        with pytest.raises(NotAllowed):
            desk.answer("do", by=by)


@pytest.mark.parametrize(
    ("more", "alerts"),
    [
        ("due: 100m", ["80 remind do -> role:agent", "100 overdue do -> lead"]),
        ("due: 100m, remind: 50%", ["50 remind do -> role:agent", "100 overdue do -> lead"]),
        ("due: 100m, remind: 30m", ["30 remind do -> role:agent", "100 overdue do -> lead"]),
        ("due: 100m, escalate: role:boss", ["80 remind do -> role:agent", "100 overdue do -> role:boss"]),
        (
            "due: 100m, escalate: [{at: 50%, to: role:lead}, {at: 100%, to: role:boss}, {after: 1h, to: user:eve}]",
            [
                "50 warn do -> role:lead",
                "80 remind do -> role:agent",
                "100 overdue do -> role:boss",
                "160 overdue do -> user:eve",
            ],
        ),
        ("due: 2wh", ["96 remind do -> role:agent", "120 overdue do -> lead"]),
        ("due: 5wh", ["330 remind do -> role:agent", "390 overdue do -> lead"]),  # lunch from 12:00 to 13:30
    ],
)
def test_a_task_reminds_and_escalates_in_time_and_stays_open(more: str, alerts: list[str]) -> None:
    desk = Desk.open(task("role:agent", more))

    desk.later("2d")

    assert desk.alerts() == alerts
    assert desk.open_steps == ["do"]


def test_a_task_that_is_done_no_longer_reminds() -> None:
    desk = Desk.open(task("role:agent", "due: 100m"))
    desk.later("81m")
    desk.answer("do")

    desk.later("60m")

    assert desk.alerts() == ["80 remind do -> role:agent"]


def test_a_rung_may_reassign_and_raise_the_priority() -> None:
    desk = Desk.open(
        task("role:agent", "due: 1h, escalate: [{at: 100%, to: role:boss, reassign: true, priority: urgent}]")
    )

    desk.later("1h")

    assert desk.last(FactType.STEP_ASSIGNED)["wanted"] == "role:boss"
    assert desk.last(FactType.TICKET_PRIORITY)["priority"] == "urgent"
    assert desk.state.ticket["priority"] == "urgent"
    with pytest.raises(NotAllowed):
        desk.answer("do", by=staff("ann", "agent"))
    desk.answer("do", by=staff("eve", "boss"))
    assert desk.open_steps == ["after"]


@pytest.mark.parametrize(
    ("target", "opened", "incident"),
    [
        ("continue", ["after"], None),
        ("late", ["l"], None),
        ("after", ["after"], None),
        ("end", [], None),
        ("incident", ["do"], "do SOP_INCIDENT"),
    ],
)
def test_a_timeout_closes_the_task_and_leads_on(target: str, opened: list[str], incident: str | None) -> None:
    text = task("role:agent", f"due: 1h, timeout: 3h, on_timeout: {target}")
    desk = Desk.open(text + "\n    paths: {late: [{id: l, type: task, assign: role:agent, due: 1d}]}\n")

    desk.later("3h")

    assert desk.open_steps == opened
    assert desk.incident == incident
    if not incident:
        assert desk.outputs("do")["status"] == "timeout"
        with pytest.raises(StepNotOpen):
            desk.answer("do")


def test_nobody_to_assign_asks_the_lead_and_then_is_an_incident() -> None:
    found = Desk.open(task("role:agent"), people={"role:agent": []})
    nobody = Desk.open(task("role:agent"), people={"role:agent": [], "lead": []})

    assert [fact.data["wanted"] for fact in found.of(FactType.STEP_ASSIGNED)] == ["role:agent", "lead"]
    assert found.last(FactType.STEP_ASSIGNED)["of"] == "role:agent"
    assert found.incident is None
    assert nobody.incident == "do SOP_NOBODY"


def test_an_incident_over_nobody_can_be_tried_again_or_answered_by_hand() -> None:
    desk = Desk.open(task("role:agent"), people={"role:agent": [], "lead": []})
    desk.people = {}

    desk.settle("do", Remedy.RETRY)

    assert desk.incident is None
    desk.answer("do")
    assert desk.open_steps == ["after"]


def test_a_claim_takes_every_task_that_is_for_the_claimer() -> None:
    desk = Desk.open(task("role:agent"))

    desk.order(Command.CLAIM, by=staff("eve", "agent"))

    assert desk.last(FactType.STEP_ASSIGNED)["person"] == "eve"
    assert desk.state.owner_person == "eve"
    assert desk.state.ticket["owner"] == "eve"


def test_a_claim_of_one_step_leaves_the_owner_and_is_refused_to_others() -> None:
    desk = Desk.open(task("role:agent"))

    desk.order(Command.CLAIM, by=staff("eve", "agent"), step="do")

    assert desk.state.owner_person == "owner"
    with pytest.raises(NotAllowed):
        desk.order(Command.CLAIM, by=staff("bob", "qc"), step="do")
    with pytest.raises(StepNotOpen):
        desk.order(Command.CLAIM, by=staff("eve", "agent"), step="after")


def test_release_and_transfer_hand_the_work_over() -> None:
    desk = Desk.open(task("role:agent"))
    desk.order(Command.CLAIM, by=staff("eve", "agent"))

    desk.order(Command.TRANSFER, by=staff("eve", "agent"), to="user:bob")
    transferred = desk.last(FactType.STEP_ASSIGNED)
    desk.order(Command.RELEASE, by=staff("bob", "agent"))

    assert (transferred["wanted"], transferred["reason"]) == ("user:bob", "transfer")
    assert desk.last(FactType.STEP_ASSIGNED)["reason"] == "release"
    assert desk.state.owner_person is None
    assert desk.last(FactType.TICKET_OWNER)["wanted"] == "team:care"
    assert desk.state.owner_team == "care"


@pytest.mark.parametrize("to", [None, "", "bob", "user:", "customer"])
def test_a_transfer_says_to_whom(to: str | None) -> None:
    desk = Desk.open(task("role:agent"))

    with pytest.raises(NotPossible):
        desk.order(Command.TRANSFER, to=to)


def test_a_customers_task_cannot_be_handed_over() -> None:
    desk = Desk.open(task("customer"))

    with pytest.raises(NotPossible):
        desk.order(Command.TRANSFER, to="user:bob", step="do")
    desk.order(Command.CLAIM)
    assert desk.last(FactType.STEP_ASSIGNED)["pool"] == "customer"


def test_dispatchs_late_answer_does_not_take_a_claimed_task_away() -> None:
    desk = Desk.open()
    engine = desk.engine
    commands = engine.handle(DefinitionsChosen("x", (compiled(task("role:agent")),)), desk.now)
    asked = next(c.fact.seq for c in commands if isinstance(c, Project) and c.fact.type is FactType.STEP_ASSIGNED)
    engine.handle(TicketCommanded(Command.CLAIM, staff("eve", "agent")), desk.now)

    engine.handle(Dispatched(asked, person="ann"), desk.now)

    [thread] = engine.state.runs["t"].threads.values()
    assert thread.open is not None
    assert thread.open.person == "eve"


def test_checking_an_answer_says_the_same_and_changes_nothing() -> None:
    desk = Desk.open(FORM, order={"paid": 1})
    before = desk.stored
    engine = desk.engine

    engine.check(StepAnswered("ask", staff("ann"), values={"why": "x"}), desk.now)
    with pytest.raises(WrongAnswer):
        engine.check(StepAnswered("ask", staff("ann")), desk.now)

    assert dump(engine.state) == before
