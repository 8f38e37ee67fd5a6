"""How a run moves: threads go along lines, into paths and back, jump, end, and are cancelled."""

from __future__ import annotations

from sop.definition import MAIN_LINE, Compiled, Placed
from sop.engine import incidents
from sop.engine.outputs import nulls_of
from sop.engine.turn import Turn
from sop.events import Actor
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Label, Result
from sop.state import Frame, OpenStep, Run, RunPhase, Thread
from sop.values import Value

CONTINUE, END, INCIDENT = "continue", "end", "incident"
MAX_VISITS = 20


def start_run(turn: Turn, compiled: Compiled, inputs: dict[str, Value] | None = None, parent: tuple[Run, Thread] | None = None) -> Run:
    """Start a definition as a run of the ticket and let it go as far as it can."""
    run = Run(_free_name(turn, compiled["key"]), compiled, turn.now, inputs=dict(inputs or {}))
    if parent:
        run.parent_run, run.parent_thread = parent[0].id, parent[1].id
    turn.state.runs[run.id] = run
    title: Label = run.model.document.title
    turn.fact(
        FactType.RUN_STARTED,
        {
            "kind": compiled["kind"],
            "key": compiled["key"],
            "version": compiled["version"],
            "sha256": compiled["sha256"],
            "title": title,
            "parent_run": run.parent_run,
            "parent_step": parent[1].open.slot if parent and parent[1].open else None,
        },
        run=run,
    )
    return run


def set_off(turn: Turn, run: Run) -> None:
    """Start on the main line."""
    proceed(turn, run, new_thread(turn, run, [Frame(MAIN_LINE, 0)]))


def new_thread(turn: Turn, run: Run, stack: list[Frame], parent: Thread | None = None) -> Thread:
    """Another line of control in a run."""
    thread = Thread(turn.new_id(), stack, parent=parent.id if parent else None)
    if parent is not None:
        thread.suffix, thread.local = parent.suffix, dict(parent.local)
    run.threads[thread.id] = thread
    return thread


def placed_of(run: Run, thread: Thread) -> Placed:
    """The step a thread stands on."""
    frame = thread.stack[-1]
    return run.model.steps[run.model.lines[frame.line][frame.index].id]


def proceed(turn: Turn, run: Run, thread: Thread) -> None:
    """Go on until a step stays open, the line ends or the run does."""
    while run.phase is RunPhase.ACTIVE and not thread.cancelled and thread.open is None:
        if not thread.stack:
            del run.threads[thread.id]
            turn.thread_ended(turn, run, thread)
            return
        arrive(turn, run, thread)


def arrive(turn: Turn, run: Run, thread: Thread) -> None:
    """Come to a step: count the visit and enter it."""
    slot = placed_of(run, thread).step.id + thread.suffix
    visit = run.visits.get(slot, 0) + 1
    run.visits[slot] = visit
    arrivals = thread.arrivals[slot] = thread.arrivals.get(slot, 0) + 1
    thread.open = OpenStep(slot, visit, turn.now)
    if arrivals > MAX_VISITS + thread.allowance:
        incidents.open_incident(turn, run, thread, "SOP_VISITS", f"visited {arrivals} times: a loop without an end?")
        return
    attempt(turn, run, thread)


def attempt(turn: Turn, run: Run, thread: Thread) -> None:
    """Enter the step the thread stands on, or skip it; a failing expression is an incident."""
    placed = placed_of(run, thread)
    step = placed.step
    try:
        if step.when is not None and not turn.holds(run, thread, step.when):
            skip(turn, run, thread)
        else:
            turn.enter(turn, run, thread, step)
    except ExpressionError as error:
        incidents.open_incident(turn, run, thread, error.code, str(error))


def skip(turn: Turn, run: Run, thread: Thread, by: Actor | None = None) -> None:
    """Leave a step undone; its outputs are null."""
    opened = opened_of(thread)
    run.steps[opened.slot] = {**nulls_of(run.model)[placed_of(run, thread).step.id], "status": "skipped", "visits": opened.visit}
    turn.fact(FactType.STEP_SKIPPED, run=run, step=opened.slot, visit=opened.visit, by=by)
    turn.silence(run, thread)
    thread.open = None
    go(turn, run, thread, None)


def leave(
    turn: Turn,
    run: Run,
    thread: Thread,
    outputs: dict[str, Value],
    target: str | None = None,
    *,
    status: str = "done",
    by: Actor | None = None,
) -> None:
    """Close the step a thread stands on with its outputs, and go where it leads."""
    opened = opened_of(thread)
    step = placed_of(run, thread).step
    if target == INCIDENT:
        incidents.open_incident(turn, run, thread, "SOP_INCIDENT", f"the step ended as {status}")
        return
    record(turn, run, thread, outputs, status, by)
    thread.open = None
    go(turn, run, thread, target if target is not None else step.next)


