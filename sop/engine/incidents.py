"""Incidents: a step that cannot go on by itself waits for its owner, and nothing else on the ticket stops."""

from __future__ import annotations

from sop.engine import standing
from sop.engine.seats import OWNER
from sop.engine.turn import Turn
from sop.events import Actor
from sop.facts import FactType
from sop.state import Incident, Run, Thread
from sop.values import Value, Values


def open_incident(
    turn: Turn,
    run: Run,
    thread: Thread,
    code: str,
    message: str,
    part: str = "",
    *,
    outputs: Values | None = None,
    by: Actor | None = None,
) -> None:
    """The step a thread stands on cannot go on. ``part`` names the key of the step that failed; ``outputs`` are what
    the step gave before that, for whoever settles it."""
    opened, placed = standing.opened_of(thread), standing.placed_of(run, thread)
    where = run.model.where(f"{placed.pointer}/{part}" if part else placed.pointer)
    opened.incident = Incident(code, message, where)
    turn.silence(run, thread)
    turn.tell(
        FactType.INCIDENT_OPENED,
        run,
        thread,
        {
            "code": code,
            "message": message,
            "where": where,
            "owner": run.model.document.owner,
            "type": placed.step.type,
            "title": placed.step.title or placed.step.id,
            "outputs": dict(outputs or {}),
        },
        by,
    )


def note(turn: Turn, run: Run, pointer: str, code: str, message: str) -> None:
    """Something of a run that is no step has failed (a clock's condition, a handler's match, an output): its owner is
    told, and nothing waits for an answer."""
    where = run.model.where(pointer)
    data: dict[str, Value] = {
        "kind": "incident",
        "about": pointer.strip("/"),
        "to": run.model.document.owner or OWNER,
        "due_at": None,
        "fired_at": turn.stamp,
        "reassign": False,
        "code": code,
        "where": where,
        "text": f"{where}: {message}",
    }
    turn.fact(FactType.ALERT, data, run=run)
