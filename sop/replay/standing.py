"""Where a ticket stands and waits for somebody, and what can be said there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sop.engine.lifecycle import open_threads
from sop.events import Actor, ActorKind, IncidentSettled, StepAnswered, VoteCast
from sop.replay.recording import Place, Said, Trigger
from sop.state import OpenStep, Run, State

SILENT: Mapping[Trigger, tuple[str, str]] = {
    Trigger.OPENED: ("没有任何记录说明这一步会怎样完成", "nothing recorded says how this step is answered"),
    Trigger.CALLED: ("没有 {topic} 的任何应答记录", "nothing recorded says what {topic} answers"),
    Trigger.TROUBLED: (
        "没有任何记录说明异常 {topic} 怎样处理",
        "nothing recorded says how the incident {topic} is settled",
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An approval decided by whoever may, one vote a seat."""

    approve: bool
    comment: str = ""

    def vote(self, step: str, number: int) -> VoteCast:
        """The vote of one of them."""
        by = Actor(ActorKind.STAFF, f"assumed{number}", roles=("*",))
        return VoteCast(step, by, self.approve, self.comment)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place that waits for somebody."""

    place: Place
    key: str
    topic: str
    call: str = ""


def waiting(state: State) -> Iterator[tuple[Waiting, int]]:
    """Every open step or incident that waits for a person, with its visit."""
    for run, thread in open_threads(state):
        opened = thread.open
        if opened is None:
            continue
        key, frame = run.definition["key"], thread.stack[-1]
        step = run.model.lines[frame.line][frame.index]
        if opened.incident is not None:
            yield Waiting(Place(Trigger.TROUBLED, run.id, opened.slot), key, opened.incident.code), opened.visit
        elif step.type in ("task", "approval"):
            yield Waiting(Place(Trigger.OPENED, run.id, opened.slot), key, step.type), opened.visit


def deadlines(state: State) -> set[datetime]:
    """The moments at which something is due; a paused ticket's steps do not ring."""
    return {alarm.at for alarm in state.alarms if state.paused_at is None or not alarm.thread}


def is_there(state: State, place: Place, visit: int | None) -> bool:
    """Whether a place still waits for what somebody is about to say."""
    run = state.runs.get(place.run)
    slot, _, undo = place.name.partition("/")
    if run is None:
        return False
    if undo:
        failed = (undoable for each in state.runs.values() for undoable in each.failed_undo)
        return any((undoable.run, undoable.slot) == (place.run, slot) for undoable in failed)
    opened = next((each for each in _open_on(run, slot) if each.visit == visit), None)
    return opened is not None and (opened.incident is not None) is (place.trigger is Trigger.TROUBLED)


def _open_on(run: Run, slot: str) -> list[OpenStep]:
    return [t.open for t in run.threads.values() if t.open and t.open.slot == slot and not t.cancelled]


def address_of(state: State, place: Place, visit: int | None) -> str:
    """How a place that is there is named: by its visit too, where two branches stand on one step."""
    name, _, undo = place.name.partition("/")
    run = state.runs.get(place.run)
    twins = run is not None and not undo and len(_open_on(run, name)) > 1
    return f"{place.run}.{name}" + (f"@{visit}" if twins else "")


def anew(said: Said | Verdict, place: Place, topic: str) -> Said | Verdict:
    """What was said on another ticket, said here: an approval is decided, an answer addressed to this step."""
    step = f"{place.run}.{place.name.partition('/')[0]}"
    match said:
        case VoteCast():
            return Verdict(said.approve, said.comment)
        case StepAnswered() if topic == "approval":
            return Verdict(said.outcome != "rejected")
        case StepAnswered() | IncidentSettled():
            return replace(said, step=step)
        case _:
            return said
