"""SLA clocks in the engine: start, pause, aim, ring, stop; each deadline comes from the ledger of its intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from textwrap import dedent

import pytest

from sop.definition import Compiled
from sop.events import Command
from sop.facts import Fact, FactType
from sop.loading import load
from tests.sop.engine_desk import CATALOG, MONDAY, Desk, compiled, playbook

STEPS = """
    steps:
      - {id: mine, type: task, assign: role:agent, due: 30d}
      - {id: theirs, type: task, assign: customer, due: 30d}
      - {id: last, type: task, assign: role:agent, due: 30d}
"""


def clock(policy: str, name: str = "resolution") -> str:
    return f"    sla: {{{name}: {policy}}}\n{STEPS}"


def moments(facts: list[Fact], *kinds: FactType) -> list[tuple[str, int]]:
    """What clocks told, each with its minute since the ticket was opened."""
    wanted = kinds or tuple(kind for kind in FactType if kind.startswith("clock."))
    return [(f.type.value, int((f.at - MONDAY).total_seconds() // 60)) for f in facts if f.type in wanted]


def minute(text: object) -> float:
    return (datetime.fromisoformat(str(text)) - MONDAY).total_seconds() / 60


def test_a_clock_warns_and_is_breached_when_it_is_due() -> None:
    desk = Desk.open(clock("{target: 100m}"))

    desk.later("3h")

    assert moments(desk.facts) == [("clock.started", 0), ("clock.warned", 80), ("clock.breached", 100)]
    breached = desk.last(FactType.CLOCK_BREACHED)
    assert breached["due_at"] == breached["fired_at"]


@pytest.mark.parametrize(
    ("policy", "warned", "breached"),
    [
        ("{target: 100m, warn: 50%}", 50, 100),
        ("{target: 100m, warn: 10m}", 10, 100),
        ("{target: 5wh}", 330, 390),
        ("{target: 1wd}", 450, 1440),
        ("{target: [{when: ticket.priority == 'urgent', is: 1h}, {is: 100m}]}", 80, 100),
    ],
)
def test_targets_and_warnings(policy: str, warned: int, breached: int) -> None:
    desk = Desk.open(clock(policy))

    desk.later("3d")

    assert moments(desk.facts, FactType.CLOCK_WARNED, FactType.CLOCK_BREACHED) == [
        ("clock.warned", warned),
        ("clock.breached", breached),
    ]


def test_a_ladder_tells_reassigns_and_raises() -> None:
    desk = Desk.open(
        clock(
            "{target: 100m, escalate: [{at: 75%, to: owner}, {at: 100%, to: role:lead, reassign: true},"
            " {after: 1h, to: role:boss, priority: urgent}]}"
        )
    )

    desk.later("3h")

    assert desk.alerts() == [
        "75 warn resolution -> owner",
        "100 overdue resolution -> role:lead",
        "160 overdue resolution -> role:boss",
    ]
    assert desk.state.ticket["priority"] == "urgent"
    assert [f.data["wanted"] for f in desk.of(FactType.TICKET_OWNER)] == ["team:care", "role:lead"]


def test_a_clock_stands_still_while_the_customer_owes_an_answer() -> None:
    desk = Desk.open(clock("{target: 100m, pause: ticket.status == 'waiting_customer'}"))
    desk.later("30m")
    desk.answer("mine")
    assert desk.status == "waiting_customer"
    assert desk.last(FactType.CLOCK_PAUSED)["used_seconds"] == 30 * 60

    desk.later("10h")
    desk.answer("theirs", by="customer")

    assert minute(desk.last(FactType.CLOCK_RESUMED)["due_at"]) == 700
    desk.later("69m")
    assert desk.of(FactType.CLOCK_BREACHED) == []
    desk.later("1m")
    assert moments(desk.facts, FactType.CLOCK_BREACHED) == [("clock.breached", 700)]


def test_a_pause_costs_working_time_only_where_that_is_counted() -> None:
    desk = Desk.open(clock("{target: 4wh, pause: ticket.status == 'waiting_customer'}"))
    desk.later("2h")
    desk.answer("mine")
    desk.later("2h")  # 11:00 to 13:00: one working hour
    desk.answer("theirs", by="customer")

    assert minute(desk.last(FactType.CLOCK_RESUMED)["due_at"]) == 390


def test_a_rung_is_neither_repeated_nor_left_out_after_a_pause() -> None:
    desk = Desk.open(
        clock(
            "{target: 100m, pause: ticket.status == 'waiting_customer',"
            " escalate: [{at: 50%, to: role:lead}, {at: 90%, to: role:boss}]}"
        )
    )
    desk.later("60m")
    desk.answer("mine")
    desk.later("1d")
    desk.answer("theirs", by="customer")

    desk.later("2h")

    assert desk.alerts() == ["50 warn resolution -> role:lead", "1530 warn resolution -> role:boss"]


def test_another_priority_aims_the_clock_anew_and_keeps_the_time_used() -> None:
    desk = Desk.open(clock("{target: [{when: ticket.priority == 'urgent', is: 1h}, {is: 3h}]}"))
    desk.later("30m")

    desk.order(Command.PRIORITY, to="urgent")

    changed = desk.last(FactType.CLOCK_CHANGED)
    assert (changed["target"], minute(changed["due_at"]), minute(changed["warn_at"])) == ("1h", 60, 48)


def test_a_deadline_that_moves_into_the_future_is_not_missed_any_more() -> None:
    desk = Desk.open(clock("{target: [{when: ticket.priority == 'urgent', is: 1h}, {is: 3h}]}"), priority="urgent")
    desk.later("2h")
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1

    desk.order(Command.PRIORITY, to="normal")
    assert desk.last(FactType.CLOCK_CHANGED)["breached"] is False
    for step in ("mine", "theirs", "last"):
        desk.answer(step)

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is True


def test_a_paused_ticket_pauses_its_clocks_and_steps() -> None:
    desk = Desk.open(clock("{target: 100m}").replace("due: 30d", "due: 100m, timeout: 200m, on_timeout: end"))
    desk.later("50m")
    desk.order(Command.PAUSE)
    assert desk.status == "paused"
    assert desk.engine.next_deadline() is None

    desk.later("1000m")
    assert desk.alerts() == []
    desk.order(Command.RESUME)
    desk.later("151m")

    assert desk.alerts() == ["1080 remind mine -> role:agent", "1100 overdue mine -> lead"]
    assert moments(desk.facts, FactType.CLOCK_BREACHED) == [("clock.breached", 1100)]
    assert desk.result == "resolved"


def test_a_step_opened_during_the_pause_gets_back_only_its_own_time() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: pay, type: action, action: erp.pay, with: {a: 1}}
          - {id: then, type: task, assign: role:agent, due: 100m}
        """
    )
    desk.order(Command.PAUSE)
    desk.later("60m")
    desk.done("erp.pay", paid=1)
    desk.later("30m")
    desk.order(Command.RESUME)

    desk.later("100m")

    assert desk.alerts() == ["170 remind then -> role:agent", "190 overdue then -> lead"]


