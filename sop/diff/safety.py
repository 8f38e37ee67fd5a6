"""What a change means for safety: money that moves unchecked, approvals that ask less, waits without an end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from sop.checks.before import before
from sop.checks.ways import ways_of
from sop.definition import Definition
from sop.diagram.conditions import resolved
from sop.diff.changes import Consequence, Risk
from sop.diff.matching import Match
from sop.diff.values import renamed
from sop.model import Action, Approval, End, Step, Task, Wait

NEVER, CONTINUE, NONE = "never", "continue", "none"
_TOKEN = re.compile(r"\d+(?:\.\d+)?|'[^']*'|\"[^\"]*\"|\w+|\S")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def consequences(
    old: Definition, new: Definition, matched: Match, tickets: Mapping[str, frozenset[int]]
) -> Iterator[Consequence]:
    """The consequences of a change, money first. ``tickets`` stand on changed steps, by their old ids."""
    yield from _of_money(old, new, matched)
    for name, was in matched.same.items():
        one, other = old.steps[was].step, new.steps[name].step
        if isinstance(one, Approval) and isinstance(other, Approval):
            yield from _of_approval(old, one, new, other, matched.targets)
        yield from _of_step(one, other)
    for name in matched.removed:
        if isinstance(old.steps[name].step, Approval):
            yield Consequence(Risk.APPROVAL_REMOVED, name)
        if tickets.get(name):
            yield Consequence(Risk.TICKETS_STRANDED, name, old=len(tickets[name]))
    yield from (Consequence(Risk.CLOCK_REMOVED, clock) for clock in old.document.sla if clock not in new.document.sla)


def _of_money(old: Definition, new: Definition, matched: Match) -> Iterator[Consequence]:
    was_checked = dict(_money(old))
    for name, checked in _money(new):
        if not checked and was_checked.get(matched.same.get(name, ""), True):
            yield Consequence(Risk.MONEY_UNCHECKED, name)


def _money(definition: Definition) -> Iterator[tuple[str, bool]]:
    """The actions that move money, and whether on every way to them somebody approved or a limit was looked at."""
    placed = {(each.line, each.index): each for each in definition.steps.values()}
    ways = ways_of(definition.document, placed)
    known = before(ways)
    stands: dict[str, list[int]] = {}
    for stand, each in enumerate(ways.placed):
        stands.setdefault(each.step.id, []).append(stand)
    for name, each in definition.steps.items():
        step = each.step
        contract = definition.actions.get(step.action) if isinstance(step, Action) else None
        if contract is not None and contract["effect"] == "money":
            yield name, not ways.whole or all(known.checked(stand) for stand in stands.get(name, ()))


def _of_step(one: Step, other: Step) -> Iterator[Consequence]:
    if isinstance(one, Approval) and not isinstance(other, Approval):
        yield Consequence(Risk.APPROVAL_REMOVED, other.id)
    if isinstance(one, Task) and isinstance(other, Task):
        personal = {entry.key for entry in one.form if entry.personal}
        for entry in other.form:
            if entry.key in personal and not entry.personal:
                yield Consequence(Risk.PERSONAL_LOST, other.id, old=entry.key)
    yield from _of_times(one, other)
    yield from _of_undo(one, other)


def _of_approval(
    old: Definition, one: Approval, new: Definition, other: Approval, targets: Mapping[str, str]
) -> Iterator[Consequence]:
    limits = _raised(renamed(_condition(old, one), targets), _condition(new, other))
    if limits is not None:
        yield Consequence(Risk.LIMIT_RAISED, other.id, *limits)
    if one.when is None and other.when is not None:
        yield Consequence(Risk.APPROVAL_WEAKER, other.id, "when: —", f"when: {_condition(new, other)}")
    if targets.get(one.on_reject or "", one.on_reject) != other.on_reject:
        yield Consequence(Risk.REJECT_CHANGED, other.id, one.on_reject, other.on_reject)
    if one.self_approval < other.self_approval:
        yield Consequence(Risk.APPROVAL_WEAKER, other.id, "self_approval: false", "self_approval: true")
    if _strength(other.rule) < _strength(one.rule):
        yield Consequence(Risk.APPROVAL_WEAKER, other.id, f"rule: {one.rule}", f"rule: {other.rule}")


def _condition(definition: Definition, step: Step) -> str:
    return "" if step.when is None else resolved(step.when, definition.document.vars)


def _raised(one: str, other: str) -> tuple[str, str] | None:
    """The two limits, where the conditions differ in nothing else and fewer cases reach the new one."""
    before_, after = _TOKEN.findall(one), _TOKEN.findall(other)
    places = [at for at, (a, b) in enumerate(zip(before_, after, strict=False)) if a != b]
    if len(before_) != len(after) or len(places) != 1:
        return None
    at = places[0]
    a, b = before_[at], after[at]
    numbers = _NUMBER.fullmatch(a) and _NUMBER.fullmatch(b)
    above = at > 0 and (before_[at - 1] == ">" or before_[max(0, at - 2) : at] == [">", "="])
    return (a, b) if numbers and above and Decimal(a) < Decimal(b) else None


def _strength(rule: str | int) -> float:
    """How much a rule asks for: any, so many votes, a share, all."""
    text = str(rule)
    if text == "any":
        return 0.0
    if text == "all":
        return 1_000.0
    number = float(text.rstrip("%"))
    return 900 + number / 10 if text.endswith("%") else number


def _of_times(one: Step, other: Step) -> Iterator[Consequence]:
    if isinstance(one, Task | Approval | Wait) and isinstance(other, Task | Approval | Wait):
        if one.timeout not in (None, NEVER) and other.timeout in (None, NEVER):
            yield Consequence(Risk.TIMEOUT_REMOVED, other.id, one.timeout, other.timeout)
        if other.on_timeout == CONTINUE and one.on_timeout not in (None, CONTINUE):
            yield Consequence(Risk.TIMEOUT_PASSES, other.id, one.on_timeout, CONTINUE)
    if isinstance(one, Task | Approval) and isinstance(other, Task | Approval):
        if one.due is not None and other.due is None:
            yield Consequence(Risk.DUE_REMOVED, other.id, one.due)
        if one.escalate is not None and other.escalate is None:
            yield Consequence(Risk.ESCALATION_REMOVED, other.id)


def _of_undo(one: Step, other: Step) -> Iterator[Consequence]:
    if isinstance(one, Action) and isinstance(other, Action):
        if one.undo not in (None, NONE) and other.undo in (None, NONE):
            yield Consequence(Risk.UNDO_LOST, other.id, one.undo, other.undo)
    elif isinstance(one, End) and isinstance(other, End) and one.undo and not other.undo:
        yield Consequence(Risk.UNDO_LOST, other.id, "undo: true", "undo: false")
