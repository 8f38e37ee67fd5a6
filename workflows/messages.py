"""What goes into a ticket's workflow and comes out of it: plain JSON without personal data.

Every field that is added later has a default, so that open tickets can still be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from activities.messages import Taken
from sop.definition import Adopted
from sop.events import (
    SYSTEM,
    Actor,
    ClockCorrected,
    Command,
    CustomerChanged,
    Duty,
    DutyChanged,
    GateLifted,
    GateSet,
    IncidentSettled,
    MessagePosted,
    Occurred,
    PoliciesAdopted,
    PromiseKept,
    PromiseSaid,
    Remedy,
    RunMigrated,
    StepAnswered,
    TicketCommanded,
    VoteCast,
)
from sop.gate import Gate
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
    asked for by name. ``reopened_at`` and ``left``: of a ticket that had closed, when it was opened again, and what is
    left of its clocks (``sop.clocks.left``). ``taken``: what intake found of a new ticket, the definitions that start
    included.
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
    reopened_at: datetime | None = None
    left: dict[str, Json] = field(default_factory=dict)


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
class Migration:
    """A person moves what runs on one version to another (see ``sop.events.RunMigrated``). ``now``: the moment for
    which a query asks, since a query knows no time but that of the last task."""

    name: str
    version: int
    target: Json
    by: Actor
    key: str = ""
    steps: dict[str, str] = field(default_factory=dict)
    note: str = ""
    only: str | None = None
    before: str | None = None
    after: str | None = None
    pausing: list[str] = field(default_factory=list)
    now: datetime | None = None

    def event(self) -> RunMigrated:
        """As the engine is told."""
        return RunMigrated(
            self.name,
            self.version,
            self.target,
            self.by,
            dict(self.steps),
            self.note,
            self.only,
            self.before,
            self.after,
            tuple(self.pausing),
        )


def migration(event: RunMigrated, key: str = "") -> Migration:
    """The message of the engine's event."""
    return Migration(
        event.key,
        event.version,
        event.target,
        event.by,
        key,
        event.steps,
        event.note,
        event.only,
        event.before,
        event.after,
        list(event.pausing),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would become of a ticket that is moved to another version (see ``sop.engine.planning.Plan``)."""

    verdict: str
    en: str
    zh: str
    before: list[Json]
    after: list[Json]


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
class Correcting:
    """An interval was counted wrongly."""

    clock: str
    by: Actor
    key: str
    since: datetime
    until: datetime
    counts: bool
    reason: str

    def event(self) -> ClockCorrected:
        """As the engine is told."""
        return ClockCorrected(self.clock, self.by, self.since, self.until, self.counts, self.reason)


@dataclass(frozen=True, slots=True)
class Adopting:
    """A run's clocks go on by other policies. ``now``: the moment of a preview."""

    run: str
    by: Actor
    key: str
    version: int
    sha256: str
    sla: dict[str, Json]
    policies: dict[str, Json]
    calendars: dict[str, Json]
    hours: dict[str, Json]
    now: datetime | None = None

    @classmethod
    def of(cls, event: PoliciesAdopted, key: str) -> Adopting:
        """The message of an event."""
        new = event.policies
        return cls(event.run, event.by, key, new.version, new.sha256, new.sla, new.policies, new.calendars, new.hours)

    def event(self) -> PoliciesAdopted:
        """As the engine is told."""
        adopted = Adopted(self.version, self.sha256, self.sla, self.policies, self.calendars, self.hours)
        return PoliciesAdopted(self.run, self.by, adopted)


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a change would do to one clock: its target and deadline before and after; ``fires``: what it would tell at
    once, such as ``breached`` or ``overdue → role:lead``."""

    clock: str
    target_before: str
    target_after: str
    due_before: str | None
    due_after: str | None
    fires: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Posting:
    """A message stands in the conversation."""

    delivery: int
    message: str
    by: Actor
    visibility: str
    promise: Vow | None = None
    at: datetime | None = None

    def event(self) -> MessagePosted:
        """As the engine is told."""
        promise = self.promise.said() if self.promise else None
        return MessagePosted(self.message, self.by, self.visibility, promise, self.at)


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


@dataclass(frozen=True, slots=True)
class CustomerNews:
    """What decisions know of the customer has changed."""

    delivery: int
    facts: dict[str, Json] = field(default_factory=dict)

    def event(self) -> CustomerChanged:
        """As the engine is told."""
        return CustomerChanged({name: decode(value) for name, value in self.facts.items()})


@dataclass(frozen=True, slots=True)
class GateNews:
    """A gate is set (``gate``: as ``sop.state.Gate``), or one is lifted, by whom."""

    delivery: int
    gate: dict[str, Json] | None = None
    lifted: int = 0
    by: Actor | None = None
    note: str = ""

    def event(self) -> GateSet | GateLifted:
        """As the engine is told."""
        if self.gate is not None:
            return GateSet(Gate(**self.gate))
        return GateLifted(self.lifted, self.by or SYSTEM, self.note)


Said: TypeAlias = Answer | Ballot | Settlement | Order | Keeping | Correcting | Adopting | Migration
"""What people say, each of which waits for its receipt."""
Signal: TypeAlias = Happening | Posting | DutyNews | CustomerNews | GateNews


def encoded(values: object) -> dict[str, Json]:
    """A mapping of values as plain JSON."""
    plain = encode(values)
    if not isinstance(plain, dict):
        raise TypeError("not a mapping")
    return plain
