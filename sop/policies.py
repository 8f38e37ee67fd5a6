"""Clocks as they are written: targets, pauses, and ladders of escalation, which steps have too."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from pydantic import Field, StrictBool

from sop.written import Label, Shape


class NoticeChannel(StrEnum):
    """How somebody is told: in the console, or out of the house by the message gateway."""

    APP = "app"
    EMAIL = "email"
    SMS = "sms"
    WECHAT = "wechat"


class Rung(Shape):
    """One rung of an escalation ladder: at a share of the time, or after the deadline; ``when`` it has come, whether it
    does anything. It tells ``to`` (by each channel of ``notify``; without it as they usually are told), hands the step
    or ticket over to them (``reassign``), raises the priority, has somebody watch the ticket, starts a playbook."""

    at: str | None = None
    after: str | None = None
    when: str | None = None
    to: str | None = None
    notify: tuple[NoticeChannel, ...] = ()
    reassign: StrictBool = False
    priority: str | None = None
    watch: str | None = None
    playbook: str | None = None


Ladder: TypeAlias = str | tuple[Rung, ...] | None


class Target(Shape):
    """One row of a clock's targets: the first whose condition holds. It may bring a calendar of its own."""

    duration: str = Field(alias="is")
    when: str | None = None
    calendar: str | None = None


class PauseRule(Shape):
    """One reason for which a clock stands still: while its condition holds. ``reason`` is what people read."""

    when: str
    reason: Label = ""


class Metric(StrEnum):
    """What a clock measures, which says when it starts and stops where its policy does not.

    ``first_response``: from the opening to the first public word of the staff. ``next_response``: from the oldest
    customer message without an answer to the answer. ``update``: anew from each public word to the customer.
    ``resolution`` and ``custom``: as long as the run."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    CUSTOM = "custom"


class Reopen(StrEnum):
    """What a clock does that its SOP's end had stopped, when the ticket is opened again.

    ``continue``: it goes on with the time it had used; while the ticket was solved it stood still. ``restart``: it
    counts anew from then on."""

    CONTINUE = "continue"
    RESTART = "restart"


class ClockPolicy(Shape):
    """One clock of a run, for tickets of these ``categories`` (which a ticket keeps; none written: of any) as long as
    ``when`` holds.

    ``start``, ``stop``, ``resume`` and ``reset`` are event types or conditions; ``pause`` too, or a list of reasons.
    A ``pause`` with a ``resume`` lasts until that comes. ``reset`` counts anew with the whole target. ``calendar`` is
    a calendar's name, ``team`` (that of the ticket's team) or ``customer`` (the customer's own, or their segment's);
    without it the file's. ``metric`` is named by the clock's own name where that is one of them. ``reopen`` says what
    becomes of it when the ticket is opened again."""

    target: str | tuple[Target, ...]
    title: Label = ""
    metric: Metric | None = None
    categories: tuple[str, ...] = ()
    when: str | None = None
    calendar: str | None = None
    start: str | None = None
    pause: str | tuple[PauseRule, ...] | None = None
    resume: str | None = None
    stop: str | None = None
    reset: str | None = None
    warn: str | None = None
    escalate: Ladder = None
    reopen: Reopen = Reopen.CONTINUE
