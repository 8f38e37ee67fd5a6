"""Steps that split or nest the flow: decision, parallel, repeat, sub-SOP, end."""

from __future__ import annotations

from sop import expressions
from sop.engine import flow, incidents
from sop.engine.turn import Turn
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Branch, Decision, End, Parallel, Repeat, Result, SubSop
from sop.state import Frame, OpenStep, Run, RunPhase, Thread
from sop.values import Value


def enter_decision(turn: Turn, run: Run, thread: Thread, decision: Decision) -> None:
    """Take the first true case, or ``otherwise``."""
    taken = next((c.next for c in decision.cases if turn.holds(run, thread, c.when)), decision.otherwise)
    flow.leave(turn, run, thread, {"taken": taken}, taken)


def enter_end(turn: Turn, run: Run, thread: Thread, end: End) -> None:
    """End the run and all its branches."""
    flow.record(turn, run, thread, {}, "done", None)
    thread.open = None
    flow.end_run(turn, run, end.result, undo=end.undo)


def _opened(turn: Turn, run: Run, opened: OpenStep, step: Parallel | Repeat | SubSop) -> None:
    turn.fact(
        FactType.STEP_OPENED, {"type": step.type, "title": step.title or step.id}, run=run, step=opened.slot, visit=opened.visit
    )


def enter_parallel(turn: Turn, run: Run, thread: Thread, parallel: Parallel) -> None:
    """Start every branch whose condition holds; wait for as many as ``join`` says."""
    opened = flow.opened_of(thread)
    branches = [b if isinstance(b, Branch) else Branch(path=b) for b in parallel.branches]
    wanted = [b for b in branches if b.when is None or turn.holds(run, thread, b.when)]
    opened.needed = {"all": len(wanted), "any": min(1, len(wanted))}.get(str(parallel.join), _number(parallel.join))
    _opened(turn, run, opened, parallel)
    if opened.needed > len(wanted):
        raise ExpressionError(f"only {len(wanted)} branches are entered, but the join wants {opened.needed}", "SOP_JOIN")
    if not wanted:
        flow.leave(turn, run, thread, {"done": []})
        return
    children = [flow.new_thread(turn, run, [Frame(b.path, 0)], thread) for b in wanted]
    opened.children = [child.id for child in children]
    for child in children:
        child.local["branch"] = wanted[opened.children.index(child.id)].path
    for child in children:
        flow.proceed(turn, run, child)


def _number(join: str | int) -> int:
    return int(join) if str(join).isdigit() else 0


