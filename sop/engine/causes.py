"""Why something was decided, where no fact of its own says so: the ledger must be enough to run a ticket again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sop.commands import Command, Project
from sop.desk import Desk
from sop.events import DutyChanged, Event, TicketCommanded
from sop.state import State
from sop.values import Value


def told(state: State, commands: list[Command], event: Event, now: datetime) -> list[Command]:
    """The commands, the first fact of which says what a person ordered (``command``), or whose duty has changed
    (``duty``). An order that left no fact yet (a cancel while a call is on its way) stands in the next (``before``)."""
    cause = _cause_of(event)
    if not cause and not state.untold:
        return commands
    first = next((each for each in commands if isinstance(each, Project)), None)
    if first is None:
        if "command" in cause:
            state.untold.append({**cause, "at": now.isoformat()})
        return commands
    before: dict[str, Value] = {"before": list(state.untold)} if state.untold else {}
    state.untold = []
    marked = Project(replace(first.fact, data={**first.fact.data, **cause, **before}))
    return [marked if each is first else each for each in commands]


def _cause_of(event: Event) -> dict[str, Value]:
    if isinstance(event, TicketCommanded):
        by = event.by
        said: dict[str, Value] = {"kind": by.kind.value, "id": by.id, "acting_for": by.acting_for}
        order: dict[str, Value] = {"name": event.command.value, "by": said}
        return {"command": {**order, "to": event.to, "note": event.note, "step": event.step}}
    if isinstance(event, DutyChanged):
        return {"duty": {"person": event.person, "duty": event.duty.value, "emptied": list(event.emptied)}}
    return {}


def desk_told(desk: Desk | None) -> dict[str, Value]:
    """The desk a ticket is pinned to, in its fact: of the calendar only the version, for definitions carry it whole."""
    if desk is None:
        return {}
    version = desk.calendar.get("version")
    told: dict[str, Value] = {
        "lease": desk.lease,
        "calendar": None if version is None else str(version),
        "max_handoffs": desk.max_handoffs,
        "handoffs_to": desk.handoffs_to,
        "counted": list(desk.counted),
        "fallback": desk.fallback,
    }
    return {"desk": told}
