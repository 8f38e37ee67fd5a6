"""What the owner of an incident may choose: again, the result by hand, skip, or stop."""

from __future__ import annotations

from collections.abc import Mapping

from sop.engine import approvals, branching, flow, standing, systems
from sop.engine.outputs import declared_by
from sop.engine.turn import Turn
from sop.events import IncidentSettled, Remedy
from sop.facts import FactType
from sop.forms import chosen, completed
from sop.model import Action, Approval, Decision, Repeat, Result, Step, Task, Wait
from sop.refusals import WrongAnswer
from sop.state import OpenStep, Run, Thread
from sop.values import Value, unmarked

Entered = tuple[dict[str, Value], str | None]
"""The outputs of a step and where it leads (none: where it says itself)."""


def settle(turn: Turn, run: Run, thread: Thread, settled: IncidentSettled) -> None:
    """Go on as a person chose; raises what ``chosen_well`` raises, and then nothing has changed."""
    opened, step = standing.opened_of(thread), standing.step_of(run, thread)
    by_hand = chosen_well(turn, run, thread, settled)
    opened.incident = None
    said: dict[str, Value] = {"choice": settled.choice.value, "values": settled.values}
    turn.tell(FactType.INCIDENT_CLOSED, run, thread, said, settled.by)
    if by_hand is not None:
        _enter(turn, run, thread, by_hand, settled)
    elif settled.choice is Remedy.RETRY:
        _again(turn, run, thread, step)
    elif settled.choice is Remedy.SKIP:
        branching.forsake(turn, run, thread)
        flow.skip(turn, run, thread, settled.by)
    else:
        flow.end_run(turn, run, Result.CANCELLED, undo=True)
    flow.proceed(turn, run, thread)


def chosen_well(turn: Turn, run: Run, thread: Thread, settled: IncidentSettled) -> Entered | None:
    """The result entered by hand, if that was chosen. Raises ``WrongAnswer`` for one the step could not have given,
    and ``NotAllowed`` for passing an approval of one's own work."""
    step = standing.step_of(run, thread)
    if isinstance(step, Approval) and settled.choice in (Remedy.ENTER, Remedy.SKIP):
        approvals.check_own_work(turn, run, step, settled.by)
    return entered(run, thread, settled.values) if settled.choice is Remedy.ENTER else None


def _enter(turn: Turn, run: Run, thread: Thread, by_hand: Entered, settled: IncidentSettled) -> None:
    outputs, target = by_hand
    step = standing.step_of(run, thread)
    branching.forsake(turn, run, thread)
    if settled.by.id not in run.doers:
        run.doers.append(settled.by.id)
    if isinstance(step, Action) and any(value is not None for value in outputs.values()):
        systems.by_hand(turn, run, thread, step, outputs)
    flow.leave(turn, run, thread, outputs, target, by=settled.by)


def _again(turn: Turn, run: Run, thread: Thread, step: Step) -> None:
    opened = standing.opened_of(thread)
    thread.allowance += flow.MAX_VISITS
    if isinstance(step, Repeat) and opened.passes:
        opened.needed += step.max
        branching.more_passes(turn, run, thread, step)
        return
    thread.open = OpenStep(opened.slot, opened.visit, turn.now)
    flow.attempt(turn, run, thread)


def entered(run: Run, thread: Thread, values: Mapping[str, Value]) -> Entered:
    """What a result entered by hand means; raises ``WrongAnswer`` unless the step could have given it."""
    placed = standing.placed_of(run, thread)
    step = placed.step
    given = {name: unmarked(value) for name, value in values.items()}
    unknown = [name for name in given if name not in declared_by(step, run.model)]
    if unknown:
        raise _wrong(unknown[0], f"{step.id} gives no {unknown[0]}", f"步骤 {step.id} 没有输出 {unknown[0]}")
    if systems.too_large(given):
        raise _wrong("values", "the result is too large", "结果太大")
    match step:
        case Task():
            return _task(step, standing.opened_of(thread), given)
        case Approval():
            return _approval(step, given)
        case Decision():
            return _decision(step, given)
        case Wait():
            return _wait(step, given)
        case _:
            nulls = dict.fromkeys(declared_by(step, run.model))
            return {**nulls, **given}, None


def _wrong(field: str, en: str, zh: str) -> WrongAnswer:
    return WrongAnswer(en, zh, {field: en})


def _task(task: Task, opened: OpenStep, given: dict[str, Value]) -> Entered:
    key = given.pop("outcome", None)
    outcome = chosen(task.outcomes, None if key is None else str(key))
    values = completed(task.form, opened.defaults, given)
    return {**values, "outcome": outcome.key if outcome else None}, outcome.next if outcome else None


def _approval(approval: Approval, given: dict[str, Value]) -> Entered:
    approved = given.get("approved")
    if not isinstance(approved, bool):
        raise _wrong("approved", "approved: true or false", "approved：请填 true 或 false")
    outputs: dict[str, Value] = {"comment": None, "votes": [], **given}
    outputs["outcome"] = "approved" if approved else "rejected"
    return outputs, None if approved else approval.on_reject


def _decision(decision: Decision, given: dict[str, Value]) -> Entered:
    ways = [*(case.next for case in decision.cases), decision.otherwise]
    taken = given.get("taken")
    if not isinstance(taken, str) or taken not in ways:
        named = ", ".join(dict.fromkeys(ways))
        raise _wrong("taken", f"taken: one of {named}", f"taken：请填 {named} 之一")
    return {"taken": taken}, taken


def _wait(wait: Wait, given: dict[str, Value]) -> Entered:
    if not (wait.event or wait.any_of):
        return {}, None
    outputs: dict[str, Value] = {"received": True, "event": None, "which": wait.event, **given}
    if outputs["received"] is not True:
        return {**outputs, "received": False, "which": None}, wait.on_timeout
    return outputs, next((a.next for a in wait.any_of if a.event == outputs["which"]), None)
