"""What happens when a step's time runs: a reminder, then its ladder, rung by rung."""

from __future__ import annotations

from sop.clocks.ladders import Level, levels_of
from sop.engine import alarms, approvals, clock_alarms, people, standing
from sop.engine.alarms import LEAD
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
    opened, step = standing.opened_of(thread), standing.step_of(run, thread)
    if not isinstance(step, Task | Approval):
        return
    clock = opened.clock
    if alarm.kind is AlarmKind.REMIND:
        if clock is not None:
            clock.warned = True
        to = opened.person or opened.pool or opened.wanted or ""
        _alert(turn, run, thread, "remind", Level(to), alarm)
        return
    level = levels_of(step.escalate, LEAD)[alarm.rung]
    if clock is not None:
        clock.fired.append(alarm.rung)
    turn.part = f"escalate/{alarm.rung}/when"
    if level.when is not None and not turn.holds(run, thread, level.when):
        return
    _alert(turn, run, thread, "overdue" if level.late else "warn", level, alarm)
    clock_alarms.act(turn, level, f"escalation of {opened.slot}")
    if level.reassign and isinstance(step, Task):
        people.assign(turn, run, thread, level.to, "escalation", by=SYSTEM)
    elif level.reassign:
        approvals.ask(turn, run, thread, [level.to], "escalation", by=SYSTEM)


def _alert(turn: Turn, run: Run, thread: Thread, kind: str, level: Level, alarm: Alarm) -> None:
    opened = standing.opened_of(thread)
    data: dict[str, Value] = {
        "kind": kind,
        "about": opened.slot,
        "to": level.to,
        "due_at": alarms.iso(opened.due_at),
        "set_for": alarms.iso(alarm.at),
        "fired_at": alarms.iso(turn.now),
        "skew_ms": int((turn.now - alarm.at).total_seconds() * 1000),
        "reassign": level.reassign,
        **({"channels": [channel.value for channel in level.notify]} if level.notify else {}),
    }
    turn.tell(FactType.ALERT, run, thread, data)
