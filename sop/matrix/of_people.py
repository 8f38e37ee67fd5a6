"""Tasks and approvals that nobody answers, that are answered twice, whose owner leaves; waits for what never comes."""

from __future__ import annotations

from dataclasses import replace

from sop.engine.seats import CUSTOMER
from sop.events import Actor, ActorKind, Duty, DutyChanged, Event, StepAnswered, TicketCommanded, VoteCast
from sop.events import Command as Order
from sop.facts import FactType
from sop.matrix.faults import Cell, Fault, Finding, found
from sop.matrix.looking import Seen, incident_cell, left_alone, seen, who_is_told
from sop.matrix.values import variants
from sop.matrix.ways import Way, gone
from sop.model import Approval, Task, Wait
from sop.refusals import Refusal
from sop.scenario.script import Act
from sop.scenario.stage import Stage, event_for
from sop.simulate.opensteps import open_steps

LEAVER = "leaver"


def people_cells(step: Task | Approval, way: Way) -> list[Cell]:
    """What becomes of a task or an approval in each way people may fail it."""
    cells = [_unanswered(step, way), _twice(step, way)]
    if isinstance(step, Approval):
        return [*cells, _no_approver(step, way)]
    return cells if step.assign == CUSTOMER else [*cells, _owner_leaves(step, way)]


def wait_cell(step: Wait, way: Way) -> Cell:
    """What becomes of a wait when nothing comes."""
    fault, stage = Fault.NEVER_COMES, gone(way)
    happened = left_alone(stage, way)
    if (cell := _ended(stage, way, fault, happened)) is not None:
        return cell
    told = who_is_told((*happened.about, *happened.others))
    if not told:
        return found(step.id, fault, Finding.WAITS_FOR_EVER)
    return Cell(step.id, fault, f"一直等待；{told} 会得知", f"goes on waiting; {told} learns of it")


def _unanswered(step: Task | Approval, way: Way) -> Cell:
    fault, stage = Fault.UNANSWERED, gone(way)
    happened = left_alone(stage, way)
    if (cell := _ended(stage, way, fault, happened)) is not None:
        return cell
    if mine := who_is_told(happened.about):
        return Cell(step.id, fault, f"升级到 {mine}，任务保留", f"is escalated to {mine} and stays open")
    if others := who_is_told(happened.others):
        return Cell(step.id, fault, f"只有工单的时钟提醒 {others}", f"only the ticket's clocks tell {others}")
    return found(step.id, fault, Finding.STANDS_FOR_EVER)


def _ended(stage: Stage, way: Way, fault: Fault, happened: Seen) -> Cell | None:
    """The cell of a step that has ended, or has become an incident; none for one that still stands."""
    step = way.slot.partition("#")[0]
    if happened.incident is not None:
        return incident_cell(stage, way, fault, happened.incident)
    if happened.closed is None:
        return None
    status = happened.closed.data.get("status")
    if status == "timeout":
        return Cell(step, fault, "到时后按 on_timeout 继续", "times out and goes on as on_timeout says")
    if status == "done":
        return Cell(step, fault, "到时继续", "goes on when its time has come")
    return Cell(step, fault, "由其他步骤结束", "is ended by another step")


def _twice(step: Task | Approval, way: Way) -> Cell:
    """The same answer is given again: it must be refused with a reason."""
    stage = gone(way)
    event = _answer(step, way, stage)
    try:
        stage.tell(event)
        told = len(stage.facts)
        stage.tell(event)
    except Refusal as refusal:
        return Cell(step.id, Fault.TWICE, f"第二次被拒绝：{refusal.zh}", f"the second is refused: {refusal.en}")
    visits = {f.visit for f in stage.facts[told:] if (f.run, f.step) == (way.run, way.slot)}
    before = {f.visit for f in stage.facts[:told] if (f.run, f.step) == (way.run, way.slot)}
    if visits & before and not visits & {max(v or 0 for v in before)}:
        return found(step.id, Fault.TWICE, Finding.COUNTS_TWICE)
    return Cell(step.id, Fault.TWICE, "第二次算作下一轮的回答", "the second counts for the next visit")


def _answer(step: Task | Approval, way: Way, stage: Stage) -> Event:
    """The answer that the tale gives to the step, else one made up."""
    for number, each in enumerate(way.rest):
        named = each.complete or each.vote
        if named is not None and named.rpartition(".")[2] == way.slot and each.rejected is None:
            event = event_for(each, way.acts + number + 1, stage.engine, stage.now)
            if isinstance(event, StepAnswered | VoteCast):
                return event
    address = f"{way.run}.{way.slot}"
    if isinstance(step, Approval):
        return VoteCast(address, _somebody("approver"), approve=True)
    opened = next(one for one in open_steps(stage.facts) if one.address == address)
    outcome = step.outcomes[0].key if step.outcomes else None
    by = "customer" if step.assign == CUSTOMER else "agent"
    values = variants(opened, stage.now)[-1]
    made_up = Act.model_validate({"complete": address, "outcome": outcome, "by": by, "with": values})
    event = event_for(made_up, 0, stage.engine, stage.now)
    assert event is not None  # noqa: S101 - the act completes a step
    return event


def _owner_leaves(step: Task, way: Way) -> Cell:
    """Somebody has taken the task and leaves the company, and nobody else has their seat."""
    stage, fault = gone(way), Fault.GONE
    opened = next(one for one in open_steps(stage.facts) if one.address == f"{way.run}.{way.slot}")
    person = opened.person or LEAVER
    if opened.person is None:
        stage.tell(TicketCommanded(Order.CLAIM, _somebody(person), step=opened.address))
    stage.people = {**stage.people, step.assign: [], f"user:{person}": []}
    before = len(stage.facts)
    stage.tell(DutyChanged(person, Duty.GONE))
    happened = seen(stage.facts[before:], way)
    if happened.incident is not None:
        return incident_cell(stage, way, fault, happened.incident)
    given = [f for f in stage.facts[before:] if f.type is FactType.STEP_ASSIGNED and f.step == way.slot]
    now = next((one for one in open_steps(stage.facts) if one.address == opened.address), None)
    to = given[-1].data["wanted"] if given else now.person if now and now.person != person else None
    if to is not None:
        return Cell(step.id, fault, f"交给 {to}", f"goes to {to}")
    if told := who_is_told(left_alone(stage, way).about):
        return Cell(step.id, fault, f"仍是其任务，直到升级给 {told}", f"stays theirs until it is escalated to {told}")
    return found(step.id, fault, Finding.STANDS_FOR_EVER)


def _no_approver(step: Approval, way: Way) -> Cell:
    """Nobody holds the seats of an approval any more."""
    seats = [step.approvers] if isinstance(step.approvers, str) else list(step.approvers)
    tale = way.tale
    people = {**tale.script.people, **(tale.case.people or {}), **{seat: [] for seat in seats}}
    case = tale.case.model_copy(update={"people": people})
    stage = gone(replace(way, tale=replace(tale, case=case)))
    happened = seen(stage.facts, way)
    if happened.incident is None:
        return found(step.id, Fault.GONE, Finding.STANDS_FOR_EVER)
    return incident_cell(stage, way, Fault.GONE, happened.incident)


def _somebody(name: str) -> Actor:
    return Actor(ActorKind.STAFF, name, roles=("*",))
