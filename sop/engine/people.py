"""Tasks: steps that one person completes, and to whom they are given."""

from __future__ import annotations

from sop import expressions
from sop.engine import alarms, flow, forms_view, handoffs, leases, standing
from sop.engine.seats import CUSTOMER, OWNER, may_answer
from sop.engine.turn import Turn
from sop.events import Actor, StepAnswered
from sop.facts import FactType
from sop.forms import chosen, completed
from sop.model import Outcome, Task
from sop.refusals import NotAllowed
from sop.state import Asked, Run, Thread
from sop.values import Value


def enter_task(turn: Turn, run: Run, thread: Thread, task: Task) -> None:
    """A person does it: the form with its defaults, the script, the deadlines, and whoever dispatch finds."""
    shown = details(turn, run, thread, task)
    alarms.set_deadlines(turn, run, thread, task)
    named: dict[str, Value] = {"type": task.type, "title": task.title or task.id}
    deadlines = alarms.deadlines_in_fact(standing.opened_of(thread))
    turn.tell(FactType.STEP_OPENED, run, thread, {**named, **shown, **deadlines})
    assign(turn, run, thread, task.assign, "opened")


def details(turn: Turn, run: Run, thread: Thread, task: Task) -> dict[str, Value]:
    """What people see of a task, with the form's defaults worked out. Raises ``ExpressionError``."""
    opened, scope = standing.opened_of(thread), turn.scope(run, thread)
    for number, field in enumerate(task.form):
        if field.default is not None:
            turn.part = f"form/{number}/default"
            opened.defaults[field.key] = expressions.render(field.default, scope)
    turn.part = "script"
    script = forms_view.rendered(task.script, scope)
    return {
        "assign": task.assign,
        "skills": list(task.skills),
        "form": forms_view.form_of(run.model, task, opened.defaults),
        "outcomes": forms_view.buttons(task.outcomes),
        "script": script,
    }


def assign(
    turn: Turn,
    run: Run,
    thread: Thread,
    wanted: str,
    reason: str,
    *,
    note: str = "",
    by: Actor | None = None,
    besides: str | None = None,
) -> None:
    """Give the open task to somebody: the customer and a known owner at once, anybody else through dispatch.
    ``besides``: who has just had it, and gets it only where nobody else can."""
    opened, task = standing.opened_of(thread), standing.step_of(run, thread)
    opened.wanted, opened.person, opened.pool = wanted, None, None
    if wanted == CUSTOMER:
        opened.pool = CUSTOMER
    elif wanted == OWNER:
        opened.person = turn.state.owner_person
    skills: list[Value] = list(task.skills) if isinstance(task, Task) and wanted != CUSTOMER else []
    data: dict[str, Value] = {"wanted": wanted, "skills": skills, "person": opened.person, "pool": opened.pool}
    more: dict[str, Value] = {"besides": besides} if besides else {}
    _ask(turn, run, thread, {**data, "reason": reason, "note": note, **more}, by=by)
    if reason == handoffs.ESCALATION:
        handoffs.counted(turn, handoffs.ESCALATION)


def ask_lead(turn: Turn, run: Run, thread: Thread) -> None:
    """Nobody was found for a task: have dispatch look for the lead of those it is for."""
    data: dict[str, Value] = {"wanted": alarms.LEAD, "of": standing.opened_of(thread).wanted, "skills": []}
    _ask(turn, run, thread, {**data, "person": None, "pool": None, "reason": "nobody", "note": ""}, lead=True)


def _ask(
    turn: Turn, run: Run, thread: Thread, data: dict[str, Value], *, lead: bool = False, by: Actor | None = None
) -> None:
    """Tell to whom the task is given; where that is open, dispatch answers, and an older question no longer counts."""
    state, opened = turn.state, standing.opened_of(thread)
    state.asked = {q: a for q, a in state.asked.items() if a.thread != thread.id or a.run != run.id}
    seq = turn.tell(FactType.STEP_ASSIGNED, run, thread, data, by)
    if data["person"] is None and data["pool"] is None:
        state.asked[seq] = Asked(run.id, thread.id, opened.visit, lead_asked=lead)


def give(turn: Turn, run: Run, thread: Thread, by: Actor, note: str, *, leased: bool) -> None:
    """Somebody takes a task that is for them; ``leased``: by itself, and not with the whole ticket."""
    opened = standing.opened_of(thread)
    opened.person = person = by.acting_for or by.id
    data: dict[str, Value] = {"wanted": f"user:{person}", "skills": [], "person": person, "pool": opened.pool}
    until = leases.claimed(turn, person, run, thread) if leased else None
    more: dict[str, Value] = {"until": until} if until else {}
    _ask(turn, run, thread, {**data, "reason": "claim", "note": note, **more}, by=by)


def check_answer(turn: Turn, run: Run, thread: Thread, answer: StepAnswered) -> tuple[dict[str, Value], Outcome | None]:
    """The outputs and the outcome of an answer; raises the refusal of one that cannot be accepted."""
    opened, task = standing.opened_of(thread), standing.step_of(run, thread)
    if not isinstance(task, Task):
        raise NotAllowed("this step is not a task", "这一步不是任务")
    if not may_answer(turn.state, opened, answer.by):
        raise NotAllowed(f"the step is for {opened.wanted}", f"这一步由 {opened.wanted} 完成")
    outcome = chosen(task.outcomes, answer.outcome)
    return completed(task.form, opened.defaults, answer.values), outcome


def answered(turn: Turn, run: Run, thread: Thread, answer: StepAnswered) -> None:
    """A task is complete. Raises what ``check_answer`` raises, and then nothing has changed."""
    values, outcome = check_answer(turn, run, thread, answer)
    for person in (answer.by.id, answer.by.acting_for):
        if person is not None and person not in run.doers:
            run.doers.append(person)
    values["outcome"] = outcome.key if outcome else None
    flow.leave(turn, run, thread, values, outcome.next if outcome else None, by=answer.by)
    flow.proceed(turn, run, thread)
