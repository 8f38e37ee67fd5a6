"""Every place of a file where an expression stands, and what it may read there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from jinja2 import nodes

from sop import expressions
from sop.definition import Placed
from sop.model import (
    Action,
    Approval,
    Branch,
    ClockPolicy,
    Decision,
    Document,
    Ladder,
    Parallel,
    Repeat,
    SubSop,
    Task,
    Wait,
)
from sop.yaml_text import escape

ROOTS = frozenset(("ticket", "customer", "steps", "vars", "inputs", "sla", "now"))
"""What every expression but a start's may read."""

CLOCK_EVENTS = ("start", "pause", "resume", "stop", "reset")
"""The keys of a clock that hold an event type or a condition."""

_WRAPPED = re.compile(r"\s*\{\{(?P<inner>.*)\}\}\s*", re.DOTALL)


class Use(StrEnum):
    """What an expression is for: to decide, or to give a value."""

    CONDITION = "condition"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Site:
    """One expression: where, its source, whether it is bare, which roots it may read, and of which event (or, where it
    reads ``check``, of which action)."""

    pointer: str
    source: str
    bare: bool
    use: Use
    roots: frozenset[str] = ROOTS
    event: str | None = None

    @property
    def inner(self) -> tuple[str, int]:
        """The source without the braces around it that do not belong there, and where it begins."""
        wrapped = _WRAPPED.fullmatch(self.source) if self.bare else None
        return (wrapped["inner"], wrapped.start("inner")) if wrapped else (self.source, 0)

    @property
    def study(self) -> Study:
        """What the source tells; offsets count from where ``inner`` begins."""
        return study(self.inner[0], self.bare)


@dataclass(frozen=True, slots=True)
class Study:
    """What an expression's text alone tells: its mistakes, the paths it reads with where they begin, its tree."""

    mistakes: tuple[expressions.Found, ...]
    reads: tuple[expressions.Read, ...]
    tree: nodes.Node | None = None


@lru_cache(maxsize=8192)
def study(source: str, bare: bool) -> Study:
    """Read an expression once, however many rules and files ask."""
    return Study(
        tuple(expressions.static_problems(source, bare=bare)),
        tuple(expressions.reads(source, bare=bare)),
        expressions.tree_of(source, bare=bare),
    )


def output_read(path: tuple[str, ...]) -> tuple[str, str] | None:
    """Which output of which step a path reads, as ``steps.inspect.grade`` does; nothing for any other path."""
    return (path[1], path[2]) if len(path) > 2 and path[0] == "steps" else None


Reachable: TypeAlias = Callable[[Iterable[str]], frozenset[str]]
"""Some paths and all they enter."""


def sites_of(
    document: Document, steps: Iterable[Placed], reachable: Reachable, events: Collection[str]
) -> Iterator[Site]:
    """All expressions of a file. ``events`` are the pointers of a clock's start or stop that name an event."""
    if document.start is not None:
        roots = frozenset(("ticket", "customer", "vars", "now", "event"))
        yield from _condition("/start/when", document.start.when, roots, document.start.event)
    for name, clock in document.sla.items():
        yield from _clock(events, f"/sla/{escape(name)}", clock)
    for index, handler in enumerate(document.whenever):
        yield from _condition(f"/whenever/{index}/match", handler.match, ROOTS | {"event"}, handler.event)
    for name, value in document.outputs.items():
        yield from _value(f"/outputs/{escape(name)}", value, ROOTS)
    loops = _loops(steps, reachable)
    for placed in steps:
        extra = loops.get(placed.line, frozenset())
        yield from _step(placed, ROOTS | extra)


def _loops(steps: Iterable[Placed], reachable: Reachable) -> dict[str, frozenset[str]]:
    """The names that passes of a repeat bring along, by line."""
    starts: dict[str, set[str]] = {}
    for placed in steps:
        if isinstance(placed.step, Repeat):
            starts.setdefault("loop", set()).add(placed.step.do)
            if placed.step.each is not None:
                starts.setdefault(placed.step.name, set()).add(placed.step.do)
    found: dict[str, set[str]] = {}
    for brought, paths in starts.items():
        for line in reachable(paths):
            found.setdefault(line, set()).add(brought)
    return {line: frozenset(names) for line, names in found.items()}


