"""Where everything of a BPMN process stands: the layout of each scope, sub-processes opened out within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sop.bpmn.parts import ACTIVITIES, GATEWAYS, Element, Scope, SequenceFlow, Tag
from sop.diagram.layout import layout
from sop.diagram.shapes import Box, Direction, Drawing, Link, Place, Point
from sop.diagram.text import width, wrapped

EVENT, GATEWAY, TASK, HEADER, PADDING = 36.0, 50.0, (120.0, 80.0), 34.0, 26.0
FONT, LINE, LABEL_ROOM = 11.0, 14.0, 130.0
UNDO_GAP, ELBOW = 44.0, 30.0
SPACING = {"layer_gap": 56.0, "node_gap": 46.0, "port_gap": 46.0, "edge_label_margin": 8.0}


@dataclass(slots=True)
class Plan:
    """Places of elements and of their labels, and the ways of flows and associations, by id."""

    places: dict[str, Place] = field(default_factory=dict)
    labels: dict[str, Place] = field(default_factory=dict)
    ways: dict[str, tuple[Point, ...]] = field(default_factory=dict)


def plan_of(process: Scope) -> Plan:
    """The places of a whole process; the upper left corner is a little away from (0, 0)."""
    plan = Plan()
    _Placing(plan).scope(process, Point(40, 40))
    return plan


def size_of(element: Element) -> tuple[float, float]:
    """The size of an element that holds no others."""
    if element.tag in ACTIVITIES:
        lines = wrapped(element.name, FONT, TASK[0] - 16, 9)
        return TASK[0], max(TASK[1], len(lines) * LINE + 40)
    return (GATEWAY, GATEWAY) if element.tag in GATEWAYS else (EVENT, EVENT)


@dataclass(slots=True)
class _Placing:
    plan: Plan

    def scope(self, scope: Scope, corner: Point) -> tuple[float, float]:
        """Place a scope from its corner on; how large it is."""
        sizes = {name: self._size(element) for name, element in scope.elements.items()}
        below = [e for e in scope.elements.values() if e.by_event]
        main = [e for e in scope.elements.values() if not e.by_event and not e.host and not e.undoes]
        high = _undone(scope)
        boxes = [Box(e.id, sizes[e.id][0], sizes[e.id][1] + high.get(e.id, 0)) for e in main]
        links = [_link(scope, flow) for flow in scope.flows]
        drawing = layout(boxes, links, Direction.RIGHT, SPACING, labels_on_lines=False)
        self._main(scope, drawing, sizes, corner)
        wide, y = drawing.width, corner.y + drawing.height + (PADDING if main else 0)
        for element in below:
            size = sizes[element.id]
            self._put(element, Place(corner.x, y, *size))
            wide, y = max(wide, size[0]), y + size[1] + PADDING
        return wide, y - corner.y - (PADDING if below else 0)

    def _size(self, element: Element) -> tuple[float, float]:
        """The size of an element; that of an opened sub-process is measured on a plan that is thrown away."""
        if element.inner is None:
            return size_of(element)
        wide, high = _Placing(Plan()).scope(element.inner, Point(0, 0))
        return max(wide + 2 * PADDING, width(element.name, FONT) + 2 * PADDING), high + HEADER + PADDING

    def _main(self, scope: Scope, drawing: Drawing, sizes: Mapping[str, tuple[float, float]], corner: Point) -> None:
        for name, place in drawing.places.items():
            wide, high = sizes[name]
            centre = Point(place.centre.x + corner.x, place.centre.y + corner.y)
            self._put(scope.elements[name], Place(centre.x - wide / 2, centre.y - high / 2, wide, high))
        for flow, line in zip(scope.flows, drawing.lines, strict=True):
            self._way(scope, flow, tuple(Point(x + corner.x, y + corner.y) for x, y in line.points))
            if flow.name:
                self._label(flow.id, flow.name, Point(line.label.x + corner.x, line.label.y + corner.y))
        for element in scope.elements.values():
            if element.undoes:
                self._undoing(scope, element)
        for element in scope.elements.values():
            if element.host and element.id not in self.plan.places:  # it leads nowhere
                self._put(element, self._on_corner(element))

    def _put(self, element: Element, place: Place) -> None:
        self.plan.places[element.id] = place
        if element.inner is not None:
            self.scope(element.inner, Point(place.x + PADDING, place.y + HEADER))
        elif element.tag not in ACTIVITIES and element.name:
            middle = Point(place.centre.x, place.y + place.height + 4 + LINE * len(_lines(element.name)) / 2)
            self._label(element.id, element.name, middle)

    def _label(self, name: str, text: str, middle: Point) -> None:
        lines = _lines(text)
        wide, high = max(width(line, FONT) for line in lines), LINE * len(lines)
        self.plan.labels[name] = Place(middle.x - wide / 2, middle.y - high / 2, wide, high)

    def _way(self, scope: Scope, flow: SequenceFlow, points: tuple[Point, ...]) -> None:
        """A flow's way, from shape to shape. One from a boundary event begins at the event, which sits where the way
        leaves its host."""
        source, target = scope.elements[flow.source], scope.elements[flow.target]
        begin = self._reach(scope.elements[source.host or source.id], points[0], points[1])
        if source.tag is Tag.BOUNDARY:
            known = self.plan.places.get(source.id)
            at = known.centre if known is not None else begin[0]
            if known is None:
                self._put(source, Place(at.x - EVENT / 2, at.y - EVENT / 2, EVENT, EVENT))
            begin = (_towards(at, (*begin, points[1])[1], EVENT / 2), *begin[1:])
        end = self._reach(target, points[-1], points[-2])
        self.plan.ways[flow.id] = (*begin, *points[1:-1], *reversed(end))

    def _reach(self, element: Element, end: Point, before: Point) -> tuple[Point, ...]:
        """From the rim of a shape to where a way meets the side of its box. A box that also holds room for what undoes
        its step is higher than the step: the way then turns to it."""
        place = self.plan.places[element.id]
        rim = _rim(element, place, end, before)
        inside = min(max(rim.y, place.y + EVENT / 2), place.y + place.height - EVENT / 2)
        if element.tag not in ACTIVITIES or place.y <= rim.y <= place.y + place.height or end.x == before.x:
            return (rim,)
        turn = rim.x + (ELBOW if before.x > rim.x else -ELBOW)
        return (Point(rim.x, inside), Point(turn, inside), Point(turn, rim.y))

    def _undoing(self, scope: Scope, element: Element) -> None:
        """What undoes an action hangs below it."""
        event = scope.elements[element.undoes]
        host = self.plan.places[event.host]
        at = Point(host.x + host.width / 4, host.y + host.height)
        self._put(event, Place(at.x - EVENT / 2, at.y - EVENT / 2, EVENT, EVENT))
        size = size_of(element)
        place = Place(host.x, host.y + host.height + UNDO_GAP, *size)
        self._put(element, place)
        way = (Point(at.x, at.y + EVENT / 2), Point(at.x, place.y))
        self.plan.ways[f"undo_{element.id}"] = way

    def _on_corner(self, element: Element) -> Place:
        host = self.plan.places[element.host]
        return Place(host.x + host.width - EVENT * 0.75, host.y + host.height - EVENT / 2, EVENT, EVENT)


def _rim(element: Element, place: Place, end: Point, before: Point) -> Point:
    """The end of a way moved, along its last piece, from the side of a box to the rim of what is drawn in it."""
    upright = abs(before.x - end.x) < abs(before.y - end.y)
    centre, half = place.centre, Point(place.width / 2, place.height / 2)
    off = abs(end.x - centre.x) / half.x if upright else abs(end.y - centre.y) / half.y
    if element.tag in ACTIVITIES:
        reach = 1.0
    elif element.tag in GATEWAYS:
        reach = max(0.0, 1 - off)
    else:
        reach = max(0.0, 1 - off * off) ** 0.5
    if upright:
        return Point(end.x, centre.y + (half.y if before.y > centre.y else -half.y) * reach)
    return Point(centre.x + (half.x if before.x > centre.x else -half.x) * reach, end.y)


def _undone(scope: Scope) -> dict[str, float]:
    """How much more room each element needs for what undoes it: above as below, so that ways meet its middle."""
    elements = scope.elements
    return {elements[e.undoes].host: 2 * (UNDO_GAP + size_of(e)[1]) for e in elements.values() if e.undoes}


def _link(scope: Scope, flow: SequenceFlow) -> Link:
    source = scope.elements[flow.source]
    lines = _lines(flow.name) if flow.name else []
    return Link(
        source.host or source.id,
        flow.target,
        label_width=max((width(line, FONT) for line in lines), default=-6) + 6,
        label_height=LINE * len(lines),
        weight=1 if source.tag is Tag.BOUNDARY else 4,
    )


def _lines(text: str) -> list[str]:
    return wrapped(text, FONT, LABEL_ROOM, 4)


def _towards(one: Point, other: Point, by: float) -> Point:
    length = ((other.x - one.x) ** 2 + (other.y - one.y) ** 2) ** 0.5 or 1.0
    return Point(one.x + (other.x - one.x) * by / length, one.y + (other.y - one.y) * by / length)
