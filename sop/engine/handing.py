"""What somebody has of a ticket goes back: given up, not kept alive, or because they are no longer there."""

from __future__ import annotations

from collections.abc import Iterator

from sop.engine import approvals, handoffs, leases, lifecycle, owners, people, standing
from sop.engine.alarms import LEAD
from sop.engine.turn import Turn
from sop.events import SYSTEM, Duty, DutyChanged
from sop.facts import FactType
from sop.model import Approval, Task
from sop.state import Alarm, Run, State, Thread
from sop.values import Value

TICKET = "ticket"
"""What an alert about the whole ticket is about."""


def seat_of(run: Run, thread: Thread) -> str:
    """The seat an open task goes back to: the pool it came from, else whom its SOP names, else their lead."""
    opened, task = standing.opened_of(thread), standing.step_of(run, thread)
    person = f"user:{opened.person}"
    written = task.assign if isinstance(task, Task) else owners.ADMIN
    seats = (opened.pool, opened.wanted, written)
    return next((seat for seat in seats if seat and seat != person), LEAD)


def _is_a_task(run: Run, thread: Thread) -> bool:
    """Whether it is a task that somebody could complete now."""
    opened = standing.opened_of(thread)
    return isinstance(standing.step_of(run, thread), Task) and not opened.incident and not opened.held


def tasks_of(state: State, person: str | None) -> Iterator[tuple[Run, Thread]]:
    """The open tasks somebody has been given."""
    for run, thread in lifecycle.open_threads(state):
        opened = standing.opened_of(thread)
        if opened.person == person and _is_a_task(run, thread):
            yield run, thread


def lease_ended(turn: Turn, alarm: Alarm) -> None:
    """Whoever claimed has given no sign of life: the step, or the ticket with all they have of it, goes back, and they
    are told."""
    lease = leases.ended(turn, alarm)
    if lease is None:
        return
    if lease.run:
        run = turn.state.runs[lease.run]
        thread = run.threads[lease.thread]
        _tell_lease(turn, lease.person, alarm, run, thread)
        people.assign(turn, run, thread, seat_of(run, thread), handoffs.LEASE, by=SYSTEM, besides=lease.person)
    else:
        _tell_lease(turn, lease.person, alarm)
        _hand_back(turn, lease.person, handoffs.LEASE)
    handoffs.counted(turn, handoffs.LEASE)


def duty_changed(turn: Turn, event: DutyChanged) -> None:
    """Somebody comes, goes, or has left. What they had goes back; a team that has nobody left gives up its queue; a
    ticket that nobody could answer for is asked for again."""
    state = turn.state
    if lifecycle.over(state):
        return
    if event.duty is Duty.ON:
        if state.stranded:
            owners.own(turn, owners.home(state), handoffs.AWAY)
        return
    had = _hand_back(turn, event.person, handoffs.AWAY, gone=event.duty is Duty.GONE)
    if event.duty is Duty.GONE:
        had = _ask_anew(turn, event.person) or had
    waits = state.owner_person is None and not any(not asked.run for asked in state.asked.values())
    if waits and not state.stranded and state.owner_team in event.emptied:
        owners.own(turn, owners.home(state), handoffs.AWAY, queue=True)
    if had:
        handoffs.counted(turn, handoffs.AWAY)


def _hand_back(turn: Turn, person: str, reason: str, *, gone: bool = False) -> bool:
    """Whether they had anything. What is for them by name stays theirs, unless they are gone."""
    state, back = turn.state, False
    if owns := state.owner_person == person:
        owners.own(turn, owners.home(state), reason, besides=person)
    for run, thread in list(tasks_of(state, person)):
        task = standing.step_of(run, thread)
        if isinstance(task, Task) and task.assign == f"user:{person}" and not gone:
            continue
        people.assign(turn, run, thread, seat_of(run, thread), reason, by=SYSTEM, besides=person)
        back = True
    return owns or back


def _ask_anew(turn: Turn, person: str) -> bool:
    """Whether approvals asked for somebody who has left: they ask for others."""
    asked = False
    for run, thread in lifecycle.open_threads(turn.state):
        opened, step = standing.opened_of(thread), standing.step_of(run, thread)
        if not isinstance(step, Approval) or opened.incident or f"user:{person}" not in opened.approvers:
            continue
        if f"user:{person}" in {vote.seat for vote in opened.votes}:
            continue
        seats = [step.approvers] if isinstance(step.approvers, str) else list(step.approvers)
        approvals.ask(turn, run, thread, seats, handoffs.AWAY, by=SYSTEM)
        asked = True
    return asked


def _tell_lease(turn: Turn, person: str, alarm: Alarm, run: Run | None = None, thread: Thread | None = None) -> None:
    opened = thread.open if thread else None
    data: dict[str, Value] = {
        "kind": handoffs.LEASE,
        "about": opened.slot if opened else TICKET,
        "to": f"user:{person}",
        "due_at": None,
        "set_for": alarm.at.isoformat(),
        "fired_at": turn.stamp,
        "reassign": True,
    }
    if run is not None and thread is not None:
        turn.tell(FactType.ALERT, run, thread, data)
    else:
        turn.fact(FactType.ALERT, data)
