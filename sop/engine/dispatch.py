"""What dispatch found: somebody for a task, the seats of an approval, the ticket's owner; or nobody."""

from __future__ import annotations

from sop.engine import approvals, incidents, owners, people, standing
from sop.engine.turn import Turn
from sop.events import Dispatched
from sop.model import Approval
from sop.state import Asked


def dispatched(turn: Turn, answer: Dispatched) -> None:
    """Take dispatch's answer; one nobody asks for any more changes nothing. Nobody for a task: its lead is looked
    for, and without one it is an incident. Nobody for the ticket: the next seat that may answer for it."""
    asked = turn.state.asked.pop(answer.seq, None)
    if asked is None:
        return
    if not asked.run:
        owners.found(turn, asked, answer)
    else:
        _found(turn, asked, answer)


def _found(turn: Turn, asked: Asked, answer: Dispatched) -> None:
    run = turn.state.runs[asked.run]
    thread = run.threads[asked.thread]
    opened, step = standing.opened_of(thread), standing.step_of(run, thread)
    if isinstance(step, Approval):
        approvals.seated(turn, run, thread, step, answer.approvers)
    elif answer.person is not None or answer.pool is not None:
        opened.person, opened.pool = answer.person, answer.pool
    elif asked.lead_asked or answer.lead:
        said = f"nobody can be assigned: {opened.wanted}"
        incidents.open_incident(turn, run, thread, "SOP_NOBODY", said, "assign")
    else:
        people.ask_lead(turn, run, thread)
