"""When what was due was done: a timer fires late where a worker was away, and a replay keeps that delay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sop.engine.lifecycle import CLOSE_AFTER
from sop.facts import Fact, FactType
from sop.replay.recording import Rung
from sop.state import ENDED, Status
from sop.values import Value

_PLANNED = frozenset({FactType.STEP_OPENED, FactType.STEP_CHANGED, FactType.STEP_MOVED})
_STEPS = _PLANNED | {FactType.STEP_CLOSED, FactType.INCIDENT_OPENED}
_CLOCKS = frozenset(
    {
        FactType.CLOCK_STARTED,
        FactType.CLOCK_RESUMED,
        FactType.CLOCK_CHANGED,
        FactType.CLOCK_WARNED,
        FactType.CLOCK_BREACHED,
    }
)
_PROMISES = frozenset({FactType.PROMISE_MADE, FactType.PROMISE_WARNED, FactType.PROMISE_BROKEN})


@dataclass(slots=True)
class Rungs:
    """Reads the facts in order; ``rung`` says for each planned moment when its timer was heard; ``asked`` are those
    of checks, which no fact tells."""

    rung: dict[datetime, Rung] = field(default_factory=dict)
    asked: dict[datetime, Rung] = field(default_factory=dict)
    _steps: dict[tuple[str | None, str | None, int | None], list[datetime]] = field(default_factory=dict)
    _warn: dict[tuple[str | None, str], datetime | None] = field(default_factory=dict)
    _close_at: datetime | None = None

    def read(self, fact: Fact) -> None:
        """Take the next fact."""
        kind = fact.type
        if kind in _STEPS:
            self._step(fact)
        elif kind in _CLOCKS:
            self._clock(fact)
        elif kind in _PROMISES:
            self._promised(fact)
        elif kind is FactType.ALERT:
            self._heard(fact, moment(fact.data.get("set_for")))
        elif kind is FactType.TICKET_STATUS:
            self._standing(fact)

    def _step(self, fact: Fact) -> None:
        if fact.type in _PLANNED:
            planned = [moment(fact.data.get("timeout_at")), moment(fact.data.get("until"))]
            self._steps[_place(fact)] = [at for at in planned if at is not None]
        elif fact.by is None:
            self._heard(fact, *self._steps.get(_place(fact), ()))

    def _clock(self, fact: Fact) -> None:
        clock = str(fact.data.get("clock"))
        if fact.type is FactType.CLOCK_WARNED:
            self._heard(fact, self._warn.get((fact.run, clock)))
        elif fact.type is FactType.CLOCK_BREACHED:
            self._heard(fact, moment(fact.data.get("due_at")))
        else:
            self._warn[fact.run, clock] = moment(fact.data.get("warn_at"))

    def _promised(self, fact: Fact) -> None:
        """A check is asked at once, which leaves no fact: what came of it, and when, is told by its answer."""
        name, due = str(fact.data.get("promise")), moment(fact.data.get("due_at"))
        if fact.type is FactType.PROMISE_MADE:
            self._warn[fact.run, name] = warn = moment(fact.data.get("warn_at"))
            if fact.data.get("check") is not None:
                self.asked |= {at: Rung(at, fact.seq) for at in (warn, due) if at is not None}
        elif fact.data.get("reason") == "nobody_said":
            self._heard(fact, due if fact.type is FactType.PROMISE_BROKEN else self._warn.get((fact.run, name)))

    def _standing(self, fact: Fact) -> None:
        status = Status(str(fact.data.get("status")))
        if status is Status.CLOSED:
            self._heard(fact, self._close_at)
        elif status in ENDED:
            self._close_at = fact.at + CLOSE_AFTER

    def _heard(self, fact: Fact, *planned: datetime | None) -> None:
        for at in planned:
            if at is not None and at <= fact.at and at not in self.rung:
                self.rung[at] = Rung(fact.at, fact.seq)


def _place(fact: Fact) -> tuple[str | None, str | None, int | None]:
    return fact.run, fact.step, fact.visit


def moment(value: Value) -> datetime | None:
    """A moment in a fact's data."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
