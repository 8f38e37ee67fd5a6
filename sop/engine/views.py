"""What an expression sees of a run's steps and clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sop.clocks.ledger import Clock, ClockPhase
from sop.engine.outputs import nulls_of
from sop.state import Run
from sop.values import Value


class StepsView(Mapping[str, Value]):
    """``steps``: what a step gave, or its declared outputs as nulls until it has run. Within a pass of a repeat
    (``suffix``) its own steps come first, then those of the passes around it."""

    __slots__ = ("_run", "_suffix")

    def __init__(self, run: Run, suffix: str) -> None:
        self._run, self._suffix = run, suffix

    @property
    def _nulls(self) -> Mapping[str, Value]:
        return nulls_of(self._run.model)

    def __getitem__(self, step: str) -> Value:
        known, suffix = self._run.steps, self._suffix
        while suffix:
            if found := known.get(step + suffix):
                return found
            suffix = suffix.rpartition("#")[0]
        return known.get(step) or self._nulls[step]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nulls)

    def __len__(self) -> int:
        return len(self._nulls)


class ClocksView(Mapping[str, Value]):
    """``sla``: ``sla.<clock>.{due_at, remaining, breached}``; ``remaining`` is in seconds, and stands still while the
    clock does. A clock of the definition that is not for this ticket reads like one that has not started."""

    __slots__ = ("_now", "_run")

    def __init__(self, run: Run, now: datetime) -> None:
        self._run, self._now = run, now

    def __getitem__(self, name: str) -> Value:
        clock = self._run.clocks.get(name)
        if clock is None:
            if name not in self._written():
                raise KeyError(name)
            clock = Clock(name)
        due = clock.due_at
        at = clock.pauses[-1].since if clock.phase is ClockPhase.PAUSED else clock.stopped_at or self._now
        return {
            "due_at": due.isoformat() if due else None,
            "remaining": int((due - at).total_seconds()) if due else None,
            "breached": clock.breached,
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self._written())

    def __len__(self) -> int:
        return len(self._written())

    def _written(self) -> Collection[str]:
        """The clocks that the run goes by, and those of its definition: of an SOP that another one runs, too."""
        return {**self._run.model.policies, **self._run.policies, **self._run.clocks}
