"""Rules about who is asked: 308W, 310W, 408W, 410W."""

from __future__ import annotations

from collections.abc import Iterator

from sop.checks.before import reached
from sop.checks.catalog_names import named_people
from sop.checks.context import Context
from sop.model import Approval, Document, Ladder, Task
from sop.problems import Problem


def _asked(step: Task | Approval) -> tuple[str, ...]:
    if isinstance(step, Task):
        return (step.assign,)
    return (step.approvers,) if isinstance(step.approvers, str) else step.approvers


def empty_groups(document: Document, context: Context) -> Iterator[Problem]:
    """308W: whoever is asked or told has somebody at work."""
    catalog = context.catalog
    known = {"role": catalog.roles, "team": catalog.teams, "user": catalog.people}
    for pointer, who in named_people(document, context):
        kind, _, name = who.partition(":")
        if name in known.get(kind, ()) and catalog.members(who) == frozenset():
            yield context.tree.problem("308", pointer, name=who)


def held_skills(document: Document, context: Context) -> Iterator[Problem]:
    """310W: somebody at work of those asked holds every skill that a task needs."""
    catalog = context.catalog
    for pointer, task in context.each(Task):
        members = catalog.members(task.assign)
        if members is None and task.assign == "owner" and catalog.staff:
            members = frozenset(name for name, known in catalog.staff.items() if known.on_duty)
        for index, skill in enumerate(task.skills if members else ()):
            if skill in catalog.skills and not any(skill in catalog.staff[name].skills for name in members or ()):
                yield context.tree.problem("310", f"{pointer}/skills/{index}", name=skill, who=task.assign)


def own_approvals(document: Document, context: Context) -> Iterator[Problem]:
    """408W: whoever did the work does not approve it, where ``self_approval`` lets them."""
    for pointer, approval in context.each(Approval):
        if approval.self_approval:
            doer = _may_do_both(context, pointer, approval)
            if doer is not None:
                yield context.tree.problem("408", f"{pointer}/self_approval", name=doer.id)


def _may_do_both(context: Context, pointer: str, approval: Approval) -> Task | None:
    """The first task before an approval whose people may be the approvers too."""
    for place, task in context.each(Task):
        before = reached(context.ways, context.stands_of.get(place, ()))
        if before.intersection(context.stands_of.get(pointer, ())) and _overlap(context, task, approval):
            return task
    return None


def _overlap(context: Context, task: Task, approval: Approval) -> bool:
    if task.assign == "customer":
        return False
    return any(who == task.assign or _common(context, who, task.assign) for who in _asked(approval))


def _common(context: Context, one: str, other: str) -> bool:
    members = context.catalog.members(one), context.catalog.members(other)
    if members[0] is None or members[1] is None:
        return "owner" in (one, other)
    return bool(members[0] & members[1])


def escalations(document: Document, context: Context) -> Iterator[Problem]:
    """410W: once it is late, an escalation goes to somebody else. Before that it is a reminder, and may."""
    for placed in context.placed:
        step = placed.step
        if not isinstance(step, (Task, Approval)):
            continue
        late = set(_asked(step))
        for place, who in _rungs(f"{placed.pointer}/escalate", step.escalate):
            if who in late:
                yield context.tree.problem("410", place, name=who)


def _rungs(pointer: str, ladder: Ladder) -> Iterator[tuple[str, str]]:
    if isinstance(ladder, str):
        yield pointer, ladder
        return
    for index, rung in enumerate(ladder or ()):
        if rung.to is not None and (rung.after is not None or (rung.at is not None and _late(rung.at))):
            yield f"{pointer}/{index}/to", rung.to


def _late(share: str) -> bool:
    number = share.removesuffix("%")
    return number.isdecimal() and int(number) >= 100