def enter_repeat(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> None:
    """Run the path again and again: for each item of a list, or until a condition holds."""
    opened = flow.opened_of(thread)
    opened.needed = repeat.max
    _opened(turn, run, opened, repeat)
    if repeat.each is not None:
        items = expressions.evaluate(repeat.each, turn.scope(run, thread))
        if not isinstance(items, (list, tuple)):
            raise ExpressionError(f"'{repeat.each}' gives no list", "SOP115")
        opened.items = list(items)
        opened.results = [None] * len(opened.items)
    _next_passes(turn, run, thread, repeat)


def _next_passes(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> None:
    opened = flow.opened_of(thread)
    if opened.starting:
        return
    opened.starting = True
    while _free(run, opened, repeat) and opened.passes < opened.needed:
        flow.proceed(turn, run, _pass(turn, run, thread, repeat))
    opened.starting = False
    if thread.cancelled or run.phase is not RunPhase.ACTIVE or opened.incident:
        return
    if _free(run, opened, repeat):
        incidents.open_incident(turn, run, thread, "SOP_REPEAT", f"more than {opened.needed} passes", "max")
    elif not any(child in run.threads for child in opened.children):
        flow.leave(turn, run, thread, {"count": opened.passes, "results": list(opened.results)})  # type: ignore[list-item]  # values
        flow.proceed(turn, run, thread)


def _free(run: Run, opened: OpenStep, repeat: Repeat) -> bool:
    """Whether another pass is wanted and has room."""
    running = sum(child in run.threads for child in opened.children)
    if opened.leaving or opened.incident or run.phase is not RunPhase.ACTIVE:
        return False
    if repeat.each is None:
        return running == 0
    return running < max(1, repeat.at_once) and opened.passes < len(opened.items)


def _pass(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> Thread:
    opened = flow.opened_of(thread)
    opened.passes += 1
    child = flow.new_thread(turn, run, [Frame(repeat.do, 0)], thread)
    if repeat.at_once > 1:
        child.suffix = f"{thread.suffix}#{opened.passes}"
    if repeat.each is not None:
        child.local[repeat.name] = opened.items[opened.passes - 1]
    child.local["loop"] = {"index": opened.passes, "index0": opened.passes - 1, "length": len(opened.items)}
    opened.children.append(child.id)
    return child


def enter_sub_sop(turn: Turn, run: Run, thread: Thread, step: SubSop) -> None:
    """Run another SOP in the same ticket, with its own scope."""
    opened = flow.opened_of(thread)
    compiled = run.definition["sops"][step.sop]
    given = expressions.render(step.arguments, turn.scope(run, thread))
    if not isinstance(given, dict):
        raise TypeError("arguments are a mapping")
    _opened(turn, run, opened, step)
    sub = flow.start_run(turn, compiled, given, (run, thread))
    for name, parameter in sub.model.document.inputs.items():
        sub.inputs.setdefault(name, parameter.default)
    opened.sub = sub.id
    flow.set_off(turn, sub)


def sub_ended(turn: Turn, sub: Run) -> None:
    """A sub-SOP has ended: its caller goes on with its result, and keeps what it did for a later undo."""
    run = turn.state.runs[sub.parent_run or ""]
    thread = run.threads[sub.parent_thread or 0]
    if not sub.undo_wanted:
        run.undo.extend(sub.undo)
    if thread.cancelled:
        flow.gone(turn, run, thread)
        return
    outputs: dict[str, Value] = {"result": sub.result, "outputs": _outputs_of(turn, sub)}
    flow.leave(turn, run, thread, outputs)
    flow.proceed(turn, run, thread)


def _outputs_of(turn: Turn, sub: Run) -> Value:
    try:
        return expressions.render(sub.model.document.outputs, turn.scope(sub, None))
    except ExpressionError:
        return dict.fromkeys(sub.model.document.outputs)


def thread_ended(turn: Turn, run: Run, thread: Thread) -> None:
    """A line of control has come to its end: its parent counts it; without one, and with none left, the run is over."""
    parent = run.threads.get(thread.parent) if thread.parent is not None else None
    if parent is None:
        if not run.threads:
            flow.end_run(turn, run, Result.RESOLVED)
        return
    step = flow.placed_of(run, parent).step
    if isinstance(step, Parallel):
        _joined(turn, run, parent, thread)
    elif isinstance(step, Repeat):
        _passed(turn, run, parent, step, thread)


def _joined(turn: Turn, run: Run, parent: Thread, child: Thread) -> None:
    opened = flow.opened_of(parent)
    if not child.cancelled:
        opened.finished.append(child.id)
        opened.results.append(child.local.get("branch"))
    if len(opened.finished) < opened.needed:
        return
    for other in opened.children:
        if other in run.threads:
            flow.cancel(turn, run, run.threads[other])
    if parent.open is opened and not any(other in run.threads for other in opened.children):
        flow.leave(turn, run, parent, {"done": list(opened.results)})  # type: ignore[list-item]  # names of paths
        flow.proceed(turn, run, parent)


def _passed(turn: Turn, run: Run, parent: Thread, repeat: Repeat, child: Thread) -> None:
    opened = flow.opened_of(parent)
    if child.id in opened.children:
        _keep_result(run, repeat, opened, child)
    if opened.incident:
        return
    try:
        if repeat.until is not None and turn.holds(run, parent, repeat.until):
            opened.leaving = "until"
    except ExpressionError as error:
        incidents.open_incident(turn, run, parent, error.code, str(error), "until")
        return
    _next_passes(turn, run, parent, repeat)


def _keep_result(run: Run, repeat: Repeat, opened: OpenStep, child: Thread) -> None:
    last = run.model.lines[repeat.do][-1].id
    result = dict(run.steps.get(last + child.suffix, {}))
    if repeat.each is None:
        opened.results.append(result)
    else:
        opened.results[opened.children.index(child.id)] = result
