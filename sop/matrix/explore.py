"""Tales for a definition that has none, or too few: every open step is answered in every way that leads to something
new."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from sop.definition import Compiled, definition_of
from sop.durations import Duration, Unit
from sop.engine.flow import INCIDENT
from sop.facts import FactType
from sop.matrix.values import LARGE, event_data, variants
from sop.matrix.ways import Tale, act, opened
from sop.model import Action, FieldType
from sop.scenario.coverage import Point, coverage_of
from sop.scenario.script import Act, Case, Expected, Script
from sop.scenario.stage import REFUSE, Stage
from sop.simulate.opensteps import OpenStep, open_steps
from sop.simulate.systems import Systems
from sop.values import Value

MOST_PLAYED = 400
MOST_ACTS = 30
TICKET = {"no": "T1", "order": {"no": "O-1", "paid": 199, "tracking_no": "SF1"}}


def explored(compiled: Compiled, known: Sequence[Tale] = ()) -> list[Tale]:
    """The tales that between them come by as much of the definition as answers made up from its forms can reach; those
    that come by nothing the ``known`` ones do not are left out."""
    definition = definition_of(compiled)
    seen: set[Point | str] = {p for tale in known for p in coverage_of(definition, [played(tale).facts]).reached}
    firsts = _beginnings(compiled, known)
    waiting, found = deque(firsts), list[Tale]()
    for _ in range(MOST_PLAYED):
        if not waiting:
            break
        tale = waiting.popleft()
        stage = played(tale)
        new = _points(compiled, stage) - seen
        if new or tale in firsts:
            seen |= new
            found.append(tale)
            waiting.extend(_on(tale, move) for move in _moves(stage, tale))
    return found


def _beginnings(compiled: Compiled, known: Sequence[Tale]) -> list[Tale]:
    """Where to begin: as the first known tale does; with little and with much of every input; and with each action
    failing whose failure leads somewhere."""
    document = definition_of(compiled).document
    begun = _begun(compiled, known[0] if known else None)
    kinds = [
        {name: _input(parameter.type, number) for name, parameter in document.inputs.items()} for number in range(2)
    ]
    some = [replace(begun, case=begun.case.model_copy(update={"inputs": kind})) for kind in kinds if kind]
    steps = (placed.step for placed in definition_of(compiled).steps.values())
    failing = {step.action for step in steps if isinstance(step, Action) and step.on_error not in (None, INCIDENT)}
    broken = [
        replace(begun, case=begun.case.model_copy(update={"mocks": {**(begun.case.mocks or {}), name: REFUSE}}))
        for name in sorted(failing)
    ]
    return [*(some or [begun]), *broken]


def _input(kind: FieldType, number: int) -> Value:
    if kind in (FieldType.MONEY, FieldType.NUMBER, FieldType.INTEGER):
        return LARGE if number else 1
    return "x" if kind is not FieldType.BOOLEAN else number == 0


def _begun(compiled: Compiled, like: Tale | None) -> Tale:
    if like is not None:
        case = like.case.model_copy(update={"play": [], "name": "explored"})
        return replace(like, case=case, mocks_of=lambda plain: Systems(plain, compiled))
    script = Script(file=compiled["file"], ticket={**TICKET, "category": compiled["key"]}, cases=[])
    case = Case(name="explored", play=[], expect=Expected())
    return Tale(script, case, compiled, lambda plain: Systems(plain, compiled))


def _on(tale: Tale, move: Act) -> Tale:
    """The tale with one more act."""
    return replace(tale, case=tale.case.model_copy(update={"play": [*tale.case.play, move]}))


def _points(compiled: Compiled, stage: Stage) -> set[Point | str]:
    """What a tale comes by, the steps it leaves open, and who is told of what in it."""
    standing = {step.address for step in open_steps(stage.facts)}
    told = {f"{f.step} {f.data['kind']} {f.data['to']}" for f in stage.facts if f.type is FactType.ALERT}
    return {*coverage_of(definition_of(compiled), [stage.facts]).reached, *standing, *told}


def played(tale: Tale) -> Stage:
    """The stage at the end of a tale."""
    stage = opened(tale)
    for number, each in enumerate(tale.case.play, 1):
        act(stage, number, each)
    return stage


def _moves(stage: Stage, tale: Tale) -> Iterator[Act]:
    """Everything that may be done next."""
    if len(tale.case.play) >= MOST_ACTS:
        return
    for step in open_steps(stage.facts):
        if step.incident is None:
            yield from _answers(stage, step)
    for due in _moments(stage):
        yield Act(after=str(Duration(max(0, ceil((due - stage.now).total_seconds())), Unit.SECONDS)))


def _moments(stage: Stage) -> list[datetime]:
    """When something may happen by itself: the next timer, and the end of every open step's time."""
    ends = [step.opened.get(name) for step in open_steps(stage.facts) for name in ("timeout_at", "until")]
    moments = {datetime.fromisoformat(end) for end in ends if isinstance(end, str)}
    due = stage.engine.next_deadline()
    return sorted(moments | ({due} if due else set()))


def _answers(stage: Stage, step: OpenStep) -> Iterator[Act]:
    if step.type == "task":
        by = "customer" if step.opened.get("assign") == "customer" else "agent"
        outcomes: list[str | None] = [str(each["key"]) for each in step.outcomes]
        for outcome in outcomes or [None]:
            for values in variants(step, stage.now):
                yield Act.model_validate({"complete": step.address, "outcome": outcome, "by": by, "with": values})
    elif step.type == "approval":
        yield Act(vote=step.address, choice="approve", by="boss")
        yield Act(vote=step.address, choice="reject", by="boss")
    elif step.type == "wait":
        for event in step.waits_for:
            yield Act(event=event, data=event_data(stage.engine, stage.now, step, event))
