"""Bounds of a simulation: how much may happen in it, so that nobody's definition keeps a server busy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sop.engine import Engine
from sop.engine.turn import Turn
from sop.events import Actor
from sop.facts import FactType
from sop.state import Run, State
from sop.values import Value


class TooMuch(Exception):
    """More happens in a simulation than it may: ``what`` (``facts``, ``days``, ``moves``) and its limit."""

    def __init__(self, what: str, limit: float) -> None:
        super().__init__(f"more than {limit} {what}")
        self.what, self.limit = what, limit


def _nothing() -> None:
    """Nobody looks at the clock."""


@dataclass(slots=True)
class Bounds:
    """How many facts and moves there may be, and how many days of virtual time. ``look`` is called with every fact:
    whoever can read a clock raises ``TooMuch`` there."""

    facts: int = 20_000
    moves: int = 1_000
    days: int = 3 * 366
    look: Callable[[], None] = _nothing
    _told: int = field(default=0)

    def fact(self) -> None:
        """Another fact was decided."""
        self._told += 1
        if self._told > self.facts:
            raise TooMuch("facts", self.facts)
        self.look()

    def check_time(self, passed: timedelta) -> None:
        """So much virtual time has passed in all."""
        if passed > timedelta(days=self.days):
            raise TooMuch("days", self.days)


@dataclass(slots=True)
class BoundedTurn(Turn):
    """An activation in which every fact is counted: a loop without an end decides facts without an end."""

    bounds: Bounds = field(default_factory=Bounds)

    def fact(
        self,
        kind: FactType,
        data: dict[str, Value] | None = None,
        *,
        run: Run | None = None,
        step: str | None = None,
        visit: int | None = None,
        by: Actor | None = None,
    ) -> int:
        """Decide a fact; its number in the ledger."""
        self.bounds.fact()
        return Turn.fact(self, kind, data, run=run, step=step, visit=visit, by=by)


class BoundedEngine(Engine):
    """The production engine, which stops where the bounds are."""

    def __init__(self, state: State, bounds: Bounds) -> None:
        super().__init__(state)
        self._bounds = bounds

    def _turn(self, now: datetime) -> Turn:
        turn = super()._turn(now)
        return BoundedTurn(turn.state, turn.now, turn.enter, turn.thread_ended, turn.run_ended, bounds=self._bounds)
