"""Parallel, repeat, sub-SOPs: joins, passes, scopes, and what happens to those who lose."""

from __future__ import annotations

import pytest

from sop.events import Command, Remedy
from sop.facts import FactType
from sop.refusals import AmbiguousStep, StepNotOpen
from tests.sop.engine_desk import Desk, compiled


def parallel(join: str, branches: str = "[x, y, z]") -> str:
    return f"""
    steps:
      - {{id: all, type: parallel, branches: {branches}, join: {join}}}
      - {{id: then, type: task, assign: role:agent, due: 1d}}
    paths:
      x: [{{id: x1, type: task, assign: role:agent, due: 1d}}]
      y: [{{id: y1, type: task, assign: role:agent, due: 1d}}]
      z: [{{id: z1, type: task, assign: role:agent, due: 1d}}]
    """


@pytest.mark.parametrize(("join", "answers"), [("all", ["x1", "y1", "z1"]), ("any", ["y1"]), ("2", ["z1", "x1"])])
def test_a_join_is_met_and_the_rest_is_cancelled(join: str, answers: list[str]) -> None:
    desk = Desk.open(parallel(join))
    for answer in answers:
        assert "all" not in desk.state.runs["t"].steps
        desk.answer(answer)

    assert desk.open_steps == ["then"]
    assert desk.outputs("all")["done"] == [answer[0] for answer in answers]
    cancelled = [f.step for f in desk.of(FactType.STEP_CLOSED) if f.data["status"] == "cancelled"]
    assert sorted(map(str, cancelled)) == sorted({"x1", "y1", "z1"} - set(answers))


def test_a_branch_is_entered_only_when_its_condition_holds() -> None:
    branches = "[{path: x, when: ticket.flag == 1}, {path: y, when: ticket.flag == 2}, z]"
    one = Desk.open(parallel("all", branches), flag=1)
    none = Desk.open(parallel("all", "[{path: x, when: ticket.flag == 7}]"), flag=1)

    assert one.open_steps == ["x1", "z1"]
    assert none.open_steps == ["then"]
    assert none.outputs("all")["done"] == []


def test_a_join_that_can_no_longer_be_met_is_an_incident() -> None:
    desk = Desk.open(parallel("2", "[{path: x, when: ticket.flag == 7}, y]"), flag=1)

    assert desk.incident == "all SOP_JOIN"
    desk.settle("all", Remedy.ENTER, done=["y"])
    assert desk.open_steps == ["then"]


