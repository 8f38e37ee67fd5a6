"""A run goes on with another version of its definition: take the state, map it, go on.

Who holds a step keeps it, votes and answers given stay, effects had are not had again and are undone as the version
said that had them. Forms, texts, deadlines, rules and clocks are the new version's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from sop.conditions import OF_A_RUN, examine
from sop.definition import Compiled, Definition, definition_of
from sop.engine import alarms, approvals, clock_changes, flow, gates, incidents, people, standing, waiting
from sop.engine.mapping import Move, move_of
from sop.engine.outputs import nulls_of
from sop.engine.turn import Turn
from sop.events import ActorKind, RunMigrated
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Approval, Label, Repeat, Step, Task, Wait
from sop.refusals import NotAllowed, NotOnThisVersion
from sop.state import RUN_ENDED, AlarmKind, Run, State, Thread
from sop.values import Value

Kept = TypeVar("Kept")
_NAME = re.compile(r"[^#/]+")


def moves_of(state: State, event: RunMigrated) -> list[Move]:
    """How each run on that version goes on. Raises the refusal of what cannot; changes nothing."""
    if event.by.kind is ActorKind.CUSTOMER:
        raise NotAllowed("this is for staff", "仅限员工操作")
    if event.only is not None:
        examine(event.only, OF_A_RUN)
    new = definition_of(event.target)
    runs = [run for run in state.runs.values() if _is_on(run, event) and _is_meant(state, run, event)]
    if not runs:
        raise NotOnThisVersion(
            f"nothing runs on {event.key}@{event.version}", f"没有 {event.key}@{event.version} 在运行"
        )
    return [move_of(state, run, event, new) for run in runs]


def _is_on(run: Run, event: RunMigrated) -> bool:
    known = run.definition
    same = (known["kind"], known["key"]) == (event.target["kind"], event.key)
    return same and known["version"] == event.version and run.phase is not RUN_ENDED


def _is_meant(state: State, run: Run, event: RunMigrated) -> bool:
    """Whether the condition holds, and the place of a step that is put in has not been passed."""
    if event.only is not None and not gates.meets(state, run, event.only):
        return False
    entered = event.before is not None and any(_base(slot) == event.before for slot in run.visits)
    return not entered and not (event.after is not None and any(_base(slot) == event.after for slot in run.steps))


def migrated(turn: Turn, event: RunMigrated) -> None:
    """Let every run on that version go on with the other one; raises what ``moves_of`` raises, and then nothing has
    changed."""
    for move in moves_of(turn.state, event):
        _move(turn, move, event)


def _move(turn: Turn, move: Move, event: RunMigrated) -> None:
    run, old = move.run, move.run.model
    _tell(turn, move, event)
    clock_changes.go_by(turn, run, lambda: _pin(turn, move, event.target), event.by)
    run.pausing = [*run.pausing, *event.pausing]
    for thread in list(run.threads.values()):
        if thread.open is not None and not thread.cancelled and thread.stack:
            _go_on(turn, run, thread, old)


def _tell(turn: Turn, move: Move, event: RunMigrated) -> None:
    run, target = move.run, event.target
    title: Label = definition_of(target).document.title
    data: dict[str, Value] = {
        "from": {"version": run.definition["version"], "sha256": run.definition["sha256"]},
        "version": target["version"],
        "sha256": target["sha256"],
        "title": title,
        "steps": move.renamed,
        "note": event.note,
    }
    turn.fact(FactType.RUN_MIGRATED, data, run=run, by=event.by)


def _pin(turn: Turn, move: Move, target: Compiled) -> None:
    """Put everything where it stands in the new version."""
    run, names = move.run, move.names
    run.definition, run.adopted = target, None
    run.make_ready()
    for thread in run.threads.values():
        thread.stack = move.stacks.get(thread.id, thread.stack)
        thread.arrivals = _renamed(thread.arrivals, names)
        if isinstance(branch := thread.local.get("branch"), str):
            thread.local["branch"] = move.paths.get(branch, branch)
        if thread.open is not None:
            thread.open.slot = _new(thread.open.slot, names)
            if thread.open.clock is not None:
                thread.open.clock.name = thread.open.slot
    run.visits, run.done = _renamed(run.visits, names), _renamed(run.done, names)
    nulls = nulls_of(run.model)
    run.steps = {slot: {**nulls.get(_base(slot), {}), **given} for slot, given in _renamed(run.steps, names).items()}
    for name, parameter in run.model.document.inputs.items():
        run.inputs.setdefault(name, parameter.default)
    _rename_elsewhere(turn.state, run, names)


def _rename_elsewhere(state: State, run: Run, names: Mapping[str, str]) -> None:
    """Effects of the run that are remembered here or by its caller, and the sub-SOPs it has called."""
    for other in state.runs.values():
        for undoable in (*other.undo, *other.undoing, *other.failed_undo):
            if undoable.run == run.id:
                undoable.slot = _new(undoable.slot, names)
        if other.parent_run == run.id and other.parent_step is not None:
            other.parent_step = _new(other.parent_step, names)


def _base(slot: str) -> str:
    found = _NAME.match(slot)
    return found.group() if found else slot


def _new(slot: str, names: Mapping[str, str]) -> str:
    base = _base(slot)
    return names.get(base, base) + slot[len(base) :]


def _renamed(kept: Mapping[str, Kept], names: Mapping[str, str]) -> dict[str, Kept]:
    """By the new slots; where two old steps are one now, the one that had its id before."""
    ranked = sorted(kept.items(), key=lambda item: (_base(item[0]) in names, _new(item[0], names) == item[0]))
    moved = {_new(slot, names): value for slot, value in ranked}
    return {new: moved[new] for new in dict.fromkeys(_new(slot, names) for slot in kept)}


# An open step in the new version


def _go_on(turn: Turn, run: Run, thread: Thread, old: Definition) -> None:
    """The step a thread stands on is the new version's from now on."""
    opened, step = standing.opened_of(thread), standing.step_of(run, thread)
    before = _before(old, run, thread)
    if opened.incident or opened.held or before == step:
        return
    turn.part = ""
    try:
        _refresh(turn, run, thread, before, step)
    except ExpressionError as error:
        incidents.open_incident(turn, run, thread, error.code, str(error), turn.part)
    except (ValueError, OverflowError) as error:  # a duration or a moment that no calendar can reach
        incidents.open_incident(turn, run, thread, "SOP105", str(error), turn.part)


