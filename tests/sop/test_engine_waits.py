"""Waits: for events early, late, twice and by others; for time; and the handlers that listen all the time."""

from __future__ import annotations

import pytest

from sop.events import Command, Remedy
from sop.facts import FactType
from tests.sop.engine_desk import Desk, compiled, playbook

PARCEL = """
    steps:
      - {id: first, type: task, assign: role:agent, due: 1d}
      - {id: parcel, type: wait, event: parcel.received, match: event.no == 'P1', timeout: 2h, on_timeout: chase}
      - {id: then, type: task, assign: role:agent, due: 1d}
    paths:
      chase: [{id: call, type: task, assign: role:agent, due: 1d}]
"""


def test_the_matching_event_ends_the_wait_and_others_do_not() -> None:
    desk = Desk.open(PARCEL)
    desk.answer("first")

    desk.happen("parcel.received", "1", no="P2")
    assert desk.open_steps == ["parcel"]
    desk.happen("parcel.received", "2", no="P1")

    assert desk.open_steps == ["then"]
    known = desk.outputs("parcel")
    assert known["received"] is True
    assert known["which"] == "parcel.received"
    assert known["event"] == {"type": "parcel.received", "source": "test", "id": "2", "no": "P1"}
    assert [fact.step for fact in desk.of(FactType.EVENT_MATCHED)] == ["parcel"]


def test_an_event_that_came_early_is_found() -> None:
    desk = Desk.open(PARCEL)
    desk.happen("parcel.received", no="P1")

    desk.answer("first")

    assert desk.open_steps == ["then"]


def test_the_same_event_twice_is_one_event() -> None:
    desk = Desk.open(PARCEL)
    desk.happen("parcel.received", no="P2")
    before = desk.stored

    desk.happen("parcel.received", no="P1")

    assert desk.stored == before


def test_a_run_reads_an_event_once_and_another_run_reads_it_too() -> None:
    waits = """
        steps:
          - {id: one, type: wait, event: parcel.received, timeout: never}
          - {id: two, type: wait, event: parcel.received, timeout: never}
    """
    desk = Desk.open(waits, playbook("p", waits))

    desk.happen("parcel.received", no="P1")

    assert desk.open_steps == ["two", "two"]


def test_a_wait_that_times_out_says_so_and_leads_on() -> None:
    desk = Desk.open(PARCEL)
    desk.answer("first")

    desk.later("2h")

    assert desk.open_steps == ["call"]
    assert desk.outputs("parcel")["received"] is False
    assert desk.outputs("parcel")["status"] == "timeout"
    desk.happen("parcel.received", no="P1")
    assert desk.open_steps == ["call"]


def test_never_waits_for_ever() -> None:
    desk = Desk.open("steps: [{id: w, type: wait, event: called.off, timeout: never}]")

    assert desk.state.alarms == []
    desk.later("400d")
    assert desk.open_steps == ["w"]


@pytest.mark.parametrize(("event", "opened"), [("parcel.received", "after"), ("parcel.lost", "search")])
def test_the_first_of_several_events_decides(event: str, opened: str) -> None:
    desk = Desk.open(
        """
        steps:
          - id: w
            type: wait
            any_of: [{event: parcel.received, match: event.no == 'P1'}, {event: parcel.lost, next: lost}]
            timeout: never
          - {id: after, type: task, assign: role:agent, due: 1d}
        paths:
          lost: [{id: search, type: task, assign: role:agent, due: 1d}]
        """
    )
    desk.happen("parcel.received", "0", no="P9")

    desk.happen(event, no="P1")

    assert desk.open_steps == [opened]
    assert desk.outputs("w")["which"] == event


def test_a_failing_match_is_an_incident_and_not_no_match() -> None:
    desk = Desk.open(PARCEL.replace("event.no == 'P1'", "event.no > 1"))
    desk.answer("first")

    desk.happen("parcel.received", no="P1")

    assert desk.incident == "parcel SOP115"
    assert str(desk.last(FactType.INCIDENT_OPENED)["where"]).startswith("t.yaml:6:")
    desk.later("3h")
    assert desk.incident == "parcel SOP115"
    desk.settle("parcel", Remedy.ENTER, event={"no": "P1"})
    assert desk.open_steps == ["then"]
    assert desk.outputs("parcel")["received"] is True


