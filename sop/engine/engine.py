"""The engine's door: told an event and the moment, it decides, and says what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import assert_never

from sop.commands import ClearTimer, Command, SetTimer
from sop.engine import branching, clocks, escalations, flow, incidents, lifecycle, people, systems, waiting
from sop.engine.address import find, find_incident
from sop.engine.turn import Turn
from sop.events import (
    ActionDone,
    ActionFailed,
    Classified,
    DefinitionsChosen,
    Dispatched,
    Event,
    IncidentSettled,
    MessagePosted,
    Occurred,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.events import Command as TicketCommand
from sop.facts import FactType
from sop.model import Action, Approval, Decision, End, Parallel, Repeat, Step, SubSop, Task, Wait
from sop.refusals import NotAllowed, NotPossible, TicketOver
from sop.state import Alarm, AlarmKind, Run, State, Status, Thread
from sop.values import Value, reference

PERSONAL = ("name", "phone", "email", "address")
CLOCK_ALARMS = frozenset({AlarmKind.CLOCK_WARN, AlarmKind.CLOCK_BREACH, AlarmKind.CLOCK_RUNG})


class Engine:
    """The decisions of one ticket. ``state`` is all it has; another engine with the same state decides the same."""

    def __init__(self, state: State) -> None:
        self.state = state

    @classmethod
    def opened(
        cls, ticket: Mapping[str, Value], customer: Mapping[str, Value], now: datetime, *, seq: int = 0
    ) -> tuple[Engine, list[Command]]:
        """A new ticket: its facts as decisions need them (``no``, ``channel``, ``fields``, ``order`` …) and its customer
        without personal data. ``ticket["created_at"]``, when given, is when its clocks start; ``seq`` counts the
        ledger rows it has already."""
        fields = ticket.get("fields")
        facts = {**{name: None for name in TICKET_FIELDS}, **(fields if isinstance(fields, Mapping) else {}), **ticket}
        people_facts = {**CUSTOMER_FIELDS, **customer, **{name: reference(f"customer.{name}") for name in PERSONAL}}
        created = facts.get("created_at")
        opened_at = datetime.fromisoformat(created) if isinstance(created, str) else now
        engine = cls(State(facts, people_facts, opened_at, seq=seq))
        turn = engine._turn(now)
        seen = {name: facts.get(name) for name in ("channel", "category", "priority")}
        turn.fact(FactType.TICKET_OPENED, {**seen, "customer": people_facts.get("id")})
        return engine, engine._settled(turn)

    def handle(self, event: Event, now: datetime) -> list[Command]:
        """Decide on an event. Refused events raise a ``Refusal`` and change nothing (``check`` says so before)."""
        if isinstance(event, StepAnswered | VoteCast | IncidentSettled | TicketCommanded):
            self.check(event, now)
        turn = self._turn(now)
        _decide(turn, event)
        return self._settled(turn)

    def check(self, event: Event, now: datetime) -> None:
        """Raise the ``Refusal`` of an event that cannot be accepted now; changes nothing."""
        turn = self._turn(now)
        if isinstance(event, StepAnswered):
            people.check_answer(turn, *find(self.state, event.step, Task), event)
        elif isinstance(event, VoteCast):
            people.check_vote(turn, *find(self.state, event.step, Approval), event)
        elif isinstance(event, IncidentSettled):
            find_incident(self.state, event.step)
            if event.by.kind == "customer":
                raise NotAllowed("an incident is settled by staff", "异常由员工处理")
        elif isinstance(event, TicketCommanded):
            _check_command(self.state, event)

    def next_deadline(self) -> datetime | None:
        """The nearest moment at which something is due."""
        return nearest(self.state)

    def _turn(self, now: datetime) -> Turn:
        return Turn(self.state, now, _enter, branching.thread_ended, lifecycle.run_ended)

    def _settled(self, turn: Turn) -> list[Command]:
        lifecycle.settle(turn)
        due = nearest(self.state)
        if due != self.state.armed:
            self.state.armed = due
            turn.commands.append(ClearTimer() if due is None else SetTimer(due))
        return turn.commands


TICKET_FIELDS = ("no", "title", "category", "status", "priority", "channel", "created_at", "order", "owner", "tags", "fields")
CUSTOMER_FIELDS: Mapping[str, Value] = {"id": None, "tier": "regular", "complaint_count": 0, "language": "zh"}


def nearest(state: State) -> datetime | None:
    """The earliest alarm; a paused ticket's steps do not ring."""
    if state.paused_at is not None:
        return min((a.at for a in state.alarms if not a.thread), default=None)
    return min((a.at for a in state.alarms), default=None)


