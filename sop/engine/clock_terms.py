"""What a clock's policy means: its events and conditions, with the defaults of what it measures."""

from __future__ import annotations

import re

from sop.clocks.ladders import Level, levels_of
from sop.clocks.ledger import Clock
from sop.engine import incidents
from sop.engine.turn import Turn
from sop.expressions import ExpressionError
from sop.model import ClockPolicy, Metric
from sop.state import Run, State

ANSWERED = "ticket.answered"
STARTS = {Metric.NEXT_RESPONSE: "ticket.asked"}
STOPS = {Metric.FIRST_RESPONSE: "ticket.first_response", Metric.NEXT_RESPONSE: ANSWERED}
RESETS = {Metric.UPDATE: ANSWERED}
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_ROOTS = frozenset({"ticket", "customer", "steps", "vars", "inputs", "sla", "now"})
_METRICS = frozenset(Metric)


def metric_of(name: str, policy: ClockPolicy) -> Metric:
    """What a clock measures: what its policy says, else what its name does."""
    return policy.metric or (Metric(name) if name in _METRICS else Metric.CUSTOM)


def start_of(name: str, policy: ClockPolicy) -> str | None:
    """The event or condition that starts a clock; none: it runs from the beginning."""
    return policy.start or STARTS.get(metric_of(name, policy))


def stop_of(name: str, policy: ClockPolicy) -> str | None:
    """The event or condition that stops a clock; none: the end of its run does."""
    return policy.stop or STOPS.get(metric_of(name, policy))


def reset_of(name: str, policy: ClockPolicy) -> str | None:
    """The event or condition that makes a clock count anew."""
    return policy.reset or RESETS.get(metric_of(name, policy))


def is_event(text: str, state: State) -> bool:
    """Whether a clock's ``start`` or ``stop`` names an event: a dotted name that no expression could read."""
    if _EVENT.fullmatch(text) is None:
        return False
    root, _, rest = text.partition(".")
    return root not in _ROOTS or (root == "ticket" and rest not in state.ticket)


def always_event(text: str) -> bool:
    """Whether it names an event whatever the fields of the ticket are."""
    return _EVENT.fullmatch(text) is not None and text.partition(".")[0] not in _ROOTS


def ladder_of(policy: ClockPolicy) -> tuple[Level, ...]:
    """The rungs of a clock; without ``escalate`` it has none."""
    return levels_of(policy.escalate, "") if policy.escalate is not None else ()


def holds(turn: Turn, run: Run, clock: Clock, condition: str, part: str) -> bool:
    """Whether a condition of a clock is true. One that fails is not, and the run's owner is told once."""
    try:
        return turn.holds(run, None, condition)
    except ExpressionError as error:
        trouble(turn, run, clock, part, error.code, str(error))
        return False


def trouble(turn: Turn, run: Run, clock: Clock, part: str, code: str, message: str) -> None:
    """A part of a clock's policy has failed: the run's owner is told, once."""
    problem = f"{part}: {message}"
    if problem != clock.problem:
        clock.problem = problem
        incidents.note(turn, run, f"/sla/{clock.name}/{part}", code, message)
