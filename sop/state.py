"""The engine's state: plain data, all of it, so a ticket can go on in a new workflow run, another process or a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, cast

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from sop.alarm import Alarm as Alarm
from sop.alarm import AlarmKind as AlarmKind
from sop.clocks.ledger import Clock
from sop.clocks.left import Brought, Left
from sop.definition import Adopted, Compiled
from sop.desk import Desk
from sop.gate import Gate, Held
from sop.pinned import Pinned
from sop.values import Value, decode, encode

if TYPE_CHECKING:
    Stored: TypeAlias = Value
else:
    Stored: TypeAlias = Annotated[object, PlainSerializer(encode), PlainValidator(decode)]
Outputs: TypeAlias = dict[str, Stored]


class Status(StrEnum):
    """Where a ticket stands, as everybody sees it."""

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING = "waiting"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    CLOSED = "closed"


ENDED = frozenset({Status.RESOLVED, Status.CANCELLED, Status.CLOSED})


@dataclass(slots=True)
class Frame:
    """A place on a line: the main line is ``""``."""

    line: str
    index: int


@dataclass(slots=True)
class Incident:
    """Why a step waits for its owner. ``code`` is a problem code or a failure kind; ``where`` is file:line:col."""

    code: str
    message: str
    where: str


@dataclass(slots=True)
class Vote:
    """One approver's decision."""

    person: str
    seat: str
    approve: bool
    comment: str


@dataclass(slots=True)
class OpenStep:
    """The step a thread stands on. Which fields are used depends on the step's type."""

    slot: str
    visit: int
    opened_at: datetime
    due_at: datetime | None = None
    timeout_at: datetime | None = None
    wanted: str | None = None
    person: str | None = None
    pool: str | None = None
    approvers: list[str] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    defaults: Outputs = field(default_factory=dict)
    call: str | None = None
    fingerprint: str = ""
    arguments: Outputs = field(default_factory=dict)
    children: list[int] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    needed: int = 0
    items: list[Stored] = field(default_factory=list)
    passes: int = 0
    results: list[Stored] = field(default_factory=list)
    sub: str | None = None
    incident: Incident | None = None
    leaving: str | None = None
    held: Held | None = None
    promised_at: datetime | None = None
    clock: Clock | None = None


@dataclass(slots=True)
class Thread:
    """One line of control within a run: the main one, a parallel branch, a pass of a repeat, a ``whenever`` path."""

    id: int
    stack: list[Frame]
    parent: int | None = None
    suffix: str = ""
    local: Outputs = field(default_factory=dict)
    open: OpenStep | None = None
    cancelled: bool = False
    arrivals: dict[str, int] = field(default_factory=dict)
    allowance: int = 0
    passage: str = ""
    """Which passes of repeats it is inside, such as ``/2``: an action is done once in each."""
    left: bool = False
    """Whether its repeat has gone on without it: nothing waits for its end but the run."""


@dataclass(slots=True)
class Undoable:
    """An effect that can be undone: the run and step that had it, the action that undoes it and its arguments;
    ``where`` is the file:line:col of that ``undo`` in the version (``definition``: return@6) that had the effect. It is
    all that undoing needs: a run that goes on with another version undoes what it did as that version said."""

    run: str
    slot: str
    visit: int
    action: str
    arguments: Outputs
    where: str
    call: str | None = None
    incident: Incident | None = None
    definition: str = ""


@dataclass(slots=True)
class Done:
    """An action that took effect: the fingerprint of its input and its outputs."""

    fingerprint: str
    outputs: Outputs


