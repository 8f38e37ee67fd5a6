"""Coverage: which steps, outcomes, cases, timeouts and rejections of a definition its stories have come by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sop.definition import Definition
from sop.facts import Fact, FactType
from sop.model import Approval, Decision, Step, Task, Wait

LED_TO_INCIDENT = "SOP_INCIDENT"


class Part(StrEnum):
    """What is counted."""

    STEP = "step"
    OUTCOME = "outcome"
    CASE = "case"
    TIMEOUT = "timeout"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One thing a story can come by: a step, or what a step may lead to (``name``: the outcome's key, the target)."""

    step: str
    part: Part
    name: str = ""

    def __str__(self) -> str:
        return f"{self.part} {self.step}" + (f" {self.name}" if self.name else "")


@dataclass(frozen=True, slots=True)
class Coverage:
    """All points of a definition, and those its stories have come by."""

    points: frozenset[Point]
    reached: frozenset[Point]

    @property
    def percent(self) -> float:
        """The share that was reached, in percent."""
        return 100 * len(self.reached) / len(self.points) if self.points else 100.0

    def of(self, *parts: Part) -> Coverage:
        """The coverage of some kinds of points only."""
        return Coverage(
            frozenset(p for p in self.points if p.part in parts), frozenset(p for p in self.reached if p.part in parts)
        )

    @property
    def missing(self) -> list[Point]:
        """What no story has come by, by step."""
        return sorted(self.points - self.reached)


def coverage_of(definition: Definition, stories: Iterable[Sequence[Fact]]) -> Coverage:
    """The coverage of a definition by the facts of its stories."""
    points = frozenset(point for placed in definition.steps.values() for point in _points_of(placed.step))
    reached = frozenset(point for facts in stories for point in _reached(definition, facts))
    return Coverage(points, points & reached)


def _points_of(step: Step) -> Iterator[Point]:
    yield Point(step.id, Part.STEP)
    match step:
        case Task():
            yield from (Point(step.id, Part.OUTCOME, outcome.key) for outcome in step.outcomes)
        case Decision():
            for way in (*(case.next for case in step.cases), step.otherwise):
                yield Point(step.id, Part.CASE, way)
        case Approval():
            yield Point(step.id, Part.REJECT)
        case Wait():
            yield from (Point(step.id, Part.CASE, awaited.event) for awaited in step.any_of)
        case _:
            pass
    if isinstance(step, Task | Approval | Wait) and step.timeout not in (None, "never"):
        yield Point(step.id, Part.TIMEOUT)


def _reached(definition: Definition, facts: Sequence[Fact]) -> Iterator[Point]:
    """What the steps of the definition's own runs tell."""
    runs = {f.run for f in facts if f.type is FactType.RUN_STARTED and _is_of(definition, f)}
    for fact in facts:
        if fact.run not in runs or fact.step is None:
            continue
        name = fact.step.partition("#")[0]
        if fact.type is FactType.STEP_CLOSED and fact.data["status"] != "cancelled":
            yield Point(name, Part.STEP)
            yield from _closed(definition, name, fact)
        elif fact.type is FactType.INCIDENT_OPENED and fact.data["code"] == LED_TO_INCIDENT:
            yield from _in_incident(definition, name, fact)


def _is_of(definition: Definition, started: Fact) -> bool:
    return (started.data["kind"], started.data["key"]) == (definition.kind, definition.key)


def _closed(definition: Definition, name: str, fact: Fact) -> Iterator[Point]:
    step = definition.steps[name].step
    if fact.data["status"] == "timeout":
        yield Point(name, Part.TIMEOUT)
    outputs = fact.data["outputs"]
    if isinstance(step, Task | Approval):
        yield from _decided(step, fact.data["outcome"])
    elif isinstance(step, Decision | Wait) and isinstance(outputs, Mapping):
        yield Point(name, Part.CASE, str(outputs.get("taken" if isinstance(step, Decision) else "which")))


def _in_incident(definition: Definition, name: str, fact: Fact) -> Iterator[Point]:
    """A step that led to an incident is not closed: what it gave stands in the incident."""
    step, outputs = definition.steps[name].step, fact.data.get("outputs")
    outcome = outputs.get("outcome") if isinstance(outputs, Mapping) else None
    if outcome is not None and isinstance(step, Task | Approval):
        yield from _decided(step, outcome)
    elif isinstance(step, Task | Approval | Wait):
        yield Point(name, Part.TIMEOUT)


def _decided(step: Task | Approval, outcome: object) -> Iterator[Point]:
    if isinstance(step, Task) and outcome is not None:
        yield Point(step.id, Part.OUTCOME, str(outcome))
    elif isinstance(step, Approval) and outcome == "rejected":
        yield Point(step.id, Part.REJECT)
