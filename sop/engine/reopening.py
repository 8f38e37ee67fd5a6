"""What becomes of clocks when a ticket is opened again: the SOP that takes it up goes on with those that the end of the
SOP before had stopped. The time they had used stays used; while the ticket was over they stood still."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sop import expressions
from sop.clocks.ledger import CalendarUse, Clock, ClockPhase, Pause
from sop.clocks.left import GOES_ON, MERGED, Brought, Left
from sop.clocks.words import DEFAULT, OF_CUSTOMER, OF_TEAM
from sop.engine import clock_facts
from sop.engine.clock_arms import arm
from sop.engine.clock_terms import holds
from sop.engine.hours import calendar_of
from sop.engine.turn import Turn
from sop.facts import FactType
from sop.model import ClockPolicy, Result
from sop.policies import Reopen
from sop.state import RUN_ENDED, Run, State
from sop.values import Value

WORDS: Mapping[str, dict[str, str]] = {
    Result.RESOLVED: {"zh": "已解决", "en": "resolved"},
    Result.REJECTED: {"zh": "已驳回", "en": "rejected"},
    Result.CANCELLED: {"zh": "已取消", "en": "cancelled"},
    MERGED: {"zh": "已合并", "en": "merged"},
}
"""Why a clock stands still while its ticket is over."""
_KNOWN: dict[tuple[str, str, str], dict[str, object]] = {}
_GONE = frozenset({"steps", "vars", "inputs", "sla"})
"""What a condition reads of its own SOP, which has ended."""


def told_of(turn: Turn, run: Run, clock: Clock) -> dict[str, Value]:
    """What is told of a clock of the ticket's SOP that stops, besides: how it would go on."""
    if not run.is_main:
        return {}
    if not clock.cut:
        return {GOES_ON: None}
    policy = run.policies[clock.name]
    if policy.reopen is Reopen.RESTART:
        return {}
    goes_on: dict[str, Value] = {
        "policy": _value(_carried(turn, run, clock, policy)),
        "cut": clock.cut,
        "fired": list(clock.fired),
        "warned": clock.warned,
    }
    return {GOES_ON: goes_on}


def _value(plain: dict[str, object]) -> Value:
    return plain  # type: ignore[return-value]  # the plain JSON of a policy is a value


