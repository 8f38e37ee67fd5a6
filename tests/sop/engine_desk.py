"""A desk for the engine's tests: one ticket, definitions written in the test, and calls that wait to be answered.

After every event it checks that nothing in the state refers to what is gone, and goes on with the state's own JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import dedent

from sop.catalog import Catalog, office_hours
from sop.clocks.ledger import ClockPhase
from sop.commands import CallAction, ChooseDefinitions, Command, Finish, Project, StartPlaybook
from sop.definition import Compiled
from sop.desk import Desk as Pinned
from sop.durations import parse
from sop.engine import Engine
from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    ActorKind,
    Classified,
    DefinitionsChosen,
    Duty,
    DutyChanged,
    Event,
    FailureKind,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PlaybookFound,
    PromiseKept,
    PromiseSaid,
    Remedy,
    StepAnswered,
    Tick,
    TicketCommanded,
    VoteCast,
)
from sop.events import Command as Order
from sop.facts import Fact, FactType
from sop.loading import load_many
from sop.scenario.stage import dispatched
from sop.state import Alarm, AlarmKind, Call, Promise, PromisePhase, Run, RunPhase, State, dump, load
from sop.values import Value

MONDAY = datetime.fromisoformat("2026-01-05T09:00:00+08:00").astimezone(UTC)
CUSTOMER = Actor(ActorKind.CUSTOMER, "C1")
CATALOG = Catalog.from_plain(
    {
        "roles": ["agent", "lead", "boss", "qc"],
        "teams": ["care"],
        "people": ["ann", "bob", "eve", "dan"],
        "ticket": [
            "no",
            "title",
            "category",
            "status",
            "priority",
            "channel",
            "order",
            "owner",
            "tags",
            "flag",
            "list",
        ],
        "customer": ["id", "name", "tier", "phone"],
        "events": {
            "ticket.created": [],
            "ticket.classified": [],
            "ticket.first_response": ["by", "at"],
            "ticket.closed": [],
            "ticket.reopened": [],
            "ticket.customer_message": ["message"],
            "parcel.received": ["no"],
            "parcel.lost": ["no"],
            "called.off": [],
        },
        "actions": {
            "erp.make": {"in": ["a", "b"], "out": ["no"], "effect": "write", "idempotent": "key", "undo": "erp.unmake"},
            "erp.unmake": {"in": ["no"], "out": [], "effect": "write", "idempotent": "native"},
            "erp.pay": {"in": ["a"], "out": ["paid"], "effect": "money", "idempotent": "key"},
            "erp.see": {"in": ["no"], "out": ["found"], "effect": "read", "idempotent": "native"},
            "erp.look": {"in": ["a"], "out": ["found"], "effect": "read", "idempotent": "native"},
        },
        "calendars": {"default": office_hours()},
    }
)


def staff(name: str, *roles: str, teams: Sequence[str] = (), acting_for: str | None = None) -> Actor:
    """Somebody of the staff; without roles somebody who has all of them."""
    return Actor(ActorKind.STAFF, name, tuple(roles or ("*",)), tuple(teams), acting_for)


def compiled(text: str, **others: str) -> Compiled:
    """The definition of a text; ``others`` are SOPs it may run, by key. A text without a head is SOP ``t``."""
    texts = {"t.yaml": _headed(text, "sop: t"), **{f"{k}.yaml": _headed(v, f"sop: {k}") for k, v in others.items()}}
    return load_many(texts, CATALOG)["t.yaml"]


def playbook(key: str, text: str) -> Compiled:
    """The definition of a playbook without its head."""
    return load_many({"p.yaml": _headed(text, f"playbook: {key}")}, CATALOG)["p.yaml"]


def _headed(text: str, head: str) -> str:
    return f"dsl: 1\n{head}\n{dedent(text)}"


@dataclass
class Desk:
    """One ticket and the world around it."""

    people: Mapping[str, list[str]] = field(default_factory=dict)
    now: datetime = MONDAY
    facts: list[Fact] = field(default_factory=list)
    calls: dict[str, CallAction] = field(default_factory=dict)
    made: list[CallAction] = field(default_factory=list)
    choices: list[ChooseDefinitions] = field(default_factory=list)
    wanted: list[StartPlaybook] = field(default_factory=list)
    finished: bool = False
    stored: object = None

    @classmethod
    def open(
        cls,
        *definitions: Compiled | str,
        people: Mapping[str, list[str]] | None = None,
        pinned: Pinned | None = None,
        team: str | None = "care",
        **ticket: Value,
    ) -> Desk:
        """A classified ticket with its definitions started; ``pinned``: the rules of its desk."""
        desk = cls(people or {})
        engine, commands = Engine.opened(
            {"no": "T1", "created_at": desk.now.isoformat(), "flag": None, "list": [], **ticket}, {"id": "C1"}, desk.now
        )
        desk._carry_out(engine, commands)
        desk.tell(Classified("general", str(ticket.get("priority", "normal")), team, desk=pinned))
        desk.start(*definitions)
        return desk

    def start(self, *definitions: Compiled | str, on: str = "ticket.created", **inputs: Value) -> None:
        """Start definitions."""
        ready = tuple(compiled(d) if isinstance(d, str) else d for d in definitions)
        self.tell(DefinitionsChosen(on, ready, dict(inputs)))

    @property
    def engine(self) -> Engine:
        """An engine of its own each time: all there is between two events is JSON."""
        return Engine(load(self.stored))

    @property
    def state(self) -> State:
        return self.engine.state

    def tell(self, event: Event) -> None:
        """Tell the engine, write down what it decides, and answer for dispatch."""
        engine = self.engine
        self._carry_out(engine, engine.handle(event, self.now))

    def _carry_out(self, engine: Engine, commands: Sequence[Command]) -> None:
        queue = list(commands)
        while queue:
            command = queue.pop(0)
            if isinstance(command, Project):
                self.facts.append(command.fact)
                if (answer := dispatched(command.fact, self.people)) is not None:
                    queue += engine.handle(answer, self.now)
            elif isinstance(command, CallAction):
                self.calls[command.call] = command
                self.made.append(command)
            elif isinstance(command, ChooseDefinitions):
                self.choices.append(command)
            elif isinstance(command, StartPlaybook):
                self.wanted.append(command)
            elif isinstance(command, Finish):
                self.finished = True
        assert [fact.seq for fact in self.facts] == list(range(1, len(self.facts) + 1))
        check_state(engine.state)
        self.stored = json.loads(json.dumps(dump(engine.state)))

    # What people and systems do

    def answer(self, step: str, outcome: str | None = None, by: Actor | str = "ann", **values: Value) -> None:
        self.tell(StepAnswered(step, _somebody(by), outcome, values))

    def vote(self, step: str, approve: bool, by: Actor | str = "bob", comment: str = "") -> None:
        self.tell(VoteCast(step, _somebody(by), approve, comment))

    def happen(self, event: str, id: str = "1", **data: Value) -> None:  # noqa: A002 - the event's own word
        self.tell(Occurred(event, "test", id, data))

    def say(self, message: str, by: Actor | str, visibility: str = "public") -> None:
        self.tell(MessagePosted(message, _somebody(by), visibility))

    def promise(self, within: str, check: str | None = None, broken: str | None = None, **given: Value) -> None:
        """Somebody tells the customer in a message when something will have happened."""
        message = f"m{len(self.facts)}"
        self.tell(MessagePosted(message, staff("ann"), "public", PromiseSaid(within, check, given, broken)))

    def keep(self, promise: str, by: Actor | str = "ann", note: str = "") -> None:
        self.tell(PromiseKept(promise, _somebody(by), note))

    def order(self, command: Order, by: Actor | str = "ann", to: str | None = None, step: str | None = None) -> None:
        self.tell(TicketCommanded(command, _somebody(by), to, step=step))

    def find(self, definition: Compiled | None) -> None:
        """The oldest playbook wanted by name is found, or is not there."""
        wanted = self.wanted.pop(0)
        self.tell(PlaybookFound(wanted.key, wanted.cause, definition, wanted.inputs))

    def duty(self, person: str, duty: Duty, *emptied: str) -> None:
        self.tell(DutyChanged(person, duty, emptied))

    def settle(self, step: str, choice: Remedy, by: Actor | str = "dan", **values: Value) -> None:
        self.tell(IncidentSettled(step, _somebody(by), choice, values))

    def done(self, action: str, **outputs: Value) -> CallAction:
        """The oldest call of an action is answered."""
        call = self._call(action)
        self.tell(ActionDone(call.call, outputs))
        return call

    def fail(self, action: str, kind: FailureKind = FailureKind.UNREACHABLE) -> CallAction:
        """The oldest call of an action fails for good."""
        call = self._call(action)
        self.tell(ActionFailed(call.call, kind, "it is down", call.attempts))
        return call

    def _call(self, action: str) -> CallAction:
        name = next(name for name, call in self.calls.items() if call.action == action)
        return self.calls.pop(name)

    def later(self, duration: str) -> None:
        """Time passes, and everything due by then happens when it is due."""
        until = self.now + parse(duration).clock_time()
        while (due := self.engine.next_deadline()) is not None and due <= until:
            self.now = max(due, self.now)
            self.tell(Tick())
        self.now = until

    # What can be seen

    @property
    def open_steps(self) -> list[str]:
        """The open steps of tasks, approvals, waits and actions, and of those in an incident."""
        return sorted(
            thread.open.slot
            for run in self.state.runs.values()
            for thread in run.threads.values()
            if thread.open and not thread.cancelled and not thread.open.children and not thread.open.sub
        )

    @property
    def waiting_calls(self) -> list[str]:
        return [call.action for call in self.calls.values()]

    def outputs(self, step: str, run: str = "t") -> Mapping[str, Value]:
        return self.state.runs[run].steps[step]

    def of(self, kind: FactType) -> list[Fact]:
        return [fact for fact in self.facts if fact.type is kind]

    def last(self, kind: FactType) -> Mapping[str, Value]:
        return self.of(kind)[-1].data

    @property
    def result(self) -> Value:
        ended = [fact for fact in self.of(FactType.RUN_ENDED) if fact.run == "t"]
        return ended[-1].data["result"] if ended else None

    @property
    def status(self) -> str:
        return self.state.status.value

    @property
    def incident(self) -> str | None:
        """``<step> <code>`` of the open incident, if there is one."""
        found = [
            f"{thread.open.slot} {thread.open.incident.code}"
            for run in self.state.runs.values()
            for thread in run.threads.values()
            if thread.open and thread.open.incident
        ]
        return ", ".join(found) or None

    def alerts(self) -> list[str]:
        """``<minutes since the ticket was opened> <kind> <about> -> <to>`` of every alert."""
        return [
            f"{_minutes(fact.at)} {fact.data['kind']} {fact.data['about']} -> {fact.data['to']}"
            for fact in self.of(FactType.ALERT)
        ]


def _minutes(at: datetime) -> int:
    return (at - MONDAY) // timedelta(minutes=1)


def _somebody(by: Actor | str) -> Actor:
    if by == "customer":
        return CUSTOMER
    return staff(by) if isinstance(by, str) else by


def check_state(state: State) -> None:
    """Nothing refers to anything that is gone, and nothing is left half done."""
    for run in state.runs.values():
        _check_run(state, run)
    for alarm in state.alarms:
        _check_alarm(state, alarm)
    for promise in state.promises.values():
        _check_promise(state, promise)
    for name, call in state.calls.items():
        _check_call(state, name, call)
    for asked in state.asked.values():
        if asked.run:
            thread = state.runs[asked.run].threads[asked.thread]
            assert thread.open, f"{asked} of nothing"
            assert (thread.open.visit, thread.cancelled) == (asked.visit, False), f"{asked} of nothing"
    if state.finished:
        assert (state.alarms, state.calls, state.asked) == ([], {}, {})
        assert {run.phase for run in state.runs.values()} <= {RunPhase.ENDED}


def _check_call(state: State, name: str, call: Call) -> None:
    if call.promise:
        assert call.promise in state.promises, f"call {name} of no promise"
        return
    run = state.runs[call.run]
    holders = [u.call for u in run.undoing] if call.undo else [t.open.call for t in run.threads.values() if t.open]
    assert holders.count(name) == 1, f"call {name} is nobody's"


def _check_promise(state: State, promise: Promise) -> None:
    rings = [alarm.kind for alarm in state.alarms if alarm.promise == promise.id]
    if promise.phase is not PromisePhase.OPEN:
        assert (rings, promise.call) == ([], None), f"{promise.id} is over but still goes on"
        return
    assert promise.call is None or state.calls[promise.call].promise == promise.id
    assert promise.call or AlarmKind.PROMISE_DUE in rings, f"{promise.id} is open but nothing comes of it"


def _check_alarm(state: State, alarm: Alarm) -> None:
    if alarm.kind is AlarmKind.CLOSE:
        return
    if alarm.kind is AlarmKind.LEASE and not alarm.run:
        assert [lease for lease in state.leases if not lease.run], f"{alarm} of no lease"
        return
    if alarm.promise:
        assert state.promises[alarm.promise].phase is PromisePhase.OPEN, f"{alarm} of a promise that is over"
        return
    run = state.runs[alarm.run]
    assert run.phase is not RunPhase.ENDED, f"{alarm} of a run that has ended"
    if alarm.clock:
        assert run.clocks[alarm.clock].phase is ClockPhase.RUNNING, f"{alarm} of a clock that stands still"
        return
    thread = run.threads[alarm.thread]
    assert thread.open, f"{alarm} of nothing"
    assert not thread.cancelled, f"{alarm} of a cancelled step"
    assert not thread.open.incident, f"{alarm} of an incident"


def _check_run(state: State, run: Run) -> None:
    if run.phase is RunPhase.ENDED:
        assert (run.threads, run.undoing, run.failed_undo) == ({}, [], [])
    else:
        assert run.threads or run.undoing or run.failed_undo, f"{run.id} goes on with nothing"
    if run.parent_run is not None:
        assert not run.consumed, "a sub-SOP reads its caller's mailbox"
        caller = state.runs[run.parent_run].threads.get(run.parent_thread or 0)
        assert run.phase is RunPhase.ENDED or (caller and caller.open and caller.open.sub == run.id)
    for thread in run.threads.values():
        assert thread.parent is None or thread.parent in run.threads, f"thread {thread.id} has lost its parent"
        assert thread.open, f"thread {thread.id} of {run.id} stands nowhere"
        if run.phase is RunPhase.ACTIVE and not thread.cancelled:
            assert thread.stack, f"thread {thread.id} of {run.id} is on no line"
            continue
        assert thread.cancelled, f"{run.id} ends but thread {thread.id} goes on"
        opened = thread.open
        assert opened.call in state.calls or opened.children or opened.sub, f"thread {thread.id} waits for nothing"
