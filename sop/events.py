"""What the engine is told. Every event is a frozen fact with plain fields, so it can travel as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from sop.definition import Adopted, Compiled
from sop.desk import Desk
from sop.gate import Gate
from sop.values import Value


class ActorKind(StrEnum):
    """Who may do something to a ticket."""

    CUSTOMER = "customer"
    STAFF = "staff"
    INTEGRATION = "integration"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, by id and by the roles and teams the door has verified; ``*`` stands for every role (scenario tests).

    ``acting_for``: the person they stand in for (转办, 委派); ``via``: the API key through which they spoke."""

    kind: ActorKind
    id: str
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    acting_for: str | None = None
    via: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True, slots=True)
class Classified:
    """The ticket has its category, priority and team; ``rule`` names the rule that decided; ``desk`` is what it is
    pinned to."""

    category: str
    priority: str
    team: str | None = None
    rule: str = ""
    desk: Desk | None = None


@dataclass(frozen=True, slots=True)
class DefinitionsChosen:
    """The definitions to start for an event, best first; ``on`` is the event's type. ``inputs`` are those of an SOP
    that is usually called by another (scenario tests). ``candidates`` says, by sha256, why a version is tried on this
    ticket in place of the default; ``gates`` are those that hold now, for a new ticket."""

    on: str
    definitions: tuple[Compiled, ...]
    inputs: dict[str, Value] = field(default_factory=dict)
    candidates: dict[str, Value] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaybookFound:
    """The playbook that ``StartPlaybook`` asked for, in the version published now; without one there is none."""

    key: str
    cause: str
    definition: Compiled | None
    inputs: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepAnswered:
    """A person completes a task. ``step`` is ``<step>`` or ``<run>.<step>``."""

    step: str
    by: Actor
    outcome: str | None = None
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VoteCast:
    """A person decides on an approval."""

    step: str
    by: Actor
    approve: bool
    comment: str = ""


class Remedy(StrEnum):
    """What the owner of an incident may choose."""

    RETRY = "retry"
    ENTER = "enter"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class IncidentSettled:
    """A person chooses how an incident goes on; ``values`` are the step's outputs when the remedy is ``enter``."""

    step: str
    by: Actor
    choice: Remedy
    values: dict[str, Value] = field(default_factory=dict)


class Command(StrEnum):
    """What people may do to a whole ticket."""

    CLAIM = "claim"
    RELEASE = "release"
    TRANSFER = "transfer"
    PRIORITY = "priority"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    MERGE = "merge"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class TicketCommanded:
    """A person's command on the ticket. ``to``: the new owner (``user:x``, ``team:x``, ``role:x``), the new priority,
    or the number of the ticket this one is merged into. With ``step`` a claim, release or transfer is of that open step
    only."""

    command: Command
    by: Actor
    to: str | None = None
    note: str = ""
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RunMigrated:
    """A person moves what runs on one version (``key``, ``version``) to another one. ``steps``: old id → new id, for
    open steps that the new version says nothing of. ``only``: a condition on ticket, customer and sop. A ticket that
    has entered the step ``before``, or is done with the step ``after``, stays as it is (a step put in there would never
    be reached). Clocks of the run stand still while one of the steps ``pausing`` is open."""

    key: str
    version: int
    target: Compiled
    by: Actor
    steps: dict[str, str] = field(default_factory=dict)
    note: str = ""
    only: str | None = None
    before: str | None = None
    after: str | None = None
    pausing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateSet:
    """A step may not be entered until the gate is lifted."""

    gate: Gate


@dataclass(frozen=True, slots=True)
class GateLifted:
    """Whatever the gate held goes on."""

    gate: int
    by: Actor
    note: str = ""


@dataclass(frozen=True, slots=True)
class Occurred:
    """Something happened outside (a parcel arrived) or on the ticket (a first response). Known by (source, id)."""

    type: str
    source: str
    id: str
    data: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromiseSaid:
    """What a message of the staff promises: within which time, which action (that only reads) tells whether it is kept,
    which playbook starts when it is not. Its title is text and stays in the database."""

    within: str
    check: str | None = None
    arguments: dict[str, Value] = field(default_factory=dict)
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A message stands in the conversation; its text stays in the database. ``visibility``: public, internal. ``at``:
    when it was accepted, which is what clocks go by; it may be heard of later."""

    message: str
    by: Actor
    visibility: str
    promise: PromiseSaid | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """A person says that an open promise is kept, and why."""

    promise: str
    by: Actor
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClockCorrected:
    """Somebody's word that an interval was counted wrongly: from ``since`` to ``until`` the clock should have run
    (``counts``) or stood still. ``clock`` is a clock's name, ``<run>.<clock>``, an open step, or ``*`` for all."""

    clock: str
    by: Actor
    since: datetime
    until: datetime
    counts: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PoliciesAdopted:
    """The clocks of a run go on by the policies and calendars of a later version of its definition."""

    run: str
    by: Actor
    policies: Adopted


@dataclass(frozen=True, slots=True)
class CustomerChanged:
    """What decisions know of the customer has changed: ``tier``, ``calendar`` and the like, by name."""

    facts: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """Whom dispatch found for the fact ``seq``: a person, a pool (``team:x``, ``role:x``), approvers; or nobody."""

    seq: int
    person: str | None = None
    pool: str | None = None
    approvers: tuple[str, ...] = ()
    lead: bool = False


class Duty(StrEnum):
    """What has become of somebody's duty."""

    ON = "on"
    OFF = "off"
    GONE = "gone"
    """They have left the company."""


@dataclass(frozen=True, slots=True)
class DutyChanged:
    """Somebody begins or ends their duty, or has left. ``emptied``: teams with nobody on duty from then on."""

    person: str
    duty: Duty
    emptied: tuple[str, ...] = ()


class FailureKind(StrEnum):
    """Why a call failed, which decides what the remedy says."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RUBBISH = "rubbish"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ActionDone:
    """A connector answered the call."""

    call: str
    outputs: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActionFailed:
    """A call failed after all its tries."""

    call: str
    kind: FailureKind
    message: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: whatever is due by now happens."""


Told: TypeAlias = Occurred | MessagePosted | DutyChanged | CustomerChanged | GateSet | GateLifted
"""What a ticket is told of by signal: it has happened, and nobody waits for an answer."""

Event: TypeAlias = (
    Classified
    | DefinitionsChosen
    | PlaybookFound
    | StepAnswered
    | VoteCast
    | IncidentSettled
    | TicketCommanded
    | RunMigrated
    | GateSet
    | GateLifted
    | Occurred
    | MessagePosted
    | PromiseKept
    | Dispatched
    | DutyChanged
    | ActionDone
    | ActionFailed
    | Tick
    | ClockCorrected
    | PoliciesAdopted
    | CustomerChanged
)
