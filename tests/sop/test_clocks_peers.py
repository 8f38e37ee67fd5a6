"""What the users of other ticket systems report of their SLA clocks, each as a test that ours does otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

from sop.definition import adoptable
from sop.events import Command as Order
from sop.events import CustomerChanged, MessagePosted, Occurred, PoliciesAdopted, Tick
from sop.facts import FactType
from tests.sop.engine_desk import CUSTOMER, MONDAY, Desk, compiled, staff

STEPS = """
    steps:
      - {id: mine, type: task, assign: role:agent, due: 30d}
      - {id: theirs, type: task, assign: customer, due: 30d}
      - {id: last, type: task, assign: role:agent, due: 30d}
"""
PAUSED = "pause: ticket.status == 'waiting_customer'"


def sla(policy: str, name: str = "resolution", steps: str = STEPS) -> str:
    return f"    sla: {{{name}: {policy}}}\n{steps}"


def minute(text: object) -> float:
    return (datetime.fromisoformat(str(text)) - MONDAY).total_seconds() / 60


def adopt(desk: Desk, text: str) -> None:
    """The run goes on by the clocks of another version."""
    desk.tell(PoliciesAdopted("t", staff("ann"), adoptable(compiled(text))))


def test_a_pause_is_not_lost_when_the_policy_changes() -> None:
    desk = Desk.open(sla(f"{{target: 100m, {PAUSED}}}"))
    desk.later("30m")
    desk.answer("mine")
    desk.later("500m")

    adopt(desk, sla(f"{{target: 200m, {PAUSED}}}"))
    desk.later("60m")
    desk.answer("theirs", by="customer")

    assert minute(desk.last(FactType.CLOCK_RESUMED)["due_at"]) == 200 + 560
    assert desk.last(FactType.CLOCK_RESUMED)["used_seconds"] == 30 * 60


def test_a_clock_minds_the_first_status_the_ticket_has() -> None:
    first = "    steps:\n      - {id: theirs, type: task, assign: customer, due: 30d}\n"
    desk = Desk.open(sla(f"{{target: 100m, {PAUSED}}}", steps=first))

    desk.later("10d")

    assert desk.of(FactType.CLOCK_BREACHED) == []
    assert desk.of(FactType.CLOCK_WARNED) == []


def test_a_merged_ticket_does_not_escalate() -> None:
    desk = Desk.open(sla("{target: 100m, escalate: [{at: 50%, to: role:lead}, {at: 100%, to: role:boss}]}"))
    desk.later("10m")

    desk.order(Order.MERGE, to="GD-10002")
    desk.later("10d")

    assert desk.alerts() == []
    assert desk.last(FactType.CLOCK_STOPPED)["met"] is None
    assert desk.of(FactType.CLOCK_BREACHED) == []


def test_there_is_no_breach_after_the_reply_even_when_the_reply_is_heard_of_later() -> None:
    desk = Desk.open(sla("{target: 30m}", "first_response"))
    desk.later("29m")
    replied_at = desk.now
    desk.later("2m")  # the relay was away, and the timer quicker than the news
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1

    desk.tell(MessagePosted("m1", staff("ann"), "public", at=replied_at))
    desk.later("10d")

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is True
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1


def test_a_reply_after_the_deadline_is_a_breach_even_when_the_timer_is_late() -> None:
    desk = Desk.open(sla("{target: 30m}", "first_response"))
    desk.now += timedelta(minutes=31)  # nobody has ticked

    desk.tell(MessagePosted("m1", staff("ann"), "public", at=desk.now))

    assert desk.last(FactType.CLOCK_STOPPED)["met"] is False
    assert len(desk.of(FactType.CLOCK_BREACHED)) == 1


def test_nobody_is_reminded_twice_of_the_same_thing() -> None:
    ladder = "escalate: [{at: 50%, to: role:lead}, {at: 100%, to: role:boss}]"
    desk = Desk.open(sla(f"{{target: 100m, {PAUSED}, {ladder}}}"))
    desk.later("60m")
    for _ in range(3):
        desk.tell(Tick())
    desk.order(Order.PAUSE)
    desk.later("1d")
    desk.order(Order.RESUME)
    adopt(desk, sla(f"{{target: 120m, {PAUSED}, {ladder}}}"))

    desk.later("10d")

    assert [alert.split(" ", 1)[1] for alert in desk.alerts()] == [
        "warn resolution -> role:lead",
        "overdue resolution -> role:boss",
    ]


def test_a_deadline_is_right_across_split_shifts() -> None:
    desk = Desk.open(sla("{target: 4wh}"))  # Monday 09:00; lunch from 12:00 to 13:30

    assert minute(desk.last(FactType.CLOCK_STARTED)["due_at"]) == (14.5 - 9) * 60


def test_a_closed_ticket_does_not_escalate() -> None:
    desk = Desk.open(sla("{target: 100m, escalate: [{after: 1h, to: role:boss}]}"))
    for step in ("mine", "theirs", "last"):
        desk.answer(step)
    desk.later("30d")

    assert desk.finished
    assert desk.alerts() == []


def test_a_deadline_does_not_depend_on_when_the_opening_was_heard_of() -> None:
    desk = Desk.open(sla("{target: 60m}", "next_response"))
    asked_at = desk.now
    desk.now += timedelta(minutes=45)

    desk.tell(MessagePosted("m1", CUSTOMER, "public", at=asked_at))

    assert minute(desk.last(FactType.CLOCK_STARTED)["due_at"]) == 60


def test_another_tier_aims_the_clock_anew_and_keeps_the_time_used() -> None:
    desk = Desk.open(sla("{target: [{when: customer.tier == 'vip', is: 60m}, {is: 10h}]}"))
    desk.later("30m")

    desk.tell(CustomerChanged({"tier": "vip"}))

    changed = desk.last(FactType.CLOCK_CHANGED)
    assert (minute(changed["due_at"]), changed["used_seconds"], changed["cause"]) == (60, 30 * 60, "target")


def test_an_event_told_twice_resets_a_clock_once() -> None:
    desk = Desk.open(sla("{target: 100m, reset: parcel.received}"))
    desk.later("30m")
    desk.happen("parcel.received", "e1", no="P")
    desk.later("30m")
    desk.tell(Occurred("parcel.received", "test", "e1", {"no": "P"}))

    assert minute(desk.last(FactType.CLOCK_STARTED)["due_at"]) == 130
