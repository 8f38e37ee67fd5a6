"""A definition walked through by hand, on the production engine with virtual time: what is open, what happens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sop.definition import Compiled
from sop.events import (
    Actor,
    ActorKind,
    Event,
    IncidentSettled,
    MessagePosted,
    Occurred,
    Remedy,
    StepAnswered,
    Tick,
    VoteCast,
)
from sop.facts import Fact, FactType
from sop.scenario import Case, Script, Stage
from sop.scenario.script import Expected
from sop.scenario.stage import FAIL, Mocks
from sop.values import Value

CUSTOMER = Actor(ActorKind.CUSTOMER, "customer")


class Systems(Mocks):
    """Connectors that always answer: what the scenario says, else a number for every output; or fail when told to."""

    def __init__(self, plain: Mapping[str, object], compiled: Compiled) -> None:
        super().__init__(plain)
        self._said = frozenset(plain)
        self._gives = {name: contract["gives"] for name, contract in compiled["actions"].items()}
        self._calls = 1
        self.failing: set[str] = set()

    def answer(self, action: str) -> Value:
        """The answer to this call; a failing action goes on failing through all its tries."""
        if action in self.failing:
            return FAIL
        if action in self._said:
            return super().answer(action)
        self._calls += 1
        return _invented(self._gives.get(action, ()), self._calls)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that stands open: its address, what it is, and the fact that opened it. ``incident`` says why it waits."""

    address: str
    type: str
    opened: Mapping[str, Value]
    incident: str | None = None

    @property
    def form(self) -> Sequence[Mapping[str, Value]]:
        """The fields of a task."""
        return _mappings(self.opened.get("form"))

    @property
    def outcomes(self) -> Sequence[Mapping[str, Value]]:
        """The buttons of a task."""
        return _mappings(self.opened.get("outcomes"))

    @property
    def waits_for(self) -> list[str]:
        """The event types a wait takes."""
        types = self.opened.get("waits_for")
        return [str(each) for each in types] if isinstance(types, (list, tuple)) else []


@dataclass(slots=True)
class Rehearsal:
    """One walk. Every act raises ``sop.refusals.Refusal`` where the engine says no, and then nothing has changed."""

    stage: Stage
    systems: Systems
    told: int = field(default=0)

    @classmethod
    def of(cls, compiled: Compiled, script: Script) -> Rehearsal:
        """The definition with the script's ticket, customer, people and connectors, before its first step is done."""
        case = Case(name="rehearsal", play=[], expect=Expected())
        invented = {name: _invented(contract["gives"], 1) for name, contract in compiled["actions"].items()}
        stage = Stage.open(script.model_copy(update={"mocks": {**invented, **script.mocks}}), case, compiled)
        stage.mocks = systems = Systems(script.mocks, compiled)
        return cls(stage, systems)

    @property
    def now(self) -> datetime:
        """The virtual moment."""
        return self.stage.now

    @property
    def next_timer(self) -> datetime | None:
        """When something is due next."""
        return self.stage.engine.next_deadline()

    @property
    def ended(self) -> bool:
        """Whether every run has ended."""
        started = {fact.run for fact in self.stage.facts if fact.type is FactType.RUN_STARTED}
        return started <= {fact.run for fact in self.stage.facts if fact.type is FactType.RUN_ENDED}

    def news(self) -> list[Fact]:
        """The facts since this was asked last."""
        fresh = self.stage.facts[self.told :]
        self.told = len(self.stage.facts)
        return fresh

    def steps(self) -> list[OpenStep]:
        """The steps that stand open, oldest first."""
        opened: dict[str, OpenStep] = {}
        for fact in self.stage.facts:
            address = f"{fact.run}.{fact.step}"
            match fact.type:
                case FactType.STEP_OPENED:
                    opened[address] = OpenStep(address, str(fact.data.get("type")), fact.data)
                case FactType.STEP_CLOSED | FactType.STEP_SKIPPED:
                    opened.pop(address, None)
                case FactType.INCIDENT_OPENED:
                    known = opened.get(address, OpenStep(address, "action", {}))
                    opened[address] = OpenStep(address, known.type, known.opened, str(fact.data.get("message")))
                case FactType.INCIDENT_CLOSED if address in opened:
                    opened[address] = OpenStep(address, opened[address].type, opened[address].opened)
                case _:
                    pass
        return list(opened.values())

    def answer(self, step: OpenStep, outcome: str | None, values: Mapping[str, Value]) -> None:
        """Complete a task, as whoever it is for."""
        by = CUSTOMER if step.opened.get("assign") == "customer" else _somebody("agent")
        self._do(StepAnswered(step.address, by, outcome, dict(values)))

    def vote(self, step: OpenStep, approve: bool, comment: str) -> None:
        """Decide on an approval, as somebody who has not voted yet."""
        votes = sum(fact.type is FactType.VOTE_CAST for fact in self.stage.facts)
        self._do(VoteCast(step.address, _somebody(f"approver{votes + 1}"), approve, comment))

    def settle(self, step: OpenStep, remedy: Remedy, values: Mapping[str, Value]) -> None:
        """Choose how an incident goes on."""
        self._do(IncidentSettled(step.address, _somebody("agent"), remedy, dict(values)))

    def happen(self, event: str, data: Mapping[str, Value]) -> None:
        """An event arrives from outside."""
        self._do(Occurred(event, "rehearsal", str(len(self.stage.facts)), dict(data)))

    def say(self) -> None:
        """The customer writes."""
        self._do(MessagePosted(f"m{len(self.stage.facts)}", CUSTOMER, "public"))

    def pass_time(self, duration: str) -> None:
        """Let clock time pass, stopping at everything that is due. Raises ``ValueError`` for no duration."""
        self.stage.advance(duration)

    def to_next_timer(self) -> bool:
        """Go to the next moment at which something is due; false where nothing is."""
        due = self.next_timer
        if due is None:
            return False
        self.stage.now = max(due, self.stage.now)
        self._do(Tick())
        return True

    def _do(self, event: Event) -> None:
        self.stage.tell(event)


def _invented(names: Sequence[str], call: int) -> dict[str, Value]:
    return {name: f"{name.upper()}-{call}" for name in names}


def _somebody(name: str) -> Actor:
    return Actor(ActorKind.STAFF, name, roles=("*",))


def _mappings(value: Value) -> list[Mapping[str, Value]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []
