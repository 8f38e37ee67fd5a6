"""The ticket's own life: status, runs side by side, pause, cancel, reopen, close."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sop.commands import ChooseDefinitions, ClearTimer, SetTimer
from sop.engine import Engine
from sop.events import (
    Classified,
    Command,
    DefinitionsChosen,
    Dispatched,
    Occurred,
    Remedy,
    StepAnswered,
    Tick,
    TicketCommanded,
)
from sop.facts import FactType
from sop.refusals import NotAllowed, NotPossible, StepNotOpen, TicketOver
from tests.sop.engine_desk import CUSTOMER, MONDAY, Desk, compiled, playbook, staff

ONE = "steps: [{id: do, type: task, assign: role:agent, due: 1d}]"


def statuses(desk: Desk) -> list[object]:
    return [fact.data["status"] for fact in desk.of(FactType.TICKET_STATUS)]


def test_a_new_ticket_is_classified_and_gets_an_owner() -> None:
    desk = Desk.open()

    assert [fact.type.value for fact in desk.facts] == [
        "ticket.opened", "ticket.status", "ticket.classified", "ticket.owner", "ticket.status",
    ]  # fmt: skip
    assert desk.last(FactType.TICKET_OWNER) == {
        "wanted": "team:care", "person": None, "team": None, "reason": "dispatch", "note": "",
    }  # fmt: skip
    assert (desk.state.owner_person, desk.state.owner_team) == ("owner", "care")


def test_the_status_follows_what_is_open() -> None:
    desk = Desk.open(
        """
        steps:
          - {id: a, type: task, assign: role:agent, due: 1d}
          - {id: b, type: task, assign: customer, due: 1d}
          - {id: c, type: wait, event: parcel.received, timeout: never}
          - {id: d, type: action, action: erp.pay, with: {a: 1}}
        """
    )
    desk.answer("a")
    desk.answer("b", by="customer")
    desk.happen("parcel.received", no="P")
    desk.fail("erp.pay")

    desk.settle("d", Remedy.SKIP)

    assert statuses(desk) == ["new", "open", "waiting_customer", "waiting", "open", "resolved"]


def test_one_sop_runs_at_a_time_and_playbooks_beside_it_once_each() -> None:
    desk = Desk.open(ONE, compiled(ONE), playbook("p", ONE))

    desk.start(playbook("p", ONE), compiled(ONE))

    assert sorted(desk.state.runs) == ["p", "t"]


def test_of_an_exclusive_group_only_the_best_starts() -> None:
    desk = Desk.open(playbook("p1", f"exclusive: care\n{ONE}"), playbook("p2", f"exclusive: care\n{ONE}"))

    desk.start(playbook("p3", f"exclusive: care\n{ONE}"), playbook("p4", ONE))

    assert sorted(desk.state.runs) == ["p1", "p4"]


@pytest.mark.parametrize(("after", "left"), [("stop", []), ("keep", ["care"])])
def test_a_playbook_stops_with_the_ticket_or_goes_on(after: str, left: list[str]) -> None:
    path = "steps: [{id: care, type: task, assign: role:agent, due: 1d}]"
    desk = Desk.open(ONE, playbook("p", f"after_close: {after}\n{path}"))

    desk.answer("do")

    assert desk.status == "resolved"
    assert desk.open_steps == left


def test_a_ticket_closes_after_seven_days_and_finishes_when_its_playbooks_do() -> None:
    path = "steps: [{id: care, type: task, assign: role:agent, due: 30d}]"
    plain, kept = Desk.open(ONE), Desk.open(ONE, playbook("p", f"after_close: keep\n{path}"))
    for desk in (plain, kept):
        desk.answer("do")
        desk.later("167h")
        assert not desk.finished
        desk.later("1h")

    assert plain.finished
    assert statuses(plain)[-1] == "closed"
    assert not kept.finished
    kept.answer("care")
    assert kept.finished
    assert kept.open_steps == []


def test_a_finished_ticket_accepts_nothing_more() -> None:
    desk = Desk.open(ONE)
    desk.answer("do")
    desk.later("8d")
    before = desk.stored

    desk.happen("parcel.received", no="P")
    desk.say("m1", "customer")
    desk.tell(Tick())
    desk.start(compiled(ONE))
    desk.tell(Classified("x", "low"))
    for command in (Command.REOPEN, Command.CANCEL, Command.CLAIM):
        with pytest.raises(TicketOver):
            desk.order(command)
    with pytest.raises(StepNotOpen):
        desk.answer("do")

    assert desk.stored == before


def test_a_resolved_ticket_is_reopened_and_resolved_again() -> None:
    sop = compiled(ONE)
    desk = Desk.open(sop)
    desk.answer("do")
    desk.later("1d")

    desk.order(Command.REOPEN)
    assert desk.status == "open"
    assert desk.choices[-1].on == "ticket.reopened"
    desk.start(sop, on="ticket.reopened")
    desk.later("7d")
    assert not desk.finished
    desk.answer("do")

    assert statuses(desk)[-3:] == ["resolved", "open", "resolved"]
    assert sorted(desk.state.runs) == ["t", "t-2"]
    desk.later("7d")
    assert desk.finished


def test_a_later_life_of_the_ticket_uses_no_name_or_key_again() -> None:
    sop = compiled("steps: [{id: pay, type: action, action: erp.pay, with: {a: 1}}]")
    first = Desk.open(sop)
    [call] = first.calls.values()
    engine, _ = Engine.opened({"no": "T1"}, {}, MONDAY, seq=40)

    commands = engine.handle(DefinitionsChosen("ticket.reopened", (sop,)), MONDAY)

    [again] = [command for command in commands if hasattr(command, "key")]
    assert again.call != call.call
    assert again.key != call.key
    assert list(engine.state.runs) == ["t-41"]
    assert engine.state.seq > 40


def test_cancel_ends_everything_and_a_late_choice_starts_nothing() -> None:
    desk = Desk.open(ONE, playbook("p", ONE))

    desk.order(Command.CANCEL, by=CUSTOMER)
    desk.start(compiled(ONE), playbook("q", ONE))

    assert desk.status == "cancelled"
    assert desk.open_steps == []
    assert sorted(desk.state.runs) == ["p", "t"]


@pytest.mark.parametrize("playbooks", [(), (playbook("p", ONE),)])
def test_a_ticket_without_an_sop_can_be_cancelled(playbooks: tuple[object, ...]) -> None:
    desk = Desk.open(*playbooks)  # type: ignore[arg-type]  # definitions

    desk.order(Command.CANCEL)

    assert desk.status == "cancelled"
    desk.later("7d")
    assert desk.finished


def test_a_ticket_cancelled_before_it_is_classified_stays_cancelled() -> None:
    engine, _ = Engine.opened({"no": "T1"}, {}, MONDAY)
    engine.handle(TicketCommanded(Command.CANCEL, staff("ann")), MONDAY)
    engine.handle(Classified("return", "normal", "care"), MONDAY)
    engine.handle(DefinitionsChosen("ticket.classified", (compiled(ONE),)), MONDAY)

    assert engine.state.status == "cancelled"
    assert engine.state.runs == {}


@pytest.mark.parametrize(
    ("command", "to", "refusal"),
    [
        (Command.RESUME, None, NotPossible),
        (Command.REOPEN, None, NotPossible),
        (Command.PRIORITY, None, NotPossible),
        (Command.TRANSFER, None, NotPossible),
    ],
)
def test_commands_that_do_not_fit_are_refused(command: Command, to: str | None, refusal: type[Exception]) -> None:
    desk = Desk.open(ONE)

    with pytest.raises(refusal):
        desk.order(command, to=to)
    with pytest.raises(NotAllowed):
        desk.order(command, by=CUSTOMER, to=to)


def test_a_ticket_is_not_paused_twice() -> None:
    desk = Desk.open(ONE)
    desk.order(Command.PAUSE)

    with pytest.raises(NotPossible):
        desk.order(Command.PAUSE)
    desk.answer("do")
    assert desk.status == "resolved"


def test_one_timer_is_kept_for_the_nearest_deadline() -> None:
    engine, opened = Engine.opened({"no": "T1"}, {}, MONDAY)
    started = engine.handle(DefinitionsChosen("x", (compiled(ONE),)), MONDAY)

    assert not any(isinstance(command, SetTimer | ClearTimer) for command in opened)
    [timer] = [command for command in started if isinstance(command, SetTimer)]
    assert timer.at == engine.next_deadline() == min(alarm.at for alarm in engine.state.alarms)


def test_definitions_may_start_for_later_events_and_for_the_closing() -> None:
    desk = Desk.open(ONE)
    engine = desk.engine
    engine.state.starters = ["parcel.lost", "ticket.closed"]
    lost = engine.handle(Occurred("parcel.lost", "x", "1", {"no": "P"}), MONDAY)
    closed = engine.handle(StepAnswered("do", staff("ann")), MONDAY)
    engine.handle(DefinitionsChosen("ticket.closed", (playbook("survey", ONE),)), MONDAY)

    assert [c for c in lost if isinstance(c, ChooseDefinitions)] == [ChooseDefinitions("parcel.lost", {"no": "P"})]
    assert [c.on for c in closed if isinstance(c, ChooseDefinitions)] == ["ticket.closed"]
    assert "survey" in engine.state.runs


def test_dispatchs_answer_to_a_question_nobody_asks_changes_nothing() -> None:
    desk = Desk.open(ONE)
    before = desk.stored

    desk.tell(Dispatched(999, person="eve"))

    assert desk.stored == before


def test_fields_of_intake_fill_in_what_the_ticket_does_not_say_and_never_who_owns_it() -> None:
    engine, _ = Engine.opened(
        {"no": "T1", "category": None, "order": {}, "fields": {"order": {"no": "O1"}, "fault": "x", "owner": "me"}},
        {},
        MONDAY,
    )

    assert engine.state.ticket["order"] == {"no": "O1"}
    assert engine.state.ticket["fault"] == "x"
    assert engine.state.ticket["owner"] is None
    assert "category" in engine.state.ticket


def test_the_mailbox_forgets_the_oldest_and_stays_bounded() -> None:
    desk = Desk.open("steps: [{id: w, type: wait, event: parcel.received, match: event.no == 'P', timeout: never}]")
    engine = desk.engine
    for number in range(600):
        engine.handle(Occurred("parcel.lost", "x", str(number)), MONDAY)

    assert len(engine.state.mailbox) == 500


@pytest.mark.parametrize("page", ["ledger.md", "ledger.zh-CN.md"])
def test_every_fact_is_described(checkout: Path, page: str) -> None:
    text = (checkout / "docs" / "reference" / page).read_text("utf-8")

    assert [kind.value for kind in FactType if f"`{kind.value}`" not in text] == []


def test_a_ticket_resolved_while_it_was_paused_is_paused_no_more_and_its_playbook_goes_on() -> None:
    care = playbook("care", "after_close: keep\nsteps: [{id: rest, type: wait, for: 1h}, {id: done, type: end}]")
    desk = Desk.open("steps: [{id: pay, type: action, action: erp.pay, with: {a: 1}}]", care)

    desk.order(Command.PAUSE)
    desk.done("erp.pay", paid="F1")
    assert desk.status == "resolved"
    desk.later("8d")

    assert desk.status == "closed"


def test_the_ledger_says_why_a_version_is_tried_on_a_ticket() -> None:
    tried = compiled("steps: [{id: a, type: task, assign: role:agent}]")
    usual = Desk.open("steps: [{id: b, type: task, assign: role:agent}]")
    desk = Desk.open()
    how = {"share": 10, "bucket": Decimal("3.14")}
    desk.tell(DefinitionsChosen("ticket.created", (tried,), candidates={tried["sha256"]: how}))

    assert desk.last(FactType.RUN_STARTED)["candidate"] == how
    assert "candidate" not in usual.last(FactType.RUN_STARTED)
