"""Steps that split or nest the flow: decision, parallel, repeat, sub-SOP, end."""

from __future__ import annotations

from sop import expressions
from sop.engine import clocks, flow, incidents, rest, standing
from sop.engine.turn import Turn
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Branch, Decision, End, Parallel, Repeat, Rest, Result, SubSop
from sop.state import Frame, OpenStep, Run, Thread
from sop.values import Value


def enter_decision(turn: Turn, run: Run, thread: Thread, decision: Decision) -> None:
    """Take the first true case, or ``otherwise``."""
    taken = decision.otherwise
    for number, case in enumerate(decision.cases):
        turn.part = f"cases/{number}/when"
        if turn.holds(run, thread, case.when):
            taken = case.next
            break
    flow.leave(turn, run, thread, {"taken": taken}, taken)


def enter_end(turn: Turn, run: Run, thread: Thread, end: End) -> None:
    """End the run and all its branches."""
    flow.record(turn, run, thread, {}, "done", None)
    thread.open = None
    flow.end_run(turn, run, end.result, undo=end.undo)


def _opened(turn: Turn, run: Run, thread: Thread, step: Parallel | Repeat | SubSop) -> None:
    turn.tell(FactType.STEP_OPENED, run, thread, {"type": step.type, "title": step.title or step.id})


def enter_parallel(turn: Turn, run: Run, thread: Thread, parallel: Parallel) -> None:
    """Start every branch whose condition holds; wait for as many as ``join`` says."""
    opened = standing.opened_of(thread)
    branches = [b if isinstance(b, Branch) else Branch(path=b) for b in parallel.branches]
    rest.withdraw_left(turn, run, thread, [branch.path for branch in branches])
    wanted: list[str] = []
    for number, branch in enumerate(branches):
        turn.part = f"branches/{number}/when"
        if branch.when is None or turn.holds(run, thread, branch.when):
            wanted.append(branch.path)
    opened.needed = {"all": len(wanted), "any": min(1, len(wanted))}.get(str(parallel.join), _number(parallel.join))
    _opened(turn, run, thread, parallel)
    if not wanted:
        flow.leave(turn, run, thread, {"done": []})
    elif opened.needed > len(wanted):
        said = f"only {len(wanted)} branches are entered, but the join wants {opened.needed}"
        incidents.open_incident(turn, run, thread, "SOP_JOIN", said, "join")
    else:
        _start_branches(turn, run, thread, wanted)


def _start_branches(turn: Turn, run: Run, thread: Thread, wanted: list[str]) -> None:
    opened = standing.opened_of(thread)
    for path in wanted:
        child = flow.new_thread(turn, run, [Frame(path, 0)], thread)
        child.local["branch"] = path
        opened.children.append(child.id)
        flow.proceed(turn, run, child)


def _number(join: str | int) -> int:
    return int(join) if str(join).isdigit() else 0


