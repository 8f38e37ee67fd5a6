"""The systems around a simulated ticket: they answer as the scenario says, invent the rest, and fail when told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sop.definition import Compiled
from sop.events import FailureKind
from sop.scenario.stage import FAILURES, Mocks
from sop.values import Value

_WORDS = {kind: word for word, kind in FAILURES.items()}


class Systems(Mocks):
    """Connectors that always answer: what the scenario says, else a number for every output; or fail when told to."""

    def __init__(self, plain: Mapping[str, object], compiled: Compiled) -> None:
        super().__init__(plain)
        self._said = frozenset(plain)
        self._gives = gives_of(compiled)
        self._calls = 0
        self.failing: dict[str, FailureKind] = {}

    def answer(self, action: str) -> Value:
        """The answer to this call; a failing action goes on failing through all its tries."""
        if action in self.failing:
            return _WORDS[self.failing[action]]
        if action in self._said:
            return super().answer(action)
        self._calls += 1
        return {name: f"{name.upper()}-{self._calls}" for name in self._gives.get(action, ())}


def gives_of(compiled: Compiled) -> dict[str, Sequence[str]]:
    """What each action gives that a definition or one of its sub-SOPs calls."""
    gives: dict[str, Sequence[str]] = {}
    for sub in compiled["sops"].values():
        gives |= gives_of(sub)
    return gives | {name: contract["gives"] for name, contract in compiled["actions"].items()}
