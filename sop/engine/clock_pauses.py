"""What makes a clock stand still and go on: the ticket's own pause, conditions, events. Several may hold at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sop.clocks.ledger import MANUAL, Clock, ClockPhase, Pause
from sop.engine import clock_facts
from sop.engine.clock_arms import arm
from sop.engine.clock_terms import holds, is_event
from sop.engine.turn import Turn
from sop.facts import FactType
from sop.model import ClockPolicy, Label
from sop.state import Run

ORDERED = {"zh": "工单暂停", "en": "ticket paused"}
GATED = "gate"
HELD = {"zh": "步骤被暂停放行", "en": "a step is held"}
KNOWN = {
    "ticket.status == 'waiting_customer'": {"zh": "等待客户", "en": "waiting for the customer"},
    "ticket.status == 'waiting'": {"zh": "等待外部", "en": "waiting for somebody outside"},
}
"""Words for the usual conditions; any other is shown as it is written."""


def settle(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, *, gated: bool) -> None:
    """Open a pause for every reason that holds now, close those whose reason has gone; tell of it. ``gated``: a gate or
    an open step makes the clocks of this run stand still."""
    wanted = dict(_reasons(turn, run, clock, policy, gated))
    if wanted.keys() == {pause.reason for pause in clock.pauses if pause.until is None}:
        return
    ended = [pause for pause in clock.pauses if pause.until is None and pause.reason not in wanted]
    lasting = {pause.reason for pause in clock.pauses if pause.until is None} - {pause.reason for pause in ended}
    begun = [Pause(turn.now, None, reason, words) for reason, words in wanted.items() if reason not in lasting]
    for pause in ended:
        pause.until = turn.now
    clock.pauses += begun
    clock.pauses = [pause for pause in clock.pauses if pause.until != pause.since]
    clock.phase = ClockPhase.PAUSED if lasting or begun else ClockPhase.RUNNING
    arm(turn, run, clock, policy)
    if not clock.target:
        return
    for pause in begun:
        clock_facts.tell(turn, FactType.CLOCK_PAUSED, run, clock, {"reason": dict(pause.label)})
    if clock.phase is ClockPhase.RUNNING:
        clock_facts.tell(turn, FactType.CLOCK_RESUMED, run, clock)
    elif not begun:
        clock_facts.tell(turn, FactType.CLOCK_PAUSED, run, clock, {"reason": dict(_longest(clock).label)})


def _longest(clock: Clock) -> Pause:
    """The open pause that has lasted longest."""
    return min((pause for pause in clock.pauses if pause.until is None), key=lambda pause: pause.since)


def close_all(clock: Clock, at: datetime) -> None:
    """The clock's story is over, and with it every pause."""
    for pause in clock.pauses:
        if pause.until is None:
            pause.until = max(at, pause.since)


def _reasons(
    turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, gated: bool
) -> Iterator[tuple[str, dict[str, str]]]:
    """Why the clock stands still now: a name each, and words for it."""
    if turn.state.paused_at is not None:
        yield MANUAL, ORDERED
    if gated:
        yield GATED, HELD
    if isinstance(policy.pause, str):
        if _latched(turn, run, clock, policy, policy.pause):
            yield "pause", words_of("", policy.pause)
    elif policy.pause is not None:
        for number, rule in enumerate(policy.pause):
            if holds(turn, run, clock, rule.when, f"pause/{number}/when"):
                yield f"pause/{number}", words_of(rule.reason, rule.when)


def _latched(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy, text: str) -> bool:
    """Whether ``pause`` holds; with ``resume`` it goes on holding until that comes."""
    state = turn.state
    if not is_event(text, state):
        now = holds(turn, run, clock, text, "pause")
        if policy.resume is None:
            return now
        fresh = now and "pause" not in clock.was
        clock.was = [*(name for name in clock.was if name != "pause"), *(["pause"] if now else [])]
        clock.latched = clock.latched or fresh
    resume = policy.resume
    if clock.latched and resume is not None and not is_event(resume, state):
        clock.latched = not holds(turn, run, clock, resume, "resume")
    return clock.latched


def words_of(reason: Label, condition: str) -> dict[str, str]:
    """A pause's reason in both languages."""
    if isinstance(reason, dict) and reason:
        return {language: reason.get(language) or next(iter(reason.values())) for language in ("zh", "en")}
    if reason:
        return {"zh": str(reason), "en": str(reason)}
    return KNOWN.get(condition) or {"zh": condition, "en": condition}
