"""How a run moves: lines, paths and back, jumps, decisions, skips, ends; and what stops it."""

from __future__ import annotations

import pytest

from sop.events import Command, Remedy
from sop.facts import FactType
from sop.refusals import StepNotOpen, UnknownStep
from tests.sop.engine_desk import Desk

ASK = """
    steps:
      - {id: ask, type: task, assign: role:agent, due: 1d,
         outcomes: [{key: yes, label: Y}, {key: side, label: S, next: aside}, {key: over, label: O, next: end},
           {key: stuck, label: I, next: incident}, {key: on, label: C, next: continue},
         {key: skip, label: K, next: last}]}
      - {id: then, type: task, assign: role:agent, due: 1d}
      - {id: last, type: task, assign: role:agent, due: 1d,
         outcomes: [{key: good, label: G}, {key: again, label: A, next: ask}]}
    paths:
      aside:
        - {id: a1, type: task, assign: role:agent, due: 1d,
           outcomes: [{key: go, label: G}, {key: deeper, label: D, next: below}, {key: home, label: H, next: last}]}
        - {id: a2, type: task, assign: role:agent, due: 1d,
           outcomes: [{key: go, label: G}, {key: back, label: B, next: a1}]}
      below:
        - {id: b1, type: task, assign: role:agent, due: 1d}
"""


@pytest.mark.parametrize(
    ("choices", "opened"),
    [
        ({"ask": "yes"}, ["then"]),
        ({"ask": "on"}, ["then"]),
        ({"ask": "skip"}, ["last"]),
        ({"ask": "side"}, ["a1"]),
        ({"ask": "side", "a1": "go"}, ["a2"]),
        ({"ask": "side", "a1": "deeper", "b1": None}, ["a2"]),
        ({"ask": "side", "a1": "home"}, ["last"]),
        ({"ask": "yes", "then": None, "last": "again"}, ["ask"]),
        ({"ask": "over"}, []),
    ],
)
def test_a_step_leads_on_into_a_path_and_back_to_a_step_or_to_the_end(
    choices: dict[str, str | None], opened: list[str]
) -> None:
    desk = Desk.open(ASK)

    for step, outcome in choices.items():
        desk.answer(step, outcome)

    assert desk.open_steps == opened


def test_a_path_comes_back_after_the_step_that_entered_it() -> None:
    desk = Desk.open(ASK)
    desk.answer("ask", "side")
    desk.answer("a1", "go")
    desk.answer("a2", "back")
    desk.answer("a1", "go")

    desk.answer("a2", "go")

    assert desk.open_steps == ["then"]
    assert desk.outputs("a1")["visits"] == 2


def test_an_outcome_that_leads_to_an_incident_keeps_what_was_answered() -> None:
    desk = Desk.open(ASK)

    desk.answer("ask", "stuck")

    assert desk.incident == "ask SOP_INCIDENT"
    assert desk.last(FactType.INCIDENT_OPENED)["outputs"] == {"outcome": "stuck"}
    assert desk.of(FactType.INCIDENT_OPENED)[0].by is not None
    assert desk.state.alarms == []


def test_a_closed_step_and_an_unknown_one_are_refused() -> None:
    desk = Desk.open(ASK)
    desk.answer("ask", "yes")

    with pytest.raises(StepNotOpen):
        desk.answer("ask", "yes")
    with pytest.raises(StepNotOpen):
        desk.vote("then", approve=True)
    with pytest.raises(UnknownStep):
        desk.answer("asks", "yes")