def test_not_received_entered_by_hand_leads_where_the_timeout_does() -> None:
    desk = Desk.open(PARCEL.replace("event.no == 'P1'", "event.no > 1"))
    desk.answer("first")
    desk.happen("parcel.received", no="P1")

    desk.settle("parcel", Remedy.ENTER, received=False)

    assert desk.open_steps == ["call"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("for: 3h", 180),
        ("for: 3wh", 180),
        ("for: 4wh", 330),
        ('for: "{{ ticket.flag }}"', 90),
        ("until: \"add(now, '2h')\"", 120),
        ("until: \"'2026-01-05T12:00:00+08:00'\"", 180),
        ("until: \"'2026-01-05T12:00:00'\"", 180),  # without a zone: the calendar's
        ("until: \"'2020-01-01'\"", 0),
    ],
)
def test_a_wait_for_time_ends_at_the_moment_fixed_on_entry(written: str, minutes: int) -> None:
    desk = Desk.open(
        f"""
        steps:
          - {{id: w, type: wait, {written}}}
          - {{id: then, type: task, assign: role:agent, due: 1d}}
        """,
        flag="90m",
    )
    if minutes:
        desk.later(f"{minutes * 60 - 1}s")
        assert desk.open_steps == ["w"]
        desk.later("1s")

    assert desk.open_steps == ["then"]


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ('for: "{{ ticket.flag }}"', "soon"),
        ("until: ticket.flag", "soon"),
        ("until: ticket.flag", None),
        ("for: 999999wd", 1),
    ],
)
def test_a_time_that_is_none_is_an_incident(written: str, flag: object) -> None:
    desk = Desk.open(f"steps: [{{id: w, type: wait, {written}}}]", flag=flag)  # type: ignore[arg-type]  # on purpose

    assert str(desk.incident).startswith("w SOP")
    desk.settle("w", Remedy.ENTER)
    assert desk.result == "resolved"


def listening(handler: str, more: str = "") -> str:
    return f"""
    whenever: [{{event: called.off, {handler}}}]
    steps:
      - {{id: a, type: task, assign: role:agent, due: 1d}}
      - {{id: b, type: task, assign: role:agent, due: 1d}}
    paths:
      off: [{{id: o1, type: task, assign: role:agent, due: 1d}}, {{id: o2, type: task, assign: role:agent, due: 1d}}]
    {more}
    """


def test_a_handler_runs_its_path_beside_the_open_steps() -> None:
    desk = Desk.open(listening("next: off"))

    desk.happen("called.off")

    assert desk.open_steps == ["a", "o1"]
    desk.answer("a")
    desk.answer("b")
    assert desk.result is None
    desk.answer("o1")
    desk.answer("o2")
    assert desk.result == "resolved"


def test_a_second_event_beside_the_first_gets_steps_of_its_own() -> None:
    desk = Desk.open(listening("next: off"))
    desk.happen("called.off", "1")

    desk.happen("called.off", "2")

    [_, first, second] = desk.open_steps
    assert first == "o1"
    assert second.startswith("o1#")
    desk.answer(second)
    assert "o1" in desk.open_steps


def test_an_interrupt_cancels_the_open_step_and_comes_back_after_it() -> None:
    desk = Desk.open(listening("interrupt: true, next: off"))

    desk.happen("called.off")

    assert desk.open_steps == ["o1"]
    assert desk.outputs("a")["status"] == "cancelled"
    desk.answer("o1")
    desk.answer("o2")
    assert desk.open_steps == ["b"]


@pytest.mark.parametrize(
    ("target", "opened", "result"), [("b", ["b"], None), ("end", [], "resolved"), ("a", ["a"], None)]
)
def test_an_interrupt_may_jump_or_end_the_run(target: str, opened: list[str], result: str | None) -> None:
    desk = Desk.open(listening(f"interrupt: true, next: {target}"))

    desk.happen("called.off")

    assert (desk.open_steps, desk.result) == (opened, result)


def test_a_handler_within_some_steps_listens_only_there() -> None:
    desk = Desk.open(listening("within: [b], interrupt: true, next: off"))

    desk.happen("called.off", "1")
    assert desk.open_steps == ["a"]
    desk.answer("a")
    desk.happen("called.off", "2")

    assert desk.open_steps == ["o1"]


