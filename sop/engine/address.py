"""Finding the step that somebody means: ``<step>``, or ``<run>.<step>`` where several runs have one of that name, or
``<step>@<visit>`` where two branches stand on it at once."""

from __future__ import annotations

from sop.engine.lifecycle import open_threads
from sop.engine.standing import step_of
from sop.model import Approval, Task
from sop.refusals import AmbiguousStep, NoIncident, StepNotOpen, UnknownStep
from sop.state import Incident, OpenStep, Run, State, Thread, Undoable

_KINDS = {Task: ("task", "任务"), Approval: ("approval", "审批")}


def find(state: State, address: str, kind: type[Task] | type[Approval]) -> tuple[Run, Thread]:
    """The open step a person answers; raises ``UnknownStep``, ``AmbiguousStep`` or ``StepNotOpen``."""
    run, thread, opened = _only(state, address, _standing_on(state, address))
    if opened.held:
        raise StepNotOpen(f"{address} is held until it is released", f"步骤 {address} 被暂停放行，尚未打开")
    if opened.incident:
        raise StepNotOpen(f"{address} has an incident: settle it first", f"步骤 {address} 有异常，请先处理异常")
    if not isinstance(step_of(run, thread), kind):
        en, zh = _KINDS[kind]
        raise StepNotOpen(f"{address} is no {en}", f"步骤 {address} 不是{zh}")
    return run, thread


Standing = tuple[Run, Thread, OpenStep]


def _standing_on(state: State, address: str) -> list[Standing]:
    wanted_run, slot = _split(address)
    slot, _, visit = slot.partition("@")
    return [
        (run, thread, opened)
        for run, thread in open_threads(state)
        if (opened := thread.open)
        and opened.slot == slot
        and visit in ("", str(opened.visit))
        and wanted_run in (None, run.id)
    ]


def find_deadline(state: State, address: str) -> list[tuple[Run, Thread]]:
    """The open steps of this address that have a deadline or a time-out."""
    return [(run, thread) for run, thread, opened in _standing_on(state, address) if opened.clock is not None]


def _only(state: State, address: str, found: list[Standing]) -> Standing:
    if not found:
        raise _unknown(state, address)
    if len(found) > 1:
        places = [f"{run.id}.{opened.slot}" for run, _, opened in found]
        visits = [f"{place}@{opened.visit}" for place, (_, _, opened) in zip(places, found, strict=True)]
        names = ", ".join(places if len(set(places)) == len(places) else visits)
        raise AmbiguousStep(f"several steps are open: {names}", f"有多个同名步骤：{names}")
    return found[0]


def _split(address: str) -> tuple[str | None, str]:
    run, dot, slot = address.rpartition(".")
    return (run, slot) if dot else (None, address)


def _unknown(state: State, address: str) -> UnknownStep | StepNotOpen:
    wanted_run, slot = _split(address)
    name = slot.partition("#")[0].partition("@")[0]
    runs = [run for run in state.runs.values() if wanted_run in (None, run.id)]
    if any(name in run.model.steps for run in runs):
        return StepNotOpen(f"{address} is not open", f"步骤 {address} 未打开或已关闭")
    return UnknownStep(f"there is no step {address}", f"没有步骤 {address}")


def find_incident(state: State, address: str) -> tuple[Run, Thread | Undoable]:
    """The step, or the failed undo (with the run that waits for it), whose incident a person settles; raises
    ``UnknownStep``, ``AmbiguousStep`` or ``NoIncident``."""
    wanted_run, slot = _split(address)
    troubled = [found for found in _standing_on(state, address) if found[2].incident]
    if troubled:
        run, thread, _ = _only(state, address, troubled)
        return run, thread
    for run in state.runs.values():
        for undoable in run.failed_undo:
            if undoable.slot == slot and wanted_run in (None, undoable.run):
                return run, undoable
    if isinstance(problem := _unknown(state, address), UnknownStep):
        raise problem
    raise NoIncident(f"{address} has no incident", f"步骤 {address} 没有异常")


def unsettled(state: State) -> dict[tuple[str, int, str], Incident]:
    """Every open incident of a step, by run, thread and step."""
    return {
        (run.id, thread.id, opened.slot): opened.incident
        for run, thread in open_threads(state)
        if (opened := thread.open) and opened.incident
    }