def enter_repeat(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> None:
    """Run the path again and again: for each item of a list, or until a condition holds."""
    opened = standing.opened_of(thread)
    opened.needed = repeat.max
    rest.withdraw_left(turn, run, thread, (repeat.do,), passes=True)
    if repeat.each is not None:
        turn.part = "each"
        items = expressions.evaluate(repeat.each, turn.scope(run, thread))
        if not isinstance(items, (list, tuple)):
            raise ExpressionError(f"'{repeat.each}' gives no list", "SOP115")
        opened.items = list(items)
        opened.results = [None] * len(opened.items)
    _opened(turn, run, thread, repeat)
    if repeat.each is not None and len(opened.items) < (wanted := _wanted(repeat)) and opened.items:
        said = f"the list has only {len(opened.items)} items, but the join wants {wanted}"
        incidents.open_incident(turn, run, thread, "SOP_JOIN", said, "join")
    else:
        more_passes(turn, run, thread, repeat)


def _wanted(repeat: Repeat) -> int:
    """How many passes are enough; 0: all of them."""
    return 1 if repeat.join == "any" else _number(repeat.join)


def more_passes(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> None:
    """Start as many passes as are wanted and have room; without any, the repeat is done."""
    opened = standing.opened_of(thread)
    while (free := _free(run, opened, repeat)) and opened.passes < opened.needed:
        flow.proceed(turn, run, _pass(turn, run, thread, repeat))
    running = any(child in run.threads for child in opened.children)
    if free and not (running and repeat.each is None):
        said = f"more than {opened.needed} passes"
        incidents.open_incident(turn, run, thread, "SOP_REPEAT", said, "max")
    elif running or opened.incident:
        return
    elif opened.leaving is None and opened.items and len(opened.finished) < _wanted(repeat):
        said = f"only {len(opened.finished)} passes are done, but the join wants {_wanted(repeat)}"
        incidents.open_incident(turn, run, thread, "SOP_JOIN", said, "join")
    else:
        outputs: dict[str, Value] = {"count": opened.passes, "results": list(opened.results)}
        flow.leave(turn, run, thread, outputs, opened.leaving or None)
        flow.proceed(turn, run, thread)


def _free(run: Run, opened: OpenStep, repeat: Repeat) -> bool:
    """Whether another pass is wanted and has room."""
    if opened.leaving is not None or opened.incident:
        return False
    running = sum(child in run.threads for child in opened.children)
    return running < max(1, repeat.at_once) and (repeat.each is None or opened.passes < len(opened.items))


def _pass(turn: Turn, run: Run, thread: Thread, repeat: Repeat) -> Thread:
    opened = standing.opened_of(thread)
    opened.passes += 1
    child = flow.new_thread(turn, run, [Frame(repeat.do, 0)], thread)
    child.passage = f"{thread.passage}/{opened.passes}"
    if repeat.at_once > 1:
        child.suffix = f"{thread.suffix}#{opened.passes}"
    length = None
    if repeat.each is not None:
        child.local[repeat.name] = opened.items[opened.passes - 1]
        length = len(opened.items)
    child.local["loop"] = {"index": opened.passes, "index0": opened.passes - 1, "length": length}
    opened.children.append(child.id)
    return child


def enter_sub_sop(turn: Turn, run: Run, thread: Thread, step: SubSop) -> None:
    """Run another SOP in the same ticket, with its own scope. What an earlier call of this very step has done is
    not done again with the same input."""
    opened = standing.opened_of(thread)
    scope = turn.scope(run, thread)
    given: dict[str, Value] = {}
    for name, argument in step.arguments.items():
        turn.part = f"with/{name}"
        given[name] = expressions.render(argument, scope)
    _opened(turn, run, thread, step)
    before = [r for r in turn.state.runs.values() if (r.parent_run, r.parent_step) == (run.id, opened.slot)]
    sub = flow.start_run(turn, run.definition["sops"][step.sop], given, (run, thread))
    if before and not thread.passage and not before[-1].undo_wanted:
        sub.done = dict(before[-1].done)
    opened.sub = sub.id
    clocks.start_clocks(turn, sub)
    flow.set_off(turn, sub)


def sub_ended(turn: Turn, sub: Run, outputs: dict[str, Value]) -> None:
    """A sub-SOP has ended: its caller goes on with its result, and keeps what it did for a later undo."""
    run = turn.state.runs[sub.parent_run or ""]
    thread = run.threads[sub.parent_thread or 0]
    if not sub.undo_wanted:
        run.undo.extend(sub.undo)
        sub.undo = []
    if thread.cancelled:
        flow.gone(turn, run, thread)
        return
    flow.leave(turn, run, thread, {"result": sub.result, "outputs": outputs})
    flow.proceed(turn, run, thread)


def outputs_of(turn: Turn, run: Run) -> dict[str, Value]:
    """What a run gives its caller; an output that cannot be worked out is null, and its owner is told."""
    declared, outputs = run.model.document.outputs, dict[str, Value]()
    scope = turn.scope(run, None) if declared else {}
    for name, written in declared.items():
        try:
            outputs[name] = expressions.render(written, scope)
        except ExpressionError as error:
            outputs[name] = None
            incidents.note(turn, run, f"/outputs/{name}", error.code, str(error))
    return outputs


def thread_ended(turn: Turn, run: Run, thread: Thread) -> None:
    """A line of control has come to its end: its parent counts it; without one, and with none left, the run is over."""
    parent = run.threads.get(thread.parent) if thread.parent is not None else None
    if parent is None:
        if not run.threads:
            flow.end_run(turn, run, Result.RESOLVED)
        return
    step = standing.step_of(run, parent)
    if isinstance(step, Parallel):
        _joined(turn, run, parent, step, thread)
    elif isinstance(step, Repeat):
        _passed(turn, run, parent, step, thread)


def _joined(turn: Turn, run: Run, parent: Thread, parallel: Parallel, child: Thread) -> None:
    opened = standing.opened_of(parent)
    if not child.cancelled:
        opened.finished.append(child.id)
        opened.results.append(child.local.get("branch"))
    left = [run.threads[other] for other in opened.children if other in run.threads]
    if len(opened.finished) >= opened.needed:
        rest.have_enough(turn, run, opened, parallel.rest or Rest.CANCEL, left)
        if parent.open is opened and not any(other in run.threads for other in opened.children):
            flow.leave(turn, run, parent, {"done": list(opened.results)})
            flow.proceed(turn, run, parent)
    elif len(opened.finished) + len(left) < opened.needed and not opened.incident:
        said = f"only {len(opened.finished)} branches are done, but the join wants {opened.needed}"
        incidents.open_incident(turn, run, parent, "SOP_JOIN", said, "join")


def _passed(turn: Turn, run: Run, parent: Thread, repeat: Repeat, child: Thread) -> None:
    opened = standing.opened_of(parent)
    if not child.cancelled:
        opened.finished.append(child.id)
        _keep_result(run, repeat, opened, child)
    left = [run.threads[other] for other in opened.children if other in run.threads]
    if opened.leaving:
        rest.cancel_all(turn, run, left)
    elif not child.cancelled and _enough(turn, run, parent, repeat, child):
        opened.leaving = ""
        kind = repeat.rest or (Rest.CANCEL if _wanted(repeat) else Rest.WAIT)
        rest.have_enough(turn, run, opened, kind, left)
    if parent.open is opened and not opened.incident:
        more_passes(turn, run, parent, repeat)


def _enough(turn: Turn, run: Run, parent: Thread, repeat: Repeat, child: Thread) -> bool:
    """Whether the passes that are done are enough: as many as the join wants, or the condition holds after this one."""
    opened = standing.opened_of(parent)
    done = len(opened.finished)
    if opened.leaving is not None or opened.incident:
        return False
    if done == _wanted(repeat) or repeat.until is None:
        return done == _wanted(repeat)
    loop = child.local.get("loop")
    counted = {**(loop if isinstance(loop, dict) else {}), "done": done}
    try:
        return expressions.holds(repeat.until, {**turn.scope(run, child), "loop": counted})
    except ExpressionError as error:
        incidents.open_incident(turn, run, parent, error.code, str(error), "until")
        return False


def _keep_result(run: Run, repeat: Repeat, opened: OpenStep, child: Thread) -> None:
    last = run.model.lines[repeat.do][-1].id
    result = dict(run.steps.get(last + child.suffix, {}))
    loop = child.local.get("loop")
    index = loop["index0"] if isinstance(loop, dict) else None
    if repeat.each is not None and isinstance(index, int):
        opened.results[index] = result
    else:
        opened.results.append(result)


def forsake(turn: Turn, run: Run, thread: Thread) -> None:
    """Cancel what runs below a step that is left by hand; a call in flight is awaited by the run, not by the step."""
    opened = standing.opened_of(thread)
    for child in [run.threads[number] for number in opened.children if number in run.threads]:
        child.parent = None
        flow.cancel(turn, run, child)
    opened.children = []
