"""Ways to a step: a case of a scenario, and how many of its acts are played until the step stands open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil

from sop.commands import CallAction
from sop.definition import Compiled
from sop.durations import Duration, Unit, parse
from sop.facts import Fact, FactType
from sop.model import Action
from sop.refusals import Refusal
from sop.scenario.script import Act, Case, Script
from sop.scenario.stage import Mocks, Stage, World, event_for
from sop.simulate.opensteps import open_steps
from sop.values import Value


@dataclass(frozen=True, slots=True)
class Tale:
    """A case to be played, with the definition it plays, the connectors of its world, and the playbooks that may be
    wanted by name."""

    script: Script
    case: Case
    compiled: Compiled
    mocks_of: Callable[[Mapping[str, object]], Mocks] = Mocks
    playbooks: Mapping[str, Compiled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """The way to an open step: the tale, how many acts of it are played, and where the step stands then."""

    tale: Tale
    acts: int
    run: str
    slot: str

    @property
    def rest(self) -> Sequence[Act]:
        """The acts that follow."""
        return self.tale.case.play[self.acts :]


class Held(Mocks):
    """Connectors of a tale, of which one call is not answered: the first of a step."""

    def __init__(self, mocks: Mocks, run: str, slot: str) -> None:
        super().__init__({})
        self._mocks, self._of = mocks, (run, slot)
        self.call: CallAction | None = None

    def answer(self, action: str) -> Value:
        """What the tale's own connectors answer."""
        return self._mocks.answer(action)

    def holds(self, call: CallAction) -> bool:
        """The first call of the step is kept back."""
        if self.call is None and (call.run, call.step) == self._of:
            self.call = call
            return True
        return self._mocks.holds(call)


def opened(tale: Tale, mocks: Callable[[Mocks], Mocks] | None = None) -> Stage:
    """The stage at the beginning of a tale. ``mocks`` may put others around the tale's connectors."""

    def mocks_of(plain: Mapping[str, object]) -> Mocks:
        own = tale.mocks_of(plain)
        return mocks(own) if mocks else own

    return Stage.open(tale.script, tale.case, tale.compiled, tale.playbooks, World(mocks_of=mocks_of))


def act(stage: Stage, number: int, each: Act) -> None:
    """Let one act happen; one the engine refuses is passed over."""
    if each.after:
        stage.advance(each.after)
    try:
        event = event_for(each, number, stage.engine, stage.now)
        if event is not None:
            stage.tell(event)
    except Refusal:
        return


def step_by_step(tale: Tale) -> Tale:
    """The same tale with every timer that rings in it an act of its own, so that a way may end between any two."""
    stage, acts = opened(tale), list[Act]()
    for number, each in enumerate(tale.case.play, 1):
        until = stage.now + parse(each.after).clock_time() if each.after else stage.now
        while (due := stage.engine.next_deadline()) is not None and due <= until:
            acts.append(Act(after=_until(stage, due)))
            act(stage, 0, acts[-1])
        if until > stage.now:
            acts.append(Act(after=_until(stage, until)))
            act(stage, 0, acts[-1])
        acts.append(each.model_copy(update={"after": None, "id": each.id or f"act-{number}"}))
        act(stage, 0, acts[-1])
    return replace(tale, case=tale.case.model_copy(update={"play": acts}))


def _until(stage: Stage, moment: datetime) -> str:
    seconds = max(0, ceil((moment - stage.now).total_seconds()))
    return str(Duration(seconds, Unit.SECONDS))


def gone(way: Way, mocks: Callable[[Mocks], Mocks] | None = None) -> Stage:
    """The stage where a way ends: the step stands open."""
    stage = opened(way.tale, mocks)
    for number, each in enumerate(way.tale.case.play[: way.acts], 1):
        act(stage, number, each)
    return stage


def ways_of(tales: Iterable[Tale], kind: str, key: str) -> dict[str, list[Way]]:
    """The ways to every step of a definition, by step, from the tales that come by it."""
    ways: dict[str, list[Way]] = {}
    for tale in map(step_by_step, tales):
        for way in _ways(tale, kind, key):
            ways.setdefault(way.slot.partition("#")[0], []).append(way)
    return ways


def _ways(tale: Tale, kind: str, key: str) -> Iterator[Way]:
    stage, told = opened(tale), 0
    known: set[tuple[str, str]] = set()
    for number in range(len(tale.case.play) + 1):
        if number:
            act(stage, number, tale.case.play[number - 1])
        news, told = stage.facts[told:], len(stage.facts)
        runs = {f.run for f in stage.facts if f.type is FactType.RUN_STARTED and _is(f, kind, key)}
        for run, slot in _reached(news, runs):
            if (run, slot) not in known and _is_right(stage, run, slot):
                known.add((run, slot))
                yield Way(tale, number, run, slot)


def _is(fact: Fact, kind: str, key: str) -> bool:
    return fact.data["kind"] == kind and fact.data["key"] == key


def _is_right(stage: Stage, run: str, slot: str) -> bool:
    """Whether the step itself is what was reached: a promise made at a task calls a system in the task's name."""
    step = stage.engine.state.runs[run].model.steps[slot.partition("#")[0]].step
    return isinstance(step, Action) or any(one.address == f"{run}.{slot}" for one in open_steps(stage.facts))


def _reached(news: Sequence[Fact], runs: set[str | None]) -> list[tuple[str, str]]:
    """The steps whose action was called, and the others that were opened and stand open after these facts."""
    called: dict[tuple[str, str], None] = {}
    standing: dict[tuple[str, str], None] = {}
    for fact in news:
        if fact.run not in runs or fact.run is None or fact.step is None:
            continue
        where = (fact.run, fact.step)
        match fact.type:
            case FactType.ACTION_CALLED if not fact.data["undo"]:
                called[where] = None
            case FactType.STEP_OPENED if fact.data["type"] != "action":
                standing[where] = None
            case FactType.STEP_CLOSED | FactType.STEP_SKIPPED:
                standing.pop(where, None)
            case _:
                pass
    return [*called, *standing]
