"""The engine's door: told an event and the moment, it decides, and says what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import assert_never

from sop.commands import ClearTimer, Command, SetTimer
from sop.engine import (
    approvals,
    branching,
    causes,
    clock_alarms,
    clock_changes,
    clocks,
    dispatch,
    escalations,
    flow,
    gate_news,
    handing,
    leases,
    lifecycle,
    migration,
    orders,
    people,
    planning,
    playbooks,
    promises,
    remedies,
    standing,
    systems,
    undo,
    waiting,
)
from sop.engine.address import find, find_incident
from sop.engine.hours import complete
from sop.engine.turn import Turn
from sop.events import (
    ActionDone,
    ActionFailed,
    ActorKind,
    Classified,
    ClockCorrected,
    CustomerChanged,
    DefinitionsChosen,
    Dispatched,
    DutyChanged,
    Event,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PlaybookFound,
    PoliciesAdopted,
    PromiseKept,
    RunMigrated,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.facts import FactType
from sop.model import Action, Approval, Decision, End, Parallel, Repeat, Step, SubSop, Task, Wait
from sop.refusals import NotAllowed
from sop.state import Alarm, AlarmKind, Run, State, Thread, Undoable
from sop.values import Value, reference

PERSONAL = ("name", "phone", "email", "address")
TICKET_FIELDS = (
    "no", "title", "category", "status", "priority", "channel", "created_at", "order", "owner", "tags", "fields",
)  # fmt: skip
CUSTOMER_FIELDS: Mapping[str, Value] = {"id": None, "tier": "regular", "complaint_count": 0, "language": "zh"}
_ASKED_BY_PEOPLE = (StepAnswered, VoteCast, IncidentSettled, TicketCommanded, PromiseKept)
_DEEDS = (*_ASKED_BY_PEOPLE, MessagePosted)
PROMISE_ALARMS = frozenset({AlarmKind.PROMISE_WARN, AlarmKind.PROMISE_DUE})
HANDLED = "ticket.handled"
CLOCK_ALARMS = frozenset({AlarmKind.CLOCK_WARN, AlarmKind.CLOCK_BREACH, AlarmKind.CLOCK_RUNG})


class Engine:
    """The decisions of one ticket. ``state`` is all it has; another engine with the same state decides the same."""

    def __init__(self, state: State) -> None:
        self.state = state
        complete(state)

    @classmethod
    def opened(
        cls,
        ticket: Mapping[str, Value],
        customer: Mapping[str, Value],
        now: datetime,
        *,
        seq: int = 0,
        reopened_at: datetime | None = None,
    ) -> tuple[Engine, list[Command]]:
        """A new ticket: its facts as decisions need them (``no``, ``channel``, ``fields``, ``order`` …), its customer
        without personal data. What was filled in at intake (``fields``) is read as the ticket's own where the ticket
        itself says nothing. ``ticket["created_at"]``, when given, is when its clocks start; ``seq`` counts the
        ledger rows of its lives before this one, and ``reopened_at`` is when it was opened again."""
        facts = {**dict.fromkeys(TICKET_FIELDS), **ticket, **_filled_in(ticket)}
        people_facts = {**CUSTOMER_FIELDS, **customer, **{name: reference(f"customer.{name}") for name in PERSONAL}}
        again = min(reopened_at or now, now) if seq else None
        opened_at = again or _moment(facts.get("created_at"), now)
        engine = cls(State(facts, people_facts, opened_at, seq=seq, next_id=seq + 1, earlier=seq, reopened_at=again))
        turn = engine._turn(now)
        seen = {name: facts.get(name) for name in ("channel", "category", "priority")}
        told = {name: value for name, value in people_facts.items() if name not in (*PERSONAL, "id")}
        known: dict[str, Value] = {"tags": facts.get("tags") or [], "customer_facts": told}
        if again is not None:
            known["reopened_at"] = again.isoformat()
        turn.fact(FactType.TICKET_OPENED, {**seen, "customer": people_facts.get("id"), **known})
        return engine, engine._settled(turn)

    def handle(self, event: Event, now: datetime) -> list[Command]:
        """Decide on an event. A refused one raises a ``Refusal`` and changes nothing (``check`` says so before). A
        ticket that has finished refuses what people ask, and takes no notice of anything else."""
        turn = self._turn(now)
        if self.state.finished and not isinstance(event, _ASKED_BY_PEOPLE):
            return []
        if isinstance(event, RunMigrated):
            self.check_move(event, now)
        _decide(turn, event)
        if not isinstance(event, GateLifted):  # said of many tickets at once: nobody has looked at this one
            _taken_in_hand(turn, event)
            leases.renew(turn, event)
        return causes.told(self.state, self._settled(turn), event, now)

    def check(self, event: Event, now: datetime) -> None:
        """Raise the ``Refusal`` of an event that cannot be accepted now; changes nothing."""
        turn = self._turn(now)
        if isinstance(event, StepAnswered):
            people.check_answer(turn, *find(self.state, event.step, Task), event)
        elif isinstance(event, VoteCast):
            approvals.check_vote(turn, *find(self.state, event.step, Approval), event)
        elif isinstance(event, IncidentSettled):
            run, troubled = _troubled(self.state, event)
            if isinstance(troubled, Thread):
                remedies.chosen_well(turn, run, troubled, event)
        elif isinstance(event, TicketCommanded):
            orders.check(self.state, event)
        elif isinstance(event, PromiseKept):
            promises.check_keep(self.state, event)
        elif isinstance(event, ClockCorrected | PoliciesAdopted):
            clock_changes.check(self.state, event, now)

    def plan(self, event: RunMigrated, now: datetime) -> planning.Plan:
        """What would become of the ticket if it were moved to another version; changes nothing."""
        return planning.plan(self.state, event, now, _move)

    def check_move(self, event: RunMigrated, now: datetime) -> None:
        """Raise the ``Refusal`` of a move that cannot be made now; changes nothing."""
        planning.tried(self.state, event, now, _move)

    def next_deadline(self) -> datetime | None:
        """The nearest moment at which something is due."""
        return nearest(self.state)

    def _turn(self, now: datetime) -> Turn:
        return Turn(self.state, now, _enter, branching.thread_ended, lifecycle.run_ended)

    def _settled(self, turn: Turn) -> list[Command]:
        flow.run_on(turn)
        lifecycle.settle(turn)
        due = nearest(self.state)
        if due != self.state.armed:
            self.state.armed = due
            turn.commands.append(ClearTimer() if due is None else SetTimer(due))
        return turn.commands


def _move(state: State, event: RunMigrated, now: datetime) -> None:
    engine = Engine(state)
    turn = engine._turn(now)
    migration.migrated(turn, event)
    engine._settled(turn)


def _filled_in(ticket: Mapping[str, Value]) -> dict[str, Value]:
    """The fields of intake that the ticket itself says nothing of; they cannot say who owns it or how it stands."""
    fields = ticket.get("fields")
    if not isinstance(fields, Mapping):
        return {}
    ours = set(TICKET_FIELDS) - {"title", "order"}
    return {k: value for k, value in fields.items() if k not in ours and ticket.get(k) in (None, {})}


def _moment(written: Value, now: datetime) -> datetime:
    if not isinstance(written, str):
        return now
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def nearest(state: State) -> datetime | None:
    """The earliest alarm; a paused ticket's steps do not ring."""
    if state.paused_at is not None:
        return min((a.at for a in state.alarms if not a.thread), default=None)
    return min([a.at for a in state.alarms], default=None)


