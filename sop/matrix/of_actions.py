"""Actions that fail, answer twice, answer too late, or are overtaken by what follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sop.catalog import Effect
from sop.commands import CallAction
from sop.engine.flow import INCIDENT
from sop.events import ActionDone, ActionFailed, FailureKind
from sop.facts import FactType
from sop.matrix.explore import played
from sop.matrix.faults import Cell, Fault, Finding, found
from sop.matrix.looking import incident_cell, seen
from sop.matrix.ways import Held, Way, act, gone
from sop.model import Action
from sop.scenario.stage import FINAL, Stage, event_for, event_of
from sop.state import dump

_KINDS: Mapping[Fault, FailureKind] = {
    Fault.TIMEOUT: FailureKind.TIMEOUT,
    Fault.FAILING: FailureKind.UNREACHABLE,
    Fault.REFUSED: FailureKind.REFUSED,
}
LASTING = frozenset({Effect.WRITE, Effect.MONEY})


class Waiting:
    """A stage on which the call of a step is kept back."""

    def __init__(self, way: Way) -> None:
        held: list[Held] = []

        def mocks_of(mocks: object) -> Held:
            held.append(Held(mocks, way.run, way.slot))  # type: ignore[arg-type]  # a stage gives connectors
            return held[0]

        self.stage = gone(way, mocks_of)
        self.held = held[0]

    @property
    def call(self) -> CallAction | None:
        """The call, unless the engine did the action itself."""
        return self.held.call


def action_cells(step: Action, ways: Sequence[Way]) -> list[Cell]:
    """What becomes of an action in each way it may go wrong; nothing for one the engine does itself."""
    if Waiting(ways[0]).call is None:
        return []
    later = next((way for way in ways if _next_event(way) is not None), ways[0])
    failing = [_failed(step, ways[0], fault) for fault in _KINDS]
    late = _again(ways[0], Fault.LATE)
    if step.on_error not in (None, INCIDENT) and _effect_of(step, ways[0]) in LASTING:
        late = found(step.id, Fault.LATE, Finding.EFFECT_LOST)
    return [*failing, _again(ways[0], Fault.DUPLICATE), late, _overtaken(later)]


def _effect_of(step: Action, way: Way) -> str:
    """What the action does outside, as the definition that calls it was told."""
    compiled = way.tale.compiled
    known = {**compiled["actions"], **{n: c for sub in compiled["sops"].values() for n, c in sub["actions"].items()}}
    return known[step.action]["effect"] if step.action in known else ""


def _failed(step: Action, way: Way, fault: Fault) -> Cell:
    waiting = Waiting(way)
    told = len(waiting.stage.facts)
    _fail(waiting, _KINDS[fault])
    happened = seen(waiting.stage.facts[told:], way)
    if happened.incident is not None:
        return incident_cell(waiting.stage, way, fault, happened.incident)
    to = step.on_error or INCIDENT
    return Cell(step.id, fault, f"出错后转到 {to}", f"goes to {to}")


def _fail(waiting: Waiting, kind: FailureKind) -> None:
    call = waiting.call
    if call is not None:
        tries = 1 if kind in FINAL else call.attempts
        waiting.stage.tell(ActionFailed(call.call, kind, f"the matrix says {kind}", tries))


def _answer(waiting: Waiting) -> ActionDone | ActionFailed | None:
    call = waiting.call
    return event_of(call, waiting.held.answer(call.action)) if call else None


def _again(way: Way, fault: Fault) -> Cell:
    """The answer comes a second time, or after the call was given up."""
    waiting = Waiting(way)
    answer = _answer(waiting)
    if fault is Fault.LATE:
        _fail(waiting, FailureKind.TIMEOUT)
    elif answer is not None:
        waiting.stage.tell(answer)
    before = dump(waiting.stage.engine.state)
    if answer is not None:
        waiting.stage.tell(answer)
    step = way.slot.partition("#")[0]
    if dump(waiting.stage.engine.state) != before:
        return found(step, fault, Finding.CHANGES_LATE)
    return Cell(step, fault, "不再理会", "is taken no notice of")


def _next_event(way: Way) -> int | None:
    """Which of the acts that follow is the next event from outside."""
    return next((number for number, each in enumerate(way.rest) if each.event is not None), None)


def _overtaken(way: Way) -> Cell:
    """The event that a later step waits for comes before the action's answer."""
    step, number = way.slot.partition("#")[0], _next_event(way)
    if number is None:
        return Cell(step, Fault.OUT_OF_ORDER, "其后不等待事件", "nothing after it waits for an event")
    waiting = Waiting(way)
    early = event_for(way.rest[number], way.acts + number + 1, waiting.stage.engine, waiting.stage.now)
    told = len(waiting.stage.facts)
    if early is not None:
        waiting.stage.tell(early)
    at_once = any(f.type is FactType.EVENT_MATCHED for f in waiting.stage.facts[told:])
    if (answer := _answer(waiting)) is not None:
        waiting.stage.tell(answer)
    _play(waiting.stage, way, besides=number)
    if at_once:
        return Cell(step, Fault.OUT_OF_ORDER, "事件当即生效", "the event counts at once")
    if _end(waiting.stage, way) != _end(played(way.tale), way):
        return found(step, Fault.OUT_OF_ORDER, Finding.EVENT_LOST)
    return Cell(step, Fault.OUT_OF_ORDER, "事件保留到需要时", "the event is kept until it is wanted")


def _play(stage: Stage, way: Way, besides: int) -> None:
    for number, each in enumerate(way.rest):
        left = each.model_copy(update={"event": None}) if number == besides else each
        act(stage, way.acts + number + 1, left)


def _end(stage: Stage, way: Way) -> tuple[object, ...]:
    """How the run ends, and which of its steps were done."""
    facts = [fact for fact in stage.facts if fact.run == way.run]
    results = [fact.data["result"] for fact in facts if fact.type is FactType.RUN_ENDED]
    done = {(f.step, f.data["status"]) for f in facts if f.type is FactType.STEP_CLOSED}
    return (*results, frozenset(done))
