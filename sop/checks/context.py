"""What a rule may look at: the file, the catalog, the other SOPs, and an index of the steps and their outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sop.catalog import Catalog
from sop.checks.before import Before, before, reached
from sop.checks.deciding import known_of, may_be_for
from sop.checks.goings import Target, targets_of_step
from sop.checks.sites import CLOCK_EVENTS, ROOTS, Site, sites_of
from sop.checks.ways import Ways, ways_of
from sop.definition import MAIN_LINE, Compiled, Placed, policies_of
from sop.model import (
    Action,
    Approval,
    ClockPolicy,
    Decision,
    Document,
    End,
    Ladder,
    Parallel,
    Repeat,
    Rung,
    Step,
    StepShape,
    SubSop,
    Task,
    Wait,
)
from sop.problems import closest
from sop.shape import UNSURE
from sop.yaml_text import Tree, escape

AnyStep = TypeVar("AnyStep", bound=StepShape)

_EVENT = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+")
COMMON_OUTPUTS = frozenset(("status", "by", "at", "visits"))


@dataclass(frozen=True, slots=True)
class Running:
    """The version before, and how many tickets stand on each of its steps; none where that is not known."""

    document: Document
    standing: Mapping[str, int | None]


@dataclass(frozen=True)
class Context:
    """One file and all it refers to; ``running``: the version that tickets run on now."""

    tree: Tree
    document: Document
    catalog: Catalog
    sops: Mapping[str, Compiled]
    running: Running | None = None

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every step of the file, main line first."""
        lines: dict[str, tuple[Step, ...]] = {MAIN_LINE: self.document.steps, **self.document.paths}
        return tuple(
            Placed(step, line, index, f"/paths/{escape(line)}/{index}" if line else f"/steps/{index}")
            for line, members in lines.items()
            for index, step in enumerate(members)
        )

    @cached_property
    def steps(self) -> Mapping[str, Placed]:
        """By id; of a duplicate id the first."""
        return {placed.step.id: placed for placed in reversed(self.placed) if placed.step.id}

    @cached_property
    def ways(self) -> Ways:
        """Every way through the file."""
        return ways_of(self.document, {(placed.line, placed.index): placed for placed in self.placed})

    @cached_property
    def before(self) -> Before:
        """What has surely happened at every stand."""
        return before(self.ways)

    @cached_property
    def stands_of(self) -> Mapping[str, tuple[int, ...]]:
        """The stands of every step, by its pointer: none of a step that is never come to."""
        found: dict[str, list[int]] = {}
        for stand, placed in enumerate(self.ways.placed):
            found.setdefault(placed.pointer, []).append(stand)
        return {pointer: tuple(stands) for pointer, stands in found.items()}

    @cached_property
    def following(self) -> Mapping[str, frozenset[str]]:
        """For every step that is come to, by pointer, the steps that can come after it."""
        pointers = [placed.pointer for placed in self.ways.placed]
        after = {pointer: reached(self.ways, stands) for pointer, stands in self.stands_of.items()}
        return {
            pointer: frozenset(pointers[stand] for stand in stands if stand >= 0) for pointer, stands in after.items()
        }

    @cached_property
    def clocks(self) -> Mapping[str, ClockPolicy]:
        """The clocks of the file's runs by name: its own, and the company's, which run beside those of an SOP that
        tickets start with."""
        beside = self.document.sop is not None and self.document.start is not None
        return policies_of(self.catalog.policies if beside else {}, self.document)

    @cached_property
    def clocks_to_read(self) -> Mapping[str, ClockPolicy]:
        """Those that an expression of the file may read: not a company's that is surely for none of its tickets."""
        known = known_of(self.document)
        own = self.document.sla
        return {name: clock for name, clock in self.clocks.items() if name in own or may_be_for(clock, known)}

    def step_around(self, pointer: str) -> Placed | None:
        """The step within which a pointer leads; none outside of steps."""
        parts = pointer.split("/")
        length = {"steps": 3, "paths": 4}.get(parts[1] if len(parts) > 1 else "", 0)
        return self._by_pointer.get("/".join(parts[:length]))

    @cached_property
    def _by_pointer(self) -> Mapping[str, Placed]:
        return {placed.pointer: placed for placed in self.placed}

    @cached_property
    def outputs(self) -> Mapping[str, frozenset[str] | None]:
        """What each step gives, by id, without what every step gives; none where it cannot be known."""
        return {name: self._gives(placed.step) for name, placed in self.steps.items()}

    def _gives(self, step: Step) -> frozenset[str] | None:
        if isinstance(step, Task):
            keys = frozenset(entry.key for entry in step.form)
            return None if UNSURE in keys else keys | {"outcome"}
        if isinstance(step, Action):
            contract = self.catalog.actions.get(step.action)
            return None if contract is None else frozenset(contract.gives)
        return _GIVES[type(step)]

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Every place of the file that leads somewhere."""
        found = [target for placed in self.placed for target in targets_of_step(placed)]
        handlers = enumerate(self.document.whenever)
        found += [Target(f"/whenever/{index}/next", handler.next, None) for index, handler in handlers]
        return tuple(found)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every expression of the file."""
        return tuple(sites_of(self.document, self.placed, self.reachable, self.clock_events))

    @cached_property
    def clock_events(self) -> Mapping[str, str]:
        """The events at which clocks start, stand still or stop, by pointer. Any other text there is a condition."""
        texts = {
            f"/sla/{escape(name)}/{key}": text
            for name, clock in self.document.sla.items()
            for key in CLOCK_EVENTS
            if isinstance(text := getattr(clock, key), str)
        }
        return {pointer: text for pointer, text in texts.items() if self._is_event(text)}

    def _is_event(self, text: str) -> bool:
        root, _, rest = text.partition(".")
        dotted = _EVENT.fullmatch(text) is not None
        return text in self.catalog.events or (dotted and (root not in ROOTS or self._near_event(root, rest)))

    def _near_event(self, root: str, field: str) -> bool:
        misspelt = root == "ticket" and field not in self.catalog.ticket
        return misspelt and closest(f"{root}.{field}", self.catalog.events) is not None

    @cached_property
    def _entered(self) -> Mapping[str, set[str]]:
        """The paths each line enters."""
        entered: dict[str, set[str]] = {}
        for target in self.targets:
            if target.line is not None and target.name in self.document.paths:
                entered.setdefault(target.line, set()).add(target.name)
        return entered

    def reachable(self, starts: Iterable[str]) -> frozenset[str]:
        """These paths and all they enter."""
        found: set[str] = set()
        waiting = [name for name in starts if name in self.document.paths]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._entered.get(name, ())
        return frozenset(found)

    @cached_property
    def rungs(self) -> tuple[tuple[str, str | Rung], ...]:
        """Every rung of every ladder; a ladder of one person is that person."""
        ladders: list[tuple[str, Ladder]] = [
            (f"{placed.pointer}/escalate", placed.step.escalate)
            for placed in self.placed
            if isinstance(placed.step, (Task, Approval))
        ]
        ladders += [(f"/sla/{escape(name)}/escalate", clock.escalate) for name, clock in self.document.sla.items()]
        found: list[tuple[str, str | Rung]] = []
        for pointer, ladder in ladders:
            if isinstance(ladder, str):
                found.append((pointer, ladder))
            else:
                found += [(f"{pointer}/{index}", rung) for index, rung in enumerate(ladder or ())]
        return tuple(found)

    def near_action(self, name: str) -> str | None:
        """The action a name stands for, or was probably meant to."""
        return name if name in self.catalog.actions else closest(name, self.catalog.actions)

    def each(self, kind: type[AnyStep]) -> Iterator[tuple[str, AnyStep]]:
        """The steps of one kind, with their pointers."""
        for placed in self.placed:
            if isinstance(placed.step, kind):
                yield placed.pointer, placed.step


_GIVES: Mapping[type[object], frozenset[str]] = {
    Approval: frozenset(("approved", "comment", "votes", "outcome")),
    Decision: frozenset(("taken",)),
    End: frozenset(),
    Parallel: frozenset(("done",)),
    Repeat: frozenset(("count", "results")),
    SubSop: frozenset(("result", "outputs")),
    Wait: frozenset(("received", "event", "which")),
}
