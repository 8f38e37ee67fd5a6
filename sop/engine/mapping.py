"""Where everything of a run stands in another version of its definition: the same id is the same step, and ``was:``
names the one that has another id now. Nothing is changed here; what cannot be mapped is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sop.definition import MAIN_LINE, Definition
from sop.engine.standing import step_of
from sop.events import RunMigrated
from sop.model import Action, Approval, Parallel, Repeat, Step, SubSop
from sop.refusals import CannotMigrate, NeedsMapping
from sop.state import RUN_ACTIVE, Frame, OpenStep, Run, State, Thread


@dataclass(frozen=True, slots=True)
class Move:
    """How a run goes on with the new version: the new id of each old step that has one, and each thread's stack."""

    run: Run
    names: Mapping[str, str]
    stacks: Mapping[int, list[Frame]]
    paths: Mapping[str, str]

    @property
    def renamed(self) -> dict[str, str]:
        """The steps that have another id now."""
        return {old: new for old, new in self.names.items() if old != new}


def move_of(state: State, run: Run, event: RunMigrated, new: Definition) -> Move:
    """How a run goes on. Raises ``NeedsMapping`` for an open step without a counterpart, else ``CannotMigrate``."""
    if run.phase is not RUN_ACTIVE:
        raise CannotMigrate(f"{run.id} is ending", f"{run.id} 正在结束")
    names = names_of(run.model, new, event.steps)
    paths = _paths_of(run.model, new, names)
    stacks = {thread.id: _stack(run, thread, names, new) for thread in run.threads.values() if thread.stack}
    for thread in run.threads.values():
        if thread.stack:
            _check_root(run, thread, stacks[thread.id][0].line, new, stacks)
            _check_step(state, run, thread, _standing(new, stacks[thread.id]), paths)
    return Move(run, names, stacks, paths)


def names_of(old: Definition, new: Definition, given: Mapping[str, str]) -> dict[str, str]:
    """The new id of each old step that has one: what a person says, else ``was``, else the same id."""
    names = {name: name for name in old.steps if name in new.steps}
    claimed: dict[str, list[str]] = {}
    for placed in new.steps.values():
        for was in placed.step.formerly:
            claimed.setdefault(was, []).append(placed.step.id)
    for was, claimants in claimed.items():
        if was in old.steps and len(claimants) == 1:
            names[was] = claimants[0]
        elif len(claimants) > 1:
            names.pop(was, None)
    for name, to in given.items():
        if name not in old.steps or to not in new.steps:
            wrong = name if name not in old.steps else to
            raise CannotMigrate(f"there is no step {wrong} to map", f"没有步骤 {wrong} 可供对应")
        names[name] = to
    return names


def _paths_of(old: Definition, new: Definition, names: Mapping[str, str]) -> dict[str, str]:
    """The new name of each old path: where its first step stands now, else the same name."""
    paths: dict[str, str] = {}
    for path, members in old.document.paths.items():
        first = names.get(members[0].id) if members else None
        paths[path] = new.steps[first].line if first else path
    return paths


def _stack(run: Run, thread: Thread, names: Mapping[str, str], new: Definition) -> list[Frame]:
    frames: list[Frame] = []
    for frame in thread.stack:
        step = run.model.lines[frame.line][frame.index]
        name = names.get(step.id)
        if name is None:
            raise NeedsMapping(
                f"{step.id} has no counterpart: say which step goes on for it, {step.id}=…",
                f"步骤 {step.id} 在新版本中没有对应步骤，请指定 {step.id}=…",
            )
        placed = new.steps[name]
        lines = [known.line for known in frames]
        if placed.line in lines:
            del frames[lines.index(placed.line) :]
        frames.append(Frame(placed.line, placed.index))
    return frames


def _standing(new: Definition, stack: list[Frame]) -> Step:
    return new.lines[stack[-1].line][stack[-1].index]


def _check_root(run: Run, thread: Thread, line: str, new: Definition, stacks: Mapping[int, list[Frame]]) -> None:
    """A thread stays on the kind of line it began on: nobody knows where to come back to from another one."""
    parent = run.threads.get(thread.parent or 0)
    if parent is None:
        fits = (line == MAIN_LINE) == (thread.stack[0].line == MAIN_LINE)
    else:
        around = _standing(new, stacks[parent.id])
        fits = line in _below(around)
    if not fits:
        step = step_of(run, thread).id
        raise CannotMigrate(
            f"{step} stands on another line now: nobody knows where to come back to", f"步骤 {step} 换了线路，无法续接"
        )


def _below(step: Step) -> list[str]:
    match step:
        case Parallel():
            return [branch if isinstance(branch, str) else branch.path for branch in step.branches]
        case Repeat():
            return [step.do]
        case _:
            return []


def _check_step(state: State, run: Run, thread: Thread, new: Step, paths: Mapping[str, str]) -> None:
    """What is half done must mean the same in the new version; an incident is settled in the new one."""
    opened, old = thread.open, step_of(run, thread)
    if opened is None or opened.held or (opened.incident and not opened.children and not opened.sub):
        return
    if type(old) is not type(new):
        raise CannotMigrate(f"{old.id} is a {new.type} now, not a {old.type}", f"步骤 {old.id} 的类型变为 {new.type}")
    reason = _halfway(state, opened, old, new, paths)
    if reason is not None:
        en, zh = reason
        raise CannotMigrate(f"{old.id}: {en}", f"步骤 {old.id}：{zh}")


Reason = tuple[str, str]


def _halfway(state: State, opened: OpenStep, old: Step, new: Step, paths: Mapping[str, str]) -> Reason | None:
    match old, new:
        case Action(), Action() if opened.call in state.calls and old.action != new.action:
            return f"a call of {old.action} is on its way", f"{old.action} 的调用正在进行"
        case Approval(), Approval() if opened.votes and _asks(old) != _asks(new):
            return "votes were cast under another rule", "已按原规则投票"
        case Parallel(), Parallel() if {paths[p] for p in _below(old)} != set(_below(new)) or old.join != new.join:
            return "its branches or its join have changed while they run", "并行分支或汇合规则有变且正在运行"
        case Repeat(), Repeat() if paths[old.do] != new.do or _passes(old) != _passes(new):
            return "its passes have changed while they run", "循环方式有变且正在运行"
        case SubSop(), SubSop() if old.sop != new.sop:
            return f"{old.sop} runs for it", f"子流程 {old.sop} 正在运行"
        case _:
            return None


def _asks(approval: Approval) -> tuple[object, ...]:
    return approval.approvers, str(approval.rule), approval.order


def _passes(repeat: Repeat) -> tuple[object, ...]:
    return repeat.each is None, repeat.at_once > 1
