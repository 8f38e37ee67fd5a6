"""Finding the step that somebody means: ``<step>``, or ``<run>.<step>`` where several runs have one of that name."""

from __future__ import annotations

from sop.engine.flow import placed_of
from sop.engine.lifecycle import open_threads
from sop.model import Approval, Task
from sop.refusals import AmbiguousStep, NoIncident, StepNotOpen, UnknownStep
from sop.state import Run, State, Thread, Undoable


def find(state: State, address: str, kind: type[Task] | type[Approval]) -> tuple[Run, Thread]:
    """The open step a person answers; raises ``UnknownStep``, ``AmbiguousStep`` or ``StepNotOpen``."""
    wanted_run, slot = _split(state, address)
    found = [
        (run, thread)
        for run, thread in open_threads(state)
        if thread.open and thread.open.slot == slot and wanted_run in (None, run.id)
    ]
    if len(found) > 1:
        names = ", ".join(f"{run.id}.{slot}" for run, _ in found)
        raise AmbiguousStep(f"several steps are open: {names}", f"有多个同名步骤：{names}")
    if not found:
        raise _unknown(state, address, wanted_run, slot)
    run, thread = found[0]
    step = placed_of(run, thread).step
    if thread.open and thread.open.incident:
        raise StepNotOpen(f"{address} has an incident: settle it first", f"步骤 {address} 有异常，请先处理异常")
    if not isinstance(step, kind):
        raise StepNotOpen(f"{address} is not {kind.__name__.lower()}", f"步骤 {address} 的类型不符")
    return run, thread


def _split(state: State, address: str) -> tuple[str | None, str]:
    run, dot, slot = address.rpartition(".")
    return (run, slot) if dot else (None, address)


def _unknown(state: State, address: str, wanted_run: str | None, slot: str) -> UnknownStep | StepNotOpen:
    name = slot.partition("#")[0]
    runs = [r for r in state.runs.values() if wanted_run in (None, r.id)]
    if any(name in run.model.steps for run in runs):
        return StepNotOpen(f"{address} is not open", f"步骤 {address} 未打开或已关闭")
    return UnknownStep(f"there is no step {address}", f"没有步骤 {address}")


def find_incident(state: State, address: str) -> tuple[Run, Thread | None, Undoable | None]:
    """The step, or the failed undo, whose incident a person settles; raises ``UnknownStep`` or ``NoIncident``."""
    wanted_run, slot = _split(state, address)
    for run, thread in open_threads(state):
        if thread.open and thread.open.incident and thread.open.slot == slot and wanted_run in (None, run.id):
            return run, thread, None
    for run in state.runs.values():
        for undoable in run.failed_undo:
            if undoable.slot == slot and wanted_run in (None, run.id):
                return run, None, undoable
    if isinstance(problem := _unknown(state, address, wanted_run, slot), UnknownStep):
        raise problem
    raise NoIncident(f"{address} has no incident", f"步骤 {address} 没有异常")
