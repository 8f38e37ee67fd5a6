"""What a rule may look at: the file, the catalog, the other SOPs, and an index of the file's steps and their outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sop.catalog import Catalog
from sop.definition import MAIN_LINE, Compiled, Placed
from sop.model import (
    Action,
    Approval,
    Decision,
    Document,
    End,
    Parallel,
    Repeat,
    Step,
    SubSop,
    Task,
    Wait,
)
from sop.problems import closest
from sop.shape import UNSURE
from sop.yaml_text import Tree

COMMON_OUTPUTS = frozenset(("status", "by", "at", "visits"))


@dataclass(frozen=True)
class Context:
    """One file and all it refers to."""

    tree: Tree
    document: Document
    catalog: Catalog
    sops: Mapping[str, Compiled]

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every step of the file, main line first."""
        lines: dict[str, tuple[Step, ...]] = {MAIN_LINE: self.document.steps, **self.document.paths}
        return tuple(
            Placed(step, line, index, f"/paths/{line}/{index}" if line else f"/steps/{index}")
            for line, members in lines.items()
            for index, step in enumerate(members)
        )

    @cached_property
    def steps(self) -> Mapping[str, Placed]:
        """By id; of a duplicate id the first."""
        return {placed.step.id: placed for placed in reversed(self.placed) if placed.step.id}

    @cached_property
    def outputs(self) -> Mapping[str, frozenset[str] | None]:
        """What each step gives, by id, without what every step gives; none where it cannot be known."""
        return {name: self._gives(placed.step) for name, placed in self.steps.items()}

    def _gives(self, step: Step) -> frozenset[str] | None:
        match step:
            case Task():
                keys = frozenset(entry.key for entry in step.form)
                return None if UNSURE in keys else keys | {"outcome"}
            case Approval():
                return frozenset(("approved", "comment", "votes"))
            case Action():
                contract = self.catalog.actions.get(step.action)
                return None if contract is None else frozenset(contract.gives)
            case Wait():
                return frozenset(("received", "event", "which"))
            case _:
                return _GIVES[type(step)]

    def near_action(self, name: str) -> str | None:
        """The action a name stands for, or was probably meant to."""
        return name if name in self.catalog.actions else closest(name, self.catalog.actions)

    def each(self, *kinds: type[Step]) -> Iterator[Placed]:
        """The steps of some kinds."""
        return (placed for placed in self.placed if isinstance(placed.step, kinds))


_GIVES: Mapping[type[object], frozenset[str]] = {
    Decision: frozenset(("taken",)),
    Parallel: frozenset(("done",)),
    Repeat: frozenset(("count", "results")),
    SubSop: frozenset(("result", "outputs")),
    End: frozenset(),
}
