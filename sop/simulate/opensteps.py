"""The steps that stand open, read from what was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sop.facts import Fact, FactType
from sop.values import Value

Place: TypeAlias = tuple[str, int]
"""A step's address and its visit: two branches may stand on one step."""


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A step that stands open: its address, what it is, and what the fact said that opened it. ``incident`` says why
    it waits for its owner; ``person`` and ``pool`` who may do it."""

    address: str
    type: str
    opened: Mapping[str, Value]
    visit: int = 1
    incident: str | None = None
    person: str | None = None
    pool: str | None = None

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


def open_steps(facts: Iterable[Fact]) -> list[OpenStep]:
    """The steps that stand open, oldest first."""
    opened: dict[Place, OpenStep] = {}
    for fact in facts:
        if fact.step is not None:
            _follow(opened, (f"{fact.run}.{fact.step}", fact.visit or 1), fact)
    stand = Counter(address for address, _ in opened)
    return [
        replace(step, address=f"{address}@{visit}") if stand[address] > 1 else step
        for (address, visit), step in opened.items()
    ]


def _follow(opened: dict[Place, OpenStep], place: Place, fact: Fact) -> None:
    known, (address, visit) = opened.get(place), place
    match fact.type:
        case FactType.STEP_OPENED:
            opened[place] = OpenStep(address, str(fact.data.get("type")), fact.data, visit)
        case FactType.STEP_CLOSED | FactType.STEP_SKIPPED:
            opened.pop(place, None)
        case FactType.STEP_ASSIGNED if known:
            opened[place] = replace(known, person=_text(fact.data.get("person")), pool=_text(fact.data.get("pool")))
        case FactType.STEP_MOVED if known:
            opened[place] = replace(known, opened={**known.opened, **fact.data})
        case FactType.INCIDENT_OPENED:
            stands = known or OpenStep(address, str(fact.data.get("type") or "action"), {}, visit)
            opened[place] = replace(stands, incident=str(fact.data.get("message")))
        case FactType.INCIDENT_CLOSED if known:
            opened[place] = replace(known, incident=None)
            if fact.data.get("undo"):
                del opened[place]
        case _:
            pass


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _mappings(value: Value) -> list[Mapping[str, Value]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []
