"""The facts of one SOP's run and of those it called, among all of a ticket's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sop.facts import Fact, FactType

_LEFT = frozenset({FactType.STEP_CLOSED, FactType.STEP_SKIPPED})


@dataclass(frozen=True, slots=True)
class Family:
    """A run, those below it, and their facts. ``others``: the keys of what ran besides; ``ends_at``: as far as its
    story is told, which is the ticket's end unless it was opened again."""

    main: str
    runs: frozenset[str]
    facts: tuple[Fact, ...]
    others: tuple[str, ...]
    first: int
    started_at: datetime
    ends_at: datetime

    def covers(self, at: datetime, seq: int) -> bool:
        """Whether what came in then belongs to the story."""
        return seq > self.first and at <= self.ends_at

    def address(self, fact: Fact) -> str:
        """A step as a scenario names it: by its slot, its run where several of the family have such a step, and its
        visit where two branches stood on it."""
        runs = {other.run for other in self.facts if other.step == fact.step}
        name = f"{fact.run}.{fact.step}" if len(runs) > 1 else str(fact.step)
        return f"{name}@{fact.visit}" if self._visits_before(fact) > 1 else name

    def _visits_before(self, fact: Fact) -> int:
        """How many visits of a fact's step were open just before it."""
        visits: set[int | None] = set()
        for other in self.facts:
            if other.seq >= fact.seq:
                break
            if (other.run, other.step) == (fact.run, fact.step):
                visits -= {other.visit} if other.type in _LEFT else set()
                visits |= {other.visit} if other.type is FactType.STEP_OPENED else set()
        return len(visits)

    def bare(self, address: str) -> str:
        """The slot of an address."""
        return address.rpartition(".")[2]

    def of(self, kind: FactType) -> list[Fact]:
        """Its facts of a kind."""
        return [fact for fact in self.facts if fact.type is kind]


def family_of(facts: Sequence[Fact], main: str) -> Family:
    """The family of a run."""
    started = [fact for fact in facts if fact.type is FactType.RUN_STARTED]
    runs = {main}
    for fact in started:  # a caller starts before those it calls
        if fact.data.get("parent_run") in runs:
            runs.add(fact.run or "")
    first = next(fact for fact in started if fact.run == main)
    mine = tuple(fact for fact in facts if fact.run in runs)
    again = any(f.type is FactType.EVENT_RECEIVED and f.data.get("type") == "ticket.reopened" for f in facts)
    opened = sum(fact.type is FactType.TICKET_OPENED for fact in facts)
    ends_at = mine[-1].at if again or opened > 1 else facts[-1].at
    others = [str(f.data["key"]) for f in started if f.run not in runs]
    return Family(main, frozenset(runs), mine, tuple(dict.fromkeys(others)), first.seq, first.at, ends_at)
