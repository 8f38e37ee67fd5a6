"""The outline and the icon of each kind of node: shape tells the kind, so that colour is not needed for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sop.diagram.figures import POINTED
from sop.diagram.flow import Node
from sop.diagram.shapes import Place

ICONS = {
    "start": "M5 3l8 5-8 5z",
    "task": "M8 2.2a2.9 2.9 0 1 0 .01 0zM2.6 14c0-3.4 2.4-5 5.4-5s5.4 1.6 5.4 5",
    "approval": "M8 1.5a6.5 6.5 0 1 0 .01 0zM5 8.2l2.2 2.2L11.2 6",
    "action": "M2 3h12v10H2zM4.8 6.2L7 8 4.8 9.8M8.6 10.2h3",
    "decision": "M8 2v5L3.6 13M8 7l4.4 6",
    "wait": "M8 1.5a6.5 6.5 0 1 0 .01 0zM8 4.6V8l2.6 1.6",
    "parallel": "M5 2.5v11M11 2.5v11",
    "repeat": "M13 5.6A5.6 5.6 0 1 0 13.6 9M13.6 2.4v3.4h-3.4",
    "sop": "M2 3h12v10H2zM5 3v10M11 3v10",
    "end": "M8 2a6 6 0 1 0 .01 0zM8 5.6a2.4 2.4 0 1 0 .01 0z",
    "incident": "M8 2l6.5 11.5h-13zM8 6.4v3.4M8 11.7v.1",
    "whenever": "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
    "handled": "M13 13V9.5C13 7 11.5 6 9 6H4M6.8 3L3.8 6l3 3",
}

Shape = tuple[str, dict[str, str]]


def outline(node: Node, place: Place) -> Iterator[Shape]:
    """The shapes of a node, the largest first: element names and attributes."""
    wide = {"class": "body", "stroke-width": "1.4"}
    match node.kind:
        case "join":
            yield _rect(place, 3, {**wide, "class": "body bar", "fill": "currentColor"})
        case "decision":
            yield "polygon", {**wide, "points": _hexagon(place)}
        case "start" | "wait" | "handled":
            yield _rect(place, min(place.height / 2, 20), wide)
        case "end":
            yield _rect(place, min(place.height / 2, 20), {**wide, "stroke-width": "2.6"})
        case "whenever":
            yield from _whenever(node, place, wide)
        case "action":
            yield _rect(place, 2, wide)
        case "incident":
            yield _rect(place, 2, {**wide, "stroke-dasharray": "3 3"})
        case _:
            yield from _work(node, place, wide)


def _work(node: Node, place: Place, wide: dict[str, str]) -> Iterator[Shape]:
    if node.kind == "repeat":
        yield _rect(replace(place, x=place.x + 5, y=place.y - 5), 9, wide)
    yield _rect(place, 9, wide)
    if node.kind == "sop":
        yield "path", {**wide, "class": "inner", "d": _bars(place, 6)}
    elif node.kind == "parallel":
        yield "path", {**wide, "class": "inner", "stroke-width": "3", "d": _lids(place)}
    elif node.kind == "approval":
        yield _rect(_inset(place, 3.5), 6, {**wide, "class": "inner", "stroke-width": "1"})


def _whenever(node: Node, place: Place, wide: dict[str, str]) -> Iterator[Shape]:
    yield _rect(place, min(place.height / 2, 20), {**wide, "stroke-dasharray": "5 4"})
    yield _rect(
        _inset(place, 3.5), min(place.height / 2, 20) - 3.5, {**wide, "class": "inner", "stroke-dasharray": "5 4"}
    )


def _inset(place: Place, by: float) -> Place:
    return Place(place.x + by, place.y + by, place.width - 2 * by, place.height - 2 * by)


def _rect(place: Place, radius: float, more: dict[str, str]) -> Shape:
    size = {"x": place.x, "y": place.y, "width": place.width, "height": place.height, "rx": radius}
    return "rect", {**{name: f"{value:.1f}" for name, value in size.items()}, **more}


def _hexagon(place: Place) -> str:
    left, right, top, bottom = place.x, place.x + place.width, place.y, place.y + place.height
    middle, cut = place.centre.y, POINTED
    corners = [(left, middle), (left + cut, top), (right - cut, top), (right, middle), (right - cut, bottom)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (*corners, (left + cut, bottom)))


def _bars(place: Place, inset: float) -> str:
    return "".join(
        f"M{x:.1f} {place.y:.1f}v{place.height:.1f}" for x in (place.x + inset, place.x + place.width - inset)
    )


def _lids(place: Place) -> str:
    return "".join(f"M{place.x + 8:.1f} {y:.1f}h{place.width - 16:.1f}" for y in (place.y, place.y + place.height))
