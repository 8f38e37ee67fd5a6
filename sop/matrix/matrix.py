"""The matrix of one definition: every step of systems and people, and every fault there is for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sop.definition import Compiled, definition_of
from sop.matrix.explore import explored
from sop.matrix.faults import Cell, Finding, found
from sop.matrix.of_actions import action_cells
from sop.matrix.of_people import people_cells, wait_cell
from sop.matrix.ways import Tale, Way, ways_of
from sop.model import Action, Approval, Step, Task, Wait


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cells of a definition, by step in the order it is written."""

    kind: str
    key: str
    cells: tuple[Cell, ...]

    @property
    def undefined(self) -> list[Cell]:
        """The cells without a defined outcome."""
        return [cell for cell in self.cells if cell.is_undefined]


def matrix_of(compiled: Compiled, tales: Sequence[Tale]) -> Matrix:
    """The failure matrix of a definition. Its steps are reached as the ``tales`` do (those of other definitions that
    call it too); a step none of them comes by is looked for with made-up answers."""
    ways = ways_of(tales, compiled["kind"], compiled["key"])
    steps = [placed.step for placed in definition_of(compiled).steps.values()]
    tried = [step for step in steps if isinstance(step, Action | Task | Approval | Wait)]
    if any(step.id not in ways for step in tried):
        own = [tale for tale in tales if tale.compiled["key"] == compiled["key"]]
        for name, more in ways_of(explored(compiled, own), compiled["kind"], compiled["key"]).items():
            ways.setdefault(name, more)
    cells = [cell for step in tried for cell in _cells(step, ways.get(step.id, []))]
    return Matrix(compiled["kind"], compiled["key"], tuple(cells))


def _cells(step: Step, ways: Sequence[Way]) -> Iterator[Cell]:
    if not ways:
        yield found(step.id, None, Finding.NOT_REACHED)
    elif isinstance(step, Action):
        yield from action_cells(step, ways)
    elif isinstance(step, Task | Approval):
        yield from people_cells(step, ways[0])
    elif isinstance(step, Wait):
        yield wait_cell(step, ways[0])
