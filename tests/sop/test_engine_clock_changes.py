"""Clocks under way: reasons to stand still, corrections, other calendars and policies, metrics, what rungs do."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from sop.definition import Compiled, adoptable
from sop.engine.clock_preview import preview
from sop.events import ClockCorrected, CustomerChanged, PoliciesAdopted
from sop.events import Command as Order
from sop.facts import FactType
from sop.refusals import NotAllowed, NotPossible, UnknownClock
from sop.state import dump
from tests.sop.engine_desk import CUSTOMER, MONDAY, Desk, compiled, staff
from tests.sop.test_clocks_peers import adopt, minute, sla

ANN = staff("ann")


def correct(desk: Desk, clock: str, since: int, until: int, *, counts: bool, reason: str = "a mistake") -> None:
    """From minute to minute the clock should have counted, or not."""
    begin, end = MONDAY + timedelta(minutes=since), MONDAY + timedelta(minutes=until)
    desk.tell(ClockCorrected(clock, ANN, begin, end, counts, reason))


def due(desk: Desk, name: str = "resolution") -> float:
    return minute(cast("object", desk.state.runs["t"].clocks[name].due_at))


def flag(desk: Desk, up: bool) -> None:
    """The ticket's flag, that a condition may read."""
    state = desk.state
    state.ticket["flag"] = up
    desk.stored = dump(state)


def with_calendars(text: str, **calendars: dict[str, object]) -> Compiled:
    """A definition whose clocks may count on further calendars."""
    found = compiled(text)
    return {**found, "calendars": {**found["calendars"], **calendars}, "sha256": found["sha256"] + "".join(calendars)}


def test_reasons_may_overlap_and_the_clock_stands_still_while_any_holds() -> None:
    desk = Desk.open(
        sla(
            "{target: 1000m, pause: [{when: ticket.status == 'waiting_customer', reason: {zh: 等客户, en: customer}},"
            " {when: ticket.flag, reason: {zh: 等供应商, en: supplier}}]}"
        )
    )
    desk.later("10m")
    desk.answer("mine")  # waits for the customer from 10 to 30
    desk.later("10m")
    flag(desk, True)  # waits for the supplier from 20 to 50
    desk.happen("called.off")
    desk.later("10m")
    desk.answer("theirs", by="customer")
    desk.later("20m")
    flag(desk, False)
    desk.happen("called.off", "2")

    assert due(desk) == 1040
    paused = [fact.data["reason"] for fact in desk.of(FactType.CLOCK_PAUSED)]
    assert [cast("dict[str, str]", reason)["en"] for reason in paused] == ["customer", "supplier", "supplier"]
    assert len(desk.of(FactType.CLOCK_RESUMED)) == 1


def test_an_event_pauses_and_another_resumes() -> None:
    desk = Desk.open(sla("{target: 100m, pause: parcel.lost, resume: parcel.received}"))
    desk.later("10m")
    desk.happen("parcel.lost", "1", no="P")
    desk.later("60m")
    desk.happen("parcel.received", "2", no="P")

    assert due(desk) == 160


def test_a_pause_that_was_wrong_counts_after_all_and_moves_every_timer() -> None:
    desk = Desk.open(
        sla(
            "{target: 100m, pause: ticket.status == 'waiting_customer', escalate: [{at: 50%, to: role:lead},"
            " {at: 100%, to: role:boss}]}"
        )
    )
    desk.later("20m")
    desk.answer("mine")
    desk.later("30m")
    desk.answer("theirs", by="customer")
    assert due(desk) == 130

    correct(desk, "resolution", 20, 50, counts=True, reason="客户当时已回复")

    told = desk.last(FactType.CLOCK_CORRECTED)
    assert minute(cast("dict[str, object]", told["before"])["due_at"]) == 130
    assert (minute(told["due_at"]), told["reason"]) == (100, "客户当时已回复")
    assert desk.of(FactType.CLOCK_CORRECTED)[-1].by == ANN
    desk.later("60m")
    assert desk.alerts() == ["50 warn resolution -> role:lead", "100 overdue resolution -> role:boss"]