def _taken_in_hand(turn: Turn, event: Event) -> None:
    """Whatever somebody of the staff does about a ticket takes it in hand, and clocks may stop for that. Putting its
    clocks right does not."""
    if isinstance(event, _DEEDS) and event.by.kind is ActorKind.STAFF:
        clocks.happened(turn, HANDLED)


def _decide(turn: Turn, event: Event) -> None:  # noqa: C901 - one case an event
    match event:
        case StepAnswered():
            people.answered(turn, *find(turn.state, event.step, Task), event)
        case Dispatched():
            dispatch.dispatched(turn, event)
        case ActionDone() | ActionFailed() if promises.is_asked(turn.state, event.call):
            promises.answered(turn, event)
        case ActionDone():
            systems.done(turn, event)
        case Tick():
            _tick(turn)
        case Occurred():
            lifecycle.occurred(turn, event)
        case VoteCast():
            approvals.voted(turn, *find(turn.state, event.step, Approval), event)
        case MessagePosted():
            lifecycle.posted(turn, event)
        case ActionFailed():
            systems.failed(turn, event)
        case IncidentSettled():
            _settle_incident(turn, event)
        case TicketCommanded():
            orders.commanded(turn, event)
        case RunMigrated():
            migration.migrated(turn, event)
        case GateSet():
            gate_news.was_set(turn, event)
        case GateLifted():
            gate_news.lifted(turn, event)
        case Classified():
            lifecycle.classified(turn, event)
        case DutyChanged():
            handing.duty_changed(turn, event)
        case DefinitionsChosen():
            lifecycle.chosen(turn, event)
        case PlaybookFound():
            playbooks.found(turn, event)
        case PromiseKept():
            promises.kept(turn, event)
        case ClockCorrected():
            clock_changes.corrected(turn, event)
        case PoliciesAdopted():
            clock_changes.adopted(turn, event)
        case CustomerChanged():
            clock_changes.customer_changed(turn, event)
        case _:
            assert_never(event)


def _troubled(state: State, event: IncidentSettled) -> tuple[Run, Thread | Undoable]:
    if event.by.kind is ActorKind.CUSTOMER:
        raise NotAllowed("an incident is settled by staff", "异常由员工处理")
    return find_incident(state, event.step)


def _settle_incident(turn: Turn, event: IncidentSettled) -> None:
    run, troubled = _troubled(turn.state, event)
    if isinstance(troubled, Undoable):
        undo.settle(turn, run, troubled, event)
    else:
        remedies.settle(turn, run, troubled, event)


def _enter(turn: Turn, run: Run, thread: Thread, step: Step) -> None:
    enter: Callable[..., None] = _ENTER[type(step)]
    enter(turn, run, thread, step)


_ENTER: Mapping[type, Callable[..., None]] = {
    Task: people.enter_task,
    Approval: approvals.enter_approval,
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
        flow.run_on(turn)


def _ring(turn: Turn, alarm: Alarm) -> None:
    if alarm.kind is AlarmKind.CLOSE:
        lifecycle.close(turn)
    elif alarm.kind in CLOCK_ALARMS:
        clock_alarms.ring(turn, alarm)
    elif alarm.kind is AlarmKind.LEASE:
        handing.lease_ended(turn, alarm)
    elif alarm.kind in PROMISE_ALARMS:
        promises.ring(turn, alarm)
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
    step = standing.step_of(run, thread)
    if isinstance(step, Wait):
        waiting.timed_out(turn, run, thread, step)
    elif isinstance(step, Task | Approval):
        target = step.on_timeout
        if isinstance(step, Approval) and target in (None, flow.CONTINUE):
            target = flow.INCIDENT  # silence never approves
        flow.leave(turn, run, thread, {}, target, status="timeout")
        flow.proceed(turn, run, thread)
