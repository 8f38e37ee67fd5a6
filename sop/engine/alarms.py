"""Deadlines of open steps: reminders, escalation ladders, timeouts; each set once on entry, as an absolute moment."""

from __future__ import annotations

from datetime import datetime

from sop.durations import parse
from sop.engine import flow
from sop.engine.ladders import Level, levels_of, moment_of
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
        opened.timeout_at = turn.deadline(run, step.timeout)
        turn.alarm(opened.timeout_at, AlarmKind.TIMEOUT, run, thread)
    if isinstance(step, Wait) or step.due is None:
        return
    opened.due_at = turn.deadline(run, step.due)
    calendar, working = calendar_of(run, "default"), parse(step.due).working
    remind = step.remind or REMIND_AT
    if remind.endswith("%"):
        at = moment_of(Level(share=int(remind[:-1])), turn.now, opened.due_at, calendar, working=working)
    else:
        at = turn.deadline(run, remind)
    if at < opened.due_at:
        turn.alarm(at, AlarmKind.REMIND, run, thread)
    for number, level in enumerate(levels_of(step.escalate, LEAD)):
        at = moment_of(level, turn.now, opened.due_at, calendar, working=working)
        turn.alarm(at, AlarmKind.RUNG, run, thread, rung=number)
