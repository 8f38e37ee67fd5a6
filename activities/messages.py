"""What the workflow asks of the hands, and what they answer: plain JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any  # plain JSON: Temporal's converter reads a recursive type no better, and decode() checks it

CHOOSE, WRITE = "choose", "write"
"""The names of the two local activities of every ticket."""

AGREE = "agree"
"""The name of the local activity of a ticket that is to be merged into another."""

CREATED, CLASSIFIED, REOPENED = "ticket.created", "ticket.classified", "ticket.reopened"
"""The events of the ticket itself that definitions start on at intake: of a new one, or of one that had closed."""

NAMED = "playbook.named"
"""What ``Choosing.on`` says when a playbook is wanted by its key."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What intake answers: the classification, the definitions to start, the event types others may start on, and the
    desk that the ticket is pinned to (``sop.desk``).

    ``gates`` are those that hold now (``sop.state.Gate``).
    ``candidates`` says, by sha256, how a definition was picked in place of the default: {share, bucket} or
    {segment}."""

    category: str
    priority: str
    team: str | None = None
    rule: str = ""
    definitions: list[Json] = field(default_factory=list)
    starters: list[str] = field(default_factory=list)
    desk: dict[str, Json] | None = None
    candidates: dict[str, Json] = field(default_factory=dict)
    gates: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choosing:
    """Which definitions start on this event? With ``playbook``: the playbook of that key, whatever it starts on."""

    ticket_id: int
    on: str
    ticket: dict[str, Json]
    customer: dict[str, Json]
    event: dict[str, Json] = field(default_factory=dict)
    sop: str | None = None
    playbook: str | None = None


@dataclass(frozen=True, slots=True)
class Merging:
    """A ticket is to be merged into the one of this number, or, without one, is not after all."""

    ticket_id: int
    into: str | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Whether it may be merged into that one: if not, why, in both languages."""

    en: str = ""
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """Facts to write down, in order, as plain JSON (``plain_fact``)."""

    ticket_id: int
    facts: list[Json]


@dataclass(frozen=True, slots=True)
class Found:
    """Whom dispatch found for a fact (see ``sop.events.Dispatched``)."""

    seq: int
    person: str | None = None
    pool: str | None = None
    approvers: list[str] = field(default_factory=list)
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What became of facts: whom dispatch found, and when they stood in the ledger (ISO 8601; nothing where nobody
    looked at a clock)."""

    found: list[Found] = field(default_factory=list)
    at: str = ""