def _before(old: Definition, run: Run, thread: Thread) -> Step | None:
    """The same step as it was, under its new id: equal where nothing but the id has changed."""
    step = standing.step_of(run, thread)
    for name in (step.id, *step.formerly):
        if name in old.steps:
            return old.steps[name].step.model_copy(update={"id": step.id, "was": step.was})
    return None


def _refresh(turn: Turn, run: Run, thread: Thread, before: Step | None, step: Step) -> None:
    opened = standing.opened_of(thread)
    details: dict[str, Value] = {"type": step.type, "title": step.title or step.id}
    match step:
        case Task():
            details |= people.details(turn, run, thread, step)
            _set_again(turn, run, thread, lambda entered: alarms.set_deadlines(entered, run, thread, step))
        case Approval():
            details |= approvals.details(turn, run, thread, step)
            _set_again(turn, run, thread, lambda entered: alarms.set_deadlines(entered, run, thread, step))
        case Wait():
            _set_again(turn, run, thread, lambda entered: waiting.wait_on(entered, run, thread, step))
            details |= waiting.details(thread, step)
        case Repeat() if isinstance(before, Repeat):
            opened.needed += step.max - before.max
        case _:
            pass
    moments = alarms.deadlines_in_fact(opened)
    if isinstance(step, Wait):  # the moment that it waits for is its ``until``
        del moments["due_at"]
    turn.tell(FactType.STEP_CHANGED, run, thread, {**details, **moments})
    if isinstance(step, Approval) and isinstance(before, Approval) and not opened.votes:
        approvals.asked_again(turn, run, thread, before, step)
    elif isinstance(step, Wait) and waiting.read_mailbox(turn, run, thread, step):
        flow.proceed(turn, run, thread)


_OF_STEPS = frozenset({AlarmKind.REMIND, AlarmKind.RUNG, AlarmKind.TIMEOUT, AlarmKind.ELAPSED})


def _set_again(turn: Turn, run: Run, thread: Thread, setting: Callable[[Turn], None]) -> None:
    """Work a step's deadlines out anew, from when it was entered and with the pauses it has had. Whoever was told
    already is not told again."""
    opened, state = standing.opened_of(thread), turn.state
    had = opened.clock
    state.alarms = [a for a in state.alarms if a.run != run.id or a.thread != thread.id or a.kind not in _OF_STEPS]
    opened.clock = opened.due_at = opened.timeout_at = None
    setting(replace(turn, now=opened.opened_at, _stamp=""))
    made = standing.opened_of(thread).clock
    if had is not None and made is not None:
        opened.clock = replace(had, target=made.target)
        alarms.arm_again(turn, run, thread)