def test_a_correction_undoes_a_breach_that_should_not_have_been() -> None:
    desk = Desk.open(sla("{target: 60m}"))
    desk.later("90m")
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1

    correct(desk, "resolution", 10, 80, counts=False)
    for step in ("mine", "theirs", "last"):
        desk.answer(step)

    assert due(desk) == 130
    assert desk.last(FactType.CLOCK_STOPPED)["met"] is True


def test_a_clock_that_has_stopped_is_judged_again() -> None:
    desk = Desk.open(sla("{target: 60m}", "first_response"))
    desk.later("90m")
    desk.say("m1", "ann")
    assert desk.last(FactType.CLOCK_STOPPED)["met"] is False

    correct(desk, "first_response", 0, 40, counts=False)

    assert desk.last(FactType.CLOCK_CORRECTED)["met"] is True


def test_a_later_correction_overrules_an_earlier_one() -> None:
    desk = Desk.open(sla("{target: 1000m}"))
    desk.later("100m")
    correct(desk, "resolution", 10, 90, counts=False)
    correct(desk, "resolution", 30, 50, counts=True)

    assert due(desk) == 1060


def test_a_steps_own_time_is_corrected_too() -> None:
    desk = Desk.open("    steps:\n      - {id: a, type: task, assign: role:agent, due: 100m}\n")
    desk.later("50m")

    correct(desk, "a", 10, 40, counts=False)
    desk.later("100m")

    assert desk.alerts() == ["110 remind a -> role:agent", "130 overdue a -> lead"]
    assert desk.of(FactType.STEP_MOVED)[0].by == ANN


def test_of_two_branches_on_one_step_the_time_of_one_is_corrected() -> None:
    desk = Desk.open(
        """
        steps: [{id: both, type: parallel, branches: [x, y]}]
        paths:
          x: [{id: x1, type: wait, for: 10m, next: check}]
          y: [{id: y1, type: wait, for: 20m, next: check}]
          check: [{id: look, type: task, assign: role:agent, due: 60m}]
        """
    )
    desk.later("40m")

    correct(desk, "look@2", 25, 35, counts=False)

    [moved] = desk.of(FactType.STEP_MOVED)
    assert (moved.step, moved.visit, minute(moved.data["due_at"])) == ("look", 2, 90)


def test_a_paused_step_gets_back_working_time_where_that_is_counted() -> None:
    desk = Desk.open("    steps:\n      - {id: a, type: task, assign: role:agent, due: 4wh}\n")
    desk.later("8h")  # 17:00: three hours before lunch and three and a half after it are more than four
    desk.order(Order.PAUSE)
    desk.later("16h")
    desk.order(Order.RESUME)
    assert desk.of(FactType.STEP_MOVED) == []

    early = Desk.open("    steps:\n      - {id: a, type: task, assign: role:agent, due: 4wh}\n")
    early.later("2h")
    early.order(Order.PAUSE)
    early.later("22h")  # to Tuesday 09:00: five and a half working hours
    early.order(Order.RESUME)

    assert minute(early.last(FactType.STEP_MOVED)["due_at"]) == 24 * 60 + 120


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (ClockCorrected("nope", ANN, MONDAY, MONDAY + timedelta(minutes=1), True, "x"), UnknownClock),
        (ClockCorrected("resolution", ANN, MONDAY, MONDAY + timedelta(minutes=1), True, " "), NotPossible),
        (ClockCorrected("resolution", ANN, MONDAY, MONDAY, True, "x"), NotPossible),
        (ClockCorrected("resolution", ANN, MONDAY, MONDAY + timedelta(days=9), True, "x"), NotPossible),
        (ClockCorrected("resolution", CUSTOMER, MONDAY, MONDAY + timedelta(minutes=1), True, "x"), NotAllowed),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_changes_nothing(event: ClockCorrected, refusal: type) -> None:
    desk = Desk.open(sla("{target: 1000m}"))
    desk.later("10m")
    before = desk.stored

    with pytest.raises(refusal):
        desk.engine.check(event, desk.now)
    with pytest.raises(refusal):
        desk.tell(event)

    assert desk.stored == before