def test_the_first_response_stops_at_the_first_public_word_of_the_staff() -> None:
    desk = Desk.open(clock("{target: 30m}", "first_response"))
    desk.say("m1", "customer")
    desk.say("m2", "ann", visibility="internal")
    assert desk.of(FactType.CLOCK_STOPPED) == []

    desk.later("10m")
    desk.say("m3", "ann")

    stopped = desk.last(FactType.CLOCK_STOPPED)
    assert (stopped["clock"], stopped["met"]) == ("first_response", True)


def test_a_first_response_given_before_the_run_stops_its_clock_at_once() -> None:
    desk = Desk.open()
    desk.say("m1", "ann")

    desk.start(clock("{target: 30m}", "first_response"))

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is True


def test_the_next_response_counts_from_the_oldest_unanswered_message() -> None:
    desk = Desk.open(clock("{target: 60m}", "next_response"))
    assert desk.of(FactType.CLOCK_STARTED) == []
    desk.say("m1", "customer")
    desk.later("30m")
    desk.say("m2", "customer")
    desk.later("29m")
    desk.say("m3", "ann")
    desk.say("m4", "customer")
    desk.say("m4", "customer")  # delivered twice

    desk.later("61m")

    assert moments(desk.facts, FactType.CLOCK_STARTED, FactType.CLOCK_STOPPED, FactType.CLOCK_BREACHED) == [
        ("clock.started", 0),
        ("clock.stopped", 59),
        ("clock.started", 59),
        ("clock.breached", 119),
    ]


def test_an_answered_message_delivered_again_starts_no_clock() -> None:
    desk = Desk.open(clock("{target: 60m}", "next_response"))
    desk.say("m1", "customer")
    desk.say("m2", "ann")
    before = desk.stored

    desk.say("m1", "customer")

    assert desk.stored == before


