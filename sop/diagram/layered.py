"""Our own layered layout: longest paths give the layers, averages of neighbours the order within them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sop.diagram.shapes import Box, Direction, Drawing, Link, Place, Point, Polyline

LAYER_GAP, NODE_GAP, TRACK = 56.0, 40.0, 12.0
SWEEPS = 8


def layout(nodes: Sequence[Box], edges: Sequence[Link], direction: Direction = Direction.DOWN) -> Drawing:
    """Places for the nodes and orthogonal lines for the edges; the upper left corner is (0, 0)."""
    if direction is Direction.RIGHT:
        turned = [Box(box.id, box.height, box.width) for box in nodes]
        return _turned(_Layers(turned, [_on_its_side(edge) for edge in edges]).drawing())
    return _Layers(nodes, edges).drawing()


def middle(points: Sequence[Point]) -> Point:
    """The middle of a polyline's longest piece."""
    one, other = max(pairwise(points), key=lambda piece: abs(piece[0].x - piece[1].x) + abs(piece[0].y - piece[1].y))
    return Point((one.x + other.x) / 2, (one.y + other.y) / 2)


def backwards(nodes: Sequence[Box], edges: Sequence[Link]) -> set[tuple[str, str]]:
    """The edges that lead back, as source and target: those a depth-first walk in the order of the nodes finds
    closing a circle, the heaviest edges walked first."""
    following = defaultdict[str, list[str]](list)
    for edge in sorted(edges, key=lambda one: -one.weight):
        following[edge.source].append(edge.target)
    back, done, standing = set[tuple[str, str]](), set[str](), set[str]()
    for box in nodes:
        stack = [] if box.id in done else [(box.id, iter(following[box.id]))]
        standing.update(name for name, _ in stack)
        while stack:
            name, rest = stack[-1]
            then = next(rest, None)
            if then is None:
                stack.pop()
                standing.discard(name)
                done.add(name)
            elif then in standing:
                back.add((name, then))
            elif then not in done:
                standing.add(then)
                stack.append((then, iter(following[then])))
    return back


def _on_its_side(edge: Link) -> Link:
    return Link(edge.source, edge.target, edge.label_height, edge.label_width, edge.weight)


def _turned(drawing: Drawing) -> Drawing:
    places = {name: Place(p.y, p.x, p.height, p.width) for name, p in drawing.places.items()}
    lines = [
        Polyline(tuple(Point(y, x) for x, y in line.points), Point(line.label.y, line.label.x))
        for line in drawing.lines
    ]
    return Drawing(places, lines, drawing.height, drawing.width)


@dataclass(slots=True)
class _Layers:
    nodes: Sequence[Box]
    edges: Sequence[Link]
    sizes: dict[str, Box] = field(init=False)
    forward: list[tuple[str, str]] = field(init=False)
    layer_of: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = {box.id: box for box in self.nodes}
        back = backwards(self.nodes, self.edges)
        self.forward = [
            (edge.source, edge.target)
            for edge in self.edges
            if edge.source != edge.target and (edge.source, edge.target) not in back
        ]
        self.layer_of = self._longest_paths()

    def drawing(self) -> Drawing:
        layers = self._ordered()
        places = self._placed(layers)
        right = max((place.x + place.width for place in places.values()), default=0.0)
        lines, tracks = list[Polyline](), 0
        for edge in self.edges:
            ahead = self.layer_of[edge.target] - self.layer_of[edge.source]
            if ahead != 1:
                tracks += 1
            lines.append(_routed(places[edge.source], places[edge.target], ahead, right + NODE_GAP + tracks * TRACK))
        far = [(place.x + place.width, place.y + place.height) for place in places.values()]
        far += [point for line in lines for point in line.points]
        far += [(line.label.x + edge.label_width / 2, 0.0) for line, edge in zip(lines, self.edges, strict=True)]
        return Drawing(places, lines, max((x for x, _ in far), default=0), max((y for _, y in far), default=0))

    def _longest_paths(self) -> dict[str, int]:
        before = defaultdict[str, list[str]](list)
        after = defaultdict[str, list[str]](list)
        for one, other in self.forward:
            before[other].append(one)
            after[one].append(other)
        waiting = {box.id: len(before[box.id]) for box in self.nodes}
        ready, layer = [name for name, count in waiting.items() if not count], dict[str, int]()
        while ready:
            name = ready.pop(0)
            layer[name] = max((layer[one] + 1 for one in before[name]), default=0)
            for other in after[name]:
                waiting[other] -= 1
                if not waiting[other]:
                    ready.append(other)
        return layer

    def _ordered(self) -> list[list[str]]:
        """The layers, each in the order that the averages of its neighbours' places give after some sweeps."""
        layers = [list[str]() for _ in range(max(self.layer_of.values(), default=-1) + 1)]
        for box in self.nodes:
            layers[self.layer_of[box.id]].append(box.id)
        neighbours = defaultdict[str, list[str]](list)
        for one, other in self.forward:
            neighbours[one].append(other)
            neighbours[other].append(one)
        for sweep in range(SWEEPS):
            order = range(1, len(layers)) if sweep % 2 == 0 else range(len(layers) - 2, -1, -1)
            for index in order:
                beside = {name: at for at, name in enumerate(layers[index - 1 if sweep % 2 == 0 else index + 1])}
                layers[index] = _by_average(layers[index], neighbours, beside)
        return layers

    def _placed(self, layers: Iterable[Sequence[str]]) -> dict[str, Place]:
        rows = [[self.sizes[name] for name in layer] for layer in layers]
        widths = [sum(box.width for box in row) + NODE_GAP * (len(row) - 1) for row in rows]
        widest, y, places = max(widths, default=0.0), 0.0, dict[str, Place]()
        for row, wide in zip(rows, widths, strict=True):
            x, high = (widest - wide) / 2, max(box.height for box in row)
            for box in row:
                places[box.id] = Place(x, y + (high - box.height) / 2, box.width, box.height)
                x += box.width + NODE_GAP
            y += high + LAYER_GAP
        return places


def _by_average(layer: Sequence[str], neighbours: dict[str, list[str]], beside: dict[str, int]) -> list[str]:
    def average(at: int, name: str) -> float:
        places = [beside[other] for other in neighbours[name] if other in beside]
        return sum(places) / len(places) if places else float(at)

    keyed = sorted((average(at, name), at, name) for at, name in enumerate(layer))
    return [name for _, _, name in keyed]


def _routed(source: Place, target: Place, ahead: int, track: float) -> Polyline:
    """Down to the next layer; anything else goes round by a track of its own on the right."""
    if ahead == 1:
        start, end = Point(source.centre.x, source.y + source.height), Point(target.centre.x, target.y)
        halfway = (start.y + end.y) / 2
        points = [start, Point(start.x, halfway), Point(end.x, halfway), end]
    else:
        start, end = Point(source.x + source.width, source.centre.y), Point(target.x + target.width, target.centre.y)
        if source == target:
            end = Point(end.x, end.y + source.height / 4)
        points = [start, Point(track, start.y), Point(track, end.y), end]
    straight = tuple(point for index, point in enumerate(points) if index == 0 or point != points[index - 1])
    return Polyline(straight, middle(straight))