def test_the_customers_own_calendar_counts_and_another_tier_changes_it() -> None:
    always = {"tz": "UTC", "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
    found = with_calendars(sla("{target: 10wh, calendar: customer}"), always=always)
    desk = Desk.open({**found, "hours": {"segments": {"vip": "always"}}})
    assert due(desk) == 24 * 60 + 150  # 7.5 hours on Monday, then to 11:30 on Tuesday
    desk.later("2h")

    desk.tell(CustomerChanged({"tier": "vip"}))

    assert due(desk) == 600
    assert desk.last(FactType.CLOCK_CHANGED)["cause"] == "calendar"


def test_an_update_is_due_so_long_after_each_word_to_the_customer() -> None:
    desk = Desk.open(sla("{target: 60m}", "update"))
    desk.later("50m")
    desk.say("m1", "ann")
    desk.later("50m")
    desk.say("m2", "ann", visibility="internal")
    assert due(desk, "update") == 110

    desk.later("10m")

    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1
    desk.say("m3", "ann")
    assert due(desk, "update") == 170


def test_a_clock_that_comes_to_apply_knows_what_it_has_missed() -> None:
    desk = Desk.open(
        sla("{when: ticket.priority == 'urgent', target: 100m, pause: ticket.status == 'waiting_customer'}")
    )
    desk.later("10m")
    desk.answer("mine")
    desk.later("30m")
    desk.answer("theirs", by="customer")
    assert [fact for fact in desk.facts if fact.type.startswith("clock.")] == []

    desk.order(Order.PRIORITY, to="urgent")

    assert due(desk) == 130
    assert desk.last(FactType.CLOCK_STARTED)["used_seconds"] == 600


def test_a_rung_has_a_condition_channels_a_watcher_and_a_playbook() -> None:
    desk = Desk.open(
        sla(
            "{target: 100m, escalate: [{at: 50%, to: role:lead, when: ticket.priority == 'urgent'},"
            " {at: 100%, to: role:boss, notify: [sms, wechat], watch: role:boss, playbook: rescue}]}"
        )
    )

    desk.later("2h")

    assert desk.alerts() == ["100 overdue resolution -> role:boss"]
    assert desk.last(FactType.ALERT)["channels"] == ["sms", "wechat"]
    assert desk.state.watchers == ["role:boss"]
    assert desk.state.wanted == ["rescue"]


def test_a_timer_leaves_a_receipt() -> None:
    desk = Desk.open(sla("{target: 100m, pause: ticket.status == 'waiting_customer'}"))
    desk.later("10m")
    desk.answer("mine")
    desk.later("5m")
    desk.answer("theirs", by="customer")

    desk.later("3h")

    receipt = desk.last(FactType.CLOCK_BREACHED)
    assert (minute(receipt["due_at"]), minute(receipt["fired_at"]), receipt["skew_ms"]) == (105, 105, 0)
    assert receipt["paused_seconds"] == 300
    assert len(str(receipt["calendar_version"])) == 12


def test_other_policies_keep_the_time_used_and_tell_only_what_is_new() -> None:
    desk = Desk.open(sla("{target: 100m, escalate: [{at: 50%, to: role:lead}]}"))
    desk.later("60m")

    adopt(desk, sla("{target: 80m, escalate: [{at: 50%, to: role:lead}, {at: 70%, to: role:boss}]}"))
    desk.later("1m")

    assert due(desk) == 80
    assert desk.alerts() == ["50 warn resolution -> role:lead", "60 warn resolution -> role:boss"]
    assert desk.last(FactType.CLOCK_CHANGED)["cause"] == "policy"


def test_a_preview_says_what_would_happen_and_changes_nothing() -> None:
    desk = Desk.open(sla("{target: 100m}"))
    desk.later("60m")
    before = desk.stored
    new = adoptable(compiled(sla("{target: 50m, escalate: [{at: 100%, to: role:boss}]}")))

    [move] = preview(desk.state, PoliciesAdopted("t", ANN, new), desk.now)

    assert (move.clock, move.before.target, move.after.target) == ("resolution", "100m", "50m")
    assert (minute(move.before.due), minute(move.after.due)) == (100, 50)
    assert move.fires == ["warned", "breached", "overdue → role:boss"]
    assert desk.stored == before


def test_policies_may_take_a_clock_away_and_bring_another() -> None:
    desk = Desk.open(sla("{target: 100m}"))
    desk.later("10m")

    adopt(desk, sla("{target: 60m}", "care"))

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is None
    assert due(desk, "care") == 60