@pytest.mark.parametrize(("flag", "opened"), [(None, ["b"]), (1, ["a"])])
def test_a_step_whose_condition_is_false_is_skipped_with_null_outputs(flag: int | None, opened: list[str]) -> None:
    desk = Desk.open(
        """
        steps:
          - {id: a, type: task, assign: role:agent, due: 1d, when: ticket.flag == 1,
             form: [{key: x, type: text, label: X}]}
          - {id: b, type: task, assign: role:agent, due: 1d, when: steps.a.x is none}
        """,
        flag=flag,
    )

    assert desk.open_steps == opened
    if flag is None:
        assert desk.outputs("a") == {
            "status": "skipped", "by": None, "at": None, "visits": 1, "x": None, "outcome": None,
        }  # fmt: skip
        assert [fact.step for fact in desk.of(FactType.STEP_SKIPPED)] == ["a"]


def test_a_condition_is_evaluated_once_on_entry() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: a, type: task, assign: role:agent, due: 1d, when: ticket.priority == 'normal'}
          - {id: b, type: task, assign: role:agent, due: 1d}
        """
    )

    desk.order(Command.PRIORITY, to="urgent")

    assert desk.open_steps == ["a"]


DECIDE = """
    steps:
      - id: choose
        type: decision
        cases:
          - {when: ticket.flag == 1, next: one}
          - {when: ticket.flag + 1 == 3, next: two}
        otherwise: other
      - {id: end, type: task, assign: role:agent, due: 1d}
    paths:
      one: [{id: s1, type: task, assign: role:agent, due: 1d}]
      two: [{id: s2, type: task, assign: role:agent, due: 1d}]
      other: [{id: s3, type: task, assign: role:agent, due: 1d}]
""".replace("id: end", "id: after")


@pytest.mark.parametrize(("flag", "opened", "taken"), [(1, "s1", "one"), (2, "s2", "two"), (3, "s3", "other")])
def test_a_decision_takes_the_first_true_case_or_otherwise(flag: int, opened: str, taken: str) -> None:
    desk = Desk.open(DECIDE, flag=flag)

    assert desk.open_steps == [opened]
    assert desk.outputs("choose")["taken"] == taken


def test_a_failing_expression_is_an_incident_at_its_own_line_and_the_result_can_be_entered() -> None:
    desk = Desk.open(DECIDE)

    assert desk.incident == "choose SOP115"
    assert desk.last(FactType.INCIDENT_OPENED)["where"] == "t.yaml:9:16"
    desk.settle("choose", Remedy.ENTER, taken="two")
    assert desk.open_steps == ["s2"]


@pytest.mark.parametrize("result", ["resolved", "rejected", "cancelled"])
def test_an_end_ends_the_run_with_its_result(result: str) -> None:
    desk = Desk.open(
        f"""
        steps:
          - {{id: e, type: end, result: {result}}}
          - {{id: never, type: task, assign: role:agent, due: 1d}}
        """
    )

    assert desk.result == result
    assert desk.status == ("cancelled" if result == "cancelled" else "resolved")


def test_the_end_of_the_main_line_resolves() -> None:
    desk = Desk.open("steps: [{id: a, type: task, assign: role:agent, due: 1d}]")

    desk.answer("a")

    assert desk.result == "resolved"


def test_more_than_twenty_visits_are_an_incident_and_retry_allows_twenty_more() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: a, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: b}
          - {id: b, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: a}
        """
    )
    assert desk.incident == "a SOP_VISITS"

    desk.settle("a", Remedy.RETRY)

    assert desk.incident == "a SOP_VISITS"
    assert desk.state.runs["t"].visits == {"a": 41, "b": 40}


def test_a_path_that_enters_itself_ends_as_an_incident_too() -> None:
    desk = Desk.open(
        """
        steps: [{id: a, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: p}]
        paths:
          p: [{id: b, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: p}]
        """
    )

    assert desk.incident == "b SOP_VISITS"


def test_outputs_are_declared_and_carry_who_and_when() -> None:
    desk = Desk.open(ASK)

    desk.answer("ask", "yes", by="ann")

    known = desk.outputs("ask")
    assert known["by"] == "ann"
    assert known["at"] == desk.now.isoformat()
    assert (known["status"], known["outcome"], known["visits"]) == ("done", "yes", 1)
