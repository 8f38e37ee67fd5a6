"""What a ticket's ledger tells of the world around it: what came in and when, and what people and systems answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from sop.events import (
    ActionDone,
    ActionFailed,
    Actor,
    Classified,
    ClockCorrected,
    Dispatched,
    IncidentSettled,
    PromiseKept,
    StepAnswered,
    TicketCommanded,
    Told,
    VoteCast,
)
from sop.facts import Fact
from sop.values import Value, Values

OVERSIZED = "$oversized"
"""Stands for the outputs of an answer that was too large for the ledger."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A life of the ticket begins; what the ticket itself was told of stands in the recording."""

    category: Value
    priority: Value
    tags: Value
    customer: Values
    reopened_at: datetime | None = None


class Pinned(NamedTuple):
    """A version of a definition that ran."""

    kind: str
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """These definitions started for an event. ``candidates``: by key, why a version was tried."""

    on: str
    definitions: tuple[Pinned, ...]
    inputs: Values = field(default_factory=dict)
    candidates: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A run took over the clocks of another version of its definition."""

    run: str
    by: Actor
    policies: Pinned


@dataclass(frozen=True, slots=True)
class Migration:
    """What ran on a version was moved to another: ``sop.events.RunMigrated``, but for the definition itself."""

    old: int
    target: Pinned
    by: Actor
    steps: Mapping[str, str]
    note: str
    only: str | None
    before: str | None
    after: str | None
    pausing: tuple[str, ...]


Heard: TypeAlias = TicketCommanded | ClockCorrected | Adoption | Migration
"""What somebody asks of the whole ticket, and may be refused."""
Coming: TypeAlias = Opened | Classified | Chosen | Told | Heard
Said: TypeAlias = (
    StepAnswered | VoteCast | IncidentSettled | ActionDone | ActionFailed | Dispatched | Chosen | PromiseKept
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that came in from outside. ``seq`` is the first fact it led to: what came at the same moment before it
    has a smaller one."""

    at: datetime
    seq: int
    event: Coming


class Trigger(StrEnum):
    """What people and systems react to: a step opened, a call, an incident, a promise, somebody or definitions wanted.
    A promise's check is a call of its step, as a warning or when it is due (``<step>/warn``, ``<step>/due``)."""

    OPENED = "opened"
    CALLED = "called"
    TROUBLED = "troubled"
    PROMISED = "promised"
    ASKED = "asked"
    CLOSED = "closed"
    NAMED = "named"


class Place(NamedTuple):
    """Where something is reacted to: a step's slot in a run (``refund/undo``: where it is undone)."""

    trigger: Trigger
    run: str
    name: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """What was said, how long after its occasion. ``seq``: as of an arrival."""

    after: timedelta
    seq: int
    said: Said


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that something was to be reacted to, by the definition's key; ``topic`` says what about: the action of
    a call, the seat of a question. Without reactions nobody answered."""

    key: str
    topic: str
    reactions: tuple[Reaction, ...]


class Rung(NamedTuple):
    """When something due was done, which is late where a worker was away, and the first fact of it."""

    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Recording:
    """A ticket as it ran. ``ticket``: {no, channel, created_at, order, fields}; ``facts``: its whole ledger."""

    no: str
    ticket: Values
    facts: tuple[Fact, ...]
    arrivals: tuple[Arrival, ...]
    occasions: Mapping[Place, tuple[Occasion, ...]]
    rung: Mapping[datetime, Rung]
    pinned: tuple[Pinned, ...]
    adopted: tuple[Pinned, ...]
    finished: bool

    @property
    def ends_at(self) -> datetime:
        """The moment of its last fact."""
        return self.facts[-1].at