def test_losing_calls_are_awaited_and_undone_before_the_flow_goes_on() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: race, type: parallel, branches: [make, talk], join: any}
          - {id: then, type: task, assign: role:agent, due: 1d}
        paths:
          make: [{id: m, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}]
          talk: [{id: t1, type: task, assign: role:agent, due: 1d}]
        """
    )

    desk.answer("t1")
    assert desk.open_steps == []
    desk.done("erp.make", no="R1")

    assert desk.open_steps == ["then"]
    assert desk.waiting_calls == ["erp.unmake"]


def test_branches_that_end_at_once_within_a_branch_join_too() -> None:
    desk = Desk.open(
        """
        steps: [{id: outer, type: parallel, branches: [a, b]}]
        paths:
          a: [{id: inner, type: parallel, branches: [c, d]}]
          b: [{id: b1, type: task, assign: role:agent, due: 1d}]
          c: [{id: c1, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: continue}]
          d: [{id: d1, type: decision, cases: [{when: ticket.flag == 1, next: continue}], otherwise: continue}]
        """
    )
    assert desk.open_steps == ["b1"]

    desk.answer("b1")

    assert desk.result == "resolved"


def test_an_end_in_a_branch_ends_everything() -> None:
    desk = Desk.open(
        """
        steps: [{id: both, type: parallel, branches: [x, y]}, {id: never, type: task, assign: role:agent, due: 1d}]
        paths:
          x: [{id: x1, type: task, assign: role:agent, due: 1d}, {id: e, type: end, result: rejected}]
          y: [{id: y1, type: task, assign: role:agent, due: 1d}]
        """
    )

    desk.answer("x1")

    assert desk.result == "rejected"
    assert desk.state.alarms[0].kind == "close"
    assert len(desk.state.alarms) == 1


def each(
    more: str, path: str = "{id: pack, type: task, assign: role:agent, due: 1d, form: [{key: n, type: text, label: N}]}"
) -> str:
    return f"""
    steps:
      - {{id: loop, type: repeat, do: one, {more}}}
      - {{id: then, type: task, assign: role:agent, due: 1d}}
    paths:
      one: [{path}]
    """


def test_each_item_one_after_the_other() -> None:
    desk = Desk.open(each("each: ticket.list, as: thing"), list=["a", "b"])
    for name in ("A", "B"):
        assert desk.open_steps == ["pack"]
        desk.answer("pack", n=name)

    assert desk.open_steps == ["then"]
    known = desk.outputs("loop")
    assert known["count"] == 2
    assert [result["n"] for result in known["results"]] == ["A", "B"]  # type: ignore[union-attr, index, call-overload]


def test_several_items_at_once_have_slots_of_their_own() -> None:
    desk = Desk.open(each("each: ticket.list, at_once: 2"), list=["a", "b", "c"])
    assert desk.open_steps == ["pack#1", "pack#2"]

    desk.answer("pack#2", n="B")
    assert desk.open_steps == ["pack#1", "pack#3"]
    desk.answer("pack#3", n="C")
    desk.answer("pack#1", n="A")

    assert [r["n"] for r in desk.outputs("loop")["results"]] == ["A", "B", "C"]  # type: ignore[union-attr, index, call-overload]


def test_a_pass_sees_its_item_its_number_and_the_steps_around_it() -> None:
    desk = Desk.open(
        """
        steps: [{id: outer, type: repeat, do: row, each: ticket.list, as: row, at_once: 2}]
        paths:
          row:
            - {id: name, type: task, assign: role:agent, due: 1d, form: [{key: n, type: text, label: N}]}
            - {id: inner, type: repeat, do: cell, each: row, as: cell, at_once: 2}
          cell:
            - id: show
              type: task
              assign: role:agent
              due: 1d
              script: "{{ steps.name.n }} {{ cell }} {{ loop.index }}/{{ loop.length }}"
        """,
        list=[["a", "b"], ["c"]],
    )
    desk.answer("name#2", n="second")
    desk.answer("name#1", n="first")

    scripts = {f.step: f.data["script"] for f in desk.of(FactType.STEP_OPENED) if f.data.get("script")}
    assert scripts == {"show#2#1": "second c 1/1", "show#1#1": "first a 1/2", "show#1#2": "first b 2/2"}


def test_an_empty_list_is_done_at_once_and_no_list_is_an_incident() -> None:
    empty = Desk.open(each("each: ticket.list"), list=[])
    wrong = Desk.open(each("each: ticket.flag"), flag="text")

    assert empty.open_steps == ["then"]
    assert (empty.outputs("loop")["count"], empty.outputs("loop")["results"]) == (0, [])
    assert wrong.incident == "loop SOP115"


def test_until_a_condition_holds() -> None:
    desk = Desk.open(each("until: steps.pack.n == 'stop'"))
    desk.answer("pack", n="go")
    desk.answer("pack", n="go")
    assert desk.open_steps == ["pack"]

    desk.answer("pack", n="stop")

    assert desk.open_steps == ["then"]
    assert desk.outputs("loop")["count"] == 3


def test_more_passes_than_max_are_an_incident_and_retry_allows_as_many_again() -> None:
    desk = Desk.open(each("until: steps.pack.n == 'stop', max: 2"))
    desk.answer("pack", n="1")
    desk.answer("pack", n="2")
    assert desk.incident == "loop SOP_REPEAT"

    desk.settle("loop", Remedy.RETRY)
    assert desk.open_steps == ["pack"]
    desk.answer("pack", n="3")
    desk.answer("pack", n="4")
    assert desk.incident == "loop SOP_REPEAT"
    desk.settle("loop", Remedy.SKIP)
    assert desk.open_steps == ["then"]


def test_a_repeat_left_by_hand_cancels_the_passes_that_still_run() -> None:
    desk = Desk.open(
        each("each: ticket.list, at_once: 2, max: 2", "{id: pack, type: action, action: erp.make, with: {a: 1}}"),
        list=[1, 2, 3],
    )
    desk.done("erp.make", no="R1")
    assert desk.incident == "loop SOP_REPEAT"

    desk.settle("loop", Remedy.ENTER, count=3)
    desk.answer("then")
    assert desk.result is None
    desk.done("erp.make", no="R2")

    assert desk.result == "resolved"


def test_a_failing_until_is_an_incident_of_the_repeat() -> None:
    desk = Desk.open(each("until: steps.pack.n + 0 > 1"))

    desk.answer("pack", n="x")

    assert desk.incident == "loop SOP115"
    desk.settle("loop", Remedy.ENTER, count=1, results=[])
    assert desk.open_steps == ["then"]


@pytest.mark.parametrize("more", ["each: ticket.list, max: 60", "each: ticket.list, max: 60, at_once: 60"])
def test_sixty_passes_that_wait_for_nobody(more: str) -> None:
    path = "{id: s, type: decision, cases: [{when: loop.index > 3, next: continue}], otherwise: continue}"
    desk = Desk.open(each(more, path), list=list(range(60)))

    assert desk.outputs("loop")["count"] == 60


def test_an_action_is_done_in_every_pass_even_with_the_same_input() -> None:
    desk = Desk.open(
        each("until: steps.look.found == 'yes', max: 5", "{id: look, type: action, action: erp.look, with: {a: 1}}")
    )
    desk.done("erp.look", found="no")
    desk.done("erp.look", found="no")
    desk.done("erp.look", found="yes")

    assert len({call.key for call in desk.made}) == 3
    assert desk.open_steps == ["then"]


def test_a_pass_may_jump_back_to_the_main_line_and_the_others_are_cancelled() -> None:
    desk = Desk.open(
        each(
            "each: ticket.list, at_once: 3",
            "{id: pack, type: task, assign: role:agent, due: 1d,"
            " outcomes: [{key: ok, label: O}, {key: out, label: X, next: then}]}",
        ),
        list=[1, 2, 3],
    )

    desk.answer("pack#2", "out")

    assert desk.open_steps == ["then"]
    assert desk.outputs("loop")["status"] == "done"


SUB = """
    inputs: {amount: {type: money}, why: {type: text, optional: true, default: none given}}
    steps:
      - {id: approve, type: approval, approvers: role:boss, due: 1d, when: inputs.amount > 100, on_reject: refused}
      - {id: pay, type: action, action: erp.pay, with: {a: "{{ inputs.amount }}"}}
    outputs: {paid: "{{ steps.pay.paid }}", why: "{{ inputs.why }}"}
    paths: {refused: [{id: e, type: end, result: rejected}]}
