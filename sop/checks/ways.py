"""Every way a run can take through a file, as a graph: where it can stand, and where each stand leads.

A stand is a step together with the paths that were entered to get there, so that a path comes back to where it was
entered and nowhere else. A path that enters itself again is followed once. A file with too many stands is not followed
to the end (``Ways.whole``): rules that say that something never happens then say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from sop.definition import MAIN_LINE, Placed
from sop.model import (
    Action,
    Approval,
    Awaited,
    Branch,
    Decision,
    Document,
    End,
    Outcome,
    Parallel,
    Repeat,
    Step,
    Task,
    Wait,
)

MOST_STANDS = 4_000
NEVER = "never"
END, INCIDENT = -1, -2
"""Where a way may lead besides a stand: to the end of the run, or to an incident that somebody has to settle."""


class How(StrEnum):
    """How a step is left."""

    DONE = "done"
    SKIPPED = "skipped"
    TIMEOUT = "timeout"
    REJECTED = "rejected"
    FAILED = "failed"
    ENTERED = "entered"  # a branch of a parallel step, or a pass of a repeat


class Frame(NamedTuple):
    """One line a run is on; ``inside`` says whether it is a branch or a pass and not merely entered."""

    line: str
    at: int
    inside: bool


Stack: TypeAlias = tuple[Frame, ...]


class Key(NamedTuple):
    """A stand: the lines, the innermost last; ``after`` is the moment when branches or passes are done."""

    stack: Stack
    after: bool

    @property
    def place(self) -> Stack:
        """For sorting: whatever does not go back leads to a later place."""
        return (*self.stack, _LAST) if self.after else self.stack


_LAST = Frame("\uffff", 0, inside=True)


@dataclass(frozen=True, slots=True)
class Way:
    """One way from a stand to another (or ``END``, ``INCIDENT``): how the step was left, under which condition, where
    the target is written (nothing: the next step), and which branch it comes back from."""

    start: int
    to: int
    how: How
    condition: str | None = None
    pointer: str | None = None
    branch: str | None = None


@dataclass(slots=True)
class Ways:
    """The graph. ``stands`` and ``placed`` are by number; ``roots`` are where runs and handlers begin."""

    stands: list[Key] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    out: list[list[Way]] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    whole: bool = True

    def all(self) -> Iterator[Way]:
        """Every way."""
        for ways in self.out:
            yield from ways

    def goes_back(self, way: Way) -> bool:
        """Whether a way leads to the same step again, or to an earlier one."""
        return way.to >= 0 and self.stands[way.to].place <= self.stands[way.start].place

    def step_at(self, stand: int) -> Step:
        """The step of a stand."""
        return self.placed[stand].step


def ways_of(document: Document, placed: Mapping[tuple[str, int], Placed]) -> Ways:
    """Follow every way of a file; ``placed`` are its steps by line and index."""
    return _Following(document, placed).followed()


_Goal: TypeAlias = "tuple[Key | int, str | None]"  # a stand, END or INCIDENT; and the branch it comes back from


_Found: TypeAlias = "tuple[_Goal, How, str | None, str | None]"  # where, how, under which condition, written where


class _Following:
    """Follow the ways from the roots until no new stand is found."""

    def __init__(self, document: Document, placed: Mapping[tuple[str, int], Placed]) -> None:
        self.lines: dict[str, tuple[Step, ...]] = {MAIN_LINE: document.steps, **document.paths}
        self.document, self.placed = document, placed
        self.by_id = {each.step.id: each for each in reversed(list(placed.values()))}
        self.numbers: dict[Key, int] = {}
        self.ways = Ways()

    def followed(self) -> Ways:
        handlers = (self._goal(handler.next, ())[0] for handler in self.document.whenever)
        starts = [self._start(MAIN_LINE, 0), *handlers]
        self.ways.roots = [number for start in starts if (number := self._number(start)) >= 0]
        done = 0
        while done < len(self.ways.stands):
            if len(self.ways.stands) > MOST_STANDS:
                self.ways.whole = False
                break
            self._follow(done)
            done += 1
        self.ways.out += [[] for _ in range(len(self.ways.stands) - len(self.ways.out))]
        return self.ways

    def _start(self, line: str, index: int) -> Key | int:
        stack = (Frame(line, index, inside=True),)
        return Key(stack, after=False) if index < len(self.lines[line]) else END

    def _number(self, goal: Key | int) -> int:
        if isinstance(goal, int):
            return goal
        number = self.numbers.setdefault(goal, len(self.numbers))
        if number == len(self.ways.stands):
            top = goal.stack[-1]
            self.ways.stands.append(goal)
            self.ways.placed.append(self.placed[top.line, top.at])
        return number

    def _follow(self, number: int) -> None:
        key, step = self.ways.stands[number], self.ways.step_at(number)
        found = self._after(key, step) if key.after else self._entered(key, step)
        self.ways.out.append(
            [
                Way(number, self._number(goal), how, condition, pointer, branch)
                for (goal, branch), how, condition, pointer in found
            ]
        )

    def _entered(self, key: Key, step: Step) -> Iterator[_Found]:
        condition = step.when if isinstance(step.when, str) else None
        if step.when is not None and step.when is not True:
            yield self._onward(key.stack), How.SKIPPED, None, None
        if step.when is False:
            return
        pointer = self.placed[key.stack[-1].line, key.stack[-1].at].pointer
        for name, how, case, place in _leads(step):
            goal = self._goal(name, key.stack)
            yield goal, how, case or condition, f"{pointer}/{place}" if place else None
        if isinstance(step, End):
            yield (END, None), How.DONE, condition, None
        if isinstance(step, (Parallel, Repeat)):
            yield from self._inside(key, step, condition)

    def _inside(self, key: Key, step: Parallel | Repeat, condition: str | None) -> Iterator[_Found]:
        """Into the branches or the pass; past them when there may be none."""
        branches = [Branch(path=step.do)] if isinstance(step, Repeat) else _branches(step)
        sure = False
        for branch in branches:
            if branch.path in self.lines:
                sure = sure or branch.when is None
                yield self._into(branch.path, key.stack, inside=True), How.ENTERED, branch.when or condition, None
        if not sure or (isinstance(step, Repeat) and step.each is not None):
            yield (Key(key.stack, after=True), None), How.SKIPPED, None, None

    def _after(self, key: Key, step: Step) -> Iterator[_Found]:
        """When a branch or a pass has ended: on, or once more."""
        pointer = self.placed[key.stack[-1].line, key.stack[-1].at].pointer
        place = f"{pointer}/next" if step.next else None
        yield self._goal(step.next, key.stack), How.DONE, None, place
        if isinstance(step, Repeat) and step.do in self.lines:
            yield self._into(step.do, key.stack, inside=True), How.ENTERED, None, None

    def _goal(self, name: str | None, stack: Stack) -> _Goal:
        if name == "end":
            return END, None
        if name == "incident":
            return INCIDENT, None
        if name in self.document.paths:
            return self._into(str(name), stack, inside=False)
        target = self.by_id.get(name or "")
        if target is not None:
            kept = next((at for at, frame in enumerate(stack) if frame.line == target.line), None)
            if kept is not None and not self._leaves_a_branch(stack, kept):
                frame = Frame(target.line, target.index, stack[kept].inside)
                return Key((*stack[:kept], frame), after=False), None
            if kept is None and target.line == MAIN_LINE:
                return self._start(MAIN_LINE, target.index), None
        return self._onward(stack)

    def _leaves_a_branch(self, stack: Stack, kept: int) -> bool:
        """Whether going back to a line would leave a branch of a parallel step, which nothing can."""
        forks = zip(stack[kept:], stack[kept + 1 :], strict=False)
        return any(inner.inside and isinstance(self.lines[fork.line][fork.at], Parallel) for fork, inner in forks)

    def _into(self, path: str, stack: Stack, *, inside: bool) -> _Goal:
        kept = next((at for at, frame in enumerate(stack) if frame.line == path), None)
        if kept is not None:
            inside, stack = stack[kept].inside, stack[:kept]
        if not self.lines[path]:
            return self._onward((*stack, Frame(path, -1, inside)))
        return Key((*stack, Frame(path, 0, inside)), after=False), None

    def _onward(self, stack: Stack) -> _Goal:
        """The step after the innermost one; at the end of a line, what comes after the step that entered it."""
        while stack:
            top, around = stack[-1], stack[:-1]
            if top.at + 1 < len(self.lines[top.line]):
                return Key((*around, Frame(top.line, top.at + 1, top.inside)), after=False), None
            if around and top.inside:
                return Key(around, after=True), top.line
            stack = around
        return END, None


def _branches(step: Parallel) -> list[Branch]:
    return [each if isinstance(each, Branch) else Branch(path=each) for each in step.branches]


_Lead: TypeAlias = "tuple[str | None, How, str | None, str | None]"


def _leads(step: Step) -> Iterator[_Lead]:
    """Where a step leads: target, how it is left, condition, and where that is written below the step."""
    on = "next" if step.next else None
    if isinstance(step, (Task, Wait)):
        yield from _choices(step, on)
    elif isinstance(step, Decision):
        for index, case in enumerate(step.cases):
            yield case.next, How.DONE, case.when, f"cases/{index}/next"
        yield step.otherwise, How.DONE, None, "otherwise"
    elif not isinstance(step, (End, Parallel, Repeat)):
        yield step.next, How.DONE, None, on
    yield from _troubles(step, on)


def _choices(step: Task | Wait, on: str | None) -> Iterator[_Lead]:
    """One way for each outcome, or for each event that may come first."""
    choices: tuple[Outcome | Awaited, ...] = step.outcomes if isinstance(step, Task) else step.any_of
    key = "outcomes" if isinstance(step, Task) else "any_of"
    for index, choice in enumerate(choices):
        yield choice.next or step.next, How.DONE, None, f"{key}/{index}/next" if choice.next else on
    if not choices:
        yield step.next, How.DONE, None, on


def _troubles(step: Step, on: str | None) -> Iterator[_Lead]:
    """What else may become of a step: rejected, failed, out of time."""
    if isinstance(step, Approval):
        yield step.on_reject or step.next, How.REJECTED, None, "on_reject" if step.on_reject else on
    if isinstance(step, Action) and step.on_error:
        yield step.on_error, How.FAILED, None, "on_error"
    if isinstance(step, (Task, Approval, Wait)) and step.timeout not in (None, NEVER):
        yield step.on_timeout or step.next, How.TIMEOUT, None, "on_timeout" if step.on_timeout else on
