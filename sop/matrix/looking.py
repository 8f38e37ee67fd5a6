"""What happened on a stage: who has been told, where a step has gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sop.events import Tick
from sop.facts import Fact, FactType
from sop.matrix.faults import Cell, Fault, Finding, found
from sop.matrix.ways import Way
from sop.scenario.stage import Stage

LONGEST = timedelta(days=400)
MOST_TIMERS = 2_000
OUTGROWN = frozenset({"remind"})
"""Alerts that only remind whoever has the step: nobody else learns of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a step: the fact that closed it, the one that made it an incident, alerts about it and others."""

    closed: Fact | None
    incident: Fact | None
    about: tuple[Fact, ...]
    others: tuple[Fact, ...]


def seen(facts: Sequence[Fact], way: Way) -> Seen:
    """What these facts say of the step."""
    closed, incident = None, None
    alerts = [f for f in facts if f.type is FactType.ALERT and f.data["kind"] not in OUTGROWN]
    for fact in facts:
        if (fact.run, fact.step) != (way.run, way.slot):
            continue
        if fact.type in (FactType.STEP_CLOSED, FactType.STEP_SKIPPED):
            closed = closed or fact
        elif fact.type is FactType.INCIDENT_OPENED:
            incident = incident or fact
    mine = tuple(f for f in alerts if (f.run, f.step) == (way.run, way.slot))
    return Seen(closed, incident, mine, tuple(f for f in alerts if f not in mine))


def left_alone(stage: Stage, way: Way) -> Seen:
    """What becomes of a step when nobody does anything any more, for more than a year."""
    told, until = len(stage.facts), stage.now + LONGEST
    for _ in range(MOST_TIMERS):
        due = stage.engine.next_deadline()
        if due is None or due > until or seen(stage.facts[told:], way).closed:
            break
        ring(stage, due)
    return seen(stage.facts[told:], way)


def ring(stage: Stage, due: datetime) -> None:
    """Time passes up to the next timer."""
    stage.now = max(due, stage.now)
    stage.tell(Tick())


def incident_cell(stage: Stage, way: Way, fault: Fault, incident: Fact) -> Cell:
    """The step is an incident: whom that is told. Without an owner of the definition it is the ticket's."""
    step, owner = way.slot.partition("#")[0], incident.data.get("owner")
    state = stage.engine.state
    to = owner or ("" if state.stranded else state.owner_person or state.owner_team)
    if not to:
        return found(step, fault, Finding.NOBODY_TOLD)
    return Cell(step, fault, f"成为事件，通知 {to}", f"becomes an incident, {to} is told")


def who_is_told(alerts: Sequence[Fact]) -> str:
    """Those whom alerts go to, each once."""
    return ", ".join(dict.fromkeys(str(alert.data["to"]) for alert in alerts))
