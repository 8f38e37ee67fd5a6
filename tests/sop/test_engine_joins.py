"""A repeat that has enough before all of its passes are done: by a number, or by a condition; and what becomes of the
rest."""

from __future__ import annotations

import pytest

from sop.events import Remedy
from sop.facts import FactType
from tests.sop.engine_desk import Desk

PACK = "{id: pack, type: task, assign: role:agent, due: 1d, form: [{key: n, type: integer, label: N}]}"
THREE = "each: ticket.list, at_once: 3"


def repeat(more: str, path: str = PACK, after: str = "", paths: str = "") -> str:
    return f"""
    steps:
      - {{id: loop, type: repeat, do: one, {more}}}
      - {{id: then, type: task, assign: role:agent, due: 1d}}
{after}
    paths:
      one: [{path}]
{paths}
    """


def three(more: str, path: str = PACK, after: str = "") -> Desk:
    return Desk.open(repeat(f"{THREE}, {more}", path, after), list=["a", "b", "c"])


def cancelled(desk: Desk) -> list[str | None]:
    return [fact.step for fact in desk.of(FactType.STEP_CLOSED) if fact.data["status"] == "cancelled"]


@pytest.mark.parametrize(("join", "answers"), [("any", ["pack#2"]), ("2", ["pack#3", "pack#1"])])
def test_enough_passes_are_enough_and_the_rest_is_withdrawn(join: str, answers: list[str]) -> None:
    desk = three(f"join: {join}")
    for answer in answers:
        assert "loop" in desk.open_steps or "then" not in desk.open_steps
        desk.answer(answer, n=1)

    assert desk.open_steps == ["then"]
    assert sorted(map(str, cancelled(desk))) == sorted({"pack#1", "pack#2", "pack#3"} - set(answers))
    assert desk.outputs("loop")["count"] == 3


def test_the_results_of_passes_that_were_not_done_are_empty() -> None:
    desk = three("join: 1")
    desk.answer("pack#2", n=7)

    one, two, three_ = desk.outputs("loop")["results"]  # type: ignore[misc]  # a list of three
    assert (one, three_) == (None, None)
    assert two["n"] == 7  # type: ignore[index, call-overload]


def test_the_rest_may_be_awaited() -> None:
    desk = three("join: 1, rest: wait")
    desk.answer("pack#2", n=1)
    assert "then" not in desk.open_steps

    desk.answer("pack#1", n=1)
    desk.answer("pack#3", n=1)

    assert desk.open_steps == ["then"]
    assert cancelled(desk) == []


def test_no_further_pass_begins_once_there_are_enough() -> None:
    desk = Desk.open(repeat("each: ticket.list, at_once: 1, join: 2"), list=["a", "b", "c", "d"])
    desk.answer("pack", n=1)
    desk.answer("pack", n=1)

    assert desk.open_steps == ["then"]
    assert desk.outputs("loop")["count"] == 2


def test_the_rest_may_go_on_beside_what_comes_next_and_the_run_waits_for_it() -> None:
    desk = three("join: 1, rest: beside")
    desk.answer("pack#2", n=1)
    assert desk.open_steps == ["pack#1", "pack#3", "then"]

    desk.answer("pack#1", n=1)
    desk.answer("then")
    assert desk.result is None
    desk.answer("pack#3", n=1)

    assert desk.result == "resolved"
    assert desk.outputs("loop")["count"] == 3
    assert len([f for f in desk.of(FactType.STEP_CLOSED) if f.step == "loop"]) == 1


def test_the_end_of_the_run_withdraws_what_goes_on_beside() -> None:
    desk = three("join: 1, rest: beside", after="      - {id: over, type: end}")
    desk.answer("pack#2", n=1)
    desk.answer("then")

    assert desk.result == "resolved"
    assert cancelled(desk) == ["pack#1", "pack#3"]


OUT = (
    "{id: pack, type: task, assign: role:agent, due: 1d, outcomes: "
    "[{key: ok, label: O}, {key: out, label: X, next: then}]}"
)


def test_a_pass_that_was_left_behind_leads_nowhere_any_more() -> None:
    desk = three("join: 1, rest: beside", OUT)
    desk.answer("pack#2", "ok")

    desk.answer("pack#1", "out")

    assert desk.incident is None
    assert desk.open_steps == ["pack#3", "then"]


