"""What answers about definitions say: versions, moved tickets, gates."""

from __future__ import annotations

from typing import Literal

from api.v1.told import Moment, Told, Words


class DefinitionLine(Told):
    """One published version of an SOP or playbook."""

    kind: Literal["sop", "playbook"]
    key: str
    version: int
    sha256: str
    title: Words
    state: Literal["draft", "candidate", "default", "archived", "derived"]
    published_at: Moment
    published_by: str
    share: int | None
    segment: str | None
    money: bool
    approved_at: Moment | None
    approved_by: str | None


class DefinitionItem(DefinitionLine):
    """One version, and how many open tickets run on it."""

    open_tickets: int


class DefinitionChangeTold(Told):
    """One change of a version's state."""

    version: int
    from_state: str | None
    to_state: str
    by: str
    at: Moment
    note: str
    data: dict[str, object] | None


class DefinitionList(Told):
    """The published definitions."""

    items: list[DefinitionItem]
    next_cursor: None = None


class DefinitionTold(DefinitionItem):
    """One definition with its YAML."""

    source: str
    versions: list[DefinitionItem]
    changes: list[DefinitionChangeTold]


class DifferenceLine(Told):
    """One change, in words; ``key`` leads to what changed within the step, or within the file."""

    kind: Literal["new", "removed", "moved", "renamed", "changed"]
    step: str | None
    key: list[str]
    old: object
    new: object
    zh: str
    en: str


class ConsequenceLine(Told):
    """What a change means for safety: money without an approval, a timeout that is gone, tickets left behind."""

    risk: str
    step: str | None
    zh: str
    en: str


class TicketsOnChanged(Told):
    """How many open tickets stand on changed steps, in all and by step."""

    total: int
    steps: dict[str, int]


class DifferenceTold(Told):
    """What one version means that the other does not; ``tickets`` is null where nothing could be counted."""

    old: str
    new: str
    same: bool
    changes: list[DifferenceLine]
    safety: list[ConsequenceLine]
    tickets: TicketsOnChanged | None


class TicketMoved(Told):
    """What became, or would become, of one ticket: its open steps and clocks before and after, with their moments."""

    ticket: str
    verdict: Literal["ok", "moved", "needs_mapping", "not_on_this_version", "refused", "gone"]
    reason: dict[str, str] | None
    before: list[dict[str, object]]
    after: list[dict[str, object]]


class MigrationTold(Told):
    """The tickets of one request; ``next_after`` is null after the last."""

    items: list[TicketMoved]
    next_after: int | None


class InjectionTold(MigrationTold):
    """The version with the step in it (null in a dry run, which keeps none), the step's id, and the tickets."""

    version: DefinitionLine | None
    step: str


class GateTold(Told):
    """A gate as it was set, and released; ``held``: steps that stand before it now."""

    id: int
    key: str
    step: str
    version: int | None
    condition: str | None
    clocks: Literal["run", "pause"]
    why: str
    set_by: str
    set_at: Moment
    released_by: str | None
    released_at: Moment | None
    released_note: str
    held: int


class GateList(Told):
    """The gates."""

    items: list[GateTold]
    next_cursor: None = None


class GateSetTold(Told):
    """The gate's number, and how many tickets are told of what was done."""

    gate: int
    tickets: int


class PublishedLine(Told):
    """One definition that was published, or would be."""

    kind: Literal["sop", "playbook"]
    key: str
    version: int
    change: Literal["new", "changed", "back", "waits", "same"]


class PublicationTold(Told):
    """What came of the files; ``waits``: it moves money, so that somebody else approves it first."""

    items: list[PublishedLine]
