"""Steps that people complete: tasks and approvals."""

from __future__ import annotations

from math import ceil

from sop import expressions
from sop.engine import alarms, flow, forms_view, incidents
from sop.engine.turn import Turn
from sop.events import SYSTEM, Actor, ActorKind, Dispatched, StepAnswered, VoteCast
from sop.facts import FactType
from sop.forms import chosen, completed
from sop.model import Approval, ApprovalOrder, Task
from sop.refusals import NotAllowed
from sop.state import Asked, OpenStep, Run, Thread, Vote
from sop.values import Value

ANYBODY = "*"
CUSTOMER, OWNER = "customer", "owner"


def enter_task(turn: Turn, run: Run, thread: Thread, task: Task) -> None:
    """A person does it: the form with its defaults, the script, the deadlines, and whoever dispatch finds."""
    opened = flow.opened_of(thread)
    scope = turn.scope(run, thread)
    opened.defaults = {f.key: expressions.render(f.default, scope) for f in task.form if f.default is not None}
    opened.wanted = task.assign
    alarms.set_deadlines(turn, run, thread, task)
    turn.fact(
        FactType.STEP_OPENED,
        {
            "type": task.type,
            "title": task.title or task.id,
            "assign": task.assign,
            "skills": list(task.skills),
            "form": [forms_view.field_of(f, opened.defaults.get(f.key)) for f in task.form],
            "outcomes": [{"key": o.key, "label": o.label} for o in task.outcomes],
            "script": forms_view.rendered(task.script, scope),
            "due_at": alarms.iso(opened.due_at),
            "timeout_at": alarms.iso(opened.timeout_at),
        },
        run=run,
        step=opened.slot,
        visit=opened.visit,
    )
    assign(turn, run, thread, task.assign, "opened", skills=task.skills)


def assign(turn: Turn, run: Run, thread: Thread, wanted: str, reason: str, *, skills: tuple[str, ...] = (), by: Actor | None = None) -> None:
    """Give the open step to somebody: the customer and a known owner at once, anybody else through dispatch."""
    opened = flow.opened_of(thread)
    opened.wanted, opened.person, opened.pool = wanted, None, None
    data: dict[str, Value] = {"wanted": wanted, "skills": list(skills), "person": None, "pool": None, "reason": reason}
    if wanted == CUSTOMER:
        opened.pool = data["pool"] = CUSTOMER
    elif wanted == OWNER and turn.state.owner_person:
        opened.person = data["person"] = turn.state.owner_person
    seq = turn.fact(FactType.STEP_ASSIGNED, data, run=run, step=opened.slot, visit=opened.visit, by=by)
    if data["person"] is None and data["pool"] is None:
        turn.state.asked[seq] = Asked(run.id, thread.id, opened.visit)


def enter_approval(turn: Turn, run: Run, thread: Thread, approval: Approval) -> None:
    """People decide: the seats are filled by dispatch, and counted by the rule."""
    opened = flow.opened_of(thread)
    seats = [approval.approvers] if isinstance(approval.approvers, str) else list(approval.approvers)
    opened.wanted = ", ".join(seats)
    alarms.set_deadlines(turn, run, thread, approval)
    turn.fact(
        FactType.STEP_OPENED,
        {
            "type": approval.type,
            "title": approval.title or approval.id,
            "assign": opened.wanted,
            "rule": str(approval.rule),
            "script": forms_view.rendered(approval.script, turn.scope(run, thread)),
            "due_at": alarms.iso(opened.due_at),
            "timeout_at": alarms.iso(opened.timeout_at),
        },
        run=run,
        step=opened.slot,
        visit=opened.visit,
    )
    seq = turn.fact(
        FactType.STEP_ASSIGNED,
        {"wanted": seats, "approvals": True, "expand": approval.rule != "any", "approvers": [], "reason": "opened"},
        run=run,
        step=opened.slot,
        visit=opened.visit,
    )
    turn.state.asked[seq] = Asked(run.id, thread.id, opened.visit)


def dispatched(turn: Turn, answer: Dispatched) -> None:
    """Dispatch has found somebody for a step, or nobody."""
    asked = turn.state.asked.pop(answer.seq, None)
    if asked is None or not asked.run:
        _owned(turn, answer, asked)
        return
    run = turn.state.runs[asked.run]
    thread = run.threads.get(asked.thread)
    if thread is None or thread.open is None or thread.open.visit != asked.visit or thread.open.incident:
        return
    step = flow.placed_of(run, thread).step
    if isinstance(step, Approval):
        _seated(turn, run, thread, step, answer)
    elif answer.person is None and answer.pool is None:
        incidents.open_incident(turn, run, thread, "SOP_NOBODY", f"nobody can be assigned: {thread.open.wanted}", "assign")
    else:
        thread.open.person, thread.open.pool = answer.person, answer.pool


def _owned(turn: Turn, answer: Dispatched, asked: Asked | None) -> None:
    if asked is not None:
        turn.state.owner_person = answer.person
        turn.state.owner_team = answer.pool or turn.state.owner_team
        turn.state.ticket["owner"] = answer.person


def _seated(turn: Turn, run: Run, thread: Thread, approval: Approval, answer: Dispatched) -> None:
    opened = flow.opened_of(thread)
    opened.approvers = list(answer.approvers)
    opened.needed = needed(approval.rule, len(opened.approvers))
    if not opened.approvers or opened.needed > len(opened.approvers):
        incidents.open_incident(turn, run, thread, "SOP_NOBODY", f"nobody to ask: {opened.wanted}", "approvers")