def _carried(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> dict[str, object]:
    """The policy as another SOP can go by it; worked out once a process where it asks nothing of its own SOP."""
    which = (run.definition["sha256"], run.rules, clock.name)
    known = _KNOWN.get(which)
    if known is None:
        known = _portable(turn, run, clock, policy)
        if not any(map(_is_of_own, _conditions(policy))):
            _KNOWN[which] = known
    return known


def _conditions(policy: ClockPolicy) -> Iterator[str]:
    """Every condition of a policy, and the events that it names like one."""
    for name in ("start", "stop", "reset", "resume", "pause", "when"):
        if isinstance(text := getattr(policy, name), str):
            yield text
    for rows in (policy.pause, policy.target, policy.escalate):
        if rows is not None and not isinstance(rows, str):
            yield from (row.when for row in rows if row.when is not None)


def _portable(turn: Turn, run: Run, clock: Clock, policy: ClockPolicy) -> dict[str, object]:
    """The policy as another SOP can go by it, in plain JSON: what it asks of the SOP that has ended is answered for
    good. Such a condition that starts, stops, pauses or resets is left out: it has had its time."""

    def settled(condition: str | None, part: str) -> str | None:
        if condition is None or not _is_of_own(condition):
            return condition
        return "true" if holds(turn, run, clock, condition, part) else "false"

    changes: dict[str, object] = {
        name: None
        for name in ("start", "stop", "reset", "resume", "pause")
        if isinstance(text := getattr(policy, name), str) and _is_of_own(text)
    }
    if policy.pause is not None and not isinstance(policy.pause, str):
        changes["pause"] = tuple(rule for rule in policy.pause if not _is_of_own(rule.when)) or None
    if not isinstance(policy.target, str):
        rows = enumerate(policy.target)
        changes["target"] = tuple(
            row.model_copy(update={"when": settled(row.when, f"target/{n}/when")}) for n, row in rows
        )
    if policy.escalate is not None and not isinstance(policy.escalate, str):
        rungs = enumerate(policy.escalate)
        changes["escalate"] = tuple(
            rung.model_copy(update={"when": settled(rung.when, f"escalate/{n}/when")}) for n, rung in rungs
        )
    changes["when"] = settled(policy.when, "when")
    changes["calendar"] = policy.calendar or run.model.document.calendar
    changes["categories"] = ()
    return policy.model_copy(update=changes).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _is_of_own(condition: str) -> bool:
    return any(read.path[0] in _GONE for read in expressions.reads(condition, bare=True))


def is_over(state: State, run: Run, name: str, policy: ClockPolicy) -> bool:
    """Whether a clock of this name had come to its own end before the ticket was opened again, so that it does not
    count once more: what was kept stays kept, and what was missed stays missed."""
    if _is_first(state) or not run.is_main or policy.reopen is Reopen.RESTART:
        return False
    before = _before(state, run, name)
    if before is not None:
        return before.clocks[name].cut == ""
    left = state.left.get(name)
    return left is not None and left.clock is None


def take_up(turn: Turn, run: Run) -> None:
    """Go on with every clock that the end of the SOP before had stopped; that has them no longer."""
    if _is_first(turn.state) or not run.is_main:
        return
    found = dict(_cut(turn, run))
    if not found:
        return
    run.brought = _brought(run, found)
    for name, left in found.items():
        _keep_calendars(run, left)
        clock = run.clocks[name] = _going_on(turn, left)
        arm(turn, run, clock, run.policies[name])
        if clock.target:
            clock_facts.tell(turn, FactType.CLOCK_STARTED, run, clock, {"continues": left.run})


def _is_first(state: State) -> bool:
    """Whether the run that starts is the ticket's first: there is nothing to go on with."""
    return not state.left and len(state.runs) == 1


def _cut(turn: Turn, run: Run) -> Iterator[tuple[str, Left]]:
    """Take the clocks to go on with: of the SOPs of this life of the ticket, else of the one before."""
    state, own = turn.state, run.policies
    names = {name for other in state.runs.values() if other.is_main and other is not run for name in other.clocks}
    for name in sorted(names | state.left.keys()):
        if name in own and own[name].reopen is Reopen.RESTART:
            continue
        before = _before(state, run, name)
        if before is None:
            left = state.left.get(name)
            if left is not None and left.clock is not None:
                yield name, state.left.pop(name)
            continue
        clock, policy = before.clocks[name], before.policies[name]
        if clock.cut and policy.reopen is Reopen.CONTINUE:
            calendars = {use.version: plain for use in clock.calendars if (plain := _plain_of(before, use)) is not None}
            yield name, Left(before.id, clock, _portable(turn, before, clock, policy), calendars)
            del before.clocks[name]


def _before(state: State, run: Run, name: str) -> Run | None:
    """The last SOP before this one, in this life of the ticket, that had a clock of this name."""
    others = [r for r in state.runs.values() if r is not run and r.is_main and r.phase is RUN_ENDED]
    return max((r for r in others if name in r.clocks), key=lambda r: _last_of(r, name), default=None)


def _last_of(run: Run, name: str) -> tuple[datetime, datetime]:
    return run.started_at, run.clocks[name].stopped_at or run.started_at


def _going_on(turn: Turn, left: Left) -> Clock:
    """The clock as it runs again: from when the ticket was opened again, not from when that was heard of."""
    old = left.clock
    assert old is not None  # noqa: S101 - only clocks that were cut off are found
    assert old.stopped_at is not None  # noqa: S101 - as above
    clock = replace(
        old,
        phase=ClockPhase.RUNNING,
        stopped_at=None,
        cut=None,
        latched=False,
        due_at=None,
        pauses=[replace(pause) for pause in old.pauses],
        corrections=list(old.corrections),
        calendars=[replace(use) for use in old.calendars],
        fired=list(old.fired),
        was=[name for name in old.was if name != "pause"],
    )
    until = _opened_again(turn)
    if old.stopped_at < until:
        clock.pauses.append(
            Pause(old.stopped_at, until, old.cut or Result.RESOLVED, dict(WORDS[old.cut or Result.RESOLVED]))
        )
    return clock


def _opened_again(turn: Turn) -> datetime:
    return min(turn.state.reopened_at or turn.now, turn.now)


def _brought(run: Run, found: Mapping[str, Left]) -> Brought:
    calendars: dict[str, dict[str, object]] = {}
    for left in found.values():
        for use in left.clock.calendars if left.clock else ():
            if use.name not in run.calendars and use.version in left.calendars:
                calendars[use.name] = left.calendars[use.version]
    policies = {name: _at_home(run, left, calendars.keys()) for name, left in found.items()}
    return _signed(policies, calendars)


def _signed(policies: dict[str, dict[str, object]], calendars: dict[str, dict[str, object]]) -> Brought:
    written = json.dumps([policies, calendars], sort_keys=True)
    return Brought(policies, calendars, hashlib.sha256(written.encode()).hexdigest()[:12])


def _at_home(run: Run, left: Left, brought: Collection[str]) -> dict[str, object]:
    """The policy with calendars that count here: one that this SOP does not know is the one counted on last."""
    last = left.clock.calendars[-1].name if left.clock else DEFAULT
    known = {*run.calendars, *brought, *_asked_for(run)}

    def here(row: object) -> object:
        if isinstance(row, Mapping) and "calendar" in row and row["calendar"] not in known:
            return {**row, "calendar": last}
        return row

    target = left.policy.get("target")
    rows = {"target": [here(row) for row in target]} if isinstance(target, list) else {}
    calendar = left.policy.get("calendar", DEFAULT)
    return {**left.policy, **rows, "calendar": calendar if calendar in known else last}


def _asked_for(run: Run) -> set[str]:
    """The words for calendars that the run's own clocks use: what they stand for came with its definition."""
    asked = {run.model.document.calendar}
    for policy in run.policies.values():
        rows = () if isinstance(policy.target, str) else policy.target
        asked |= {policy.calendar or DEFAULT, *(row.calendar or DEFAULT for row in rows)}
    return asked & {OF_TEAM, OF_CUSTOMER, DEFAULT}


def _keep_calendars(run: Run, left: Left) -> None:
    for use in left.clock.calendars if left.clock else ():
        plain = left.calendars.get(use.version)
        if plain is not None and calendar_of(run, use.name).version != use.version:
            run.kept_calendars.setdefault(use.version, plain)


def _plain_of(run: Run, use: CalendarUse) -> dict[str, object] | None:
    kept = run.kept_calendars.get(use.version)
    if kept is not None:
        return kept
    plain = run.calendars.get(use.name)
    return plain if plain is not None and calendar_of(run, use.name).version == use.version else None


def hand_back(run: Run) -> None:
    """The run goes by other policies: those of the company are among them, so its clocks are brought no longer."""
    if run.brought is None:
        return
    company = run.adopted.policies if run.adopted else run.definition.get("policies", {})
    policies = {name: each for name, each in run.brought.policies.items() if name not in company}
    run.brought = _signed(policies, run.brought.calendars)
