"""What each type of step gives: the names of its outputs, null until it has run."""

from __future__ import annotations

from collections.abc import Mapping

from sop.definition import Definition
from sop.model import Action, Approval, Decision, End, Parallel, Repeat, Step, SubSop, Task, Wait
from sop.values import Value

COMMON = ("status", "by", "at", "visits")


def declared_by(step: Step, definition: Definition) -> tuple[str, ...]:  # noqa: C901 - one case a type
    """The outputs of one step beside the common ones."""
    match step:
        case Task():
            return (*(f.key for f in step.form), "outcome")
        case Approval():
            return ("approved", "comment", "votes", "outcome")
        case Action():
            contract = definition.actions.get(step.action)
            return tuple(contract["gives"]) if contract else ()
        case Decision():
            return ("taken",)
        case Wait():
            return ("received", "event", "which")
        case Parallel():
            return ("done",)
        case Repeat():
            return ("count", "results")
        case SubSop():
            return ("result", "outputs")
        case End():
            return ()


_NULLS: dict[str, dict[str, dict[str, Value]]] = {}


def nulls_of(definition: Definition) -> Mapping[str, dict[str, Value]]:
    """For every step its outputs as nulls; worked out once a process."""
    known = _NULLS.get(definition.sha256)
    if known is None:
        known = _NULLS[definition.sha256] = {
            name: dict.fromkeys((*COMMON, *declared_by(placed.step, definition)))
            for name, placed in definition.steps.items()
        }
    return known