@pytest.mark.parametrize(
    ("policy", "started", "stopped"),
    [
        ("{target: 1h, start: parcel.received, stop: parcel.lost}", 10, 20),
        ("{target: 1h, start: steps.mine.outcome is none and steps.mine.status == 'done', stop: parcel.lost}", 15, 20),
        ("{target: 1h, start: parcel.received, stop: steps.mine.status == 'done'}", 10, 15),
        ("{target: 1h, start: ticket.created}", 0, None),
    ],
)
def test_events_and_conditions_start_and_stop_a_clock(policy: str, started: int, stopped: int | None) -> None:
    desk = Desk.open(clock(policy))
    desk.later("10m")
    desk.happen("parcel.received", "1", no="P")
    desk.later("5m")
    desk.answer("mine")
    desk.later("5m")
    desk.happen("parcel.lost", "2", no="P")

    expected = [("clock.started", started)] + ([("clock.stopped", stopped)] if stopped else [])
    assert moments(desk.facts, FactType.CLOCK_STARTED, FactType.CLOCK_STOPPED) == expected


def test_a_clock_is_missed_even_when_its_timer_is_late() -> None:
    desk = Desk.open(clock("{target: 1h, stop: parcel.lost}"))
    desk.now = MONDAY.replace(hour=MONDAY.hour + 2)

    desk.happen("parcel.lost", no="P")

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is False
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1


@pytest.mark.parametrize("key", ["pause: ticket.flag > 1", "stop: ticket.flag > 1"])
def test_a_clocks_failing_condition_is_told_once_and_stops_nothing(key: str) -> None:
    desk = Desk.open(clock(f"{{target: 1h, {key}}}"))
    desk.later("2h")
    desk.answer("mine")

    [told] = [fact for fact in desk.of(FactType.ALERT) if fact.data["kind"] == "incident"]
    assert told.step is None
    assert str(told.data["where"]).startswith("t.yaml:3:")
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1


def test_the_sop_counts_from_the_opening_and_a_playbook_from_its_start() -> None:
    desk = Desk.open()
    desk.later("10m")

    desk.start(clock("{target: 1h}"), playbook("p", clock("{target: 1h}", "care")))

    due = {f.data["clock"]: minute(f.data["due_at"]) for f in desk.of(FactType.CLOCK_STARTED)}
    assert due == {"resolution": 60, "care": 70}


def test_a_reopened_tickets_clock_starts_anew() -> None:
    sop = compiled(clock("{target: 1h}"))
    desk = Desk.open(sop)
    for step in ("mine", "theirs", "last"):
        desk.answer(step)
    desk.later("1d")

    desk.order(Command.REOPEN)
    desk.start(sop, on="ticket.reopened")

    assert minute(desk.last(FactType.CLOCK_STARTED)["due_at"]) == 1440 + 60


def test_a_sub_sop_has_clocks_of_its_own() -> None:
    desk = Desk.open(compiled("steps: [{id: call, type: sop, sop: s}]", s=clock("{target: 1h}")))

    desk.later("2h")

    assert desk.of(FactType.CLOCK_BREACHED)[0].run == "s"


def test_a_step_may_read_its_clock() -> None:
    desk = Desk.open(
        """
        sla: {resolution: {target: 1h}}
        steps:
          - {id: w, type: wait, for: 2h}
          - {id: late, type: task, assign: role:agent, due: 1d,
             when: sla.resolution.breached and sla.resolution.remaining == -3600}
        """
    )

    desk.later("2h")

    assert desk.open_steps == ["late"]


READING = """
    start: {event: ticket.created}
    steps:
      - {id: look, type: task, assign: role:agent, due: 1d,
         when: sla.answer.remaining == none and not sla.answer.breached}
"""


def with_company_clocks(text: str, **policies: object) -> Compiled:
    """An SOP of a company that has these clocks."""
    return load(f"dsl: 1\nsop: t\n{dedent(text)}", "t.yaml", replace(CATALOG, policies=policies))


@pytest.mark.parametrize(
    ("clock", "there"),
    [
        ({"target": "1h"}, True),
        ({"target": "1h", "when": "ticket.priority == 'urgent'"}, False),
        ({"target": "1h", "categories": ["repair"]}, False),
        ({"target": "1h", "start": "parcel.received"}, False),
        ({"target": [{"when": "ticket.priority == 'urgent'", "is": "1h"}]}, False),
    ],
)
def test_a_companys_clock_can_be_read_whether_or_not_it_is_for_the_ticket(
    clock: dict[str, object], there: bool
) -> None:
    desk = Desk.open(with_company_clocks(READING, answer=clock), category="general")

    assert desk.incident is None
    assert desk.open_steps == ([] if there else ["look"])


def test_an_sop_that_another_one_runs_reads_a_companys_clock_like_one_that_has_not_started() -> None:
    sub = with_company_clocks(READING, answer={"target": "1h"})
    caller = "dsl: 1\nsop: u\nsteps: [{id: it, type: sop, sop: t}]\n"

    desk = Desk.open(load(caller, "u.yaml", CATALOG, {"t": sub}))

    assert (desk.incident, desk.open_steps) == (None, ["look"])
