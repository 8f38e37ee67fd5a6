"""The way a walk has taken: in a line of text for a terminal, and as a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sop.definition import MAIN_LINE, Definition, definition_of
from sop.diagram import mermaid
from sop.diagram.flow import flow_of
from sop.diagram.overlays import Badge, Overlay, Tone, coverage_overlay
from sop.problems import Language
from sop.scenario.coverage import coverage_of
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
_TONES: Mapping[str, Tone] = {"open": Tone.BUSY, "done": Tone.GOOD}


def drawn(walk: Walk) -> str:
    """The main line, and each side line that the walk has come to. Steps after the last one taken are dots."""
    definition = _definition(walk)
    return _lines(definition, way_of(walk.facts, main_run(walk.facts))) if definition else ""


def as_mermaid(walk: Walk, language: Language) -> str:
    """The diagram of the definition, with a mark on each step the walk came by and on arrows it has not taken."""
    definition = _definition(walk)
    if definition is None:
        return ""
    flow = flow_of(definition, language)
    taken = coverage_of(definition, [walk.facts])
    untaken = coverage_overlay(flow, taken.points, taken.reached)
    badges = {
        step: Badge(f"{MARKS.get(stands, '✓')} {stands}", _TONES.get(stands, Tone.PLAIN))
        for step, stands in way_of(walk.facts, main_run(walk.facts)).items()
    }
    over: Overlay = replace(untaken, badges=badges, note="")
    return mermaid.written(flow, over)


def _definition(walk: Walk) -> Definition | None:
    run = walk.stage.engine.state.runs.get(main_run(walk.facts))
    return definition_of(run.definition) if run else None


def _lines(definition: Definition, way: Mapping[str, str]) -> str:
    told = []
    for name, steps in definition.lines.items():
        if name == MAIN_LINE or any(step.id in way for step in steps):
            marked = (f"{MARKS.get(way[step.id], '✓') if step.id in way else NOT_YET} {step.id}" for step in steps)
            told.append((f"{name}: " if name else "") + " → ".join(marked))
    return "\n".join(told)
