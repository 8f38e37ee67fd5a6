"""What a change of policies would do to a ticket, found out on a copy of its state by the engine itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sop.clocks.ledger import Clock
from sop.commands import Project
from sop.engine.engine import Engine
from sop.events import PoliciesAdopted, Tick
from sop.facts import Fact, FactType
from sop.state import State, dump, load


@dataclass(frozen=True, slots=True)
class Aim:
    """A clock's target, and its deadline as text (ISO 8601), none where it has none."""

    target: str = ""
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One clock before and after, and what it would tell at once."""

    clock: str
    before: Aim
    after: Aim
    fires: list[str] = field(default_factory=list)


def preview(state: State, event: PoliciesAdopted, now: datetime) -> list[Move]:
    """The clocks of the run that would go by another deadline or tell something; the state stays as it is. Raises the
    ``Refusal`` of what could not be adopted."""
    engine = Engine(load(dump(state)))
    engine.check(event, now)
    before = _aims(engine.state, event.run)
    commands = engine.handle(event, now) + engine.handle(Tick(), now)
    facts = [command.fact for command in commands if isinstance(command, Project) and command.fact.run == event.run]
    after = _aims(engine.state, event.run)
    moves = [
        Move(name, before.get(name, Aim()), after.get(name, Aim()), _fires(name, facts))
        for name in sorted(before.keys() | after.keys())
    ]
    return [move for move in moves if move.before != move.after or move.fires]


def _aims(state: State, run: str) -> dict[str, Aim]:
    return {name: _aim(clock) for name, clock in state.runs[run].clocks.items() if clock.target}


def _aim(clock: Clock) -> Aim:
    return Aim(clock.target, clock.due_at.isoformat() if clock.due_at else None)


def _fires(name: str, facts: list[Fact]) -> list[str]:
    told: list[str] = []
    for fact in facts:
        if fact.type is FactType.ALERT and fact.data.get("about") == name:
            told.append(f"{fact.data['kind']} → {fact.data['to']}")
        elif fact.type in (FactType.CLOCK_WARNED, FactType.CLOCK_BREACHED) and fact.data.get("clock") == name:
            told.append(fact.type.value.removeprefix("clock."))
    return told
