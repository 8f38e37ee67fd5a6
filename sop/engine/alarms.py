"""Deadlines of open steps: reminders, escalation ladders, timeouts; each set once on entry, as an absolute moment."""

from __future__ import annotations

from datetime import datetime

from sop.durations import parse
from sop.engine import flow
from sop.engine.ladders import Span, levels_of, percent, span
from sop.engine.turn import Turn, calendar_of
from sop.model import Approval, Task, Wait
from sop.state import AlarmKind, Run, Thread

REMIND_AT = "80%"
LEAD = "lead"


def iso(at: datetime | None) -> str | None:
    """A moment as text in a fact."""
    return at.isoformat() if at else None


def set_deadlines(turn: Turn, run: Run, thread: Thread, step: Task | Approval | Wait) -> None:
    """Note when to remind, to escalate and to stop waiting."""
    opened = flow.opened_of(thread)
    if step.timeout is not None and step.timeout != "never":
        turn.part = "timeout"
        opened.timeout_at = turn.deadline(run, step.timeout)
        turn.alarm(opened.timeout_at, AlarmKind.TIMEOUT, run, thread)
    if not isinstance(step, Wait) and step.due is not None:
        turn.part = "due"
        planned = span(turn.now, parse(step.due), calendar_of(run, "default"))
        opened.due_at = planned.due
        _set_ladder(turn, run, thread, step, planned)


def _set_ladder(turn: Turn, run: Run, thread: Thread, step: Task | Approval, planned: Span) -> None:
    remind = step.remind or REMIND_AT
    at = planned.reached(percent(remind)) if remind.endswith("%") else turn.deadline(run, remind)
    if at < planned.due:
        turn.alarm(at, AlarmKind.REMIND, run, thread)
    for number, level in enumerate(levels_of(step.escalate, LEAD)):
        late = level.after and planned.calendar.add(planned.due, parse(level.after))
        turn.alarm(late or planned.reached(level.share), AlarmKind.RUNG, run, thread, rung=number)
