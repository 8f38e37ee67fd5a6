"""Gates: what is held stands before the step, in plain sight, until it is released."""

from __future__ import annotations

import pytest

from sop.clocks.ledger import ClockPhase
from sop.definition import Compiled
from sop.events import Command, GateLifted, GateSet, Remedy, RunMigrated
from sop.facts import FactType
from sop.gate import Gate
from sop.refusals import NotOnThisVersion, StepNotOpen
from tests.sop.engine_desk import Desk, compiled, playbook, staff

SOP = """
sla: {resolution: {target: 8h}}
steps:
  - {id: ask, type: task, assign: role:agent}
  - {id: pay, type: action, action: erp.make, with: {a: 1, b: x}, when: "ticket.flag != 'no'"}
  - {id: come, type: wait, event: parcel.received, timeout: 1d, on_timeout: end}
  - {id: last, type: task, assign: role:agent, due: 1h}
"""


def gate(step: str = "pay", number: int = 1, **more: str | int | None) -> GateSet:
    return GateSet(Gate(number, "t", step, why="refunds twice", by="lea", **more))  # type: ignore[arg-type]  # a test's own words


def lift(number: int = 1) -> GateLifted:
    return GateLifted(number, staff("lea"), "repaired")


def version(text: str, number: int) -> Compiled:
    return {**compiled(text), "version": number}


def test_a_ticket_that_reaches_the_step_is_held_until_it_is_released() -> None:
    desk = Desk.open(SOP)
    desk.tell(gate())
    desk.answer("ask")
    held = desk.last(FactType.STEP_HELD)
    waiting = desk.status
    before = list(desk.waiting_calls)
    desk.tell(lift())

    assert (held["gate"], held["why"], held["set_by"], held["clocks"]) == (1, "refunds twice", "lea", "run")
    assert (waiting, before) == ("waiting", [])
    assert desk.last(FactType.STEP_RELEASED) == {"gate": 1, "note": "repaired"}
    assert desk.waiting_calls == ["erp.make"]


def test_a_waiting_ticket_hears_of_a_gate_and_nothing_happens() -> None:
    desk = Desk.open(SOP)
    before = len(desk.facts)
    desk.tell(gate())
    desk.tell(lift())

    assert len(desk.facts) == before


def test_who_stands_on_the_step_already_stays_there() -> None:
    desk = Desk.open(SOP)
    desk.tell(gate("ask"))
    desk.answer("ask")

    assert desk.waiting_calls == ["erp.make"]


@pytest.mark.parametrize(
    ("more", "is_held"),
    [
        ({"condition": "ticket.priority == 'urgent'"}, False),
        ({"condition": "ticket.priority == 'normal' and sop.key == 't'"}, True),
        ({"condition": "ticket.nothing > 3"}, True),
        ({"version": 0}, True),
        ({"version": 7}, False),
    ],
)
def test_only_what_matches_is_held_and_what_cannot_be_judged_is_too(more: dict[str, str | int], is_held: bool) -> None:
    desk = Desk.open(SOP)
    desk.tell(gate(**more))
    desk.answer("ask")

    assert bool(desk.of(FactType.STEP_HELD)) is is_held


def test_a_step_that_is_skipped_is_not_held() -> None:
    desk = Desk.open(SOP, flag="no")
    desk.tell(gate())
    desk.answer("ask")

    assert desk.open_steps == ["come"]


def test_nobody_completes_a_held_step() -> None:
    desk = Desk.open(SOP)
    desk.tell(gate("last"))
    desk.answer("ask")
    desk.done("erp.make", no="1")
    desk.happen("parcel.received")
    desk.order(Command.CLAIM)
    with pytest.raises(StepNotOpen):
        desk.answer("last")
    desk.tell(lift())
    desk.later("61m")
    desk.answer("last")

    assert [alert.split()[1:3] for alert in desk.alerts()] == [["remind", "last"], ["overdue", "last"]]
    assert desk.result == "resolved"


