"""Leases of claims, hand-offs, and the one who answers for a ticket."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sop.catalog import office_hours
from sop.commands import Command as Decided
from sop.commands import Project
from sop.desk import Desk as Pinned
from sop.events import Actor, ActorKind, Command, Dispatched, Duty, TicketCommanded
from sop.facts import Fact, FactType
from sop.refusals import NotAllowed
from sop.state import Status
from tests.sop.engine_desk import Desk, staff

HOURS = {"version": "office", **office_hours()}
COUNTED = ("transfer", "release", "lease", "escalation")
FOUR_HOURS = Pinned(lease="4h", max_handoffs=2, counted=COUNTED, fallback="team:desk")
EVE, BOB = staff("eve", "agent"), staff("bob", "agent")
TASK = """
    steps:
      - {id: do, type: task, assign: role:agent, due: 9d}
      - {id: more, type: task, assign: role:agent, due: 9d}
"""


def owners(desk: Desk) -> list[str]:
    """``<reason> <wanted>`` of every owner the ticket was given."""
    return [f"{fact.data['reason']} {fact.data['wanted']}" for fact in desk.of(FactType.TICKET_OWNER)]


def given(desk: Desk) -> list[str]:
    """``<reason> <wanted>`` of every assignment of a step."""
    return [f"{fact.data['reason']} {fact.data['wanted']}" for fact in desk.of(FactType.STEP_ASSIGNED)]


# Leases


def test_a_claimed_step_goes_back_to_its_pool_when_nothing_happens_and_the_claimer_is_told() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE, step="do")

    desk.later("4h")

    assert given(desk)[-1] == "lease role:agent"
    assert desk.last(FactType.STEP_ASSIGNED)["besides"] == "eve"
    assert desk.alerts() == ["240 lease do -> user:eve"]
    assert desk.state.leases == []


def test_a_claimed_ticket_goes_back_to_its_team_with_all_they_have_of_it() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)

    desk.later("4h")

    assert owners(desk) == ["dispatch team:care", "claim user:eve", "lease team:care"]
    assert desk.last(FactType.TICKET_OWNER)["besides"] == "eve"
    assert given(desk)[-1] == "lease role:agent"
    assert desk.alerts() == ["240 lease ticket -> user:eve"]
    assert desk.state.owner_person == "owner"


def test_the_claim_says_how_long_it_holds() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)

    desk.order(Command.CLAIM, by=EVE)

    assert desk.last(FactType.TICKET_OWNER)["until"] == "2026-01-05T05:00:00+00:00"


@pytest.mark.parametrize("sign", ["answer", "public", "internal", "claim", "priority"])
def test_anything_the_claimer_does_renews_the_claim(sign: str) -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)
    desk.later("3h")

    match sign:
        case "answer":
            desk.answer("do", by=EVE)
        case "claim":
            desk.order(Command.CLAIM, by=EVE)
        case "priority":
            desk.order(Command.PRIORITY, by=EVE, to="high")
        case _:
            desk.say("m1", EVE, sign)

    desk.later("3h")
    assert desk.state.owner_person == "eve"
    desk.later("1h")
    assert desk.state.owner_person == "owner"


def test_what_others_do_renews_nothing() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)
    desk.later("3h")
    desk.say("m1", BOB)
    desk.say("m2", "customer")

    desk.later("1h")

    assert desk.state.owner_person == "owner"


def test_a_lease_of_working_time_does_not_count_the_night() -> None:
    desk = Desk.open(TASK, pinned=Pinned(lease="4wh", calendar=HOURS))  # Monday 09:00; lunch from 12:00 to 13:30
    desk.later("7h")
    desk.order(Command.CLAIM, by=EVE)  # 16:00, two hours before the day ends

    desk.later("18h")  # Tuesday 10:00
    assert desk.state.owner_person == "eve"
    desk.later("1h")
    assert desk.state.owner_person == "owner"


def test_a_calendar_without_a_version_is_not_taken_for_another() -> None:
    for pinned in (FOUR_HOURS, Pinned(lease="4wh", calendar=office_hours())):
        desk = Desk.open(TASK, pinned=pinned)
        desk.order(Command.CLAIM, by=EVE)
        desk.later("4h")
        assert (desk.state.owner_person == "eve") is (pinned is not FOUR_HOURS)
    desk.later("90m")  # Monday 14:30: the morning's three hours, and one of the afternoon

    assert desk.state.owner_person == "owner"


def test_a_paused_ticket_keeps_the_rest_of_the_lease() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)
    desk.later("1h")
    desk.order(Command.PAUSE, by=BOB)
    desk.later("3d")
    desk.order(Command.RESUME, by=BOB)

    desk.later("179m")
    assert desk.state.owner_person == "eve"
    desk.later("1m")
    assert desk.state.owner_person == "owner"


@pytest.mark.parametrize(
    "waits",
    ["{id: w, type: task, assign: customer, due: 9d}", "{id: w, type: wait, event: parcel.received, timeout: never}"],
)
def test_a_lease_stands_still_while_the_ticket_waits_for_others(waits: str) -> None:
    desk = Desk.open(f"steps: [{{id: do, type: task, assign: role:agent, due: 9d}}, {waits}]", pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)
    desk.answer("do", by=EVE)
    assert desk.state.status in (Status.WAITING, Status.WAITING_CUSTOMER)

    desk.later("3d")

    assert desk.state.owner_person == "eve"


def test_a_lease_that_is_not_written_never_ends() -> None:
    desk = Desk.open(TASK, pinned=Pinned())
    desk.order(Command.CLAIM, by=EVE)

    desk.later("90d")

    assert desk.state.owner_person == "eve"


def test_what_dispatch_gave_is_no_claim_and_has_no_lease() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)

    desk.later("3d")

    assert owners(desk) == ["dispatch team:care"]


def test_a_step_that_is_done_or_given_away_has_no_lease_any_more() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE, step="do")
    desk.order(Command.TRANSFER, by=EVE, to="user:bob", step="do")
    desk.answer("do", by=BOB)

    desk.later("3d")

    assert "lease" not in " ".join(given(desk))
    assert desk.alerts() == []


def test_a_step_in_an_incident_has_no_lease() -> None:
    text = "steps: [{id: do, type: task, assign: role:agent, due: 1h, timeout: 2h, on_timeout: incident}]"
    desk = Desk.open(text, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE, step="do")

    desk.later("3d")

    assert desk.incident == "do SOP_INCIDENT"
    assert desk.state.leases == []


def test_only_a_person_can_claim() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)

    with pytest.raises(NotAllowed):
        desk.order(Command.CLAIM, by=Actor(ActorKind.INTEGRATION, "7"))


# Hand-offs


def test_more_hand_offs_than_the_desk_allows_are_told_once_in_so_many() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)

    for _ in range(3):
        desk.order(Command.TRANSFER, by=EVE, to="user:bob")
    assert desk.alerts() == ["0 handoffs 3 -> lead"]
    desk.order(Command.TRANSFER, by=BOB, to="team:care")
    assert desk.alerts() == ["0 handoffs 3 -> lead"]
    desk.order(Command.RELEASE, by=EVE)

    assert desk.alerts() == ["0 handoffs 3 -> lead", "0 handoffs 5 -> lead"]
    assert desk.state.handoffs == 5


def test_every_kind_of_hand_off_counts_where_the_desk_says_so() -> None:
    text = """
    steps:
      - {id: do, type: task, assign: role:agent, due: 1h, escalate: [{at: 100%, to: role:boss, reassign: true}]}
    """
    desk = Desk.open(text, pinned=FOUR_HOURS)
    desk.later("1h")
    assert desk.state.handoffs == 1

    desk.order(Command.CLAIM, by=staff("eve", "boss"), step="do")
    desk.later("4h")
    assert desk.state.handoffs == 2

    desk.duty("owner", Duty.OFF)
    assert desk.state.handoffs == 2


# Whoever answers for it


def test_a_ticket_without_a_team_goes_to_the_fallback_team() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS, team=None)

    assert owners(desk) == ["dispatch team:desk"]
    assert (desk.state.owner_person, desk.state.owner_team) == ("owner", "desk")


NOBODY: Mapping[str, list[str]] = {"team:care": [], "team:desk": []}


def test_a_team_with_nobody_gives_the_ticket_to_the_fallback_team_then_the_sops_owner_then_an_administrator() -> None:
    owned = "owner: role:boss\nsteps: [{id: do, type: task, assign: role:agent, due: 9d}]"
    fallback = Desk.open(owned, pinned=FOUR_HOURS, people={"team:care": []})
    desk = Desk.open(owned, pinned=FOUR_HOURS, people={})
    desk.people = {**NOBODY, "role:boss": []}
    desk.order(Command.RELEASE, by=EVE)

    assert owners(fallback) == ["dispatch team:care", "nobody team:desk"]
    assert owners(desk)[1:] == ["release team:care", "nobody team:desk", "nobody role:boss", "nobody admin"]
    assert desk.state.owner_person == "owner"


def test_with_nobody_at_all_the_ticket_says_so_and_is_asked_for_again_when_somebody_comes() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS, people={**NOBODY, "admin": []})
    assert desk.state.stranded
    assert desk.alerts() == ["0 nobody ticket -> admin"]
    desk.people = {}

    desk.duty("ann", Duty.ON)

    assert desk.state.owner_person == "owner"
    assert not desk.state.stranded


def test_a_ticket_whose_owner_goes_off_duty_goes_back_with_their_steps() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)

    desk.duty("bob", Duty.OFF)
    assert desk.state.owner_person == "eve"
    desk.duty("eve", Duty.OFF)

    assert owners(desk)[-1] == "away team:care"
    assert given(desk)[-1] == "away role:agent"
    assert desk.state.owner_person == "owner"


def test_a_step_named_for_a_person_stays_theirs_until_they_have_left() -> None:
    desk = Desk.open("steps: [{id: do, type: task, assign: user:bob, due: 9d}]", pinned=FOUR_HOURS)

    desk.duty("bob", Duty.OFF)
    assert given(desk) == ["opened user:bob"]
    desk.duty("bob", Duty.GONE)

    assert given(desk)[-1] == "away lead"


def test_an_approval_asks_others_when_somebody_has_left() -> None:
    text = """
    steps:
      - {id: ok, type: approval, approvers: role:boss, rule: all, due: 9d, on_reject: end}
    """
    desk = Desk.open(text, pinned=FOUR_HOURS, people={"role:boss": ["bob", "eve"]})
    desk.people = {"role:boss": ["eve"]}

    desk.duty("bob", Duty.OFF)
    assert len(given(desk)) == 1
    desk.duty("bob", Duty.GONE)
    desk.vote("ok", approve=True, by="eve")

    assert desk.result == "resolved"


def test_a_team_whose_last_member_goes_gives_up_its_queue() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.RELEASE, by=EVE)
    assert (desk.state.owner_person, desk.state.owner_team) == (None, "care")
    desk.people = {"team:care": []}

    desk.duty("eve", Duty.OFF, "other")
    assert desk.state.owner_person is None
    desk.duty("eve", Duty.OFF, "care")

    assert owners(desk)[-2:] == ["away team:care", "nobody team:desk"]
    assert desk.state.owner_person == "owner"


def test_a_released_step_does_not_come_back_to_whom_it_was_transferred() -> None:
    desk = Desk.open(TASK, pinned=FOUR_HOURS)
    desk.order(Command.TRANSFER, by=EVE, to="user:bob", step="do")

    desk.order(Command.RELEASE, by=BOB, step="do")

    assert given(desk)[-1] == "release role:agent"


def test_a_reopened_ticket_asks_whether_its_owner_is_still_here() -> None:
    desk = Desk.open("steps: [{id: do, type: task, assign: role:agent, due: 9d}]", pinned=FOUR_HOURS)
    desk.order(Command.CLAIM, by=EVE)
    desk.answer("do", by=EVE)
    desk.people = {"user:eve": []}

    desk.order(Command.REOPEN, by=BOB)

    assert owners(desk)[-2:] == ["reopen user:eve", "nobody team:care"]
    assert desk.state.owner_person == "owner"


def test_a_late_answer_of_dispatch_does_not_take_a_transferred_ticket_away() -> None:
    desk = Desk.open(TASK)
    engine = desk.engine
    asked = _owner_fact(engine.handle(TicketCommanded(Command.TRANSFER, EVE, "team:care"), desk.now))
    engine.handle(TicketCommanded(Command.TRANSFER, EVE, "user:bob"), desk.now)

    engine.handle(Dispatched(asked.seq, person="ann"), desk.now)

    assert engine.state.owner_person == "bob"


def _owner_fact(commands: list[Decided]) -> Fact:
    facts = [command.fact for command in commands if isinstance(command, Project)]
    return next(fact for fact in facts if fact.type is FactType.TICKET_OWNER)


def test_a_ticket_taken_in_before_there_was_a_desk_goes_on_as_it_did() -> None:
    desk = Desk.open(TASK, people=NOBODY)

    desk.order(Command.CLAIM, by=EVE)
    desk.later("30d")

    assert owners(desk) == ["dispatch team:care", "claim user:eve"]
    assert desk.state.owner_person == "eve"
