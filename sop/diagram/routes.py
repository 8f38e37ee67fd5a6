"""Where exits really lead: paths entered at their first step, and left again for whatever follows their callers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sop.definition import MAIN_LINE, Definition
from sop.diagram.exits import INCIDENT, Exit, Way, exits_of
from sop.model import Whenever

START, END = ":start", ":end"
CONTINUE, ENDS = "continue", "end"


def ending(step: str) -> str:
    """The node at which a step ends the run."""
    return f":end/{step}"


def trouble(step: str) -> str:
    """The node of the incident a step leads to."""
    return f":incident/{step}"


def join(step: str) -> str:
    """The node at which the branches of a parallel step meet."""
    return f":join/{step}"


def handler(number: int) -> str:
    """The node of an event handler, by its place in ``whenever``."""
    return f":whenever/{number}"


def handled(number: int) -> str:
    """The node at which the path of an event handler is done."""
    return f":handled/{number}"


@dataclass(frozen=True, slots=True)
class Landing:
    """A node that an exit leads to. ``after``: the steps whose callers' lines go on there, outermost last."""

    node: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One place a path is entered from: a step (by which way), or a handler (by number)."""

    step: str = ""
    way: Way = Way.NEXT
    handler: int = -1


@dataclass(slots=True)
class Routes:
    """The landings of every exit of a definition."""

    definition: Definition
    _entries: dict[str, list[_Entry]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know from where each path is entered."""
        paths = self.definition.document.paths
        for placed in self.definition.steps.values():
            for one in exits_of(placed.step):
                if one.target in paths:
                    self._enter(one.target, _Entry(placed.step.id, one.way))
        for number, each in enumerate(self.definition.document.whenever):
            if each.next in paths:
                self._enter(each.next, _Entry(handler=number))

    def _enter(self, path: str, entry: _Entry) -> None:
        known = self._entries.setdefault(path, [])
        if entry not in known:
            known.append(entry)

    def start(self) -> list[Landing]:
        """Where a run begins."""
        return self._line(MAIN_LINE, END)

    def of_exit(self, step: str, one: Exit) -> list[Landing]:
        """Where an exit of a step leads; several where its path was entered from several places."""
        document = self.definition.document
        if one.target is None or one.target == CONTINUE:
            return self._after(step, frozenset())
        if one.target == ENDS:
            return [Landing(ending(step))]
        if one.target == INCIDENT:
            return [Landing(trouble(step))]
        if one.target in document.paths:
            return self._line(one.target, END)
        return [Landing(one.target)]

    def of_handler(self, number: int, whenever: Whenever) -> list[Landing]:
        """Where an event handler leads."""
        if whenever.next in self.definition.document.paths:
            return self._line(whenever.next, handled(number))
        if whenever.next in self.definition.steps:
            return [Landing(whenever.next)]
        own = {ENDS: ending, INCIDENT: trouble}.get(whenever.next)
        return [Landing(own(handler(number)) if own else handled(number))]

    def _line(self, line: str, empty: str) -> list[Landing]:
        members = self.definition.lines[line]
        return [Landing(members[0].id)] if members else [Landing(empty)]

    def _after(self, step: str, seen: frozenset[str]) -> list[Landing]:
        placed = self.definition.steps[step]
        members = self.definition.lines[placed.line]
        if placed.index + 1 < len(members):
            return [Landing(members[placed.index + 1].id)]
        return list(dict.fromkeys(self._back(placed.line, seen)))

    def _back(self, line: str, seen: frozenset[str]) -> Iterator[Landing]:
        """Where a line's end leads. A path that is around itself comes back no further way."""
        if line == MAIN_LINE:
            yield Landing(END)
            return
        if line in seen:
            return
        for entry in self._entries.get(line, []):
            yield from self._after_entry(entry, seen | {line})

    def _after_entry(self, entry: _Entry, seen: frozenset[str]) -> Iterator[Landing]:
        if entry.handler >= 0:
            yield Landing(handled(entry.handler))
        elif entry.way is Way.BRANCH:
            yield Landing(join(entry.step))
        elif entry.way is Way.PASS:
            yield Landing(entry.step)
        else:
            for landing in self._after(entry.step, seen):
                yield Landing(landing.node, (entry.step, *landing.after))