def _decide(turn: Turn, event: Event) -> None:  # noqa: C901 - one case an event
    match event:
        case Tick():
            _tick(turn)
        case ActionDone():
            systems.done(turn, event)
        case ActionFailed():
            systems.failed(turn, event)
        case Occurred():
            lifecycle.occurred(turn, event)
        case StepAnswered():
            people.answered(turn, *find(turn.state, event.step, Task), event)
        case VoteCast():
            people.voted(turn, *find(turn.state, event.step, Approval), event)
        case Dispatched():
            people.dispatched(turn, event)
        case MessagePosted():
            lifecycle.posted(turn, event)
        case IncidentSettled():
            _settle_incident(turn, event)
        case TicketCommanded():
            lifecycle.commanded(turn, event)
        case Classified():
            lifecycle.classified(turn, event)
        case DefinitionsChosen():
            lifecycle.chosen(turn, event)
        case _:
            assert_never(event)


def _settle_incident(turn: Turn, event: IncidentSettled) -> None:
    run, thread, undoable = find_incident(turn.state, event.step)
    if undoable is not None:
        systems.settle_undo(turn, run, undoable, event)
    elif thread is not None:
        incidents.settle(turn, run, thread, event)


def _enter(turn: Turn, run: Run, thread: Thread, step: Step) -> None:
    enter: Callable[..., None] = _ENTER[type(step)]
    enter(turn, run, thread, step)


_ENTER: Mapping[type, Callable[..., None]] = {
    Task: people.enter_task,
    Approval: people.enter_approval,
    Action: systems.enter_action,
    Decision: branching.enter_decision,
    Wait: waiting.enter_wait,
    Parallel: branching.enter_parallel,
    Repeat: branching.enter_repeat,
    SubSop: branching.enter_sub_sop,
    End: branching.enter_end,
}


def _tick(turn: Turn) -> None:
    """Ring every alarm that is due, in the order of their moments; what rings may set and silence others."""
    state = turn.state
    while True:
        due = [a for a in state.alarms if a.at <= turn.now and not (a.thread and state.paused_at)]
        if not due:
            return
        alarm = min(due, key=lambda a: a.at)
        state.alarms.remove(alarm)
        _ring(turn, alarm)


def _ring(turn: Turn, alarm: Alarm) -> None:
    if alarm.kind is AlarmKind.CLOSE:
        lifecycle.close(turn)
    elif alarm.kind in CLOCK_ALARMS:
        clocks.ring(turn, alarm)
    elif alarm.kind is AlarmKind.TIMEOUT:
        _time_out(turn, alarm)
    elif alarm.kind is AlarmKind.ELAPSED:
        run = turn.state.runs[alarm.run]
        thread = run.threads[alarm.thread]
        flow.leave(turn, run, thread, {})
        flow.proceed(turn, run, thread)
    else:
        escalations.ring(turn, alarm)


def _time_out(turn: Turn, alarm: Alarm) -> None:
    run = turn.state.runs[alarm.run]
    thread = run.threads[alarm.thread]
    step = flow.placed_of(run, thread).step
    if isinstance(step, Wait):
        waiting.timed_out(turn, run, thread, step)
    elif isinstance(step, Task | Approval):
        target = step.on_timeout
        if target is None and isinstance(step, Approval):
            target = flow.INCIDENT
        flow.leave(turn, run, thread, {}, target, status="timeout")
        flow.proceed(turn, run, thread)


def _check_command(state: State, event: TicketCommanded) -> None:
    if event.command is TicketCommand.REOPEN:
        if not lifecycle.over(state):
            raise NotPossible("the ticket is open", "工单未结束，无需重开")
        return
    if lifecycle.over(state):
        raise TicketOver("the ticket has ended; reopen it first", "工单已结束，请先重开")
    if event.command in (TicketCommand.TRANSFER, TicketCommand.PRIORITY) and not event.to:
        raise NotPossible("say to whom, or which priority: `to`", "请填写 to（转给谁或新的优先级）")
    if event.command is TicketCommand.PAUSE and state.status is Status.PAUSED:
        raise NotPossible("the ticket is paused already", "工单已暂停")
    if event.command is TicketCommand.RESUME and state.status is not Status.PAUSED:
        raise NotPossible("the ticket is not paused", "工单未暂停")
    if event.by.kind == "customer" and event.command is not TicketCommand.CANCEL:
        raise NotAllowed("this is for staff", "仅限员工操作")
