"""Where the labels of lines go: on their own line, near its beginning, off boxes, other labels and other lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import NamedTuple

from sop.diagram.shapes import Drawing, Link, Point, Polyline

STEP, NEAR, ROUNDS, CLEAR, CELL = 7.0, 110.0, 2, 3.0, 96.0
ON_A_BOX, ON_A_LABEL, ON_A_TIP, ON_A_LINE, BESIDE, PER_PX = 900.0, 700.0, 120.0, 60.0, 34.0, 0.08


class Area(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def around(middle: Point, wide: float, high: float, clear: float = 0) -> Area:
    """The rectangle of a size around a point."""
    x, y = wide / 2 + clear, high / 2 + clear
    return Area(middle.x - x, middle.y - y, middle.x + x, middle.y + y)


class Spot(NamedTuple):
    """A place a label could have, and what speaks against it whatever else is drawn."""

    middle: Point
    cost: float


def placed(drawing: Drawing, edges: Sequence[Link], *, on_lines: bool = True) -> Drawing:
    """The drawing with every label where it reads best: on its line, or else beside it."""
    lines = _Labels(drawing, edges, on_lines).best()
    right = [line.label.x + edge.label_width / 2 for line, edge in zip(lines, edges, strict=True) if edge.label_width]
    left = min([0.0, *(line.label.x - edge.label_width / 2 for line, edge in zip(lines, edges, strict=True))])
    moved = Drawing(drawing.places, lines, max([drawing.width, *right]), drawing.height)
    return _shifted(moved, -left) if left < 0 else moved


def _shifted(drawing: Drawing, by: float) -> Drawing:
    places = {name: replace(place, x=place.x + by) for name, place in drawing.places.items()}
    lines = [
        Polyline(tuple(Point(x + by, y) for x, y in line.points), Point(line.label.x + by, line.label.y))
        for line in drawing.lines
    ]
    return Drawing(places, lines, drawing.width + by, drawing.height)


class _Obstacles:
    """What a label should not lie on, by the cells of a grid: only what is near a label is looked at."""

    def __init__(self, drawing: Drawing) -> None:
        self.cells: dict[tuple[int, int], list[tuple[Area, float, int]]] = defaultdict(list)
        for place in drawing.places.values():
            self._put(around(place.centre, place.width, place.height, CLEAR + 2), ON_A_BOX, -1)
        for number, line in enumerate(drawing.lines):
            self._put(around(line.points[-1], 10, 14), ON_A_TIP, -1)
            for piece in pairwise(line.points):
                self._put(_thin(*piece), ON_A_LINE, number)

    def _put(self, area: Area, cost: float, line: int) -> None:
        for cell in _cells(area):
            self.cells[cell].append((area, cost, line))

    def cost(self, area: Area, own: int) -> float:
        """What lying here costs the label of a line; another line counts once, however often it passes."""
        met = {each for cell in _cells(area) for each in self.cells.get(cell, ()) if each[2] != own}
        lines, total = set[int](), 0.0
        for other, cost, line in met:
            if line not in lines and area.meets(other):
                total += cost
                if line >= 0:
                    lines.add(line)
        return total


def _cells(area: Area) -> Iterator[tuple[int, int]]:
    columns = range(int(area.left // CELL), int(area.right // CELL) + 1)
    rows = range(int(area.top // CELL), int(area.bottom // CELL) + 1)
    return product(columns, rows)


@dataclass(slots=True)
class _Labels:
    drawing: Drawing
    edges: Sequence[Link]
    on_lines: bool
    obstacles: _Obstacles = field(init=False)

    def __post_init__(self) -> None:
        self.obstacles = _Obstacles(self.drawing)

    def best(self) -> list[Polyline]:
        """Each label in turn takes its best spot among the others; the shortest lines, with the least choice, first."""
        lines = list(self.drawing.lines)
        wanted = [index for index, edge in enumerate(self.edges) if edge.label_width]
        wanted.sort(key=lambda index: _length(lines[index].points))
        taken: dict[int, Area] = {}
        for _ in range(ROUNDS):
            for index in wanted:
                taken.pop(index, None)
                edge, middle = self.edges[index], self._spot(index, taken)
                lines[index] = replace(lines[index], label=middle)
                taken[index] = around(middle, edge.label_width, edge.label_height, CLEAR)
        return lines

    def _spot(self, index: int, taken: dict[int, Area]) -> Point:
        """The cheapest spot; those that are dearer by themselves than the best so far are not looked at."""
        found = _spots(self.drawing.lines[index].points, self.edges[index], self.on_lines)
        spots = sorted(found, key=lambda one: one.cost)
        best, least = spots[0].middle, float("inf")
        for spot in spots:
            if spot.cost >= least:
                break
            cost = spot.cost + self._against(index, spot.middle, taken)
            if cost < least:
                best, least = spot.middle, cost
        return best

    def _against(self, index: int, middle: Point, taken: dict[int, Area]) -> float:
        area = around(middle, self.edges[index].label_width, self.edges[index].label_height)
        labels = sum(ON_A_LABEL for other in taken.values() if area.meets(other))
        return labels + self.obstacles.cost(area, index)


def _spots(points: Sequence[Point], edge: Link, on_lines: bool) -> Iterator[Spot]:
    """Places along the line, and beside its upright pieces; or only beside all of its pieces."""
    before = 0.0
    for one, other in pairwise(points):
        length = abs(other.x - one.x) + abs(other.y - one.y)
        upright = one.x == other.x
        room = edge.label_height if upright else edge.label_width
        for along in _distances(length):
            share = along / length
            middle = Point(one.x + (other.x - one.x) * share, one.y + (other.y - one.y) * share)
            cost = (before + along) * PER_PX + (8.0 if length < room + 8 else 0.0)
            if on_lines:
                yield Spot(middle, cost)
            elif not upright:
                aside = edge.label_height / 2 + 2
                yield from (Spot(Point(middle.x, middle.y + side), cost) for side in (-aside, aside))
            if upright:
                for gap in (4.0, 20.0):
                    aside = edge.label_width / 2 + gap
                    far = cost + BESIDE + gap
                    yield from (Spot(Point(middle.x + side, middle.y), far) for side in (aside, -aside))
        before += length


def _distances(length: float) -> Iterator[float]:
    """From the beginning of a piece: its middle if it is short, close together at first, then further apart."""
    if length < 3 * STEP:
        yield length / 2
        return
    along = STEP
    while along < length:
        yield along
        along += STEP if along < NEAR else 4 * STEP


def _thin(one: Point, other: Point) -> Area:
    return Area(min(one.x, other.x) - 1, min(one.y, other.y) - 1, max(one.x, other.x) + 1, max(one.y, other.y) + 1)


def _length(points: Sequence[Point]) -> float:
    return sum(abs(other.x - one.x) + abs(other.y - one.y) for one, other in pairwise(points))
