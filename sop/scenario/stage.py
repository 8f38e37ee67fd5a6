"""The pure stage: a story played on the engine alone, in virtual time, with connectors as the scenario says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from sop.calendars import Calendar
from sop.commands import CallAction, ChooseDefinitions, Command, Project, StartPlaybook
from sop.definition import Compiled, definition_of
from sop.desk import Desk, pinned
from sop.durations import parse
from sop.engine import Engine
from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    ActorKind,
    Classified,
    DefinitionsChosen,
    Dispatched,
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
from sop.events import Command as TicketCommand
from sop.expressions import Scope, holds
from sop.facts import Fact, FactType
from sop.model import Approval, FieldType, Task
from sop.refusals import Refusal
from sop.scenario.clock_acts import clock_event
from sop.scenario.script import Act, Case, Script
from sop.state import State
from sop.values import Value, decode

MESSAGE = "message"
FAIL, REFUSE = "fail", "refuse"
FAILURES: Mapping[str, FailureKind] = {
    FAIL: FailureKind.UNREACHABLE,
    REFUSE: FailureKind.REFUSED,
    "timeout": FailureKind.TIMEOUT,
    "rubbish": FailureKind.RUBBISH,
    "unknown": FailureKind.UNKNOWN,
}
"""What a scenario may have a connector do instead of answering."""
FINAL = frozenset({FailureKind.REFUSED, FailureKind.UNKNOWN})
"""Failures after which another try cannot help."""
TEAM = "after_sales"
PERSONAL = ("name", "phone", "email", "address")


class Mocks:
    """What connectors answer: a value each time, or a list of values one after the other; or how they fail
    (``FAILURES``). The last of a list is given from then on."""

    def __init__(self, plain: Mapping[str, object]) -> None:
        self._answers = {name: deque(answer) if isinstance(answer, list) else answer for name, answer in plain.items()}

    def answer(self, action: str) -> Value:
        """The next answer to this action; nothing said: an empty one."""
        answers = self._answers.get(action)
        if isinstance(answers, deque):
            return decode(answers.popleft() if len(answers) > 1 else answers[0])
        return decode(answers)

    def holds(self, call: CallAction) -> bool:
        """Whether this call is not answered for now."""
        return False


@dataclass(frozen=True, slots=True)
class World:
    """What a story is played with: the engine that goes on from a ticket just opened, and connectors of mocks."""

    engine_of: Callable[[State], Engine] = Engine
    mocks_of: Callable[[Mapping[str, object]], Mocks] = Mocks


@dataclass(slots=True)
class Stage:
    """One ticket with its engine, its facts, its clock and the world around it. ``playbooks``: those that may be wanted
    by name, and whatever may start on an event of the ticket, by key."""

    engine: Engine
    now: datetime
    mocks: Mocks
    people: Mapping[str, list[str]]
    facts: list[Fact] = field(default_factory=list)
    calls: list[CallAction] = field(default_factory=list)
    playbooks: Mapping[str, Compiled] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        script: Script,
        case: Case,
        compiled: Compiled,
        playbooks: Mapping[str, Compiled] | None = None,
        world: World | None = None,
    ) -> Self:
        """The ticket of a case, classified, with the definition started."""
        world = world or World()
        now = script.start_of(case).astimezone(UTC)
        ticket, customer = script.ticket_of(case), script.customer_of(case)
        kept = {key: decode(value) for key, value in customer.items() if key not in PERSONAL}
        facts = {key: decode(value) for key, value in ticket.items()}
        engine, commands = Engine.opened({"created_at": now.isoformat(), **facts}, kept, now)
        mocks, people = {**script.mocks, **(case.mocks or {})}, {**script.people, **(case.people or {})}
        stage = cls(world.engine_of(engine.state), now, world.mocks_of(mocks), people, playbooks=playbooks or {})
        stage.carry_out(commands)
        inputs = {name: decode(value) for name, value in (case.inputs or {}).items()}
        chosen = DefinitionsChosen("scenario", (compiled,), inputs)
        classified = stage.engine.handle(classification_of(facts, desk_of(script, compiled)), now)
        stage.carry_out([*classified, *stage.engine.handle(chosen, now)])  # dispatch answers when both are known
        return stage

    def tell(self, event: Event) -> None:
        """Tell the engine, and carry out what it wants until it wants nothing more; what has become due by that (a
        deadline that a change has moved into the past) rings at once."""
        self.carry_out(self.engine.handle(event, self.now))
        due = self.engine.next_deadline()
        if due is not None and due <= self.now and not isinstance(event, Tick):
            self.tell(Tick())

    def carry_out(self, commands: list[Command]) -> None:
        """Write the facts down with dispatch's answers, then make the calls, one after the other."""
        calls: deque[CallAction] = deque()
        queue = deque([*commands, *self._started(commands)])
        while queue or calls:
            if not queue:
                queue.extend(self._call(calls.popleft()))
            command = queue.popleft() if queue else None
            if isinstance(command, Project):
                self.facts.append(command.fact)
                answer = dispatched(command.fact, self.people)
                if answer is not None:
                    queue.extend(self.engine.handle(answer, self.now))
            elif isinstance(command, CallAction):
                calls.append(command)
            elif isinstance(command, StartPlaybook):
                queue.extend(self.engine.handle(self._named(command), self.now))

    def _started(self, commands: list[Command]) -> Iterator[Command]:
        """What starts is chosen before anything is written down."""
        state = self.engine.state
        for wanted in commands:
            if isinstance(wanted, ChooseDefinitions):
                scope: Scope = {"ticket": state.ticket, "customer": state.customer, "event": wanted.event}
                found = starting(self.playbooks.values(), wanted.on, scope)
                yield from self.engine.handle(DefinitionsChosen(wanted.on, found), self.now)

    def _named(self, wanted: StartPlaybook) -> PlaybookFound:
        return PlaybookFound(wanted.key, wanted.cause, self.playbooks.get(wanted.key), wanted.inputs)

    def _call(self, call: CallAction) -> list[Command]:
        self.calls.append(call)
        if self.mocks.holds(call):
            return []
        answer = self.mocks.answer(call.action)
        for _ in range(call.attempts - 1):
            if not is_tried_again(answer):
                break
            answer = self.mocks.answer(call.action)
        return self.engine.handle(event_of(call, answer), self.now)

    def advance(self, duration: str) -> None:
        """Let time pass, stopping at every moment at which something is due."""
        until = Calendar({"tz": "UTC", "week": {"mon": ["00:00-24:00"]}}).add(self.now, parse(duration))
        while (due := self.engine.next_deadline()) is not None and due <= until:
            self.now = max(due, self.now)
            self.tell(Tick())
        self.now = until


