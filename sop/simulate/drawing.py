"""The way a walk has taken through its definition, in plain text: one line of it a line, with a mark at each step."""

from __future__ import annotations

from collections.abc import Mapping

from sop.definition import MAIN_LINE, Definition, definition_of
from sop.simulate.told import main_run, way_of
from sop.simulate.walk import Walk

MARKS: Mapping[str, str] = {
    "done": "✓",
    "open": "▶",
    "skipped": "–",
    "timeout": "⏱",
    "error": "✗",
    "cancelled": "✗",
    "incident": "!",
}
NOT_YET = "·"


def drawn(walk: Walk) -> str:
    """The main line, and each side line that the walk has come to. Steps after the last one taken are dots."""
    runs = walk.stage.engine.state.runs
    main = main_run(walk.facts)
    return _lines(definition_of(runs[main].definition), way_of(walk.facts, main)) if main in runs else ""


def _lines(definition: Definition, way: Mapping[str, str]) -> str:
    told = []
    for name, steps in definition.lines.items():
        if name == MAIN_LINE or any(step.id in way for step in steps):
            marked = (f"{MARKS.get(way[step.id], '✓') if step.id in way else NOT_YET} {step.id}" for step in steps)
            told.append((f"{name}: " if name else "") + " → ".join(marked))
    return "\n".join(told)
