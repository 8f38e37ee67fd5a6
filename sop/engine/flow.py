"""How a run moves: threads go along lines, into paths and back, jump, end, and are cancelled."""

from __future__ import annotations

from sop.definition import MAIN_LINE, Compiled
from sop.engine import gates, incidents
from sop.engine.outputs import nulls_of
from sop.engine.standing import opened_of, step_of
from sop.engine.turn import Turn
from sop.events import Actor
from sop.expressions import ExpressionError
from sop.facts import FactType
from sop.model import Label, Repeat, Result
from sop.state import RUN_ACTIVE, RUN_ENDED, Frame, OpenStep, Run, RunPhase, Thread
from sop.values import Value, Values

CONTINUE, END, INCIDENT = "continue", "end", "incident"
MAX_VISITS = 20


def start_run(
    turn: Turn,
    compiled: Compiled,
    inputs: dict[str, Value] | None = None,
    parent: tuple[Run, Thread] | None = None,
    why: Values | None = None,
) -> Run:
    """Start a definition as a run of the ticket; ``set_off`` lets it go. ``why``: what its fact tells of the cause."""
    run = Run(_free_name(turn, compiled["key"]), compiled, turn.now, inputs=dict(inputs or {}))
    if parent:
        run.parent_run, run.parent_thread = parent[0].id, parent[1].id
        run.parent_step = parent[1].open.slot if parent[1].open else None
    for name, parameter in run.model.document.inputs.items():
        run.inputs.setdefault(name, parameter.default)
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
            "parent_step": run.parent_step,
            **(why or {}),
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
        thread.suffix, thread.passage, thread.local = parent.suffix, parent.passage, dict(parent.local)
    run.threads[thread.id] = thread
    return thread


def proceed(turn: Turn, run: Run, thread: Thread) -> None:
    """Let a thread go on, once what is being decided now is decided."""
    turn.ready.append((run, thread))


def run_on(turn: Turn) -> None:
    """Let every thread that is ready go on until a step stays open, its line ends or its run does."""
    ready = turn.ready
    while ready:
        run, thread = ready.popleft()
        while thread.open is None and _goes(run, thread):
            if thread.stack:
                arrive(turn, run, thread)
            else:
                del run.threads[thread.id]
                turn.thread_ended(turn, run, thread)


def _goes(run: Run, thread: Thread) -> bool:
    return run.phase is RUN_ACTIVE and not thread.cancelled and thread.id in run.threads


def arrive(turn: Turn, run: Run, thread: Thread) -> None:
    """Come to a step: count the visit and enter it."""
    slot = step_of(run, thread).id + thread.suffix
    run.visits[slot] = visit = run.visits.get(slot, 0) + 1
    thread.arrivals[slot] = arrivals = thread.arrivals.get(slot, 0) + 1
    thread.open = OpenStep(slot, visit, turn.now)
    if arrivals > MAX_VISITS + thread.allowance:
        said = f"visited {arrivals} times: a loop without an end?"
        incidents.open_incident(turn, run, thread, "SOP_VISITS", said)
    else:
        attempt(turn, run, thread)


def attempt(turn: Turn, run: Run, thread: Thread) -> None:
    """Enter the step the thread stands on, or skip it; what cannot be worked out is an incident."""
    step = step_of(run, thread)
    turn.part = "when"
    try:
        if step.when is not None and not turn.holds(run, thread, step.when):
            skip(turn, run, thread)
        elif not gates.is_held(turn, run, thread):
            turn.part = ""
            turn.enter(turn, run, thread, step)
    except ExpressionError as error:
        incidents.open_incident(turn, run, thread, error.code, str(error), turn.part)
    except (ValueError, OverflowError) as error:  # a duration or a moment that no calendar can reach
        incidents.open_incident(turn, run, thread, "SOP105", str(error), turn.part)


def skip(turn: Turn, run: Run, thread: Thread, by: Actor | None = None) -> None:
    """Leave a step undone and go on with the one after it; its outputs are null."""
    opened = opened_of(thread)
    nulls = nulls_of(run.model)[step_of(run, thread).id]
    run.steps[opened.slot] = {**nulls, "status": "skipped", "visits": opened.visit}
    turn.tell(FactType.STEP_SKIPPED, run, thread, by=by)
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
    """Close the step a thread stands on with its outputs, and go to ``target`` or where the step leads. A step that
    leads to an incident stays open with it."""
    if target is None:
        target = step_of(run, thread).next
    if target == INCIDENT:
        said = f"the step ended as {status} and leads to an incident"
        incidents.open_incident(turn, run, thread, "SOP_INCIDENT", said, outputs=outputs, by=by)
    elif not leads(run, thread, target):
        said = f"'{target}' cannot be reached from here"
        incidents.open_incident(turn, run, thread, "SOP205", said, outputs=outputs, by=by)
    else:
        record(turn, run, thread, outputs, status, by)
        thread.open = None
        go(turn, run, thread, target)