def test_a_held_wait_reads_what_came_meanwhile() -> None:
    desk = Desk.open(SOP)
    desk.tell(gate("come"))
    desk.answer("ask")
    desk.done("erp.make", no="1")
    desk.happen("parcel.received")
    held = desk.open_steps
    desk.later("3d")
    desk.tell(lift())

    assert (held, desk.open_steps) == (["come"], ["last"])


def test_a_retry_is_held_too() -> None:
    desk = Desk.open(SOP)
    desk.answer("ask")
    desk.fail("erp.make")
    desk.tell(gate())
    desk.settle("pay", Remedy.RETRY)
    held = desk.waiting_calls
    desk.tell(lift())

    assert (held, desk.waiting_calls) == ([], ["erp.make"])


def test_two_gates_are_both_to_be_lifted() -> None:
    desk = Desk.open(SOP)
    desk.tell(gate())
    desk.tell(gate(number=2))
    desk.answer("ask")
    desk.tell(lift(1))
    once = list(desk.waiting_calls)
    desk.tell(lift(2))

    assert (once, desk.waiting_calls) == ([], ["erp.make"])
    assert [fact.data["gate"] for fact in desk.of(FactType.STEP_HELD)] == [1, 2]


def test_news_of_a_lifted_gate_that_comes_late_is_not_believed() -> None:
    desk = Desk.open(SOP)
    desk.tell(lift())
    desk.tell(gate())
    desk.tell(gate(number=2))
    desk.tell(gate(number=2))
    desk.answer("ask")

    assert [held.id for held in desk.state.gates] == [2]


@pytest.mark.parametrize(("clocks", "phase"), [("run", ClockPhase.RUNNING), ("pause", ClockPhase.PAUSED)])
def test_clocks_run_on_or_stand_still_as_declared(clocks: str, phase: ClockPhase) -> None:
    desk = Desk.open(SOP)
    desk.tell(gate(clocks=clocks))
    desk.later("1h")
    desk.answer("ask")
    due = desk.state.runs["t"].clocks["resolution"].due_at
    while_held = desk.state.runs["t"].clocks["resolution"].phase
    desk.later("2h")
    desk.tell(lift())
    after = desk.state.runs["t"].clocks["resolution"]

    assert due
    assert after.due_at
    assert while_held is phase
    assert after.phase is ClockPhase.RUNNING
    assert (after.due_at - due).total_seconds() == (7200 if clocks == "pause" else 0)


def test_a_held_ticket_can_be_cancelled_moved_and_cancelled_again() -> None:
    desk = Desk.open(version(SOP, 1))
    desk.tell(gate())
    desk.answer("ask")
    desk.tell(
        RunMigrated(
            "t", 1, version(SOP.replace("erp.make, with: {a: 1, b: x}", "erp.look, with: {a: 1}"), 2), staff("lea")
        )
    )
    desk.tell(lift())
    moved = list(desk.waiting_calls)
    other = Desk.open(SOP)
    other.tell(gate())
    other.answer("ask")
    other.order(Command.CANCEL)

    assert moved == ["erp.look"]
    assert other.result == "cancelled"


def test_a_playbook_of_the_same_key_elsewhere_is_not_meant() -> None:
    desk = Desk.open(playbook("p", "steps: [{id: pay, type: task, assign: role:agent}]"))
    desk.tell(gate())

    assert desk.open_steps == ["pay"]


def test_a_step_put_in_pauses_the_clocks_while_it_is_open() -> None:
    put_in = SOP.replace("  - {id: pay", "  - {id: look, type: task, assign: role:boss}\n  - {id: pay")
    desk = Desk.open(version(SOP, 1))
    event = RunMigrated("t", 1, version(put_in, 2), staff("lea"), before="pay", pausing=("look",))
    desk.tell(event)
    desk.answer("ask")
    standing = desk.state.runs["t"].clocks["resolution"].phase
    desk.answer("look")
    late = Desk.open(version(SOP, 1))
    late.answer("ask")
    with pytest.raises(NotOnThisVersion):
        late.tell(event)

    assert standing is ClockPhase.PAUSED
    assert desk.state.runs["t"].clocks["resolution"].phase is ClockPhase.RUNNING
    assert desk.waiting_calls == ["erp.make"]
