"""Walking through a definition: every move, what can be seen after it, and the walk written down as a scenario."""

from __future__ import annotations

import pytest

from sop.events import FailureKind
from sop.refusals import Refusal
from sop.scenario import judge, play, read_scripts
from sop.scenario.script import Script
from sop.simulate import Bounds, Move, TooMuch, Walk
from sop.simulate.drawing import drawn
from sop.simulate.moves import ACTS
from sop.simulate.spoken import Unclear, move_of
from sop.simulate.told import alerts_of, calls_of, clocks_of
from sop.simulate.written import as_case
from tests.sop.engine_desk import compiled

SOP = """
owner: role:boss
sla: {resolution: {target: 4h}}
steps:
  - id: ask
    type: task
    assign: role:agent
    due: 1h
    form: [{key: n, type: integer, label: N}, {key: day, type: date, label: D, optional: true}]
    outcomes: [{key: good, label: G}, {key: bad, label: B, next: look}]
  - {id: ok, type: approval, approvers: role:boss, due: 1h, on_reject: end}
  - {id: make, type: action, action: erp.make, with: {a: "{{ steps.ask.n }}"}, undo: erp.unmake}
  - {id: parcel, type: wait, event: parcel.received, match: event.no == steps.make.no, timeout: 3d, on_timeout: gone}
paths:
  look: [{id: tell, type: action, action: erp.look, with: {a: 1}, on_error: continue}]
  gone: [{id: undone, type: end, result: cancelled, undo: true}]
"""


def walk(*lines: str, **bounds: int) -> Walk:
    """The walk after these lines were typed."""
    script = Script(file="t.yaml", ticket={"no": "T1"}, cases=[])
    walked = Walk.of(compiled(SOP), script, Bounds(**bounds))
    for line in lines:
        walked.make(move_of(line, walked))
    return walked


def stands(walked: Walk) -> list[str]:
    return [step.address for step in walked.steps()]


@pytest.mark.parametrize(
    ("move", "written"), [(Move(vote="ok", by="agent"), "{vote: ok, by: agent}"), (Move(vote="ok"), "{vote: ok}")]
)
def test_a_vote_is_written_down_with_whom_it_named(move: Move, written: str) -> None:
    walked = walk()
    walked.make(Move(complete="ask", outcome="good", by="eve", **{"with": {"n": 3}}))

    walked.make(move)

    assert written in as_case(walked, "it")


def test_a_walk_to_the_end_with_invented_answers() -> None:
    walked = walk("1 good n=3", "1 approve fine", "event parcel.received no=NO-1")

    assert walked.ended
    assert drawn(walked) == "✓ ask → ✓ ok → ✓ make → ✓ parcel"
    assert [(call["action"], call["state"], call["outputs"]) for call in calls_of(walked.facts)] == [
        ("erp.make", "done", {"no": "NO-1"})
    ]


def test_the_clock_goes_to_the_next_timer_and_people_are_told() -> None:
    walked = walk("next", "next", "+4h")

    assert stands(walked) == ["t.ask"]
    assert [(alert["kind"], alert["to"]) for alert in alerts_of(walked.facts)][:2] == [
        ("remind", "role:agent"),
        ("overdue", "lead"),
    ]
    assert [(clock.name, clock.light, clock.phase) for clock in clocks_of(walked.facts)] == [
        ("resolution", "red", "running")
    ]


@pytest.mark.parametrize("kind", list(FailureKind))
def test_an_action_fails_in_every_way_until_it_is_healed(kind: FailureKind) -> None:
    walked = walk("1 good n=3", f"fail erp.make {kind}", "1 approve")

    assert [step.incident for step in walked.steps()] != [None]
    assert calls_of(walked.facts)[-1]["kind"] == kind
    walked.make(move_of("heal erp.make", walked))
    walked.make(move_of("1 retry", walked))
    assert stands(walked) == ["t.parcel"]


