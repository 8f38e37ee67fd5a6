"""What the pages of processes show, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.pages.views import Choice
from db.tables import DefinitionState


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version. ``scope``: which new tickets take a candidate; ``deeds``: what the reader may do with it now, the
    likeliest first; ``waits``: money moves, and nobody has approved it yet."""

    number: int
    state: DefinitionState
    scope: str
    by: str
    at: datetime
    approved_by: str
    waits: bool
    own: bool
    open: int
    deeds: tuple[str, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether no new ticket takes it and none runs on it."""
        return not self.open and self.state in (DefinitionState.ARCHIVED, DefinitionState.DERIVED)

    @property
    def first(self) -> str:
        """The deed with a button of its own; withdrawing has none."""
        return next((deed for deed in self.deeds if deed != "archive"), "")

    @property
    def others(self) -> tuple[str, ...]:
        """The other deeds."""
        return tuple(deed for deed in self.deeds if deed != self.first)


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A definition in the list: its versions that new tickets may take, what its tickets are doing."""

    kind: str
    key: str
    title: str
    versions: tuple[VersionView, ...]
    open: int
    gates: int
    held: int


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate that holds: the step's title, and the numbers of (some of) the tickets that wait."""

    id: int
    step: str
    title: str
    version: int | None
    condition: str
    paused: bool
    why: str
    by: str
    at: datetime
    held: int
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcessView:
    """A definition with every version of it, the newest first; ``shown``: whose diagram and steps are shown."""

    kind: str
    key: str
    title: str
    versions: tuple[VersionView, ...]
    shown: int
    steps: tuple[Choice, ...]
    open: int

    @property
    def address(self) -> str:
        """Of its page."""
        return f"/processes/{self.kind}/{self.key}"

    @property
    def current(self) -> tuple[VersionView, ...]:
        """What new tickets take, or are about to, and what open ones run on."""
        return tuple(one for one in self.versions if not one.idle)

    @property
    def older(self) -> tuple[VersionView, ...]:
        """The others."""
        return tuple(one for one in self.versions if one.idle)

    @property
    def busiest(self) -> int:
        """The number of the version with the most open tickets; where none has any, the one that is shown."""
        most = max(self.versions, key=lambda one: one.open)
        return most.number if most.open else self.shown

    @property
    def default(self) -> int | None:
        """The number of the version that new tickets take."""
        return next((one.number for one in self.versions if one.state is DefinitionState.DEFAULT), None)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line of a comparison; ``step`` is its title."""

    kind: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two versions by what they mean. ``safety``: what to look at first; ``standing``: how many open tickets stand on
    each changed step, by its title."""

    old: int
    new: int
    same: bool
    safety: tuple[str, ...]
    changes: tuple[ChangeView, ...]
    standing: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """An open step or a clock of a ticket with its deadline. ``changed``: it was not so before."""

    name: str
    clock: bool
    due: datetime | None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What would become, or became, of one ticket."""

    no: str
    verdict: str
    reason: str
    before: tuple[Stand, ...]
    after: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """The tickets of one preview or move. ``lost``: steps on which tickets stand that have no counterpart, with the
    one chosen for each; ``next_after``: the id to go on after."""

    done: bool
    rows: tuple[PlanRow, ...]
    counts: tuple[tuple[str, int], ...]
    lost: tuple[tuple[str, str], ...] = ()
    next_after: int | None = None

    @property
    def ready(self) -> int:
        """How many can be moved."""
        return dict(self.counts).get("ok", 0)


@dataclass(frozen=True, slots=True)
class PastGate:
    """A gate as it was set and, perhaps, released."""

    id: int
    step: str
    why: str
    by: str
    at: datetime
    released_by: str
    released_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One change of a version, in words."""

    at: datetime
    version: int
    before: str
    after: str
    by: str
    note: str
    more: str
