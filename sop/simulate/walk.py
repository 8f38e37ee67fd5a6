"""One walk through a definition: its stage, the moves made, and what can be seen after each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from sop.definition import Compiled
from sop.durations import Duration, Unit, parse
from sop.events import Tick
from sop.facts import Fact, FactType
from sop.refusals import Refusal
from sop.scenario.script import Case, Expected, Script
from sop.scenario.stage import Stage, World, event_for
from sop.simulate.bounds import BoundedEngine, Bounds, TooMuch
from sop.simulate.moves import Move
from sop.simulate.opensteps import OpenStep, open_steps
from sop.simulate.systems import Systems


@dataclass(slots=True)
class Walk:
    """Moves raise ``sop.refusals.Refusal`` where the engine says no, and then nothing has changed but the clock; and
    ``TooMuch`` at the bounds. ``moves`` are those that were made."""

    stage: Stage
    systems: Systems
    bounds: Bounds
    began: datetime
    moves: list[Move] = field(default_factory=list)
    _told: int = field(default=0)

    @classmethod
    def of(
        cls,
        compiled: Compiled,
        script: Script,
        bounds: Bounds | None = None,
        case: Case | None = None,
        playbooks: Mapping[str, Compiled] | None = None,
    ) -> Walk:
        """The definition with the script's ticket, customer, people and connectors (and, where given, a case's own),
        before its first step is done. Raises ``TooMuch``."""
        limits, systems = bounds or Bounds(), Systems({**script.mocks, **((case and case.mocks) or {})}, compiled)
        world = World(lambda state: BoundedEngine(state, limits), lambda _: systems)
        case = case or Case(name="simulation", play=[], expect=Expected())
        stage = Stage.open(script, case, compiled, playbooks, world)
        return cls(stage, systems, limits, stage.now)

    @property
    def now(self) -> datetime:
        """The virtual moment."""
        return self.stage.now

    @property
    def facts(self) -> list[Fact]:
        """Everything that was decided."""
        return self.stage.facts

    @property
    def next_timer(self) -> datetime | None:
        """When something is due next."""
        return self.stage.engine.next_deadline()

    @property
    def ended(self) -> bool:
        """Whether every run has ended."""
        started = {fact.run for fact in self.facts if fact.type is FactType.RUN_STARTED}
        return started <= {fact.run for fact in self.facts if fact.type is FactType.RUN_ENDED}

    def steps(self) -> list[OpenStep]:
        """The steps that stand open, oldest first."""
        return open_steps(self.facts)

    def news(self) -> list[Fact]:
        """The facts since this was asked last."""
        fresh = self.facts[self._told :]
        self._told = len(self.facts)
        return fresh

    def make(self, move: Move) -> None:
        """Make a move."""
        if len(self.moves) >= self.bounds.moves:
            raise TooMuch("moves", self.bounds.moves)
        began = self.now
        self._pass_time(move)
        self._change_systems(move)
        event = event_for(move, len(self.moves) + 1, self.stage.engine, self.now)
        try:
            if event is not None:
                self.stage.tell(event)
        except Refusal:
            if self.now > began:
                self.moves.append(Move(after=between(began, self.now)))
            raise
        passed = {"timer": False, "after": between(began, self.now)} if move.timer else {}
        self.moves.append(move.model_copy(update=passed))

    def _pass_time(self, move: Move) -> None:
        due = self.next_timer
        if move.timer and due is not None:
            self.bounds.check_time(due - self.began)
            self.stage.now = max(due, self.now)
            self.stage.tell(Tick())
        if move.after:
            self.bounds.check_time(self.now + parse(move.after).clock_time() - self.began)
            self.stage.advance(move.after)

    def _change_systems(self, move: Move) -> None:
        if move.fail is not None:
            self.systems.failing[move.fail] = move.kind
        if move.heal is not None:
            self.systems.failing.pop(move.heal, None)


def between(began: datetime, ended: datetime) -> str:
    """The time between two moments as a scenario writes it, such as ``26h``: whole seconds, the last one counted."""
    return str(Duration(ceil((ended - began).total_seconds()), Unit.SECONDS))
