"""Clocks of a ticket that is opened again: what was used stays used, while it was over nothing counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sop.clocks.ledger import ledger_of
from sop.clocks.left import left_of
from sop.clocks.why import explain
from sop.clocks.wording import told
from sop.commands import Project
from sop.definition import Compiled, adoptable
from sop.engine import Engine
from sop.engine.hours import finder
from sop.events import Classified, ClockCorrected, DefinitionsChosen, PoliciesAdopted
from sop.events import Command as Order
from sop.facts import Fact, FactType
from sop.state import dump, load
from tests.sop.engine_desk import CUSTOMER, MONDAY, Desk, compiled, staff

WORK = "    steps: [{id: work, type: task, assign: role:agent, due: 30d}]\n"
AGAIN = "    steps: [{id: again, type: task, assign: role:agent, due: 30d}]\n"
LADDER = "escalate: [{at: 50%, to: role:lead}, {at: 100%, to: role:boss}, {after: 30m, to: role:qc}]"
SECOND = timedelta(seconds=1)


def first(policy: str, name: str = "resolution", more: str = "") -> Compiled:
    return compiled(f"    sla: {{{name}: {policy}}}\n{more}{WORK}")


def again(policy: str = "", name: str = "resolution") -> Compiled:
    """The SOP of a ticket that is opened again, with clocks of its own or none."""
    written = f"    sla: {{{name}: {policy}}}\n" if policy else ""
    return compiled(
        f"{written}{AGAIN}",
    )


def moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


def minute(text: object) -> float:
    return (moment(text) - MONDAY).total_seconds() / 60


def reopened(desk: Desk, sop: Compiled, step: str = "work", after: str = "200m") -> None:
    """The ticket is resolved, and opened again later."""
    desk.answer(step)
    desk.later(after)
    desk.order(Order.REOPEN)
    desk.start(sop, on="ticket.reopened")


def of_clock(desk: Desk, name: str = "resolution") -> list[Fact]:
    return [fact for fact in desk.facts if fact.data.get("clock") == name]


def last_due(desk: Desk, name: str = "resolution") -> float:
    return minute([fact for fact in of_clock(desk, name) if "due_at" in fact.data][-1].data["due_at"])


def test_a_clock_goes_on_with_the_time_it_had_used_to_the_second() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("1817s")
    desk.answer("work")
    desk.later("12345s")
    desk.order(Order.REOPEN)
    opened = desk.now
    desk.now += timedelta(seconds=41)  # it takes a while until the SOP is chosen

    desk.start(again(), on="ticket.reopened")

    told_of = desk.last(FactType.CLOCK_STARTED)
    assert moment(told_of["due_at"]) == opened + timedelta(minutes=100) - 1817 * SECOND
    assert (told_of["continues"], told_of["used_seconds"]) == ("t", 1817 + 41)
    desk.later("100m")
    assert [fact.at for fact in desk.of(FactType.CLOCK_BREACHED)] == [moment(told_of["due_at"])]


def test_rungs_told_before_are_not_told_again_and_the_next_ones_are() -> None:
    desk = Desk.open(first(f"{{target: 100m, {LADDER}}}"))
    desk.later("60m")

    reopened(desk, again())
    desk.later("200m")

    assert desk.alerts() == [
        "50 warn resolution -> role:lead",
        "300 overdue resolution -> role:boss",
        "330 overdue resolution -> role:qc",
    ]
    warned = [minute(fact.at.isoformat()) for fact in desk.of(FactType.CLOCK_WARNED)]
    assert warned == [280]


def test_a_missed_clock_stays_missed_and_its_next_rung_comes() -> None:
    desk = Desk.open(first(f"{{target: 100m, {LADDER}}}"))
    desk.later("110m")

    reopened(desk, again())
    desk.later("200m")

    assert [fact.data["breached"] for fact in desk.of(FactType.CLOCK_STARTED)] == [False, True]
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1
    assert desk.alerts()[-1] == "330 overdue resolution -> role:qc"
    assert len(desk.alerts()) == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [("{target: 100m, reopen: restart}", ""), ("{target: 100m}", "{target: 100m, reopen: restart}")],
    ids=["of the SOP before", "of the SOP that takes it up"],
)
def test_a_policy_may_let_the_clock_start_anew(before: str, after: str) -> None:
    desk = Desk.open(first(before))
    desk.later("60m")

    reopened(desk, again(after or "{target: 100m}"))

    assert "continues" not in desk.last(FactType.CLOCK_STARTED)
    assert last_due(desk) == 260 + 100


def test_the_policy_that_the_clock_had_goes_on_counting_not_that_of_the_new_sop() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")

    reopened(desk, again("{target: 10m}"))

    assert (last_due(desk), desk.last(FactType.CLOCK_STARTED)["target"]) == (300, "100m")


def test_a_first_response_stays_as_it_was() -> None:
    policy = "{target: 100m}"
    desk = Desk.open(first(policy, "first_response"))
    desk.later("10m")
    desk.say("m1", "ann")

    reopened(desk, again(policy, "first_response"))
    desk.later("10d")

    told_of = [(fact.type.value, fact.data.get("met")) for fact in of_clock(desk, "first_response")]
    assert told_of == [("clock.started", None), ("clock.stopped", True)]


def test_a_first_response_that_was_never_given_is_still_owed() -> None:
    desk = Desk.open(first("{target: 100m}", "first_response"))
    desk.later("10m")

    reopened(desk, again("{target: 100m}", "first_response"))
    desk.say("m1", "ann")

    assert minute(of_clock(desk, "first_response")[-1].data["due_at"]) == 300
    assert of_clock(desk, "first_response")[-1].data["met"] is True


def test_the_next_question_after_reopening_has_its_own_time() -> None:
    policy = "{target: 60m}"
    desk = Desk.open(first(policy, "next_response"))
    desk.say("m1", CUSTOMER)
    desk.later("10m")
    desk.say("m2", "ann")

    reopened(desk, again(policy, "next_response"))
    assert len(of_clock(desk, "next_response")) == 2
    desk.say("m3", CUSTOMER)

    assert last_due(desk, "next_response") == 210 + 60


def test_a_pause_that_lasted_when_the_ticket_was_resolved_ends_with_it() -> None:
    text = """
    sla: {resolution: {target: 100m, pause: ticket.status == 'waiting_customer'}}
    steps: [{id: work, type: task, assign: role:agent, due: 30d}, {id: theirs, type: task, assign: customer, due: 30d}]
    """
    desk = Desk.open(compiled(text))
    desk.later("30m")
    desk.answer("work")
    desk.later("20m")

    desk.order(Order.CANCEL)
    desk.later("60m")
    desk.order(Order.REOPEN)
    desk.start(again(), on="ticket.reopened")

    assert last_due(desk) == 110 + 70
    pauses = desk.state.runs["t-2"].clocks["resolution"].pauses
    assert [(p.reason, minute(p.since.isoformat()), minute(str(p.until))) for p in pauses] == [
        ("pause", 30, 50),
        ("cancelled", 50, 110),
    ]


def test_what_a_policy_asked_of_the_sop_that_has_ended_is_answered_for_good() -> None:
    policy = (
        "{target: [{when: vars.hard, is: 100m}, {is: 10m}], pause: steps.work.visits == 7, "
        "escalate: [{at: 100%, when: steps.work.status == 'done', to: role:boss},"
        " {after: 5m, when: steps.work.status == 'skipped', to: role:qc}]}"
    )
    desk = Desk.open(first(policy, more="    vars: {hard: true}\n"))
    desk.later("60m")

    reopened(desk, again())
    desk.later("100m")

    assert desk.alerts() == ["300 overdue resolution -> role:boss"]
    assert desk.of(FactType.INCIDENT_OPENED) == []


def test_a_correction_made_while_the_ticket_was_solved_counts() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    desk.answer("work")
    wrong = (MONDAY, MONDAY + timedelta(minutes=30))

    desk.tell(ClockCorrected("resolution", staff("ann"), *wrong, counts=False, reason="a power cut"))
    desk.later("200m")
    desk.order(Order.REOPEN)
    desk.start(again(), on="ticket.reopened")

    assert last_due(desk) == 260 + 70


def test_the_time_while_it_was_solved_can_be_corrected_as_well() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    reopened(desk, again())

    since = MONDAY + timedelta(minutes=200)
    desk.tell(ClockCorrected("resolution", staff("ann"), since, desk.now, counts=True, reason="it never was solved"))

    assert last_due(desk) == 300 - 60


def test_a_merged_tickets_clocks_go_on_when_it_is_opened_again() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    desk.order(Order.MERGE, to="T2")
    desk.later("200m")

    desk.order(Order.REOPEN)
    desk.start(again(), on="ticket.reopened")

    assert last_due(desk) == 300
    assert desk.state.runs["t-2"].clocks["resolution"].pauses[-1].reason == "merged"


def test_clocks_of_playbooks_and_of_called_sops_end_with_them() -> None:
    desk = Desk.open(
        compiled("    steps: [{id: call, type: sop, sop: s}]\n", s=f"    sla: {{inner: {{target: 1h}}}}\n{WORK}")
    )

    desk.answer("work")
    desk.later("10m")
    desk.order(Order.REOPEN)
    desk.start(again("{target: 1h}"), on="ticket.reopened")

    assert list(desk.state.runs["t-2"].clocks) == ["resolution"]


def test_another_policy_of_the_new_sop_leaves_the_clock_that_goes_on() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    reopened(desk, again("{target: 10m}"))

    desk.tell(PoliciesAdopted("t-2", staff("ann"), adoptable(again("{target: 20m}"))))

    assert last_due(desk) == 300
    assert desk.of(FactType.CLOCK_CHANGED) == []


def test_time_before_counts_on_the_calendar_of_then_and_time_after_on_that_of_now() -> None:
    desk = Desk.open(first("{target: 4wh}"))
    desk.later("60m")
    desk.answer("work")
    desk.later("23h")
    short = again()
    week = {"mon": ["08:00-18:00"], "tue": ["09:30-10:30"], "wed": ["00:00-24:00"]}
    short["calendars"] = {"default": {"tz": "Asia/Shanghai", "week": week}}
    short["sha256"] = "5" * 64

    desk.order(Order.REOPEN)
    desk.start(short, on="ticket.reopened")

    assert last_due(desk) == 41 * 60  # an hour on Monday, one on Tuesday, two on Wednesday
    uses = desk.state.runs["t-2"].clocks["resolution"].calendars
    assert [minute(use.since.isoformat()) for use in uses] == [0, 1440]


def test_a_companys_clock_follows_the_companys_new_policy_and_keeps_the_time_used() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    reopened(desk, again())
    company = {"resolution": {"target": "200m"}}

    plain = adoptable(again())
    plain.policies = company
    desk.tell(PoliciesAdopted("t-2", staff("ann"), plain))

    assert last_due(desk) == 400
    assert desk.last(FactType.CLOCK_CHANGED)["cause"] == "policy"


def lives_again(desk: Desk, sop: Compiled) -> list[Fact]:
    """A ticket that has closed goes on in the same ledger, as the worker starts it; the facts of its new life."""
    assert desk.finished
    seq = len(desk.facts)
    engine, commands = Engine.opened({"no": "T1"}, {"id": "C1"}, desk.now, seq=seq, reopened_at=desk.now)
    engine.state.left = left_of(desk.facts)
    for event in (Classified("general", "normal", "care"), DefinitionsChosen("ticket.reopened", (sop,))):
        commands += engine.handle(event, desk.now)
    desk.facts += [command.fact for command in commands if isinstance(command, Project)]
    desk.stored, desk.finished = dump(engine.state), False
    return desk.facts[seq:]


def test_a_clock_goes_on_after_the_ticket_had_closed() -> None:
    desk = Desk.open(first(f"{{target: 100m, {LADDER}}}"))
    desk.later("1817s")
    desk.later("2000s")
    desk.answer("work")
    desk.later("30d")

    facts = lives_again(desk, again())

    [started] = [fact for fact in facts if fact.type is FactType.CLOCK_STARTED]
    assert moment(started.data["due_at"]) == desk.now + timedelta(minutes=100) - 3817 * SECOND
    assert started.data["continues"] == "t"
    [run] = desk.state.runs.values()
    clock = run.clocks["resolution"]
    assert (clock.fired, clock.warned) == ([0], False)
    rungs = sorted(alarm.rung for alarm in desk.state.alarms if alarm.kind == "clock_rung")
    assert rungs == [1, 2]


def test_what_was_kept_before_the_ticket_closed_stays_kept() -> None:
    policy = "{target: 100m}"
    desk = Desk.open(first(policy, "first_response"))
    desk.say("m1", "ann")
    desk.answer("work")
    desk.later("30d")

    facts = lives_again(desk, again(policy, "first_response"))

    assert [fact for fact in facts if fact.type.startswith("clock.")] == []


def test_a_ledger_that_does_not_tell_lets_clocks_start_anew() -> None:
    """Tickets that had closed before this was written down."""
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    desk.answer("work")
    desk.later("30d")
    desk.facts = [
        fact._replace(data={name: value for name, value in fact.data.items() if name != "goes_on"})
        for fact in desk.facts
    ]

    facts = lives_again(desk, again("{target: 100m}"))

    [started] = [fact for fact in facts if fact.type is FactType.CLOCK_STARTED]
    assert moment(started.data["due_at"]) == desk.now + timedelta(minutes=100)


def test_a_state_that_does_not_tell_lets_clocks_start_anew() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    desk.answer("work")
    stored = desk.stored
    assert isinstance(stored, dict)
    del stored["runs"]["t"]["clocks"]["resolution"]["cut"]
    desk.later("200m")

    desk.order(Order.REOPEN)
    desk.start(again("{target: 100m}"), on="ticket.reopened")

    assert last_due(desk) == 360


def test_the_reckoning_tells_of_the_solved_stretch() -> None:
    desk = Desk.open(first("{target: 100m}"))
    desk.later("60m")
    reopened(desk, again())
    data = desk.last(FactType.CLOCK_STARTED)

    run = load(desk.stored).runs["t-2"]
    why = explain(ledger_of("resolution", dict(data["ledger"])), finder(run), desk.now)

    assert "10:00–13:20 暂停 3 小时 20 分：已解决" in told(why, "zh")
    assert "10:00–13:20 paused 3 h 20 m: resolved" in told(why, "en")
    assert sum((each.counted for each in why.stretches), timedelta()) == why.budget
