"""Incidents: a failed step waits for its owner, and nothing else on the ticket stops."""

from __future__ import annotations

from sop.engine import flow
from sop.engine.turn import Turn
from sop.events import IncidentSettled, Remedy
from sop.facts import FactType
from sop.model import Repeat, Result
from sop.state import Incident, Run, Thread


def open_incident(turn: Turn, run: Run, thread: Thread, code: str, message: str, part: str = "") -> None:
    """The step a thread stands on cannot go on by itself. ``part`` names the key of the step that failed."""
    opened = flow.opened_of(thread)
    pointer = flow.placed_of(run, thread).pointer
    where = run.model.where(f"{pointer}/{part}" if part else pointer)
    opened.incident = Incident(code, message, where)
    turn.silence(run, thread)
    turn.fact(
        FactType.INCIDENT_OPENED,
        {"code": code, "message": message, "where": where, "owner": run.model.document.owner},
        run=run,
        step=opened.slot,
        visit=opened.visit,
    )


def settle(turn: Turn, run: Run, thread: Thread, settled: IncidentSettled) -> None:
    """Go on as a person chose."""
    opened = flow.opened_of(thread)
    opened.incident = None
    turn.fact(
        FactType.INCIDENT_CLOSED,
        {"choice": settled.choice, "values": settled.values},
        run=run,
        step=opened.slot,
        visit=opened.visit,
        by=settled.by,
    )
    match settled.choice:
        case Remedy.RETRY:
            _again(turn, run, thread)
        case Remedy.ENTER:
            flow.leave(turn, run, thread, dict(settled.values), by=settled.by)
        case Remedy.SKIP:
            flow.skip(turn, run, thread, settled.by)
        case Remedy.STOP:
            flow.end_run(turn, run, Result.CANCELLED, undo=True)
    flow.proceed(turn, run, thread)


def _again(turn: Turn, run: Run, thread: Thread) -> None:
    opened = flow.opened_of(thread)
    step = flow.placed_of(run, thread).step
    thread.allowance += flow.MAX_VISITS
    if isinstance(step, Repeat) and opened.passes:
        opened.needed += step.max
        turn.thread_ended(turn, run, thread)
        return
    flow.attempt(turn, run, thread)
