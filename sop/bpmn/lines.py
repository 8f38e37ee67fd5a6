"""Which lines of a definition belong to which scope of BPMN: sequence flows never leave their scope."""

from __future__ import annotations

from collections.abc import Iterable

from sop.definition import Definition
from sop.diagram.exits import Way, exits_of
from sop.model import Repeat, Whenever


def lines_from(definition: Definition, starts: Iterable[str]) -> tuple[str, ...]:
    """The lines that runs on ``starts`` may enter, these first; what a repeat does is a scope of its own."""
    found = list(dict.fromkeys(starts))
    for line in found:
        for step in definition.lines[line]:
            for one in exits_of(step):
                if one.target in definition.document.paths and one.way is not Way.PASS and one.target not in found:
                    found.append(one.target)
    return tuple(found)


def on_its_steps(definition: Definition, whenever: Whenever) -> bool:
    """Whether a handler can be a boundary event of the steps it is about: all of them are activities."""
    kinds = {definition.steps[step].step.type for step in whenever.within if step in definition.steps}
    return bool(kinds) and kinds <= {"task", "approval", "action", "sop", "repeat"}


def whole(definition: Definition, lines: Iterable[str]) -> set[str]:
    """The ids of all steps of some lines."""
    return {step.id for line in lines for step in definition.lines[line]}


def repeats(definition: Definition, lines: Iterable[str]) -> list[Repeat]:
    """The repeats of some lines."""
    return [step for line in lines for step in definition.lines[line] if isinstance(step, Repeat)]
