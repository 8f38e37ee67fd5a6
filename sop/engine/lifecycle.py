"""The ticket itself: classified, given its runs, claimed and handed over, paused, resolved, closed, reopened."""

from __future__ import annotations

from datetime import timedelta

from sop.commands import ChooseDefinitions, Finish
from sop.engine import branching, builtin, clocks, flow, people, systems, waiting
from sop.engine.turn import Turn
from sop.events import SYSTEM, ActorKind, Classified, Command, DefinitionsChosen, MessagePosted, Occurred, TicketCommanded
from sop.facts import FactType
from sop.model import AfterClose, Result, Task, Wait
from sop.state import ENDED, Alarm, AlarmKind, Run, RunPhase, State, Status, Thread
from sop.values import Value

OURS = "gongdan"
CLOSE_AFTER = timedelta(days=7)
REOPENED = "ticket.reopened"


def classified(turn: Turn, event: Classified) -> None:
    """The ticket has its category: it gets its accountable owner, and the events its SOPs start on."""
    state = turn.state
    state.ticket["category"], state.ticket["priority"] = event.category, event.priority
    data: dict[str, Value] = {"category": event.category, "priority": event.priority, "team": event.team, "rule": event.rule}
    turn.fact(FactType.TICKET_CLASSIFIED, data, by=SYSTEM)
    if event.team:
        builtin.own(turn, f"team:{event.team}", "dispatch")
    state.status = Status.OPEN
    for name in ("ticket.created", "ticket.classified"):
        waiting.receive(turn, Occurred(name, OURS, name), quiet=True)


def chosen(turn: Turn, event: DefinitionsChosen) -> None:
    """Start the definitions chosen for an event: one SOP at a time, playbooks beside it."""
    for compiled in event.definitions:
        if compiled["kind"] == "sop" and any(_is_main(r) and r.phase is not RunPhase.ENDED for r in turn.state.runs.values()):
            continue
        if compiled["kind"] == "playbook" and compiled["key"] in turn.state.runs:
            continue
        run = flow.start_run(turn, compiled)
        for field in run.model.document.fields:
            turn.state.ticket.setdefault(field.key, field.default)
        clocks.start_clocks(turn, run)
        flow.set_off(turn, run)


def _is_main(run: Run) -> bool:
    return not run.is_playbook and run.parent_run is None


def occurred(turn: Turn, event: Occurred) -> None:
    """Something happened: whoever waits for it goes on, clocks start and stop, and definitions may start for it."""
    if waiting.receive(turn, event) is None:
        return
    clocks.happened(turn, event.type)
    if event.type in turn.state.starters:
        turn.commands.append(ChooseDefinitions(event.type, dict(event.data)))


def posted(turn: Turn, event: MessagePosted) -> None:
    """A message stands in the conversation: an answer to the customer, or a question of theirs."""
    turn.fact(FactType.MESSAGE_POSTED, {"message": event.message, "visibility": event.visibility}, by=event.by)
    if event.visibility != "public":
        return
    if event.by.kind is ActorKind.CUSTOMER:
        clocks.happened(turn, "ticket.asked")
        occurred(turn, Occurred("ticket.customer_message", OURS, event.message, {"message": event.message}))
        return
    clocks.happened(turn, "ticket.answered")
    if event.by.kind is ActorKind.STAFF:
        data: dict[str, Value] = {"by": event.by.id, "at": turn.now.isoformat()}
        occurred(turn, Occurred("ticket.first_response", OURS, "ticket.first_response", data))


def run_ended(turn: Turn, run: Run) -> None:
    """A run whose threads are gone: undo what is to be undone, then close its book."""
    if run.phase is not RunPhase.ENDING or run.threads or not systems.run_over(turn, run):
        return
    run.phase = RunPhase.ENDED
    clocks.stop_all(turn, run)
    turn.state.alarms = [a for a in turn.state.alarms if a.run != run.id]
    turn.fact(FactType.RUN_ENDED, {"result": run.result}, run=run)
    if run.parent_run is not None:
        branching.sub_ended(turn, run)
    elif not run.is_playbook:
        _resolved(turn, run)


def _resolved(turn: Turn, run: Run) -> None:
    state = turn.state
    state.result = run.result
    for other in list(state.runs.values()):
        if other.is_playbook and other.phase is RunPhase.ACTIVE and other.model.document.after_close is AfterClose.STOP:
            flow.end_run(turn, other, Result.CANCELLED)
    state.alarms.append(Alarm(turn.now + CLOSE_AFTER, AlarmKind.CLOSE))
    waiting.receive(turn, Occurred("ticket.closed", OURS, f"ticket.closed.{run.id}"), quiet=True)


def close(turn: Turn) -> None:
    """The time for second thoughts is over: the ticket closes as soon as nothing runs for it any more."""
    turn.state.cancelling = True


def commanded(turn: Turn, event: TicketCommanded) -> None:
    """A person's command on the whole ticket."""
    match event.command:
        case Command.CLAIM:
            _claim(turn, event)
        case Command.RELEASE:
            _hand_over(turn, event, f"team:{turn.state.owner_team}" if turn.state.owner_team else "", "release")
        case Command.TRANSFER:
            _hand_over(turn, event, event.to or "", "transfer")
        case Command.PRIORITY:
            builtin.set_priority(turn, event.to or "", event.note, event.by)
        case Command.PAUSE:
            turn.state.paused_at = turn.now
        case Command.RESUME:
            _resume(turn)
        case Command.CANCEL:
            _cancel(turn)
        case Command.REOPEN:
            _reopen(turn, event)


