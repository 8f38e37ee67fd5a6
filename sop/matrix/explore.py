"""Tales for a definition that has none, or too few: every open step is answered in every way that leads to something
new."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from sop.definition import Compiled, definition_of
from sop.durations import Duration, Unit
from sop.facts import FactType
from sop.matrix.values import event_data, variants
from sop.matrix.ways import Tale, act, opened
from sop.scenario.coverage import Point, coverage_of
from sop.scenario.script import Act, Case, Expected, Script
from sop.scenario.stage import Mocks, Stage
from sop.simulate.opensteps import OpenStep, open_steps
from sop.simulate.systems import Systems

MOST_PLAYED = 400
MOST_ACTS = 30
TICKET = {"no": "T1", "order": {"no": "O-1", "paid": 199, "tracking_no": "SF1"}}


def explored(compiled: Compiled, known: Sequence[Tale] = ()) -> list[Tale]:
    """The tales that between them come by as much of the definition as answers made up from its forms can reach; those
    that come by nothing the ``known`` ones do not are left out."""
    definition = definition_of(compiled)
    seen: set[Point | str] = {p for tale in known for p in coverage_of(definition, [_played(tale).facts]).reached}
    first = _tale(compiled, [], known[0] if known else None)
    waiting, found, played = deque([first]), list[Tale](), 0
    while waiting and played < MOST_PLAYED:
        tale = waiting.popleft()
        stage, played = _played(tale), played + 1
        new = _points(compiled, stage) - seen
        if new or tale is first:
            seen |= new
            found.append(tale)
            waiting.extend(_tale(compiled, [*tale.case.play, move], tale) for move in _moves(stage, tale))
    return found


def _points(compiled: Compiled, stage: Stage) -> set[Point | str]:
    """What a tale comes by, the steps it leaves open, and who is told of what in it."""
    standing = {step.address for step in open_steps(stage.facts)}
    told = {f"{f.step} {f.data['kind']} {f.data['to']}" for f in stage.facts if f.type is FactType.ALERT}
    return {*coverage_of(definition_of(compiled), [stage.facts]).reached, *standing, *told}


def _tale(compiled: Compiled, acts: list[Act], like: Tale | None) -> Tale:
    script = (
        like.script if like else Script(file=compiled["file"], ticket={**TICKET, "category": compiled["key"]}, cases=[])
    )
    inputs = like.case.inputs if like else None
    case = Case(name=f"explored after {len(acts)} acts", inputs=inputs, play=acts, expect=Expected())
    playbooks = like.playbooks if like else {}
    return Tale(script, case, compiled, lambda plain: _systems(plain, compiled), playbooks)


def _systems(plain: object, compiled: Compiled) -> Mocks:
    return Systems(plain if isinstance(plain, dict) else {}, compiled)


def _played(tale: Tale) -> Stage:
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
    due = stage.engine.next_deadline()
    if due is not None:
        yield Act(after=str(Duration(max(0, int((due - stage.now).total_seconds())) + 1, Unit.SECONDS)))


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