def record(turn: Turn, run: Run, thread: Thread, outputs: dict[str, Value], status: str, by: Actor | None) -> None:
    """Keep what the open step gave."""
    opened = opened_of(thread)
    run.steps[opened.slot] = {
        **nulls_of(run.model)[placed_of(run, thread).step.id],
        **outputs,
        "status": status,
        "by": by.id if by else None,
        "at": turn.now.isoformat(),
        "visits": opened.visit,
    }
    outcome = outputs.get("outcome")
    turn.fact(
        FactType.STEP_CLOSED,
        {"status": status, "outcome": outcome, "outputs": {k: v for k, v in outputs.items() if k != "outcome"}},
        run=run,
        step=opened.slot,
        visit=opened.visit,
        by=by,
    )
    turn.silence(run, thread)


def opened_of(thread: Thread) -> OpenStep:
    """The open step of a thread that has one."""
    if thread.open is None:
        raise RuntimeError(f"thread {thread.id} stands on no open step")
    return thread.open


def go(turn: Turn, run: Run, thread: Thread, target: str | None) -> None:
    """Move a thread: on, into a path, to a step, or to the end of the run."""
    if target is None or target == CONTINUE:
        _step_on(run, thread)
    elif target == END:
        end_run(turn, run, Result.RESOLVED)
    elif target in run.model.document.paths:
        thread.stack.append(Frame(target, 0))
    else:
        _jump(run, thread, target)


def _step_on(run: Run, thread: Thread) -> None:
    lines = run.model.lines
    stack = thread.stack
    stack[-1].index += 1
    while stack and stack[-1].index >= len(lines[stack[-1].line]):
        stack.pop()
        if stack:
            stack[-1].index += 1


def _jump(run: Run, thread: Thread, target: str) -> None:
    placed = run.model.steps[target]
    depth = len(thread.stack)
    while depth and thread.stack[depth - 1].line != placed.line:
        depth -= 1
    if not depth:
        raise ExpressionError(f"'{target}' cannot be reached from here", "SOP205")
    del thread.stack[depth:]
    thread.stack[-1].index = placed.index


def end_run(turn: Turn, run: Run, result: str, *, undo: bool = False) -> None:
    """End a run: its threads are cancelled and awaited, then what it did is undone if that is wanted."""
    if run.phase is not RunPhase.ACTIVE:
        run.undo_wanted = run.undo_wanted or undo
        return
    run.phase, run.result, run.undo_wanted = RunPhase.ENDING, result, undo
    for thread in [t for t in run.threads.values() if t.parent is None]:
        cancel(turn, run, thread)
    if not run.threads:
        turn.run_ended(turn, run)


def cancel(turn: Turn, run: Run, thread: Thread) -> None:
    """Cancel a thread and all below it. A call in flight is not cut off: the thread stays until its result is there."""
    if thread.cancelled or thread.id not in run.threads:
        return
    thread.cancelled = True
    opened = thread.open
    for child in list(opened.children if opened else ()):
        if child in run.threads:
            cancel(turn, run, run.threads[child])
    if opened and opened.sub and (sub := turn.state.runs[opened.sub]).phase is not RunPhase.ENDED:
        end_run(turn, sub, Result.CANCELLED, undo=run.undo_wanted)
    gone(turn, run, thread)


def gone(turn: Turn, run: Run, thread: Thread) -> None:
    """Take a cancelled thread away once nothing below it is left, and tell whoever waits for that."""
    opened = thread.open
    if thread.id not in run.threads or (opened and _busy(turn, run, opened)):
        return
    if opened:
        record(turn, run, thread, {}, "cancelled", None)
        thread.open = None
    del run.threads[thread.id]
    parent = run.threads.get(thread.parent) if thread.parent is not None else None
    if parent is not None and parent.cancelled:
        gone(turn, run, parent)
    elif parent is not None:
        turn.thread_ended(turn, run, thread)
    elif run.phase is RunPhase.ENDING and not run.threads:
        turn.run_ended(turn, run)


def _busy(turn: Turn, run: Run, opened: OpenStep) -> bool:
    if opened.call in turn.state.calls or any(child in run.threads for child in opened.children):
        return True
    return bool(opened.sub) and turn.state.runs[opened.sub or ""].phase is not RunPhase.ENDED


def _free_name(turn: Turn, key: str) -> str:
    runs = turn.state.runs
    if key not in runs:
        return key
    number = 2
    while f"{key}-{number}" in runs:
        number += 1
    return f"{key}-{number}"
