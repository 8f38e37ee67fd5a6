"""What has happened before a step on every way to it: which steps are done, and whether money has been looked at.

A forward analysis over ``Ways``: along a way facts are only added; where ways meet, what all of them bring is kept.
Branches that are joined together bring all they have. A condition may tell that a step is done: with empty outputs it
would not hold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from sop.checks.nulls import proved
from sop.checks.sites import study
from sop.checks.ways import How, Way, Ways
from sop.expressions.closures import path_of
from sop.model import Approval, Branch, Parallel, Step

_ORDER = frozenset(("gt", "gteq", "lt", "lteq"))
_COUNTS = frozenset(("visits", "count", "index", "index0", "length", "complaint_count", "now"))
_FULL = How.DONE, How.REJECTED
CHECKED = 1
"""The fact that an approval was given, or that an amount was compared with a limit."""


@dataclass(frozen=True, slots=True)
class Before:
    """Facts by stand, as bits: on arriving, and within the step, whose own condition holds there. ``done`` and
    ``passed`` are the bits of a step: finished, or at least come to."""

    arriving: Mapping[int, int]
    at: Mapping[int, int]
    done: Mapping[str, int]
    passed: Mapping[str, int]

    def checked(self, stand: int) -> bool:
        """Whether on every way to a stand somebody approved, or an amount was compared with a limit."""
        return bool(self.at[stand] & CHECKED)


def before(ways: Ways) -> Before:
    """What holds at every stand."""
    return _Spreading(ways).spread()


def done_if(condition: str | bool | None) -> frozenset[str]:
    """The steps that must be done if a condition holds."""
    tree = study(condition, bare=True).tree if isinstance(condition, str) else None
    return proved(tree) if tree is not None else frozenset()


def limits(condition: str | bool | None) -> bool:
    """Whether a condition compares sizes, as ``amount > 500`` does. How often something was tried is no size."""
    tree = study(condition, bare=True).tree if isinstance(condition, str) else None
    if tree is None:
        return False
    found = [tree] if isinstance(tree, nodes.Compare) else []
    return any(_sizes(compare) for compare in (*found, *tree.find_all(nodes.Compare)))


def _sizes(compare: nodes.Compare) -> bool:
    names = [path for side in (compare.expr, *(op.expr for op in compare.ops)) if (path := path_of(side))]
    return any(op.op in _ORDER for op in compare.ops) and any(name[-1] not in _COUNTS for name in names)


class _Spreading:
    """Spread facts along the ways until nothing changes."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        names = list(dict.fromkeys(placed.step.id for placed in ways.placed))
        self.done = {name: 2 << (2 * index) for index, name in enumerate(names)}
        self.passed = {name: 4 << (2 * index) for index, name in enumerate(names)}
        self.everything = (8 << (2 * len(names))) - 1
        self.into: list[list[Way]] = [[] for _ in ways.stands]
        for way in ways.all():
            if way.to >= 0:
                self.into[way.to].append(way)
        self.twins = _twins(ways)
        self.arriving = [self.everything] * len(ways.stands)

    def spread(self) -> Before:
        waiting = deque(range(len(self.ways.stands)))
        queued = set(waiting)
        while waiting:
            stand = waiting.popleft()
            queued.discard(stand)
            facts = self._meeting(stand)
            if facts != self.arriving[stand]:
                self.arriving[stand] = facts
                for way in self.ways.out[stand]:
                    if way.to >= 0 and way.to not in queued:
                        queued.add(way.to)
                        waiting.append(way.to)
        at = {stand: self._known(stand) for stand in range(len(self.ways.stands))}
        return Before(dict(enumerate(self.arriving)), at, self.done, self.passed)

    def _meeting(self, stand: int) -> int:
        if stand in self.ways.roots:
            return 0
        step = self.ways.step_at(stand)
        if self.ways.stands[stand].after and isinstance(step, Parallel):
            return self._joined(stand, step)
        facts = self.everything
        for way in self.into[stand]:
            facts &= self._along(way)
        return facts

    def _joined(self, stand: int, fork: Parallel) -> int:
        """All that the branches bring which must be done; of those that need not, what each of them brings."""
        by_branch: dict[str | None, int] = {}
        for way in self.into[stand]:
            by_branch[way.branch] = by_branch.get(way.branch, self.everything) & self._along(way)
        sure = {each if isinstance(each, str) else each.path for each in fork.branches if not _conditional(each)}
        common = self.everything
        for facts in by_branch.values():
            common &= facts
        if str(fork.join) != "all":
            return common
        for branch, facts in by_branch.items():
            if branch in sure:
                common |= facts
        return common

    def _known(self, stand: int) -> int:
        """What is known within a step: what arrives, and what its own condition tells."""
        facts, step = self.arriving[stand], self.ways.step_at(stand)
        if isinstance(step.when, str) and not self.ways.stands[stand].after:
            facts |= self._told(step.when)
            for twin in self.twins.get(step.when, ()):
                if facts & self.passed[twin]:
                    facts |= self.done[twin]
            facts |= CHECKED if limits(step.when) and not isinstance(step, Approval) else 0
        return facts

    def _told(self, condition: str | None) -> int:
        facts = 0
        for name in done_if(condition):
            facts |= self.done.get(name, 0)
        return facts

    def _along(self, way: Way) -> int:
        step = self.ways.step_at(way.start)
        skipped = way.how is How.SKIPPED
        facts = self.arriving[way.start] if skipped else self._known(way.start)
        facts |= self.passed[step.id]
        if way.how in _FULL:
            facts |= self.done[step.id]
        if not skipped:
            facts |= self._told(way.condition)
        return facts | (CHECKED if _checks(step, way) else 0)


def _checks(step: Step, way: Way) -> bool:
    """Whether going this way means that somebody approved, or that a limit was looked at."""
    if isinstance(step, Approval):
        return way.how is How.DONE or (way.how is How.SKIPPED and limits(step.when))
    return step.type == "decision" and any(limits(case.when) for case in step.cases)


def _conditional(branch: str | Branch) -> bool:
    return isinstance(branch, Branch) and branch.when is not None


def _twins(ways: Ways) -> dict[str, list[str]]:
    """Steps that have the very same condition: if one of them is not skipped, the others were not either."""
    found: dict[str, list[str]] = {}
    for placed in ways.placed:
        if isinstance(placed.step.when, str):
            same = found.setdefault(placed.step.when, [])
            if placed.step.id not in same:
                same.append(placed.step.id)
    return found


def reached(ways: Ways, starts: Iterable[int]) -> frozenset[int]:
    """The stands that can follow these, themselves included only if they can be come to again."""
    found: set[int] = set()
    waiting = list(starts)
    while waiting:
        for way in ways.out[waiting.pop()]:
            if way.to not in found:
                found.add(way.to)
                if way.to >= 0:
                    waiting.append(way.to)
    return frozenset(found)
