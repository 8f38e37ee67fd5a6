"""A difference as data: what changed where, what follows for safety, and who stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What happened to a step, or to a key of a step or of the file."""

    NEW = "new"
    REMOVED = "removed"
    MOVED = "moved"
    RENAMED = "renamed"
    CHANGED = "changed"


class Risk(StrEnum):
    """A consequence for safety."""

    MONEY_UNCHECKED = "money_unchecked"
    APPROVAL_REMOVED = "approval_removed"
    LIMIT_RAISED = "limit_raised"
    APPROVAL_WEAKER = "approval_weaker"
    REJECT_CHANGED = "reject_changed"
    TIMEOUT_REMOVED = "timeout_removed"
    TIMEOUT_PASSES = "timeout_passes"
    UNDO_LOST = "undo_lost"
    DUE_REMOVED = "due_removed"
    ESCALATION_REMOVED = "escalation_removed"
    PERSONAL_LOST = "personal_lost"
    CLOCK_REMOVED = "clock_removed"
    TICKETS_STRANDED = "tickets_stranded"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a step stands: its line (``""`` is the main line) and the steps before and after it there."""

    line: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``step``: none for the file as a whole. ``key``: the way to what changed, such as
    ``("form", "photos", "min")``; empty where the whole step is meant. ``old`` and ``new`` are YAML values, constants
    filled in; none: it is not there. ``like``: a removed step that a new one without ``was`` looks like."""

    kind: Kind
    step: str | None = None
    key: tuple[str, ...] = ()
    old: object = None
    new: object = None
    stood: Neighbours | None = None
    stands: Neighbours | None = None
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows for safety; ``step`` may be a clock. ``old`` and ``new`` say from what to what."""

    risk: Risk
    step: str
    old: object = None
    new: object = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions compared. ``tickets``: the running tickets by the changed step (its old id) that they stand on;
    none: nobody has looked. ``titles``: of the steps of both versions."""

    old: str
    new: str
    changes: tuple[Change, ...]
    consequences: tuple[Consequence, ...]
    tickets: Mapping[str, frozenset[int]] | None = None
    titles: Mapping[str, object] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        """Whether they mean the same."""
        return not self.changes

    @property
    def standing(self) -> frozenset[int]:
        """The tickets that stand on changed steps, each once."""
        return frozenset().union(*(self.tickets or {}).values())
