"""What happens when a clock has reached its warning, its deadline or a rung of its ladder."""

from __future__ import annotations

from sop.clocks.ladders import Level
from sop.clocks.ledger import Clock
from sop.engine import builtin, clock_facts, clocks, playbooks
from sop.engine.clock_terms import holds, ladder_of
from sop.engine.turn import Turn
from sop.facts import FactType
from sop.state import Alarm, AlarmKind, Run
from sop.values import Value


def ring(turn: Turn, alarm: Alarm) -> None:
    """Tell that it has, and do what the rung says. Each rung is reached once in a clock's story, whatever becomes of
    its deadline; one whose condition does not hold then does nothing."""
    run = turn.state.runs[alarm.run]
    clock = run.clocks[alarm.clock]
    if alarm.kind is AlarmKind.CLOCK_WARN:
        clock.warned = True
        turn.fact(FactType.CLOCK_WARNED, clock_facts.receipt(turn, run, clock, alarm.at), run=run)
    elif alarm.kind is AlarmKind.CLOCK_BREACH:
        clocks.breach(turn, run, clock)
    else:
        clock.fired.append(alarm.rung)
        level = ladder_of(run.policies[clock.name])[alarm.rung]
        if level.when is None or holds(turn, run, clock, level.when, f"escalate/{alarm.rung}/when"):
            _escalate(turn, run, clock, level, alarm)


def _escalate(turn: Turn, run: Run, clock: Clock, level: Level, alarm: Alarm) -> None:
    data: dict[str, Value] = {
        **clock_facts.receipt(turn, run, clock, alarm.at),
        "kind": "overdue" if level.late else "warn",
        "about": clock.name,
        "to": level.to,
        "reassign": level.reassign,
        "rung": alarm.rung,
        **({"channels": [channel.value for channel in level.notify]} if level.notify else {}),
    }
    turn.fact(FactType.ALERT, data, run=run)
    reason = f"escalation of {clock.name}"
    act(turn, level, reason)
    if level.reassign:
        builtin.own(turn, level.to, "escalation", reason)


def act(turn: Turn, level: Level, reason: str) -> None:
    """What a rung does to the ticket itself, whether a clock or a step has reached it."""
    if level.priority:
        builtin.set_priority(turn, level.priority, reason)
    if level.watch:
        builtin.watch(turn, level.watch, reason)
    if level.playbook:
        playbooks.want(turn, level.playbook, reason)
