"""How a replay went, and with which definitions it was played."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sop.calendars import Calendar
from sop.definition import Compiled
from sop.facts import Fact
from sop.replay.recording import Pinned, Rung


@dataclass(frozen=True, slots=True)
class Divergence:
    """Why a ticket cannot go on as it did: where (``run.step``, or empty), when, and the reason in both languages.
    ``unrecorded``: its recording has no answer here, though others' may."""

    at: datetime
    where: str
    zh: str
    en: str
    unrecorded: bool = False


class Diverges(Exception):
    """It cannot be played any further; the player says when."""

    def __init__(self, where: str, zh: str, en: str, *, unrecorded: bool = False) -> None:
        super().__init__(en)
        self.where, self.zh, self.en, self.unrecorded = where, zh, en, unrecorded


@dataclass(frozen=True, slots=True)
class Played:
    """How it went: the facts, why it stopped short if it did, the places whose reaction was assumed from other tickets,
    how often somebody came too late or too early to say what they said then, and the timers that something else
    overtook, as when the workers were away."""

    facts: tuple[Fact, ...]
    diverged: Divergence | None = None
    assumed: tuple[str, ...] = ()
    unheard: int = 0
    overtaken: Mapping[datetime, Rung] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Library:
    """The definitions that ran, but for those to be tried in their place (by kind and key)."""

    recorded: Mapping[Pinned, Compiled]
    swap: Mapping[tuple[str, str], Compiled] = field(default_factory=dict)

    def __getitem__(self, pinned: Pinned) -> Compiled:
        """The definition that runs for this one; raises ``Diverges`` where it is not there."""
        found = self.swap.get((pinned.kind, pinned.key)) or self.recorded.get(pinned)
        if found is None:
            name = f"{pinned.key}@{pinned.version}"
            raise Diverges("", f"没有定义 {name}", f"there is no definition {name}")
        return found

    def tries(self, pinned: Pinned) -> bool:
        """Whether another definition stands in its place."""
        return (pinned.kind, pinned.key) in self.swap

    def is_same(self, pinned: Iterable[Pinned]) -> bool:
        """Whether what is tried for these is, to the letter, what ran."""
        pairs = [(self.swap.get((one.kind, one.key)), self.recorded.get(one)) for one in pinned]
        return all(new is None or (ran is not None and new["sha256"] == ran["sha256"]) for new, ran in pairs)

    def calendar(self, version: object) -> dict[str, object]:
        """The calendar of this version, which the definitions carry; round the clock where none does."""
        every = (plain for compiled in self.recorded.values() for plain in compiled["calendars"].values())
        return next((plain for plain in every if Calendar.from_plain(plain).version == version), {})
