"""Facts: what the engine has decided, one ledger row each, in order and without a gap."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from sop.events import Actor
from sop.values import Value


class FactType(StrEnum):
    """Every kind of fact. Their ``data`` is described in ``docs/reference/ledger.md``."""

    TICKET_OPENED = "ticket.opened"
    TICKET_CLASSIFIED = "ticket.classified"
    TICKET_STATUS = "ticket.status"
    TICKET_OWNER = "ticket.owner"
    TICKET_PRIORITY = "ticket.priority"
    TICKET_TAGS = "ticket.tags"
    TICKET_WATCHED = "ticket.watched"
    TICKET_CUSTOMER = "ticket.customer"
    TICKET_MERGED = "ticket.merged"
    RUN_STARTED = "run.started"
    RUN_MIGRATED = "run.migrated"
    RUN_ENDED = "run.ended"
    STEP_OPENED = "step.opened"
    STEP_ASSIGNED = "step.assigned"
    STEP_MOVED = "step.moved"
    STEP_CHANGED = "step.changed"
    STEP_HELD = "step.held"
    STEP_RELEASED = "step.released"
    STEP_SKIPPED = "step.skipped"
    STEP_CLOSED = "step.closed"
    ACTION_CALLED = "action.called"
    ACTION_DONE = "action.done"
    ACTION_FAILED = "action.failed"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    VOTE_CAST = "vote.cast"
    EVENT_RECEIVED = "event.received"
    EVENT_MATCHED = "event.matched"
    ALERT = "alert"
    CLOCK_STARTED = "clock.started"
    CLOCK_PAUSED = "clock.paused"
    CLOCK_RESUMED = "clock.resumed"
    CLOCK_CHANGED = "clock.changed"
    CLOCK_CORRECTED = "clock.corrected"
    CLOCK_WARNED = "clock.warned"
    CLOCK_BREACHED = "clock.breached"
    CLOCK_STOPPED = "clock.stopped"
    MESSAGE_POSTED = "message.posted"
    PROMISE_MADE = "promise.made"
    PROMISE_WARNED = "promise.warned"
    PROMISE_KEPT = "promise.kept"
    PROMISE_BROKEN = "promise.broken"
    PROMISE_WITHDRAWN = "promise.withdrawn"


FactData: TypeAlias = dict[str, Value]


class Fact(NamedTuple):
    """One row of the ledger. ``seq`` counts from 1 within a ticket; ``step`` is the step's slot in its run
    (``pack``, or ``pack#2`` inside a repeat that runs several items at once)."""

    seq: int
    type: FactType
    at: datetime
    run: str | None
    step: str | None
    visit: int | None
    by: Actor | None
    data: FactData