"""
CALLER = """
    steps:
      - {id: ask, type: task, assign: role:agent, due: 1d, form: [{key: amount, type: money, label: A}]}
      - {id: refund, type: sop, sop: s, with: {amount: "{{ steps.ask.amount }}"}}
      - {id: look, type: task, assign: role:agent, due: 1d,
         outcomes: [{key: ok, label: O}, {key: redo, label: R, next: ask}, {key: drop, label: D, next: drop}]}
    paths: {drop: [{id: dropped, type: end, result: cancelled, undo: true}]}
"""


def test_a_sub_sop_gives_its_result_and_outputs() -> None:
    desk = Desk.open(compiled(CALLER, s=SUB))
    desk.answer("ask", amount=50)
    desk.done("erp.pay", paid="P1")

    assert desk.outputs("refund")["result"] == "resolved"
    assert desk.outputs("refund")["outputs"] == {"paid": "P1", "why": "none given"}
    started = desk.of(FactType.RUN_STARTED)[-1]
    assert (started.run, started.data["parent_run"], started.data["parent_step"]) == ("s", "t", "refund")


def test_a_sub_sop_may_be_rejected_and_its_caller_goes_on() -> None:
    desk = Desk.open(compiled(CALLER, s=SUB))
    desk.answer("ask", amount=500)

    desk.vote("s.approve", approve=False)

    assert desk.outputs("refund")["result"] == "rejected"
    assert desk.outputs("refund")["outputs"] == {"paid": None, "why": "none given"}
    assert desk.open_steps == ["look"]


def test_a_sub_sop_called_again_does_not_pay_twice() -> None:
    desk = Desk.open(compiled(CALLER, s=SUB))
    desk.answer("ask", amount=50)
    desk.done("erp.pay", paid="P1")
    desk.answer("look", "redo")

    desk.answer("ask", amount=50)
    assert desk.open_steps == ["look"]
    assert desk.outputs("refund")["outputs"]["paid"] == "P1"  # type: ignore[index, call-overload]
    desk.answer("look", "redo")
    desk.answer("ask", amount=60)

    assert desk.waiting_calls == ["erp.pay"]
    assert sorted(desk.state.runs) == ["s", "s-2", "s-3", "t"]


def test_the_same_step_open_in_two_runs_must_be_addressed() -> None:
    sub = "steps: [{id: do, type: task, assign: role:agent, due: 1d}]"
    desk = Desk.open(
        compiled(
            """
            steps: [{id: both, type: parallel, branches: [x, y]}]
            paths: {x: [{id: x1, type: sop, sop: s}], y: [{id: y1, type: sop, sop: s}]}
            """,
            s=sub,
        )
    )

    with pytest.raises(AmbiguousStep, match=r"s\.do, s-2\.do"):
        desk.answer("do")
    desk.answer("s-2.do")
    desk.answer("do")
    assert desk.result == "resolved"


def test_two_branches_on_the_same_step_are_told_apart_by_their_visit() -> None:
    desk = Desk.open(
        """
        steps: [{id: both, type: parallel, branches: [x, y]}]
        paths:
          x: [{id: x1, type: wait, for: 1h, next: check}]
          y: [{id: y1, type: wait, for: 2h, next: check}]
          check: [{id: look, type: task, assign: role:agent, due: 1d, form: [{key: n, type: text, label: N}]}]
        """
    )
    desk.later("1h")
    desk.later("1h")

    with pytest.raises(AmbiguousStep, match=r"t\.look@1, t\.look@2"):
        desk.answer("look", n="?")
    desk.answer("t.look@2", n="second")
    with pytest.raises(StepNotOpen):
        desk.answer("look@2", n="again")
    with pytest.raises(StepNotOpen):
        desk.answer("look@3", n="never")
    desk.answer("look@1", n="first")

    assert [f.data["outputs"] for f in desk.of(FactType.STEP_CLOSED) if f.step == "look"] == [
        {"n": "second"},
        {"n": "first"},
    ]
    assert desk.result == "resolved"


UNDOING = """
    steps:
      - {id: make, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}
      - {id: more, type: task, assign: role:agent, due: 1d}