def _clock(events: Collection[str], pointer: str, clock: ClockPolicy) -> Iterator[Site]:
    if not isinstance(clock.target, str):
        for index, target in enumerate(clock.target):
            yield from _condition(f"{pointer}/target/{index}/when", target.when, ROOTS)
    yield from _condition(f"{pointer}/when", clock.when, ROOTS)
    for key in CLOCK_EVENTS:
        text = getattr(clock, key)
        if isinstance(text, str) and f"{pointer}/{key}" not in events:
            yield from _condition(f"{pointer}/{key}", text, ROOTS)
    for index, rule in enumerate(() if isinstance(clock.pause, str) else clock.pause or ()):
        yield from _condition(f"{pointer}/pause/{index}/when", rule.when, ROOTS)
    yield from _ladder(f"{pointer}/escalate", clock.escalate, ROOTS)


def _ladder(pointer: str, ladder: Ladder, roots: frozenset[str]) -> Iterator[Site]:
    for index, rung in enumerate(() if isinstance(ladder, str) else ladder or ()):
        yield from _condition(f"{pointer}/{index}/when", rung.when, roots)


def _step(placed: Placed, roots: frozenset[str]) -> Iterator[Site]:
    step, pointer = placed.step, placed.pointer
    yield from _condition(f"{pointer}/when", step.when, roots)
    match step:
        case Task() | Approval():
            yield from _person(step, pointer, roots)
        case Action() | SubSop():
            yield from _value(f"{pointer}/with", step.arguments, roots)
            if isinstance(step, Action):
                yield from _value(f"{pointer}/idempotency_key", step.idempotency_key, roots)
                yield from _promise(step, f"{pointer}/promise", roots)
        case Wait():
            yield from _wait(step, pointer, roots)
        case Decision() | Parallel() | Repeat():
            yield from _way(step, pointer, roots)
        case _:
            pass


def _promise(step: Action, pointer: str, roots: frozenset[str]) -> Iterator[Site]:
    """``check`` stands for what the action of that name gives."""
    if (promise := step.promise) is not None:
        yield from _value(f"{pointer}/with", promise.arguments, roots)
        yield from _value(f"{pointer}/title", promise.title, roots)
        yield from _condition(f"{pointer}/kept", promise.kept, ROOTS | {"check"}, promise.check)


def _person(step: Task | Approval, pointer: str, roots: frozenset[str]) -> Iterator[Site]:
    yield from _value(f"{pointer}/script", step.script, roots)
    for index, entry in enumerate(step.form if isinstance(step, Task) else ()):
        yield from _value(f"{pointer}/form/{index}/default", entry.default, roots)
    yield from _ladder(f"{pointer}/escalate", step.escalate, roots)


def _way(step: Decision | Parallel | Repeat, pointer: str, roots: frozenset[str]) -> Iterator[Site]:
    if isinstance(step, Decision):
        for index, case in enumerate(step.cases):
            yield from _condition(f"{pointer}/cases/{index}/when", case.when, roots)
    elif isinstance(step, Parallel):
        for index, branch in enumerate(step.branches):
            if isinstance(branch, Branch):
                yield from _condition(f"{pointer}/branches/{index}/when", branch.when, roots)
    else:
        for site in _condition(f"{pointer}/each", step.each, roots):
            yield replace(site, use=Use.VALUE)
        yield from _condition(f"{pointer}/until", step.until, roots | {step.name, "loop"})


def _wait(step: Wait, pointer: str, roots: frozenset[str]) -> Iterator[Site]:
    if step.event is not None:
        yield from _condition(f"{pointer}/match", step.match, roots | {"event"}, step.event)
    for index, awaited in enumerate(step.any_of):
        yield from _condition(f"{pointer}/any_of/{index}/match", awaited.match, roots | {"event"}, awaited.event)
    for site in _condition(f"{pointer}/until", step.until, roots):
        yield replace(site, use=Use.VALUE)
    yield from _value(f"{pointer}/for", step.duration, roots)


def _condition(
    pointer: str, source: str | bool | None, roots: frozenset[str], event: str | None = None
) -> Iterator[Site]:
    if isinstance(source, str):
        yield Site(pointer, source, True, Use.CONDITION, roots, event)


def _value(pointer: str, value: object, roots: frozenset[str]) -> Iterator[Site]:
    """The texts with braces within any value."""
    if isinstance(value, str):
        if "{{" in value or "{%" in value or "{#" in value:
            yield Site(pointer, value, False, Use.VALUE, roots)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _value(f"{pointer}/{escape(str(key))}", item, roots)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _value(f"{pointer}/{index}", item, roots)