def needed(rule: str | int, seats: int) -> int:
    """How many of the seats must approve."""
    if rule == "any":
        return 1
    if rule == "all":
        return max(seats, 1)
    if isinstance(rule, str) and rule.endswith("%"):
        return max(1, ceil(seats * int(rule[:-1]) / 100))
    return int(rule)


def may_answer(turn: Turn, opened: OpenStep, by: Actor) -> bool:
    """Whether a task is for this actor: its assignee, a member of the role or team it is for, the ticket's owner."""
    if opened.wanted == CUSTOMER or opened.pool == CUSTOMER:
        return True
    if by.kind is ActorKind.CUSTOMER:
        return False
    return by.id in {opened.person, turn.state.owner_person} or any(holds_seat(by, s) for s in (opened.wanted, opened.pool) if s)


def holds_seat(by: Actor, seat: str) -> bool:
    """Whether an actor is the person, or has the role or team, that ``seat`` names."""
    kind, _, name = seat.partition(":")
    if seat == CUSTOMER or by.kind is ActorKind.CUSTOMER:
        return seat == CUSTOMER and by.kind is ActorKind.CUSTOMER
    if ANYBODY in by.roles:
        return True
    return name in {"user": (by.id,), "role": by.roles, "team": by.teams}.get(kind, ())


def check_answer(turn: Turn, run: Run, thread: Thread, answer: StepAnswered) -> None:
    """Raise the refusal of an answer that cannot be accepted."""
    opened, task = flow.opened_of(thread), flow.placed_of(run, thread).step
    if not isinstance(task, Task):
        raise NotAllowed("this step is not a task", "这一步不是任务")
    if not may_answer(turn, opened, answer.by):
        raise NotAllowed(f"the step is for {opened.wanted}", f"这一步由 {opened.wanted} 完成")
    chosen(task.outcomes, answer.outcome)
    completed(task.form, opened.defaults, answer.values)


def answered(turn: Turn, run: Run, thread: Thread, answer: StepAnswered) -> None:
    """A task is complete."""
    opened, task = flow.opened_of(thread), flow.placed_of(run, thread).step
    if not isinstance(task, Task):
        raise NotAllowed("this step is not a task", "这一步不是任务")
    outcome = chosen(task.outcomes, answer.outcome)
    values = completed(task.form, opened.defaults, answer.values)
    if answer.by.id not in run.doers:
        run.doers.append(answer.by.id)
    values["outcome"] = outcome.key if outcome else None
    flow.leave(turn, run, thread, values, outcome.next if outcome else None, by=answer.by)
    flow.proceed(turn, run, thread)


def seat_of(opened: OpenStep, approval: Approval, by: Actor) -> str | None:
    """The first seat nobody has voted on yet that this actor holds; in turn, only the next one."""
    voted = {vote.seat for vote in opened.votes}
    free = [seat for seat in opened.approvers if seat not in voted]
    if approval.order is ApprovalOrder.IN_TURN:
        free = free[:1]
    return next((seat for seat in free if holds_seat(by, seat)), None)


def check_vote(turn: Turn, run: Run, thread: Thread, cast: VoteCast) -> None:
    """Raise the refusal of a vote that cannot be counted."""
    opened, approval = flow.opened_of(thread), flow.placed_of(run, thread).step
    if not isinstance(approval, Approval):
        raise NotAllowed("this step is not an approval", "这一步不是审批")
    if any(vote.person == cast.by.id for vote in opened.votes):
        raise NotAllowed("you have voted already", "您已经投过票")
    if cast.by.id in run.doers and not approval.self_approval:
        raise NotAllowed("nobody approves their own work", "不能审批自己完成的步骤")
    if seat_of(opened, approval, cast.by) is None:
        raise NotAllowed(f"the approval is for {opened.wanted}", f"审批人是 {opened.wanted}")


def voted(turn: Turn, run: Run, thread: Thread, cast: VoteCast) -> None:
    """Count a vote; close the approval when the rule is met, or can no longer be met."""
    opened, approval = flow.opened_of(thread), flow.placed_of(run, thread).step
    if not isinstance(approval, Approval):
        raise NotAllowed("this step is not an approval", "这一步不是审批")
    seat = seat_of(opened, approval, cast.by) or ""
    opened.votes.append(Vote(cast.by.id, seat, cast.approve, cast.comment))
    turn.fact(
        FactType.VOTE_CAST,
        {"approve": cast.approve, "comment": cast.comment},
        run=run,
        step=opened.slot,
        visit=opened.visit,
        by=cast.by,
    )
    yes = sum(vote.approve for vote in opened.votes)
    no = len(opened.votes) - yes
    if yes >= opened.needed:
        _decided(turn, run, thread, approval, cast, approved=True)
    elif len(opened.approvers) - no < opened.needed:
        _decided(turn, run, thread, approval, cast, approved=False)


def _decided(turn: Turn, run: Run, thread: Thread, approval: Approval, cast: VoteCast, *, approved: bool) -> None:
    opened = flow.opened_of(thread)
    comments = [vote.comment for vote in opened.votes if vote.comment and vote.approve is approved]
    outputs: dict[str, Value] = {
        "approved": approved,
        "comment": comments[-1] if comments else None,
        "votes": [{"person": v.person, "approve": v.approve, "comment": v.comment} for v in opened.votes],
        "outcome": "approved" if approved else "rejected",
    }
    flow.leave(turn, run, thread, outputs, None if approved else approval.on_reject, by=cast.by)
    flow.proceed(turn, run, thread)


def nobody_home(turn: Turn, run: Run, thread: Thread) -> None:
    """Give a step back to its role or team."""
    opened = flow.opened_of(thread)
    assign(turn, run, thread, opened.wanted or OWNER, "release", by=SYSTEM)
