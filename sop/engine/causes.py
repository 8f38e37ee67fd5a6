"""Why something was decided, where no fact of its own says so: the ledger must be enough to run a ticket again."""

from __future__ import annotations

from datetime import datetime

from sop.calendars import fingerprint
from sop.commands import Command, Project
from sop.desk import Desk
from sop.events import (
    Actor,
    ClockCorrected,
    DutyChanged,
    Event,
    MessagePosted,
    PoliciesAdopted,
    RunMigrated,
    TicketCommanded,
)
from sop.state import State
from sop.values import Value

_TELLING = (TicketCommanded, MessagePosted, DutyChanged, ClockCorrected, PoliciesAdopted, RunMigrated)
"""The events that say more than their facts do: most say nothing, and are not looked at closer."""
ASKED = frozenset({"command", "correction", "adoption"})
"""What people ask for is a sign of life from them, whatever comes of it."""


def told(state: State, commands: list[Command], event: Event, now: datetime) -> list[Command]:
    """The commands, the first fact of which says what a person ordered (``command``), whose duty has changed
    (``duty``), what was corrected (``correction``), adopted (``adoption``), moved (``migration``), or when
    a message was accepted. An order that left no fact yet (a cancel while a call is on its way) stands in the next
    (``untold``)."""
    cause = _cause_of(event) if isinstance(event, _TELLING) else {}
    if not cause and not state.untold:
        return commands
    first = next((each for each in commands if isinstance(each, Project)), None)
    if first is None:
        if not ASKED.isdisjoint(cause):
            state.untold.append({**cause, "at": now.isoformat()})
        return commands
    untold: dict[str, Value] = {"untold": list(state.untold)} if state.untold else {}
    state.untold = []
    marked = Project(first.fact._replace(data={**first.fact.data, **cause, **untold}))
    return [marked if each is first else each for each in commands]


def _cause_of(event: Event) -> dict[str, Value]:
    match event:
        case TicketCommanded():
            order = {"name": event.command.value, "by": _by(event.by), "to": event.to}
            return {"command": {**order, "note": event.note, "step": event.step}}
        case DutyChanged():
            return {"duty": {"person": event.person, "duty": event.duty.value, "emptied": list(event.emptied)}}
        case MessagePosted(at=at) if at is not None:
            return {"accepted_at": at.isoformat()}
        case ClockCorrected():
            interval: dict[str, Value] = {
                "since": event.since.isoformat(),
                "until": event.until.isoformat(),
                "counts": event.counts,
            }
            return {"correction": {"clock": event.clock, "by": _by(event.by), **interval, "reason": event.reason}}
        case PoliciesAdopted():
            version: dict[str, Value] = {"version": event.policies.version, "sha256": event.policies.sha256}
            return {"adoption": {"run": event.run, "by": _by(event.by), **version}}
        case RunMigrated():
            return {"migration": _migration(event)}
        case _:
            return {}


def _migration(event: RunMigrated) -> dict[str, Value]:
    target: dict[str, Value] = {"kind": event.target["kind"], "key": event.key, "version": event.target["version"]}
    where: dict[str, Value] = {"only": event.only, "before": event.before, "after": event.after}
    how: dict[str, Value] = {"steps": dict(event.steps), "pausing": list(event.pausing), "note": event.note}
    return {**target, "from": event.version, "by": _by(event.by), **where, **how}


def _by(actor: Actor) -> dict[str, Value]:
    return {"kind": actor.kind.value, "id": actor.id, "acting_for": actor.acting_for}


def desk_told(desk: Desk | None) -> dict[str, Value]:
    """The desk a ticket is pinned to, in its fact: of the calendar only the version, for definitions carry it whole."""
    if desk is None:
        return {}
    version = str(desk.calendar.get("version") or fingerprint(desk.calendar)) if desk.calendar else None
    told: dict[str, Value] = {
        "lease": desk.lease,
        "calendar": version,
        "max_handoffs": desk.max_handoffs,
        "handoffs_to": desk.handoffs_to,
        "counted": list(desk.counted),
        "fallback": desk.fallback,
    }
    return {"desk": told}
