"""What happens when a step's time runs: a reminder, then its ladder, rung by rung."""

from __future__ import annotations

from sop.engine import alarms, approvals, builtin, flow, people
from sop.engine.alarms import LEAD
from sop.engine.ladders import Level, levels_of
from sop.engine.turn import Turn
from sop.events import SYSTEM
from sop.facts import FactType
from sop.model import Approval, Task
from sop.state import Alarm, AlarmKind, Run, Thread
from sop.values import Value


def ring(turn: Turn, alarm: Alarm) -> None:
    """A reminder or a rung of a step's ladder is due."""
    run = turn.state.runs[alarm.run]
    thread = run.threads[alarm.thread]
    opened, step = flow.opened_of(thread), flow.step_of(run, thread)
    if not isinstance(step, Task | Approval):
        return
    if alarm.kind is AlarmKind.REMIND:
        to = opened.person or opened.pool or opened.wanted or ""
        _alert(turn, run, thread, "remind", Level(to), alarm)
        return
    level = levels_of(step.escalate, LEAD)[alarm.rung]
    _alert(turn, run, thread, "overdue" if level.late else "warn", level, alarm)
    if level.priority:
        builtin.set_priority(turn, level.priority, f"escalation of {opened.slot}")
    if level.reassign and isinstance(step, Task):
        people.assign(turn, run, thread, level.to, "escalation", by=SYSTEM)
    elif level.reassign:
        approvals.ask(turn, run, thread, [level.to], "escalation", by=SYSTEM)


def _alert(turn: Turn, run: Run, thread: Thread, kind: str, level: Level, alarm: Alarm) -> None:
    opened = flow.opened_of(thread)
    data: dict[str, Value] = {
        "kind": kind,
        "about": opened.slot,
        "to": level.to,
        "due_at": alarms.iso(opened.due_at),
        "set_for": alarms.iso(alarm.at),
        "fired_at": alarms.iso(turn.now),
        "reassign": level.reassign,
    }
    turn.tell(FactType.ALERT, run, thread, data)