def _claim(turn: Turn, event: TicketCommanded) -> None:
    for run, thread in open_threads(turn.state):
        opened = flow.opened_of(thread)
        if not isinstance(flow.placed_of(run, thread).step, Task) or opened.wanted == people.CUSTOMER:
            continue
        if event.step in (None, opened.slot, f"{run.id}.{opened.slot}") and people.may_answer(turn, opened, event.by):
            _give(turn, run, thread, event.by.id, "claim", event)
    if event.step is None:
        builtin.own(turn, f"user:{event.by.id}", "claim", event.note, event.by)


def _give(turn: Turn, run: Run, thread: Thread, person: str, reason: str, event: TicketCommanded) -> None:
    opened = flow.opened_of(thread)
    opened.person = person
    data: dict[str, Value] = {"wanted": f"user:{person}", "person": person, "pool": opened.pool, "reason": reason, "note": event.note}
    turn.fact(FactType.STEP_ASSIGNED, data, run=run, step=opened.slot, visit=opened.visit, by=event.by)


def _hand_over(turn: Turn, event: TicketCommanded, to: str, reason: str) -> None:
    before = turn.state.owner_person
    for run, thread in open_threads(turn.state):
        opened = flow.opened_of(thread)
        if not isinstance(flow.placed_of(run, thread).step, Task) or opened.wanted == people.CUSTOMER:
            continue
        mine = event.step in (opened.slot, f"{run.id}.{opened.slot}") if event.step else opened.person in {before, event.by.id}
        if mine and opened.person is not None:
            wanted = to if reason == "transfer" else opened.pool or opened.wanted or to
            people.assign(turn, run, thread, wanted, reason, by=event.by)
    if event.step is None and to:
        builtin.own(turn, to, reason, event.note, event.by)


def _resume(turn: Turn) -> None:
    state = turn.state
    if state.paused_at is None:
        return
    lost = turn.now - state.paused_at
    state.paused_at = None
    for alarm in state.alarms:
        if alarm.thread:
            alarm.at += lost
    for _, thread in open_threads(state):
        opened = flow.opened_of(thread)
        opened.due_at = opened.due_at and opened.due_at + lost
        opened.timeout_at = opened.timeout_at and opened.timeout_at + lost


def _cancel(turn: Turn) -> None:
    turn.state.paused_at = None
    for run in list(turn.state.runs.values()):
        if run.parent_run is None and run.phase is RunPhase.ACTIVE:
            flow.end_run(turn, run, Result.CANCELLED, undo=True)
    if not turn.state.runs:
        turn.state.result = Result.CANCELLED
        turn.state.alarms.append(Alarm(turn.now + CLOSE_AFTER, AlarmKind.CLOSE))


def _reopen(turn: Turn, event: TicketCommanded) -> None:
    state = turn.state
    state.result, state.cancelling = None, False
    state.alarms = [a for a in state.alarms if a.kind is not AlarmKind.CLOSE]
    number = sum(letter.type == REOPENED for letter in state.mailbox) + 1
    waiting.receive(turn, Occurred(REOPENED, OURS, f"{REOPENED}.{number}", {"by": event.by.id, "note": event.note}))
    turn.commands.append(ChooseDefinitions(REOPENED, {"by": event.by.id, "note": event.note}))


def open_threads(state: State) -> list[tuple[Run, Thread]]:
    """Every thread that stands on an open step, with its run."""
    return [
        (run, thread)
        for run in state.runs.values()
        if run.phase is not RunPhase.ENDED
        for thread in run.threads.values()
        if thread.open is not None and not thread.cancelled
    ]


def status_of(state: State) -> Status:
    """Where the ticket stands, from what is open."""
    if state.finished:
        return Status.CLOSED
    if state.result is not None and not any(_is_main(r) and r.phase is not RunPhase.ENDED for r in state.runs.values()):
        return Status.CANCELLED if state.result == Result.CANCELLED else Status.RESOLVED
    if state.paused_at is not None:
        return Status.PAUSED
    if state.status is Status.NEW:
        return Status.NEW
    standing = [_standing(run, thread) for run, thread in open_threads(state) if not run.is_playbook]
    if not standing or Status.OPEN in standing:
        return Status.OPEN
    return Status.WAITING_CUSTOMER if Status.WAITING_CUSTOMER in standing else Status.WAITING


def _standing(run: Run, thread: Thread) -> Status:
    opened, step = flow.opened_of(thread), flow.placed_of(run, thread).step
    if opened.incident:
        return Status.OPEN
    if isinstance(step, Wait) or opened.children or opened.sub:
        return Status.WAITING
    return Status.WAITING_CUSTOMER if opened.wanted == people.CUSTOMER else Status.OPEN


def settle(turn: Turn) -> None:
    """At the end of an activation: clocks follow, the status is told when it changed, a closed ticket finishes."""
    state = turn.state
    _tell_status(turn)
    clocks.settle(turn)
    if state.cancelling and not state.finished and all(r.phase is RunPhase.ENDED for r in state.runs.values()):
        state.finished = True
        state.alarms = []
        _tell_status(turn)
        turn.commands.append(Finish())


def _tell_status(turn: Turn) -> None:
    state = turn.state
    status = status_of(state)
    if status is not state.status or state.ticket.get("status") != status:
        state.status = status
        state.ticket["status"] = status.value
        turn.fact(FactType.TICKET_STATUS, {"status": status, "result": state.result})


def over(state: State) -> bool:
    """Whether the ticket has ended."""
    return state.status in ENDED
