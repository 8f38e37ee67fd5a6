"""Scenario files (§7 of the language): which file, which ticket, what happens, what is expected."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sop.company import DeskShape
from sop.events import Duty
from sop.model import PromisePolicy
from sop.problems import Refused, errors
from sop.values import Value
from sop.yaml_text import read

Plain: TypeAlias = Any  # any YAML value: the form, event or connector it stands for decides what it may be
START = datetime.fromisoformat("2026-01-05T09:00:00+08:00")


class NotAScenario(ValueError):
    """The file is no scenario file; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Choice(StrEnum):
    """A vote as a scenario writes it."""

    APPROVE = "approve"
    REJECT = "reject"


class Act(_Part):
    """One thing that happens: time passes first (``after``), then at most one of the others.

    ``complete`` answers a task (or votes, on an approval: ``outcome: approved | rejected``); ``event`` comes from
    outside; ``say`` is a message, with ``promise`` one that promises a time; ``keep`` says that a step's promise is
    kept; ``settle`` chooses for an incident; ``order`` is a command on the ticket, or on one open ``step`` of it;
    ``duty``: that person comes on duty, goes ``off``, or has ``gone``; ``correct`` says that a clock counted wrongly
    (``with: {since, until, count}``: so long ago, and ``running`` or ``paused``; the reason is ``comment``); ``change``
    tells something new of the customer; ``adopt`` has the clocks go by another ``sla``."""

    after: str | None = None
    complete: str | None = None
    vote: str | None = None
    event: str | None = None
    say: str | None = None
    promise: PromisePolicy | None = None
    keep: str | None = None
    claim: str | bool | None = None
    settle: str | None = None
    order: str | None = None
    step: str | None = None
    duty: Duty | None = None
    correct: str | None = None
    change: dict[str, Plain] | None = None
    adopt: dict[str, Plain] | None = None
    by: str = "agent"
    outcome: str | None = None
    values: dict[str, Plain] = Field(default_factory=dict, alias="with")
    choice: str | None = None
    comment: str = ""
    data: dict[str, Plain] = Field(default_factory=dict)
    id: str | None = None
    visibility: str = "public"
    to: str | None = None
    rejected: str | None = None


class Expected(_Part):
    """What the story must have led to; only what is written is judged. ``promises``: how the last promise of a step (or
    of a ``message``) stands: open, warned, kept, broken, withdrawn. ``owner``: who answers for the ticket at the end;
    ``handoffs``: ``<reason> <step or ticket> -> <to>`` of each; ``notices``: ``<kind> <about> -> <to>`` of what is told
    of a claim that has ended, of too many hand-offs, of a ticket that nobody answers for. ``due``: when each clock is
    due, as the time from the ticket's opening to the minute."""

    result: str | None = None
    status: str | None = None
    visited: list[str] | None = None
    not_visited: list[str] | None = None
    skipped: list[str] | None = None
    called: dict[str, dict[str, Plain] | int | None] | None = None
    not_called: list[str] | None = None
    order: list[str] | None = None
    alerts: list[str] | None = None
    reminders: list[str] | None = None
    sla: dict[str, str] | None = None
    due: dict[str, str] | None = None
    promises: dict[str, str] | None = None
    incident: str | bool | None = None
    open: list[str] | None = None
    priority: str | None = None
    outputs: dict[str, Plain] | None = None
    owner: str | None = None
    handoffs: list[str] | None = None
    notices: list[str] | None = None


class Case(_Part):
    """One story."""

    name: str
    at: str | None = None
    ticket: dict[str, Plain] | None = None
    customer: dict[str, Plain] | None = None
    mocks: dict[str, Plain] | None = None
    people: dict[str, list[str]] | None = None
    inputs: dict[str, Plain] | None = None
    play: list[Act]
    expect: Expected


class Script(_Part):
    """The stories of one definition. ``subs`` names the files of its sub-SOPs, ``playbooks`` those of playbooks that it
    may start by name, ``starts`` those of definitions that may start on an event of the ticket under way, such as its
    being opened again, as their own ``start`` says; ``people`` the members of roles, teams and of ``admin``; ``desk``
    is that of ``gongdan.yaml``
    (without one: no claim ends, no hand-off is counted)."""

    file: str
    subs: dict[str, str] = Field(default_factory=dict)
    playbooks: dict[str, str] = Field(default_factory=dict)
    starts: dict[str, str] = Field(default_factory=dict)
    at: str | None = None
    ticket: dict[str, Plain] = Field(default_factory=dict)
    customer: dict[str, Plain] = Field(default_factory=dict)
    mocks: dict[str, Plain] = Field(default_factory=dict)
    people: dict[str, list[str]] = Field(default_factory=dict)
    desk: DeskShape | None = None
    cases: list[Case]

    @property
    def later(self) -> dict[str, str]:
        """The files of all definitions that may start later, by key."""
        return self.playbooks | self.starts

    def ticket_of(self, case: Case) -> dict[str, Value]:
        """The ticket a case starts with."""
        return {"no": "T1", "channel": "web", "priority": "normal", **self.ticket, **(case.ticket or {})}

    def customer_of(self, case: Case) -> dict[str, Value]:
        """Its customer, personal data included: the stage keeps that from the engine."""
        return {"id": "C1", "tier": "regular", "complaint_count": 0, **self.customer, **(case.customer or {})}

    def start_of(self, case: Case) -> datetime:
        """When it starts: Monday 5 January 2026, 09:00 in Shanghai, unless the file says otherwise."""
        at = case.at or self.at
        return datetime.fromisoformat(at) if at else START


def read_scripts(text: str, file: str) -> list[Script]:
    """The scripts of a scenario file (one, or a list); raises ``NotAScenario``."""
    tree = read(text, file)
    if errors(tree.problems):
        raise NotAScenario(str(Refused(tree.problems)))
    plain = tree.data if isinstance(tree.data, list) else [tree.data]
    try:
        return [Script.model_validate(script) for script in plain]
    except ValidationError as error:
        raise NotAScenario(f"{file}: {error}") from None
