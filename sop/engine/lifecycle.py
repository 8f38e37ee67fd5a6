"""The ticket itself: classified, given its runs, resolved, closed; and what people say on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sop.commands import ChooseDefinitions, Finish
from sop.definition import Compiled, definition_of
from sop.engine import (
    alarms,
    branching,
    causes,
    clocks,
    flow,
    gates,
    leases,
    mailbox,
    owners,
    promises,
    seats,
    standing,
    undo,
)
from sop.engine.turn import Turn
from sop.events import SYSTEM, ActorKind, Classified, DefinitionsChosen, MessagePosted, Occurred
from sop.facts import FactType
from sop.model import AfterClose, Result, Wait
from sop.state import ENDED, RUN_ACTIVE, RUN_ENDED, Alarm, AlarmKind, Run, RunPhase, State, Status, Thread
from sop.values import Value

OURS = "gongdan"
CLOSED = "ticket.closed"
CLOSE_AFTER = timedelta(days=7)
MOST_HEARD = 500
_NEW: Final = Status.NEW
_OPEN: Final = Status.OPEN


def classified(turn: Turn, event: Classified) -> None:
    """The ticket has its category: it gets its accountable owner, and the events its SOPs start on."""
    state = turn.state
    state.ticket["category"], state.ticket["priority"] = event.category, event.priority
    state.desk = event.desk
    data: dict[str, Value] = {
        "category": event.category,
        "priority": event.priority,
        "team": event.team,
        "rule": event.rule,
        **causes.desk_told(event.desk),
    }
    turn.fact(FactType.TICKET_CLASSIFIED, data, by=SYSTEM)
    if event.team or state.desk:
        owners.own(turn, f"team:{event.team}" if event.team else owners.home(state), "dispatch")
    state.status = _OPEN
    for name in ("ticket.created", "ticket.classified"):
        mailbox.receive(turn, Occurred(name, OURS, name), quiet=True)


def chosen(turn: Turn, event: DefinitionsChosen) -> None:
    """Start the definitions chosen for an event, best first: one SOP at a time, a playbook once, of an exclusive
    group only the first."""
    for gate in event.gates:
        gates.known(turn.state, gate)
    for compiled in event.definitions if turn.state.merged_into is None else ():
        if compiled["kind"] == "sop" and (turn.state.result is not None or main_runs(turn.state)):
            continue
        if compiled["kind"] == "playbook" and compiled["key"] in _played(turn.state):
            continue
        _start(turn, event, compiled)


def main_runs(state: State) -> list[Run]:
    """The SOP that runs (or undoes what it did) now."""
    return [run for run in state.runs.values() if run.is_main and run.phase is not RUN_ENDED]


def _played(state: State) -> set[str]:
    return {run.definition["key"] for run in state.runs.values() if run.is_playbook}


def _start(turn: Turn, event: DefinitionsChosen, compiled: Compiled) -> None:
    document, state = definition_of(compiled).document, turn.state
    groups = {run.model.document.exclusive for run in state.runs.values()}
    if document.exclusive is not None and document.exclusive in groups:
        return
    if state.result is not None and event.on != CLOSED and document.after_close is AfterClose.STOP:
        return
    inputs = dict(event.inputs) if compiled["kind"] == "sop" else {}
    candidate = event.candidates.get(compiled["sha256"])
    why: dict[str, Value] = {"on": event.on, **({"inputs": inputs} if inputs else {})}
    run = flow.start_run(turn, compiled, inputs, why={**why, **({"candidate": candidate} if candidate else {})})
    clocks.start_clocks(turn, run)
    flow.set_off(turn, run)


def occurred(turn: Turn, event: Occurred, *, quiet: bool = False, at: datetime | None = None) -> None:
    """Something happened: whoever waits for it goes on, clocks start and stop, and definitions may start for it."""
    if not mailbox.receive(turn, event, quiet=quiet):
        return
    clocks.happened(turn, event.type, at)
    if event.type in turn.state.starters:
        turn.commands.append(ChooseDefinitions(event.type, dict(event.data)))


def posted(turn: Turn, event: MessagePosted) -> None:
    """A message stands in the conversation: an answer to the customer, or a question of theirs."""
    heard = turn.state.heard
    if event.message in heard:
        return
    heard.append(event.message)
    del heard[:-MOST_HEARD]
    turn.fact(FactType.MESSAGE_POSTED, {"message": event.message, "visibility": event.visibility}, by=event.by)
    if event.visibility != "public":
        return
    if event.by.kind is ActorKind.CUSTOMER:
        clocks.happened(turn, "ticket.asked", event.at)
        occurred(turn, Occurred("ticket.customer_message", OURS, event.message, {"message": event.message}))
        return
    clocks.happened(turn, "ticket.answered", event.at)
    if event.by.kind is ActorKind.STAFF:
        data: dict[str, Value] = {"by": event.by.id, "at": (event.at or turn.now).isoformat()}
        occurred(turn, Occurred("ticket.first_response", OURS, "ticket.first_response", data), at=event.at)
    promises.said(turn, event)


def run_ended(turn: Turn, run: Run) -> None:
    """A run whose threads are gone: undo what is to be undone, then close its book."""
    if run.phase is not RunPhase.ENDING or run.threads or not undo.is_undone(turn, run):
        return
    outputs = branching.outputs_of(turn, run)
    run.phase = RUN_ENDED
    clocks.stop_all(turn, run)
    turn.state.alarms = [a for a in turn.state.alarms if a.run != run.id]
    turn.fact(FactType.RUN_ENDED, {"result": run.result, "outputs": outputs}, run=run)
    if run.parent_run is not None:
        branching.sub_ended(turn, run, outputs)
    elif not run.is_playbook:
        resolved(turn, run.result or Result.RESOLVED, run.id)


def resolved(turn: Turn, result: str, name: str) -> None:
    """The ticket has its result: playbooks that stop with it do, and it will close in seven days. Of a ticket merged
    into another nothing starts any more, no survey either: that one goes on."""
    state = turn.state
    state.result = result
    if state.paused_at is not None:
        unpause(turn)  # nobody could resume a ticket that is over, and its playbooks would stand still for ever
    if result == Result.CANCELLED:
        promises.withdraw_all(turn, "cancelled")
    for other in list(state.runs.values()):
        if other.is_playbook and other.phase is RUN_ACTIVE and _stops(other):
            flow.end_run(turn, other, Result.CANCELLED)
    silence_close(state)
    state.alarms.append(Alarm(turn.now + CLOSE_AFTER, AlarmKind.CLOSE))
    if state.merged_into is None:
        occurred(turn, Occurred(CLOSED, OURS, f"{CLOSED}.{name}.{state.seq}"), quiet=True)


def _stops(run: Run) -> bool:
    return run.parent_run is None and run.model.document.after_close is AfterClose.STOP


def silence_close(state: State) -> None:
    """The ticket is not about to close any more."""
    state.alarms = [a for a in state.alarms if a.kind is not AlarmKind.CLOSE]


def unpause(turn: Turn) -> None:
    """Steps get the time back that they have lost. What waits for a moment goes on waiting for that moment."""
    turn.state.paused_at = None
    for run, thread in open_threads(turn.state):
        if alarms.go_on(turn, run, thread):
            alarms.tell_moved(turn, run, thread)


def close(turn: Turn) -> None:
    """The time for second thoughts is over: the ticket closes as soon as nothing runs for it any more."""
    turn.state.cancelling = True


def open_threads(state: State) -> list[tuple[Run, Thread]]:
    """Every thread that stands on an open step, with its run."""
    return [
        (run, thread)
        for run in state.runs.values()
        if run.phase is not RUN_ENDED
        for thread in run.threads.values()
        if thread.open is not None and not thread.cancelled
    ]


def status_of(state: State) -> Status:
    """Where the ticket stands, from what is open."""
    if state.finished:
        return Status.CLOSED
    if state.merged_into is not None and state.result is None:
        return state.status  # until the calls under way have answered
    if state.result is not None and not main_runs(state):
        return Status.CANCELLED if state.result == Result.CANCELLED else Status.RESOLVED
    if state.paused_at is not None:
        return Status.PAUSED
    return _NEW if state.status is _NEW else _waits_for(state)


def _waits_for(state: State) -> Status:
    """Whom an open ticket waits for: us, as soon as one step does; else its customer; else something outside."""
    found = None
    for run in state.runs.values():
        if run.phase is RUN_ENDED or run.is_playbook:
            continue
        for thread in run.threads.values():
            standing = _standing(run, thread)
            if standing is _OPEN:
                return standing
            found = standing if found is not Status.WAITING_CUSTOMER else found
    return found or _OPEN


def _standing(run: Run, thread: Thread) -> Status | None:
    opened = thread.open
    if opened is None or thread.cancelled:
        return None
    if opened.held:
        return Status.WAITING
    if opened.incident:
        return _OPEN
    if opened.wanted == seats.CUSTOMER:
        return Status.WAITING_CUSTOMER
    if opened.children or opened.sub or isinstance(standing.step_of(run, thread), Wait):
        return Status.WAITING
    return _OPEN


def settle(turn: Turn) -> None:
    """At the end of an activation: clocks follow, the status is told when it changed, a closed ticket finishes."""
    state = turn.state
    _tell_status(turn)
    leases.settle(turn)
    clocks.settle(turn)
    if state.cancelling and not state.finished and not _busy(state):
        state.finished = True
        state.alarms, state.asked, state.leases = [], {}, []
        _tell_status(turn)
        turn.commands.append(Finish())


def _busy(state: State) -> bool:
    """Whether something still runs for a ticket that is to close, or is about to."""
    running = any(run.phase is not RUN_ENDED for run in state.runs.values())
    return running or bool(state.wanted) or promises.busy(state)


def _tell_status(turn: Turn) -> None:
    state = turn.state
    status = status_of(state)
    if status is not state.status or state.ticket.get("status") != status:
        state.status = status
        state.ticket["status"] = said = status.value
        turn.fact(FactType.TICKET_STATUS, {"status": said, "result": state.result})


def over(state: State) -> bool:
    """Whether the ticket has ended."""
    return state.status in ENDED
