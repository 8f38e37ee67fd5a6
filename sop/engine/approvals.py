"""Approvals: people decide, by a rule that fixes rejection too."""

from __future__ import annotations

from math import ceil

from sop.engine import alarms, flow, forms_view, handoffs, incidents, standing
from sop.engine.seats import holds_seat
from sop.engine.turn import Turn
from sop.events import Actor, VoteCast
from sop.facts import FactType
from sop.model import Approval, ApprovalOrder
from sop.refusals import NotAllowed
from sop.state import Asked, OpenStep, Run, State, Thread, Vote
from sop.values import Value


def enter_approval(turn: Turn, run: Run, thread: Thread, approval: Approval) -> None:
    """The seats are filled by dispatch, and counted by the rule."""
    shown = details(turn, run, thread, approval)
    alarms.set_deadlines(turn, run, thread, approval)
    named: dict[str, Value] = {"type": approval.type, "title": approval.title or approval.id}
    deadlines = alarms.deadlines_in_fact(standing.opened_of(thread))
    turn.tell(FactType.STEP_OPENED, run, thread, {**named, **shown, **deadlines})
    ask(turn, run, thread, _seats(approval), "opened")


def details(turn: Turn, run: Run, thread: Thread, approval: Approval) -> dict[str, Value]:
    """What people see of an approval. Raises ``ExpressionError``."""
    turn.part = "script"
    script = forms_view.rendered(approval.script, turn.scope(run, thread)) if approval.script else None
    return {"assign": ", ".join(_seats(approval)), "rule": str(approval.rule), "script": script}


def _seats(approval: Approval) -> list[str]:
    return [approval.approvers] if isinstance(approval.approvers, str) else list(approval.approvers)


def asked_again(turn: Turn, run: Run, thread: Thread, before: Approval, approval: Approval) -> None:
    """The approval has other approvers or another rule now, and nobody has voted yet: its seats are filled anew."""
    if (before.approvers, str(before.rule)) != (approval.approvers, str(approval.rule)):
        turn.state.asked = {q: a for q, a in turn.state.asked.items() if (a.run, a.thread) != (run.id, thread.id)}
        ask(turn, run, thread, _seats(approval), "migrated")


def ask(turn: Turn, run: Run, thread: Thread, seats: list[str], reason: str, *, by: Actor | None = None) -> None:
    """Have dispatch fill the seats; roles and teams become one seat a person where more than one vote counts."""
    opened, approval = standing.opened_of(thread), standing.step_of(run, thread)
    opened.wanted = ", ".join(seats)
    many = isinstance(approval, Approval) and approval.rule != "any"
    data: dict[str, Value] = {"wanted": seats, "approvals": True, "expand": many, "approvers": [], "reason": reason}
    seq = turn.tell(FactType.STEP_ASSIGNED, run, thread, data, by)
    turn.state.asked[seq] = Asked(run.id, thread.id, opened.visit)
    if reason == handoffs.ESCALATION:
        handoffs.counted(turn, handoffs.ESCALATION)


def seated(turn: Turn, run: Run, thread: Thread, approval: Approval, found: tuple[str, ...]) -> None:
    """Dispatch has filled the seats. Seats of those who did the work do not count; without enough others, an
    incident."""
    opened, state = standing.opened_of(thread), turn.state
    others = [seat for seat in found if approval.self_approval or not _did(state, run, seat)]
    opened.approvers = [*(vote.seat for vote in opened.votes), *dict.fromkeys(others)]
    opened.needed = needed(approval.rule, len(opened.approvers))
    if opened.needed > len(opened.approvers):
        said = f"nobody to ask: {opened.wanted}"
        incidents.open_incident(turn, run, thread, "SOP_NOBODY", said, "approvers")


def _did(state: State, run: Run, seat: str) -> bool:
    kind, _, name = seat.partition(":")
    return kind == "user" and name in doers_of(state, run)


def doers_of(state: State, run: Run) -> set[str]:
    """Everybody who has completed a step of a run, of those that called it, or of those it called."""
    root = _root(state, run)
    return {person for other in state.runs.values() if _root(state, other) is root for person in other.doers}


def _root(state: State, run: Run) -> Run:
    while run.parent_run is not None:
        run = state.runs[run.parent_run]
    return run


def needed(rule: str | int, seats: int) -> int:
    """How many of the seats must approve."""
    if rule == "any":
        return 1
    if rule == "all":
        return max(seats, 1)
    if isinstance(rule, str) and rule.endswith("%"):
        return max(1, ceil(seats * int(rule[:-1]) / 100))
    return int(rule)


def _seat_of(opened: OpenStep, approval: Approval, by: Actor) -> str | None:
    """The first seat nobody has voted on yet that this actor holds; in turn, only the next one."""
    voted = {vote.seat for vote in opened.votes}
    free = [seat for seat in opened.approvers if seat not in voted]
    if approval.order is ApprovalOrder.IN_TURN:
        free = free[:1]
    return next((seat for seat in free if holds_seat(by, seat)), None)


def check_own_work(turn: Turn, run: Run, approval: Approval, by: Actor) -> None:
    """Raise ``NotAllowed`` when somebody would decide on their own work."""
    if not approval.self_approval and {by.id, by.acting_for} & doers_of(turn.state, run):
        raise NotAllowed("nobody approves their own work", "不能审批自己完成的步骤")


def check_vote(turn: Turn, run: Run, thread: Thread, cast: VoteCast) -> tuple[Approval, str]:
    """The approval and the seat a vote counts for; raises the refusal of a vote that cannot be counted."""
    opened, approval = standing.opened_of(thread), standing.step_of(run, thread)
    if not isinstance(approval, Approval):
        raise NotAllowed("this step is not an approval", "这一步不是审批")
    if any(vote.person in (cast.by.id, cast.by.acting_for) for vote in opened.votes):
        raise NotAllowed("you have voted already", "您已经投过票")
    check_own_work(turn, run, approval, cast.by)
    seat = _seat_of(opened, approval, cast.by)
    if seat is None:
        raise NotAllowed(f"the approval is for {opened.wanted}", f"审批人是 {opened.wanted}")
    return approval, seat


def voted(turn: Turn, run: Run, thread: Thread, cast: VoteCast) -> None:
    """Count a vote; close the approval when the rule is met, or can no longer be met. Raises what ``check_vote``
    raises, and then nothing has changed."""
    approval, seat = check_vote(turn, run, thread, cast)
    opened = standing.opened_of(thread)
    opened.votes.append(Vote(cast.by.id, seat, cast.approve, cast.comment))
    turn.tell(FactType.VOTE_CAST, run, thread, {"approve": cast.approve, "comment": cast.comment}, cast.by)
    yes = sum(vote.approve for vote in opened.votes)
    no = len(opened.votes) - yes
    if yes >= opened.needed:
        _decided(turn, run, thread, approval, cast, approved=True)
    elif len(opened.approvers) - no < opened.needed:
        _decided(turn, run, thread, approval, cast, approved=False)


def _decided(turn: Turn, run: Run, thread: Thread, approval: Approval, cast: VoteCast, *, approved: bool) -> None:
    opened = standing.opened_of(thread)
    comments = [vote.comment for vote in opened.votes if vote.comment and vote.approve is approved]
    outputs: dict[str, Value] = {
        "approved": approved,
        "comment": comments[-1] if comments else None,
        "votes": [{"person": v.person, "approve": v.approve, "comment": v.comment} for v in opened.votes],
        "outcome": "approved" if approved else "rejected",
    }
    flow.leave(turn, run, thread, outputs, None if approved else approval.on_reject, by=cast.by)
    flow.proceed(turn, run, thread)
