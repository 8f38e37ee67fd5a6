"""What the templates show, as facts: filled from ``db.queries`` and from the form a person has just sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sop.model import FieldType


class Shade(StrEnum):
    """How a due time shows: colour, shape and words, never colour alone."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    PAUSED = "paused"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Due:
    """One due time. ``warn_at`` turns it yellow, ``at`` red; the browser does the same between two answers."""

    at: datetime | None
    warn_at: datetime | None = None
    paused: bool = False

    def shade(self, now: datetime) -> Shade:
        """The light at ``now``."""
        if self.paused:
            return Shade.PAUSED
        if self.at is None:
            return Shade.NONE
        if self.at <= now:
            return Shade.RED
        return Shade.YELLOW if self.warn_at is not None and self.warn_at <= now else Shade.GREEN


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a field."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that can be opened."""

    name: str
    url: str
    image: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One question of a form, with what was answered so far and what is wrong with it."""

    key: str
    type: FieldType
    label: str
    help: str
    optional: bool
    choices: tuple[Choice, ...]
    least: str
    most: str
    chosen: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"f.{self.key}"

    @property
    def text(self) -> str:
        """What stands in its input."""
        return self.chosen[0] if self.chosen else ""

    @property
    def several(self) -> bool:
        """Whether more than one file may be sent."""
        return self.type is FieldType.PHOTO or self.most not in ("", "1")


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote that was cast."""

    name: str
    approve: bool
    comment: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Why a step cannot go on by itself, and what to fill in when its result is entered by hand."""

    code: str
    message: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """An open step. ``slot`` is its address on the ticket; ``mine``: the reader is asked for it."""

    slot: str
    type: str
    title: str
    assigned: str
    mine: bool
    for_customer: bool
    claimable: bool
    script: str
    form: tuple[FieldView, ...]
    outcomes: tuple[Choice, ...]
    due: Due
    waits_for: tuple[str, ...]
    until: datetime | None
    approvers: tuple[str, ...] = ()
    votes: tuple[VoteView, ...] = ()
    incident: IncidentView | None = None
    gate: int | None = None
    entering: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the step bar. ``state``: done, current, failed, skipped or ahead."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the timeline. ``kind``: customer, staff, note (internal) or event."""

    kind: str
    name: str
    text: str
    at: datetime
    icon: str = ""
    channel: str = ""
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockView:
    """A running or paused clock's card; ``share`` is the part of its time that is used, in per cent. ``why`` tells its
    deadline line by line; ``key`` is its address where the reader may correct it."""

    title: str
    due: Due
    share: int
    why: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A time that the customer was told. ``chip`` is the style of its state's chip; ``why``: how it was kept, or why it
    was not."""

    key: str
    title: str
    state: str
    chip: str
    open: bool
    due: Due
    why: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A definition that runs or ran on the ticket."""

    kind: str
    title: str
    key: str
    version: int
    status: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the properties; ``chip`` is the style of a chip, where it is one."""

    name: str
    text: str
    chip: str = ""


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the reader may do to the whole ticket now."""

    claim: bool = False
    release: bool = False
    transfer: bool = False
    pause: bool = False
    resume: bool = False
    cancel: bool = False
    merge: bool = False
    reopen: bool = False
    priority: bool = False
    speak: bool = False
    keep: bool = False
    correct: bool = False


@dataclass(frozen=True, slots=True)
class HandoffView:
    """One hand-off: from whom to whom, why, and what was said."""

    at: datetime
    who: str
    why: str
    note: str


@dataclass(frozen=True, slots=True)
class DoneView:
    """A step that is over."""

    at: datetime
    title: str
    by: str


@dataclass(frozen=True, slots=True)
class HandoverView:
    """What the next owner must know; the latest first."""

    count: int
    handoffs: tuple[HandoffView, ...]
    done: tuple[DoneView, ...]


@dataclass(frozen=True, slots=True)
class MergedView:
    """A ticket in whose place this one goes on, and its page."""

    no: str
    subject: str
    url: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """Everything the ticket page and the ticket pane show."""

    no: str
    subject: str
    status: str
    priority: str
    chips: tuple[str, ...]
    customer: str
    owner: str
    token: str
    seq: int
    stages: tuple[Stage, ...]
    timeline: tuple[Happening, ...]
    clocks: tuple[ClockView, ...]
    steps: tuple[StepView, ...]
    facts: tuple[Fact, ...]
    runs: tuple[RunView, ...]
    deeds: Deeds
    recipients: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    handover: HandoverView | None = None
    promises: tuple[PromiseView, ...] = ()
    merged: tuple[MergedView, ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the queue."""

    no: str
    subject: str
    priority: str
    step: str
    held: bool
    owner: str
    status: str
    due: Due


@dataclass(frozen=True, slots=True)
class ViewLink:
    """One view of the side bar with its count."""

    key: str
    label: str
    icon: str
    count: int | None
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One view of the queue. ``address``: its query, escaped; ``next``: the cursor of the next page, if any."""

    view: str
    title: str
    count: int
    query: str
    address: str
    rows: tuple[RowView, ...]
    tabs: tuple[tuple[str, str], ...]
    chosen: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One notification."""

    no: str
    subject: str
    text: str
    icon: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Card(Choice):
    """A category a customer may choose."""

    icon: str


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the composer after a message that could not be kept."""

    visibility: str = "public"
    body: str = ""
    error: str = ""
    within: str = ""
    title: str = ""
