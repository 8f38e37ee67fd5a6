"""Playbooks that are wanted by name: by a broken promise, by a rung of a ladder."""

from __future__ import annotations

from sop.commands import StartPlaybook
from sop.engine import clocks, flow
from sop.engine.seats import OWNER
from sop.engine.turn import Turn
from sop.events import PlaybookFound
from sop.facts import FactType
from sop.model import Result
from sop.values import Value


def want(turn: Turn, key: str, cause: str, inputs: dict[str, Value] | None = None) -> None:
    """Have a playbook started for this ticket, in the version published now. Being named it always starts: neither its
    own ``start`` nor ``exclusive`` nor ``after_close`` is asked, and one that runs already does not keep it back. The
    ticket does not close before it is found."""
    turn.state.wanted.append(key)
    turn.commands.append(StartPlaybook(key, cause, dict(inputs or {})))


def found(turn: Turn, event: PlaybookFound) -> None:
    """Start it, with those of the inputs that it declares; where there is none, the ticket's owner is told. A ticket
    cancelled in the meantime wants it no more."""
    state = turn.state
    if event.key in state.wanted:
        state.wanted.remove(event.key)
    if state.result == Result.CANCELLED:
        return
    if event.definition is None:
        _tell_missing(turn, event)
        return
    run = flow.start_run(turn, event.definition, why={"cause": event.cause})
    run.inputs.update({name: value for name, value in event.inputs.items() if name in run.inputs})
    clocks.start_clocks(turn, run)
    flow.set_off(turn, run)


def _tell_missing(turn: Turn, event: PlaybookFound) -> None:
    said = f"there is no playbook {event.key} · 没有剧本 {event.key}"
    data: dict[str, Value] = {
        "kind": "incident",
        "about": event.cause,
        "to": OWNER,
        "due_at": None,
        "fired_at": turn.stamp,
        "reassign": False,
        "code": "SOP_PLAYBOOK",
        "text": said,
    }
    turn.fact(FactType.ALERT, data)