def test_coming_again_withdraws_what_was_left_behind() -> None:
    again = (
        "      - {id: more, type: task, assign: role:agent, due: 1d, outcomes: [{key: again, label: A, next: loop}]}"
    )
    desk = three("join: 1, rest: beside", after=again)
    desk.answer("pack#2", n=1)
    desk.answer("then")
    desk.answer("more", "again")

    assert cancelled(desk) == ["pack#1", "pack#3"]
    assert desk.open_steps == ["pack#1", "pack#2", "pack#3"]


def test_a_list_too_short_for_the_join_is_an_incident_and_an_empty_one_is_done() -> None:
    short = Desk.open(repeat(f"{THREE}, join: 2"), list=["a"])
    empty = Desk.open(repeat(f"{THREE}, join: 2"), list=[])

    assert short.incident == "loop SOP_JOIN"
    assert empty.open_steps == ["then"]
    short.settle("loop", Remedy.SKIP)
    assert short.open_steps == ["then"]


def test_losing_calls_are_awaited_before_it_goes_on() -> None:
    desk = three("join: 1", "{id: make, type: action, action: erp.make, with: {a: '{{ item }}'}, undo: erp.unmake}")
    desk.done("erp.make", no="R1")
    assert "then" not in desk.open_steps

    desk.done("erp.make", no="R2")
    desk.done("erp.make", no="R3")

    assert desk.open_steps == ["then"]


def test_until_sees_the_pass_that_has_just_ended_and_how_many_are_done() -> None:
    desk = Desk.open(repeat("at_once: 2, until: steps.pack.n > 5 or loop.done == 4"))
    assert desk.open_steps == ["pack#1", "pack#2"]
    desk.answer("pack#2", n=1)
    assert desk.open_steps == ["pack#1", "pack#3"]

    desk.answer("pack#3", n=9)
    assert desk.open_steps == ["pack#1"]  # awaited: nothing else is said
    desk.answer("pack#1", n=1)

    assert desk.open_steps == ["then"]
    assert desk.outputs("loop")["count"] == 3


def test_until_is_held_against_the_number_that_are_done() -> None:
    desk = Desk.open(repeat("at_once: 2, until: loop.done == 3, rest: cancel"))
    for number in (1, 2, 3):
        desk.answer(f"pack#{number}", n=1)

    assert desk.open_steps == ["then"]
    assert cancelled(desk) == ["pack#4"]


def test_the_last_of_max_passes_may_still_be_the_one_that_is_waited_for() -> None:
    desk = Desk.open(repeat("at_once: 2, max: 2, until: steps.pack.n > 5"))
    desk.answer("pack#1", n=1)
    assert desk.incident is None

    desk.answer("pack#2", n=9)

    assert desk.open_steps == ["then"]


FORK = """
    steps:
      - {{id: fork, type: parallel, branches: [x, y, z], {more}}}
      - {{id: then, type: task, assign: role:agent, due: 1d{then}}}
{after}
    paths:
      x: [{{id: a, type: task, assign: role:agent, due: 1d}}]
      y: [{{id: b, type: task, assign: role:agent, due: 1d}}]
      z: [{{id: c, type: task, assign: role:agent, due: 1d}}, {{id: d, type: wait, for: 1h}}]
"""
AGAIN = ", outcomes: [{key: again, label: A, next: fork}, {key: on, label: O}]"


def fork(more: str, then: str = "", after: str = "") -> Desk:
    return Desk.open(FORK.format(more=more, then=then, after=after))


@pytest.mark.parametrize("more", ["join: 2", "join: 2, rest: cancel"])
def test_the_branches_that_are_not_needed_are_withdrawn(more: str) -> None:
    desk = fork(more)
    desk.answer("b")
    desk.answer("a")

    assert desk.open_steps == ["then"]
    assert cancelled(desk) == ["c"]


def test_the_other_branches_may_be_awaited() -> None:
    desk = fork("join: any, rest: wait")
    desk.answer("b")
    desk.answer("a")
    desk.answer("c")
    assert desk.open_steps == ["d"]
    desk.later("1h")

    assert desk.open_steps == ["then"]
    assert desk.outputs("fork")["done"] == ["y", "x", "z"]
    assert cancelled(desk) == []