class PromisePhase(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Promise:
    """A time that the customer was told: by a step of a run, or by a ``message``.

    ``check`` is asked with ``arguments`` for its outputs ``gives`` (none: all it has); ``kept_when`` is the condition
    over them. ``come``: its time has come. ``asked`` counts the askings, ``call`` is the one under way, and
    ``deciding`` says that it was asked when the time had come."""

    id: str
    made_at: datetime
    due_at: datetime
    title: Stored = None
    check: str | None = None
    arguments: Outputs = field(default_factory=dict)
    gives: list[str] | None = None
    kept_when: str | None = None
    playbook: str | None = None
    run: str = ""
    step: str | None = None
    message: str | None = None
    phase: PromisePhase = PromisePhase.OPEN
    come: bool = False
    asked: int = 0
    call: str | None = None
    deciding: bool = False


class RunPhase(StrEnum):
    """What a run does now."""

    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"


RUN_ACTIVE: Final = RunPhase.ACTIVE
RUN_ENDED: Final = RunPhase.ENDED
"""Asked for at every turn: a member of an enum takes fifteen times as long to look up on Python 3.11."""


@dataclass(slots=True)
class Run(Pinned):
    """One SOP or playbook that runs for the ticket, or a sub-SOP that one of its threads called (``parent_step`` is
    the caller's slot). ``consumed`` is kept by the outermost run for all below it."""

    id: str
    definition: Compiled
    started_at: datetime
    parent_run: str | None = None
    parent_thread: int | None = None
    parent_step: str | None = None
    inputs: Outputs = field(default_factory=dict)
    steps: dict[str, Outputs] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    threads: dict[int, Thread] = field(default_factory=dict)
    consumed: list[int] = field(default_factory=list)
    undo: list[Undoable] = field(default_factory=list)
    undoing: list[Undoable] = field(default_factory=list)
    failed_undo: list[Undoable] = field(default_factory=list)
    done: dict[str, Done] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    doers: list[str] = field(default_factory=list)
    phase: RunPhase = RunPhase.ACTIVE
    result: str | None = None
    undo_wanted: bool = False
    adopted: Adopted | None = None
    kept_calendars: dict[str, dict[str, object]] = field(default_factory=dict)
    """Calendars that its clocks have counted on before, by version."""
    pausing: list[str] = field(default_factory=list)
    brought: Brought | None = None

    @property
    def is_main(self) -> bool:
        """Whether it is the SOP itself, neither a playbook nor a sub-SOP."""
        return self.parent_run is None and not self.is_playbook


@dataclass(slots=True)
class Letter:
    """An event received, kept for whoever waits for it later."""

    number: int
    type: str
    source: str
    id: str
    data: Outputs


@dataclass(slots=True)
class Call:
    """A call in flight: whose it is, a run's or a promise's."""

    action: str
    run: str
    thread: int
    undo: bool = False
    promise: str = ""


@dataclass(slots=True)
class Asked:
    """A question to dispatch that has no answer yet: about a step's thread, or about the ticket's owner (no run), for
    whom the seats ``tried`` have nobody."""

    run: str
    thread: int
    visit: int
    lead_asked: bool = False
    tried: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Lease:
    """A claim that holds ``until`` then: of the step a thread stands on, or of the ticket (no run). While the ticket
    does not wait for us it stands still, with ``left`` seconds (of working time, where it counts that)."""

    person: str
    until: datetime | None
    run: str = ""
    thread: int = 0
    visit: int = 0
    left: float = 0.0


@dataclass(slots=True)
class State:
    """Everything the engine knows of a ticket. ``earlier`` counts the ledger rows of its lives before this one;
    ``heard`` are the messages it knows of; ``starters`` the event types for which definitions may start; ``wanted`` the
    playbooks asked for by name that are still being looked for; ``merged_into`` the number of the ticket that goes on
    in its place; ``left`` how its clocks stood when its life before this one ended."""

    ticket: Outputs
    customer: Outputs
    opened_at: datetime
    status: Status = Status.NEW
    result: str | None = None
    owner_person: str | None = None
    owner_team: str | None = None
    seq: int = 0
    next_id: int = 1
    runs: dict[str, Run] = field(default_factory=dict)
    mailbox: list[Letter] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    armed: datetime | None = None
    calls: dict[str, Call] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    starters: list[str] = field(default_factory=list)
    paused_at: datetime | None = None
    cancelling: bool = False
    finished: bool = False
    earlier: int = 0
    watchers: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    desk: Desk | None = None
    leases: list[Lease] = field(default_factory=list)
    handoffs: int = 0
    stranded: bool = False
    promises: dict[str, Promise] = field(default_factory=dict)
    untold: list[Stored] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    lifted: list[int] = field(default_factory=list)
    merged_into: str | None = None
    reopened_at: datetime | None = None
    left: dict[str, Left] = field(default_factory=dict)


_CODEC: TypeAdapter[State] = TypeAdapter(State)


def dump(state: State) -> dict[str, object]:
    """The state as plain JSON."""
    return cast("dict[str, object]", _CODEC.dump_python(state, mode="json"))  # the codec of a dataclass gives a mapping


def load(plain: object) -> State:
    """The state of its plain JSON; raises ``pydantic.ValidationError`` on anything else."""
    return _CODEC.validate_python(plain)