def test_an_interrupted_branch_leaves_its_neighbours_alone() -> None:
    desk = Desk.open(
        """
        whenever: [{event: called.off, within: [x1], interrupt: true, next: off}]
        steps: [{id: both, type: parallel, branches: [x, y]}]
        paths:
          x: [{id: x1, type: task, assign: role:agent, due: 1d}, {id: x2, type: task, assign: role:agent, due: 1d}]
          y: [{id: y1, type: task, assign: role:agent, due: 1d}]
          off: [{id: o, type: task, assign: role:agent, due: 1d}]
        """
    )

    desk.happen("called.off")

    assert desk.open_steps == ["o", "y1"]
    desk.answer("o")
    desk.answer("x2")
    desk.answer("y1")
    assert desk.result == "resolved"
    assert desk.outputs("both")["done"] == ["x", "y"]


def test_an_interrupt_of_several_branches_goes_on_after_the_parallel() -> None:
    desk = Desk.open(
        """
        whenever: [{event: called.off, interrupt: true, next: off}]
        steps: [{id: both, type: parallel, branches: [x, y]}, {id: then, type: task, assign: role:agent, due: 1d}]
        paths:
          x: [{id: x1, type: task, assign: role:agent, due: 1d}]
          y: [{id: y1, type: task, assign: role:agent, due: 1d}]
          off: [{id: o, type: task, assign: role:agent, due: 1d}]
        """
    )

    desk.happen("called.off")

    assert desk.open_steps == ["o"]
    desk.answer("o")
    assert desk.open_steps == ["then"]


def test_an_interrupted_call_is_awaited_undone_and_may_be_done_again() -> None:
    desk = Desk.open(
        """
        whenever: [{event: called.off, interrupt: true, next: off}]
        steps: [{id: make, type: action, action: erp.make, with: {a: 1}, undo: erp.unmake}]
        paths: {off: [{id: o, type: task, assign: role:agent, due: 1d, next: make}]}
        """
    )
    desk.happen("called.off")
    assert desk.open_steps == ["o"]

    desk.done("erp.make", no="R1")
    assert desk.done("erp.unmake").arguments == {"no": "R1"}
    desk.answer("o")

    assert desk.waiting_calls == ["erp.make"]
    desk.done("erp.make", no="R2")
    assert desk.result == "resolved"


def test_a_run_waits_for_an_interrupted_call_before_it_ends() -> None:
    desk = Desk.open(
        """
        whenever: [{event: called.off, interrupt: true, next: off}]
        steps: [{id: make, type: action, action: erp.make, with: {a: 1}}]
        paths: {off: [{id: o, type: task, assign: role:agent, due: 1d}]}
        """
    )
    desk.happen("called.off")
    desk.answer("o")
    assert desk.result is None

    desk.done("erp.make", no="R1")

    assert desk.result == "resolved"


def test_a_handlers_failing_match_is_told_once_and_stops_nothing() -> None:
    desk = Desk.open(listening("match: ticket.flag > 1, next: off"))

    desk.happen("called.off")

    told = desk.last(FactType.ALERT)
    assert (told["kind"], told["code"], told["to"]) == ("incident", "SOP115", "owner")
    assert str(told["where"]).startswith("t.yaml:4:")
    assert desk.open_steps == ["a"]
    desk.answer("a")
    assert desk.open_steps == ["b"]


def test_a_sub_sop_and_its_caller_read_one_mailbox_together() -> None:
    sub = "steps: [{id: w, type: wait, event: parcel.received, timeout: never}]"
    desk = Desk.open(compiled("steps: [{id: one, type: sop, sop: s}, {id: two, type: sop, sop: s}]", s=sub))
    desk.happen("parcel.received", "1", no="P1")
    assert desk.open_steps == ["w"]

    desk.happen("parcel.received", "2", no="P2")

    assert desk.result == "resolved"


def test_marks_of_personal_fields_cannot_be_sent_in_from_outside() -> None:
    desk = Desk.open("steps: [{id: w, type: wait, event: parcel.received, timeout: never}]")

    desk.happen("parcel.received", no="\ue000customer.phone\ue001")

    assert desk.last(FactType.EVENT_RECEIVED)["data"] == {"no": "customer.phone"}


def test_a_wait_for_time_is_not_moved_by_a_pause_and_rings_when_it_is_over() -> None:
    desk = Desk.open("steps: [{id: w, type: wait, for: 1h}, {id: then, type: task, assign: role:agent, due: 1d}]")
    desk.order(Command.PAUSE)
    desk.later("2h")
    assert desk.open_steps == ["w"]

    desk.order(Command.RESUME)
    desk.later("1s")

    assert desk.open_steps == ["then"]
