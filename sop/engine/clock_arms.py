"""What is due for a clock: worked out from its ledger, and noted as alarms."""

from __future__ import annotations

from sop.calendars import NoWorkingTime
from sop.clocks.ledger import Clock, ClockPhase
from sop.clocks.moments import moments
from sop.engine.clock_terms import ladder_of, trouble
from sop.engine.hours import finder
from sop.engine.turn import Turn
from sop.model import ClockPolicy
from sop.state import AlarmKind, Run

GOING = frozenset({ClockPhase.RUNNING, ClockPhase.PAUSED})


def silence(turn: Turn, run: Run, clock: Clock) -> None:
    """Nothing is due any more for a clock. Only one with a deadline has alarms."""
    if clock.due_at is not None:
        turn.state.alarms = [a for a in turn.state.alarms if a.run != run.id or a.clock != clock.name]


def arm(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> None:
    """Work the moments out from the ledger, and note what is due. A deadline that has moved into the future is not
    missed any more; a rung told once is not told again."""
    silence(turn, run, clock)
    clock.due_at = clock.warn_at = None
    if clock.phase not in GOING or not clock.target:
        return
    ladder = ladder_of(policy)
    try:
        planned = moments(clock, finder(run), policy.warn, ladder)
    except NoWorkingTime as error:
        trouble(turn, run, clock, "target", "SOP420", str(error))
        return
    clock.due_at, clock.warn_at = planned.due, planned.warn
    clock.warned = clock.warned and planned.warn <= turn.now
    clock.breached = clock.breached and planned.due <= turn.now
    if clock.phase is ClockPhase.PAUSED:
        return
    if not clock.warned and planned.warn < planned.due:
        turn.alarm(planned.warn, AlarmKind.CLOCK_WARN, run, clock=clock.name)
    if not clock.breached:
        turn.alarm(planned.due, AlarmKind.CLOCK_BREACH, run, clock=clock.name)
    for number, at in enumerate(planned.rungs):
        if number not in clock.fired:
            turn.alarm(at, AlarmKind.CLOCK_RUNG, run, clock=clock.name, rung=number)