def classification_of(ticket: Mapping[str, Value], desk: Desk | None = None) -> Classified:
    """A scenario's ticket is classified by what it says of itself."""
    category, priority = str(ticket.get("category") or "general"), str(ticket.get("priority") or "normal")
    return Classified(category, priority, TEAM, "scenario", desk)


def desk_of(script: Script, compiled: Compiled) -> Desk | None:
    """The desk that a scenario writes, on the definition's own calendars."""
    if script.desk is None:
        return None
    calendars = compiled["calendars"]
    known = {**calendars, script.desk.calendar: calendars.get(script.desk.calendar, {})}
    return pinned(script.desk, known, script.desk.fallback_team or TEAM)


def starting(definitions: Iterable[Compiled], on: str, scope: Scope) -> tuple[Compiled, ...]:
    """Those that start on an event, by their own word; the highest priority first."""
    found = [
        (start.priority, each)
        for each in definitions
        if (start := definition_of(each).document.start) is not None and start.event == on
        if start.when is None or holds(start.when, scope)
    ]
    return tuple(each for _, each in sorted(found, key=lambda one: -one[0]))


def failure_of(answer: Value) -> FailureKind | None:
    """How a connector fails that a scenario has answer so; none where it answers."""
    return FAILURES.get(answer) if isinstance(answer, str) else None


def is_tried_again(answer: Value) -> bool:
    """Whether a call that ends so is tried again."""
    kind = failure_of(answer)
    return kind is not None and kind not in FINAL


def event_of(call: CallAction, answer: Value) -> ActionDone | ActionFailed:
    """What a scenario's answer to a call is to the engine."""
    kind = failure_of(answer)
    if kind is not None:
        return ActionFailed(call.call, kind, f"the scenario says {answer}", 1 if kind in FINAL else call.attempts)
    return ActionDone(call.call, dict(answer) if isinstance(answer, Mapping) else {})


def dispatched(fact: Fact, people: Mapping[str, list[str]]) -> Dispatched | None:
    """A scenario's dispatch: the members it names, else one person for each role and team, on duty day and night."""
    if fact.type is FactType.TICKET_OWNER:
        return None if fact.data.get("person") or fact.data.get("team") else _owner_of(fact, people)
    if fact.type is not FactType.STEP_ASSIGNED or fact.data.get("person") or fact.data.get("pool"):
        return None
    wanted = fact.data["wanted"]
    if isinstance(wanted, list):
        seats = [s for want in wanted for s in _seats(str(want), people, expand=bool(fact.data.get("expand")))]
        return Dispatched(fact.seq, approvers=tuple(seats))
    kind, _, name = str(wanted).partition(":")
    members = people.get(str(wanted))
    if members is not None and not members:
        return Dispatched(fact.seq)
    return Dispatched(fact.seq, person=name) if kind == "user" else Dispatched(fact.seq, pool=str(wanted))


def _owner_of(fact: Fact, people: Mapping[str, list[str]]) -> Dispatched:
    """Who answers for a ticket: one of the members it names, else ``owner``; a seat without members has nobody."""
    wanted = str(fact.data["wanted"])
    kind, _, name = wanted.partition(":")
    members = people.get(wanted, [name if kind == "user" else "owner"])
    others = [member for member in members if member != fact.data.get("besides")]
    pool = wanted if members and kind in ("team", "role") else None
    person = others[0] if others and not fact.data.get("queue") else None
    return Dispatched(fact.seq, person=person, pool=pool)


