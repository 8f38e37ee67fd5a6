"""What a ticket hears of gates: one is set, one is lifted and what it held goes on."""

from __future__ import annotations

from sop.engine import flow, gates, standing
from sop.engine.lifecycle import open_threads
from sop.engine.turn import Turn
from sop.events import GateLifted, GateSet
from sop.facts import FactType
from sop.state import OpenStep


def was_set(turn: Turn, event: GateSet) -> None:
    """A step may not be entered any more; whoever stands on it already stays there."""
    gates.known(turn.state, event.gate)


def lifted(turn: Turn, event: GateLifted) -> None:
    """Whatever the gate held goes on, unless another gate holds it."""
    gates.forgotten(turn.state, event.gate)
    for run, thread in open_threads(turn.state):
        opened = standing.opened_of(thread)
        if opened.held is None or opened.held.gate != event.gate:
            continue
        turn.tell(FactType.STEP_RELEASED, run, thread, {"gate": event.gate, "note": event.note}, event.by)
        thread.open = OpenStep(opened.slot, opened.visit, turn.now)
        flow.attempt(turn, run, thread)
        flow.proceed(turn, run, thread)