"""


def test_what_a_sub_sop_did_is_undone_with_its_caller() -> None:
    desk = Desk.open(
        compiled(
            "steps: [{id: a, type: sop, sop: s}, {id: b, type: sop, sop: s}, {id: e, type: end, undo: true}]", s=UNDOING
        )
    )
    for run in ("s", "s-2"):
        desk.done("erp.make", no=run)
        desk.answer(f"{run}.more")

    first, second = desk.done("erp.unmake"), desk.done("erp.unmake")

    assert [first.arguments, second.arguments] == [{"no": "s-2"}, {"no": "s"}]
    assert first.key != second.key
    assert desk.result == "resolved"
    undone = [(fact.run, fact.step) for fact in desk.of(FactType.ACTION_DONE) if fact.data["undo"]]
    assert undone == [("s-2", "make"), ("s", "make")]


def test_a_failing_undo_of_a_sub_sop_names_its_own_file() -> None:
    desk = Desk.open(compiled("steps: [{id: a, type: sop, sop: s}, {id: e, type: end, undo: true}]", s=UNDOING))
    desk.done("erp.make", no="1")
    desk.answer("more")

    desk.fail("erp.unmake")

    assert str(desk.last(FactType.INCIDENT_OPENED)["where"]).startswith("s.yaml:5:")
    desk.settle("s.make", Remedy.SKIP)
    assert desk.result == "resolved"


def test_a_sub_sop_is_cancelled_and_undone_with_its_caller() -> None:
    desk = Desk.open(compiled("steps: [{id: a, type: sop, sop: s}]", s=UNDOING))
    desk.done("erp.make", no="1")

    desk.order(Command.CANCEL)
    assert desk.waiting_calls == ["erp.unmake"]
    desk.done("erp.unmake")

    assert desk.result == "cancelled"


def test_a_sub_sop_that_loses_a_race_is_undone() -> None:
    desk = Desk.open(
        compiled(
            """
            steps:
              - {id: race, type: parallel, branches: [x, y], join: any}
              - {id: then, type: task, assign: role:agent, due: 1d}
            paths: {x: [{id: x1, type: sop, sop: s}], y: [{id: y1, type: task, assign: role:agent, due: 1d}]}
            """,
            s=UNDOING,
        )
    )
    desk.done("erp.make", no="1")
    desk.answer("y1")
    assert desk.open_steps == []

    desk.done("erp.unmake")

    assert desk.open_steps == ["then"]


def test_an_output_that_cannot_be_worked_out_is_null_and_told() -> None:
    desk = Desk.open(
        compiled(
            "steps: [{id: a, type: sop, sop: s}]",
            s="""
            steps: [{id: x, type: task, assign: role:agent, due: 1d, form: [{key: n, type: text, label: N}]}]
            outputs: {n: "{{ steps.x.n + 1 }}"}
            """,
        )
    )
    desk.answer("x", n="text")

    assert desk.outputs("a")["outputs"] == {"n": None}
    assert (desk.of(FactType.ALERT)[0].run, desk.last(FactType.ALERT)["about"]) == ("s", "outputs/n")
