"""What happens when a clock has reached its warning, its deadline or a rung of its ladder."""

from __future__ import annotations

from sop.engine import builtin, clocks
from sop.engine.alarms import iso
from sop.engine.clock_moments import ladder_of
from sop.engine.ladders import Level
from sop.engine.turn import Turn
from sop.facts import FactType
from sop.state import Alarm, AlarmKind, Clock, Run
from sop.values import Value


def ring(turn: Turn, alarm: Alarm) -> None:
    """Tell that it has, and do what the rung says."""
    run = turn.state.runs[alarm.run]
    clock = run.clocks[alarm.clock]
    if alarm.kind is AlarmKind.CLOCK_WARN:
        clock.warned = True
        receipt: dict[str, Value] = {"clock": clock.name, "due_at": iso(clock.due_at), "fired_at": iso(turn.now)}
        turn.fact(FactType.CLOCK_WARNED, receipt, run=run)
    elif alarm.kind is AlarmKind.CLOCK_BREACH:
        clocks.breach(turn, run, clock)
    else:
        clock.fired.append(alarm.rung)
        _escalate(turn, run, clock, ladder_of(run.model.document.sla[clock.name])[alarm.rung], alarm)


def _escalate(turn: Turn, run: Run, clock: Clock, level: Level, alarm: Alarm) -> None:
    data: dict[str, Value] = {
        "kind": "overdue" if level.late else "warn",
        "about": clock.name,
        "to": level.to,
        "due_at": iso(clock.due_at),
        "set_for": iso(alarm.at),
        "fired_at": iso(turn.now),
        "reassign": level.reassign,
    }
    turn.fact(FactType.ALERT, data, run=run)
    if level.priority:
        builtin.set_priority(turn, level.priority, f"escalation of {clock.name}")
    if level.reassign:
        builtin.own(turn, level.to, "escalation", f"escalation of {clock.name}")