def record(turn: Turn, run: Run, thread: Thread, outputs: dict[str, Value], status: str, by: Actor | None) -> None:
    """Keep what the open step gave."""
    opened = opened_of(thread)
    run.steps[opened.slot] = {
        **nulls_of(run.model)[step_of(run, thread).id],
        **outputs,
        "status": status,
        "by": by.id if by else None,
        "at": turn.stamp,
        "visits": opened.visit,
    }
    given = dict(outputs)
    outcome = given.pop("outcome", None)
    turn.tell(FactType.STEP_CLOSED, run, thread, {"status": status, "outcome": outcome, "outputs": given}, by)
    turn.silence(run, thread)


def leads(run: Run, thread: Thread, target: str | None) -> bool:
    """Whether a thread can go to a target: a jump stays on its lines, or leaves the repeats around it."""
    if target is None or target in (CONTINUE, END) or target in run.model.document.paths:
        return True
    placed = run.model.steps.get(target)
    while placed is not None:
        if any(frame.line == placed.line for frame in thread.stack):
            return True
        parent = run.threads.get(thread.parent or 0)
        if parent is None or not isinstance(step_of(run, parent), Repeat):
            return thread.left
        thread = parent
    return False


def go(turn: Turn, run: Run, thread: Thread, target: str | None) -> None:
    """Move a thread to a target it can reach: on, into a path, to a step, or to the end of the run."""
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
    """Go to a step of a line the thread is on; from within a repeat to one outside it: the pass ends, and the repeat
    leads there as soon as its other passes are cancelled (``sop.engine.branching``); one that has gone on already leads
    nowhere any more."""
    placed = run.model.steps[target]
    while thread.stack and thread.stack[-1].line != placed.line:
        thread.stack.pop()
    if thread.stack:
        thread.stack[-1].index = placed.index
    elif not thread.left:
        opened_of(run.threads[thread.parent or 0]).leaving = target


def end_run(turn: Turn, run: Run, result: str, *, undo: bool = False) -> None:
    """End a run: its threads are cancelled and awaited, then what it did is undone if that is wanted."""
    if run.phase is not RUN_ACTIVE:
        run.undo_wanted = run.undo_wanted or undo
        return
    run.phase, run.result, run.undo_wanted = RunPhase.ENDING, result, undo
    for thread in [t for t in run.threads.values() if t.parent is None]:
        cancel(turn, run, thread)
    if not run.threads:
        turn.run_ended(turn, run)


def cancel(turn: Turn, run: Run, thread: Thread) -> None:
    """Cancel a thread and all below it. A call in flight is not cut off: the thread stays until its result is there.
    A sub-SOP is undone unless its caller's whole run ends and keeps what it did."""
    if thread.cancelled or thread.id not in run.threads:
        return
    thread.cancelled = True
    opened = thread.open
    turn.silence(run, thread)
    for child in list(opened.children if opened else ()):
        if child in run.threads:
            cancel(turn, run, run.threads[child])
    if opened and opened.sub and (sub := turn.state.runs[opened.sub]).phase is not RUN_ENDED:
        undo = run.undo_wanted or run.phase is RUN_ACTIVE
        end_run(turn, sub, Result.CANCELLED, undo=undo)
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
    elif parent is not None or run.phase is RUN_ACTIVE:
        turn.thread_ended(turn, run, thread)
    elif not run.threads:
        turn.run_ended(turn, run)


def _busy(turn: Turn, run: Run, opened: OpenStep) -> bool:
    if opened.call in turn.state.calls or any(child in run.threads for child in opened.children):
        return True
    return bool(opened.sub) and turn.state.runs[opened.sub or ""].phase is not RUN_ENDED


def _free_name(turn: Turn, key: str) -> str:
    """A name no run of this ticket has, nor had in an earlier life."""
    runs, earlier = turn.state.runs, turn.state.earlier
    number = earlier + 1 if earlier else 1
    name = f"{key}-{number}" if earlier else key
    while name in runs:
        number += 1
        name = f"{key}-{number}"
    return name
