"""What goes into a ticket's workflow and comes out of it: plain JSON without personal data.

Every field that is added later has a default, so that open tickets can still be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from activities.messages import Taken
from sop.events import (
    Actor,
    Command,
    Duty,
    DutyChanged,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PromiseKept,
    PromiseSaid,
    Remedy,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from sop.values import decode, encode

Json: TypeAlias = Any  # plain JSON: Temporal's converter reads a recursive type no better, and decode() checks it

WORKFLOW = "Ticket"
TASK_QUEUE = "gongdan"


def workflow_id(ticket_id: int) -> str:
    """The id of a ticket's workflow."""
    return f"ticket-{ticket_id}"


@dataclass(frozen=True, slots=True)
class TicketStart:
    """Start a ticket's workflow, or go on with it in a new run (``state``).

    ``ticket``: {no, channel, category, priority, created_at, order, fields, tags}; ``customer``: {id, tier,
    complaint_count, language}, both encoded. ``seq``: ledger rows the ticket has already. ``sop``: the SOP that was
    asked for by name. ``taken``: what intake found of a new ticket, the definitions that start included.
    ``history_limit``: events after which the workflow goes on in a new run, when the server's own suggestion is not to
    be waited for."""

    ticket_id: int
    ticket: dict[str, Json] = field(default_factory=dict)
    customer: dict[str, Json] = field(default_factory=dict)
    sop: str | None = None
    seq: int = 0
    reopened: bool = False
    history_limit: int | None = None
    state: dict[str, Json] | None = None
    delivered: int = 0
    receipts: dict[str, Receipt] = field(default_factory=dict)
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person's update came to: the last fact written down for it, and where the ticket stands."""

    seq: int
    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A person completes a task."""

    step: str
    by: Actor
    key: str
    outcome: str | None = None
    values: dict[str, Json] = field(default_factory=dict)

    def event(self) -> StepAnswered:
        """As the engine is told."""
        return StepAnswered(self.step, self.by, self.outcome, {k: decode(v) for k, v in self.values.items()})


@dataclass(frozen=True, slots=True)
class Ballot:
    """A person votes on an approval."""

    step: str
    by: Actor
    key: str
    approve: bool
    comment: str = ""

    def event(self) -> VoteCast:
        """As the engine is told."""
        return VoteCast(self.step, self.by, self.approve, self.comment)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A person settles an incident."""

    step: str
    by: Actor
    key: str
    choice: Remedy
    values: dict[str, Json] = field(default_factory=dict)

    def event(self) -> IncidentSettled:
        """As the engine is told."""
        return IncidentSettled(self.step, self.by, self.choice, {k: decode(v) for k, v in self.values.items()})


@dataclass(frozen=True, slots=True)
class Order:
    """A person's command on the ticket."""

    command: Command
    by: Actor
    key: str
    to: str | None = None
    note: str = ""
    step: str | None = None

    def event(self) -> TicketCommanded:
        """As the engine is told."""
        return TicketCommanded(self.command, self.by, self.to, self.note, self.step)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something outside has happened. ``delivery`` grows with every signal to a ticket; a repeat is ignored."""

    delivery: int
    type: str
    source: str
    id: str
    data: dict[str, Json] = field(default_factory=dict)

    def event(self) -> Occurred:
        """As the engine is told."""
        return Occurred(self.type, self.source, self.id, {k: decode(v) for k, v in self.data.items()})


@dataclass(frozen=True, slots=True)
class Vow:
    """A time that a message promises."""

    within: str
    check: str | None = None
    arguments: dict[str, Json] = field(default_factory=dict)
    broken: str | None = None

    @classmethod
    def of(cls, promise: PromiseSaid) -> Vow:
        """As it travels."""
        return cls(promise.within, promise.check, encoded(promise.arguments), promise.broken)

    def said(self) -> PromiseSaid:
        """As the engine is told."""
        return PromiseSaid(self.within, self.check, {k: decode(v) for k, v in self.arguments.items()}, self.broken)


@dataclass(frozen=True, slots=True)
class Keeping:
    """A person says that a promise is kept."""

    promise: str
    by: Actor
    key: str
    note: str = ""

    def event(self) -> PromiseKept:
        """As the engine is told."""
        return PromiseKept(self.promise, self.by, self.note)


@dataclass(frozen=True, slots=True)
class Posting:
    """A message stands in the conversation."""

    delivery: int
    message: str
    by: Actor
    visibility: str
    promise: Vow | None = None

    def event(self) -> MessagePosted:
        """As the engine is told."""
        return MessagePosted(self.message, self.by, self.visibility, self.promise.said() if self.promise else None)


@dataclass(frozen=True, slots=True)
class DutyNews:
    """Somebody comes, goes, or has left."""

    delivery: int
    person: str
    duty: Duty
    emptied: list[str] = field(default_factory=list)

    def event(self) -> DutyChanged:
        """As the engine is told."""
        return DutyChanged(self.person, self.duty, tuple(self.emptied))


def encoded(values: object) -> dict[str, Json]:
    """A mapping of values as plain JSON."""
    plain = encode(values)
    if not isinstance(plain, dict):
        raise TypeError("not a mapping")
    return plain