def _seats(wanted: str, people: Mapping[str, list[str]], *, expand: bool) -> list[str]:
    members = people.get(wanted)
    if members is None:
        return [wanted]
    return [f"user:{member}" for member in members] if expand else [wanted] if members else []


def play(
    script: Script, case: Case, compiled: Compiled, playbooks: Mapping[str, Compiled] | None = None
) -> tuple[Stage, list[str]]:
    """Play one case; the stage it leaves and the acts that did not go as written."""
    stage = Stage.open(script, case, compiled, playbooks)
    wrong: list[str] = []
    for number, act in enumerate(case.play, 1):
        if act.after:
            stage.advance(act.after)
        try:
            event = event_for(act, number, stage.engine, stage.now)
            if event is not None:
                stage.tell(event)
        except Refusal as refusal:
            wrong += judged_refusal(number, act, refusal)
        else:
            if act.rejected is not None:
                wrong.append(f"act {number}: was accepted, but should have been rejected: {act.rejected}")
    return stage, wrong


def judged_refusal(number: int, act: Act, refusal: Refusal) -> list[str]:
    """What is wrong with a refusal: it was not expected, or says something else."""
    if act.rejected is not None and (act.rejected in refusal.en or act.rejected in refusal.zh):
        return []
    return [f"act {number}: refused: {refusal.en}" + (f" (expected: {act.rejected})" if act.rejected else "")]


def actor_of(name: str) -> Actor:
    """Somebody in a scenario: the customer, or staff with every role."""
    if name == "customer":
        return Actor(ActorKind.CUSTOMER, "customer")
    return Actor(ActorKind.STAFF, name, roles=("*",))


def event_for(act: Act, number: int, engine: Engine, now: datetime) -> Event | None:
    """The event of an act; none when only time passes."""
    by = actor_of(act.by)
    if act.complete is not None:
        return _completion(act, by, engine, now)
    if act.vote is not None:
        approve = act.choice != "reject" and act.outcome != "rejected"
        return VoteCast(act.vote, _voter(act), approve=approve, comment=act.comment)
    if act.event is not None:
        return Occurred(act.event, "scenario", act.id or str(number), {k: decode(v) for k, v in act.data.items()})
    if act.say is not None:
        return MessagePosted(f"m{number}", by, act.visibility, _said(act))
    if act.settle is not None:
        return IncidentSettled(act.settle, by, Remedy(act.choice or ""), {k: decode(v) for k, v in act.values.items()})
    return clock_event(act, by, engine, now) or _order(act, by, engine)


def _voter(act: Act) -> Actor:
    """Who votes; somebody else than who worked, where nobody is named."""
    return actor_of(act.by if "by" in act.model_fields_set else "approver")


def _order(act: Act, by: Actor, engine: Engine) -> Event | None:
    if act.keep is not None:
        return PromiseKept(_promise_of(act.keep, engine), by, act.comment)
    if act.claim is not None:
        return TicketCommanded(TicketCommand.CLAIM, by, step=act.claim if isinstance(act.claim, str) else None)
    if act.order is not None:
        return TicketCommanded(TicketCommand(act.order), by, to=act.to, note=act.comment, step=act.step)
    if act.duty is not None:
        return DutyChanged(act.by, act.duty)
    return None


def _said(act: Act) -> PromiseSaid | None:
    if (promise := act.promise) is None:
        return None
    given = {name: decode(value) for name, value in promise.arguments.items()}
    return PromiseSaid(promise.within, promise.check, given, promise.broken)


def _promise_of(step: str, engine: Engine) -> str:
    """The last promise of a step; what is no step is taken for a promise's id."""
    made = [promise.id for promise in engine.state.promises.values() if (promise.step or MESSAGE) == step]
    return made[-1] if made else step


def _completion(act: Act, by: Actor, engine: Engine, now: datetime) -> Event:
    name = (act.complete or "").rpartition(".")[2].partition("#")[0].partition("@")[0]
    step = next((r.model.steps[name].step for r in engine.state.runs.values() if name in r.model.steps), None)
    if isinstance(step, Approval):
        comment = act.comment or str(act.values.get("comment", ""))
        return VoteCast(act.complete or "", _voter(act), approve=act.outcome == "approved", comment=comment)
    values = {key: decode(value) for key, value in act.values.items()}
    if isinstance(step, Task):
        for form_field in step.form:
            if form_field.key in values and form_field.type in (FieldType.DATE, FieldType.DATETIME):
                values[form_field.key] = _moment(values[form_field.key], form_field.type, now)
    return StepAnswered(act.complete or "", by, act.outcome, values)


def _moment(value: Value, kind: FieldType, now: datetime) -> Value:
    """A date or time of a scenario; a word in its place (``x``) stands for the story's own moment."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return now.date().isoformat() if kind is FieldType.DATE else now.isoformat()
    return value