def test_a_failing_action_may_be_somebody_elses_way_on() -> None:
    walked = walk("fail erp.look", "ask bad n=1")

    assert drawn(walked).splitlines() == ["✓ ask → ▶ ok → · make → · parcel", "look: ✗ tell"]


def test_a_step_is_claimed_an_incident_settled_and_a_ticket_cancelled() -> None:
    claimed = walk("claim 1 ann")
    entered = walk("1 good n=3", "fail erp.make refused", "1 approve", "1 enter no=N7", "event parcel.received no=N7")
    cancelled = walk("1 good n=3", "1 approve", "order cancel")

    assert claimed.steps()[0].person == "ann"
    assert entered.ended
    assert [call["action"] for call in calls_of(cancelled.facts)] == ["erp.make", "erp.unmake"]
    assert cancelled.ended


@pytest.mark.parametrize(
    "line",
    [
        "9", "ask2", "1 good n", "fail", "fail erp.make loudly", "heal", "event", "order", "order dance", "claim 7",
        "+soon", "1 'open", "ok",
    ],
)  # fmt: skip
def test_what_is_no_move_is_said_so_and_changes_nothing(line: str) -> None:
    walked = walk()
    before = len(walked.facts)

    with pytest.raises((Unclear, ValueError)):
        walked.make(move_of(line, walked))
    assert (len(walked.facts), walked.moves) == (before, [])


def test_an_approval_and_an_incident_want_their_own_words() -> None:
    asked = walk("1 good n=3")
    with pytest.raises(Unclear, match="approve or reject"):
        move_of("ok good", asked)
    troubled = walk("1 good n=3", "fail erp.make", "1 approve")
    with pytest.raises(Unclear, match="retry, enter"):
        move_of("1 good", troubled)


def test_a_refused_move_takes_its_time_all_the_same() -> None:
    walked = walk()
    with pytest.raises(Refusal):
        walked.make(Move.model_validate({"after": "2h", "complete": "ask", "with": {}}))

    assert [move.after for move in walked.moves] == ["2h"]
    assert walked.now - walked.began == walk("+2h").now - walk().now


def test_one_move_is_one_thing() -> None:
    with pytest.raises(ValueError, match="one thing a move: complete, event"):
        Move(complete="ask", event="parcel.lost")


def test_bounds_stop_a_walk() -> None:
    with pytest.raises(TooMuch, match="more than 2 moves"):
        walk("+1h", "+1h", "+1h", moves=2)
    with pytest.raises(TooMuch, match="more than 3 days"):
        walk("+2d", "+2d", days=3)
    with pytest.raises(TooMuch, match="more than 9 facts"):
        walk("1 good n=3", facts=9)


def test_a_walk_written_down_plays_again_as_a_scenario() -> None:
    walked = walk("next", "claim 1 ann", "1 good n=3 day=2026-01-07", "1 approve fine", "event parcel.received no=NO-1")
    text = "file: t.yaml\nmocks: {erp.make: {no: NO-1}}\ncases:\n" + as_case(walked, "走一遍: 好")
    [script] = read_scripts(text, "s.yaml")
    stage, wrong = play(script, script.cases[0], compiled(SOP))

    assert "{after: 48m}" in text
    assert wrong + judge(script.cases[0].expect, stage.facts, "t") == []
    assert script.cases[0].expect.result == "resolved"
    assert [fact.type for fact in stage.facts] == [fact.type for fact in walked.facts]


def test_a_walk_that_has_not_ended_expects_what_stands_open() -> None:
    assert "expect: {open: [ok]}" in as_case(walk("fail erp.make", "1 good n=3"), "offen")
    assert "# fail erp.make: see mocks" in as_case(walk("fail erp.make", "1 good n=3"), "offen")


def test_every_act_of_a_scenario_is_one_thing() -> None:
    about = {
        "after", "by", "outcome", "values", "choice", "comment", "data", "id", "visibility", "to", "rejected",
        "promise", "step", "timer", "kind",
    }  # fmt: skip

    assert set(Move.model_fields) - about == set(ACTS)
