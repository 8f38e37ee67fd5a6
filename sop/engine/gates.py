"""Gates: a step that no thread may enter until somebody lets it; what is held stands before the step, visibly."""

from __future__ import annotations

from sop.engine.turn import Turn
from sop.expressions import ExpressionError, holds
from sop.facts import FactType
from sop.gate import Gate, Held
from sop.state import Run, State, Thread
from sop.values import Value

KEPT_LIFTED = 200


def is_held(turn: Turn, run: Run, thread: Thread) -> bool:
    """Whether a gate keeps the thread from the step it has come to; if so, the step is held from now on."""
    opened = thread.open
    if opened is None or not turn.state.gates:
        return False
    step = run.model.steps[opened.slot.partition("#")[0]].step
    gate = next((gate for gate in turn.state.gates if _stops(turn.state, run, step.id, gate)), None)
    if gate is None:
        return False
    opened.held = Held(gate.id, gate.clocks)
    data: dict[str, Value] = {"type": step.type, "title": step.title or step.id, "gate": gate.id}
    turn.tell(FactType.STEP_HELD, run, thread, {**data, "why": gate.why, "set_by": gate.by, "clocks": gate.clocks})
    return True


def _stops(state: State, run: Run, step: str, gate: Gate) -> bool:
    """Whether it is for this step of this run. A condition that cannot be judged holds: a gate is there to be safe."""
    known = run.definition
    if (gate.key, gate.step) != (known["key"], step) or gate.version not in (None, known["version"]):
        return False
    try:
        return gate.condition is None or meets(state, run, gate.condition)
    except ExpressionError:
        return True


def meets(state: State, run: Run, condition: str) -> bool:
    """Whether a condition on ticket, customer and sop ({kind, key, version}) holds of a run. Raises
    ``ExpressionError``."""
    known = run.definition
    sop: dict[str, Value] = {"kind": known["kind"], "key": known["key"], "version": known["version"]}
    return holds(condition, {"ticket": state.ticket, "customer": state.customer, "sop": sop})


def known(state: State, gate: Gate) -> None:
    """The ticket knows of a gate from now on, unless it knows that this one has been lifted."""
    if gate.id not in state.lifted and all(other.id != gate.id for other in state.gates):
        state.gates.append(gate)


def forgotten(state: State, gate: int) -> None:
    """The gate is gone for good: news of it that comes late is not believed."""
    state.gates = [other for other in state.gates if other.id != gate]
    state.lifted = [*state.lifted, gate][-KEPT_LIFTED:]


def stand_still(state: State, run: Run) -> bool:
    """Whether the clocks of a run stand still because of what is held, or open, in it or in an SOP it has called."""
    if not state.gates and not [other for other in state.runs.values() if other.pausing]:
        return False
    return any(_pauses(other) for other in state.runs.values() if other.threads and _is_within(state, other, run))


def _pauses(run: Run) -> bool:
    for thread in run.threads.values():
        opened = thread.open
        if opened is not None and not thread.cancelled:
            base = opened.slot.partition("#")[0]
            if base in run.pausing or (opened.held is not None and opened.held.clocks == "pause"):
                return True
    return False


def _is_within(state: State, run: Run, outer: Run) -> bool:
    while run is not outer and run.parent_run is not None:
        run = state.runs[run.parent_run]
    return run is outer