def test_the_other_branches_may_go_on_beside_what_comes_next_and_the_run_waits_for_them() -> None:
    desk = fork("join: any, rest: beside")
    desk.answer("b")
    assert desk.open_steps == ["a", "c", "then"]
    assert desk.outputs("fork")["done"] == ["y"]

    desk.answer("a")
    desk.answer("c")
    desk.answer("then")
    assert (desk.open_steps, desk.result) == (["d"], None)
    desk.later("1h")

    assert desk.result == "resolved"
    assert len([f for f in desk.of(FactType.STEP_CLOSED) if f.step == "fork"]) == 1
    assert cancelled(desk) == []


def test_the_end_of_the_run_withdraws_the_branches_that_go_on_beside() -> None:
    desk = fork("join: 2, rest: beside", after="      - {id: over, type: end}")
    desk.answer("b")
    desk.answer("a")
    desk.answer("then")

    assert desk.result == "resolved"
    assert cancelled(desk) == ["c"]


def test_coming_again_withdraws_the_branches_that_were_left_behind() -> None:
    desk = fork("join: any, rest: beside", then=AGAIN)
    desk.answer("b")
    desk.answer("then", "again")

    assert cancelled(desk) == ["a", "c"]
    assert desk.open_steps == ["a", "b", "c"]


def test_a_step_that_ends_beside_counts_for_no_later_join() -> None:
    desk = fork("join: 2, rest: beside", then=AGAIN)
    desk.answer("b")
    desk.answer("a")
    desk.answer("then", "again")
    desk.answer("c")
    desk.answer("a")
    assert "then" not in desk.open_steps

    desk.answer("b")

    assert desk.open_steps == ["d", "then"]


def test_each_pass_leaves_its_own_branches_beside() -> None:
    desk = Desk.open(
        """
        steps: [{id: loop, type: repeat, do: one, each: ticket.list, at_once: 2}]
        paths:
          one: [{id: fork, type: parallel, branches: [x, y], join: any, rest: beside},
                {id: after, type: task, assign: role:agent, due: 1d}]
          x: [{id: a, type: task, assign: role:agent, due: 1d}]
          y: [{id: b, type: task, assign: role:agent, due: 1d}]
        """,
        list=["one", "two"],
    )
    desk.answer("a#1")
    desk.answer("b#2")
    assert desk.open_steps == ["a#2", "after#1", "after#2", "b#1"]

    for step in ("after#1", "after#2", "a#2"):
        desk.answer(step)
    assert desk.result is None
    desk.answer("b#1")

    assert desk.result == "resolved"


def test_coming_again_in_one_pass_withdraws_nothing_of_another() -> None:
    desk = Desk.open(
        """
        steps: [{id: loop, type: repeat, do: one, each: ticket.list, at_once: 10}]
        paths:
          one: [{id: fork, type: parallel, branches: [x, y], join: any, rest: beside},
                {id: after, type: task, assign: role:agent, due: 1d,
                 outcomes: [{key: again, label: A, next: fork}, {key: on, label: O}]}]
          x: [{id: a, type: task, assign: role:agent, due: 1d}]
          y: [{id: b, type: task, assign: role:agent, due: 1d}]
        """,
        list=[str(number) for number in range(10)],
    )
    desk.answer("a#10")
    desk.answer("a#1")
    desk.answer("after#1", "again")

    assert cancelled(desk) == ["b#1"]
    assert {"b#1", "b#10"} <= set(desk.open_steps)


def test_calls_of_branches_beside_are_not_awaited_before_it_goes_on() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: fork, type: parallel, branches: [x, y], join: any, rest: beside}
          - {id: then, type: task, assign: role:agent, due: 1d}
        paths:
          x: [{id: make, type: action, action: erp.make, undo: none}]
          y: [{id: b, type: task, assign: role:agent, due: 1d}]
        """
    )
    desk.answer("b")
    assert desk.open_steps == ["make", "then"]

    desk.answer("then")
    desk.done("erp.make", no="R1")

    assert (desk.result, desk.outputs("make")["no"]) == ("resolved", "R1")
