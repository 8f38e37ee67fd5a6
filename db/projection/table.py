"""Which function each type of fact falls to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from db.projection import alerts, clocks, gates, moves, promises, steps, tickets
from db.projection.shadow import Shadow, Told
from sop.facts import Fact, FactType

Projector: TypeAlias = Callable[[Shadow, Fact, Told], Awaitable[None]]


async def ledger_only(_shadow: Shadow, _fact: Fact, _told: Told) -> None:
    """The ledger holds it; no page reads it from anywhere else."""


PROJECTORS: Mapping[FactType, Projector] = {
    FactType.TICKET_OPENED: tickets.opened,
    FactType.TICKET_CLASSIFIED: tickets.classified,
    FactType.TICKET_STATUS: tickets.status,
    FactType.TICKET_OWNER: tickets.owner,
    FactType.TICKET_PRIORITY: tickets.priority,
    FactType.TICKET_TAGS: tickets.tags,
    FactType.TICKET_WATCHED: tickets.watched,
    FactType.TICKET_CUSTOMER: ledger_only,
    FactType.TICKET_MERGED: tickets.merged,
    FactType.RUN_STARTED: steps.run_started,
    FactType.RUN_MIGRATED: moves.run_migrated,
    FactType.RUN_ENDED: steps.run_ended,
    FactType.STEP_OPENED: steps.step_opened,
    FactType.STEP_ASSIGNED: steps.step_assigned,
    FactType.STEP_MOVED: steps.step_moved,
    FactType.STEP_CHANGED: moves.step_changed,
    FactType.STEP_HELD: gates.held,
    FactType.STEP_RELEASED: gates.released,
    FactType.STEP_SKIPPED: steps.step_skipped,
    FactType.STEP_CLOSED: steps.step_closed,
    FactType.ACTION_CALLED: ledger_only,
    FactType.ACTION_DONE: steps.action_done,
    FactType.ACTION_FAILED: ledger_only,
    FactType.INCIDENT_OPENED: alerts.incident_opened,
    FactType.INCIDENT_CLOSED: steps.incident_closed,
    FactType.VOTE_CAST: tickets.vote,
    FactType.EVENT_RECEIVED: ledger_only,
    FactType.EVENT_MATCHED: ledger_only,
    FactType.ALERT: alerts.alert,
    FactType.CLOCK_STARTED: clocks.started,
    FactType.CLOCK_PAUSED: clocks.paused,
    FactType.CLOCK_RESUMED: clocks.resumed,
    FactType.CLOCK_CHANGED: clocks.changed,
    FactType.CLOCK_CORRECTED: clocks.corrected,
    FactType.CLOCK_WARNED: clocks.warned,
    FactType.CLOCK_BREACHED: clocks.breached,
    FactType.CLOCK_STOPPED: clocks.stopped,
    FactType.MESSAGE_POSTED: tickets.message,
    FactType.PROMISE_MADE: promises.made,
    FactType.PROMISE_WARNED: promises.warned,
    FactType.PROMISE_KEPT: promises.kept,
    FactType.PROMISE_BROKEN: promises.broken,
    FactType.PROMISE_WITHDRAWN: promises.withdrawn,
}
