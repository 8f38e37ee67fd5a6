"""Where boxes and lines go: ``layout(nodes, edges)``, by graphlay, or by our own layers where that cannot be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import graphlay

from sop.diagram import labels, layered
from sop.diagram.shapes import Box, Direction, Drawing, Link, Place, Point, Polyline

_DIRECTIONS = {Direction.DOWN: "topbottom", Direction.RIGHT: "leftright"}
_SPACING = {"layer_gap": 58.0, "node_gap": 40.0, "edge_label_margin": 10.0, "port_gap": 26.0}
_OPTIONS = {"effort": "thorough", "labels": {"reservation": "always", "placement": "gap_centre"}}


def layout(
    nodes: Sequence[Box],
    edges: Sequence[Link],
    direction: Direction = Direction.DOWN,
    spacing: Mapping[str, float] | None = None,
    *,
    labels_on_lines: bool = True,
) -> Drawing:
    """Places for the nodes and polylines for the edges, which may form circles; the upper left corner is (0, 0).

    The same input gives the same drawing. ``spacing`` changes graphlay's distances in px."""
    if not nodes:
        return Drawing({}, (), 0, 0)
    try:
        drawing = _by_graphlay(nodes, edges, direction, spacing or {})
    except graphlay.GraphlayError:  # more than it can take: ours is plainer, but takes everything
        drawing = layered.layout(nodes, edges, direction)
    return labels.placed(drawing, edges, on_lines=labels_on_lines)


def _by_graphlay(
    nodes: Sequence[Box], edges: Sequence[Link], direction: Direction, spacing: Mapping[str, float]
) -> Drawing:
    graph = graphlay.Graph()
    for node in nodes:
        graph.node(node.id, width=node.width, height=node.height)
    backwards = layered.backwards(nodes, edges)
    for edge in edges:
        label = {"label_size": {"width": edge.label_width, "height": edge.label_height}} if edge.label_width else {}
        back = (edge.source, edge.target) in backwards
        graph.edge(edge.source, edge.target, weight=edge.weight, reverse_for_ranking=back, **label)
    options = {**_OPTIONS, "direction": _DIRECTIONS[direction], "spacing": {**_SPACING, **spacing}}
    found = graphlay.layout(graph, preset="process_map", options=options)
    corner = Point(*(min(each) for each in zip(*_extent(found.nodes, found.edges, edges), strict=True)))
    places = {box.id: _place(node, corner) for box, node in zip(nodes, found.nodes, strict=True)}
    lines = [_line(edge, corner) for edge in found.edges]
    far = [(place.x + place.width, place.y + place.height) for place in places.values()]
    far += [point for line in lines for point in line.points]
    far += [
        (line.label.x + edge.label_width / 2, line.label.y + edge.label_height / 2)
        for line, edge in zip(lines, edges, strict=True)
    ]
    return Drawing(places, lines, max(x for x, _ in far), max(y for _, y in far))


_Json = Mapping[str, Any]  # graphlay's own answer: nested numbers


def _extent(nodes: Sequence[_Json], lines: Sequence[_Json], edges: Sequence[Link]) -> list[tuple[float, float]]:
    """The upper left corners of everything drawn."""
    corners = [
        (node["center"]["x"] - node["size"]["width"] / 2, node["center"]["y"] - node["size"]["height"] / 2)
        for node in nodes
    ]
    corners += [(point["x"], point["y"]) for line in lines for point in line["points"]]
    for line, edge in zip(lines, edges, strict=True):
        if anchor := line.get("label_anchor"):
            corners.append((anchor["x"] - edge.label_width / 2, anchor["y"] - edge.label_height / 2))
    return corners


def _place(node: _Json, corner: Point) -> Place:
    width, height = node["size"]["width"], node["size"]["height"]
    return Place(node["center"]["x"] - width / 2 - corner.x, node["center"]["y"] - height / 2 - corner.y, width, height)


def _line(edge: _Json, corner: Point) -> Polyline:
    points = tuple(Point(point["x"] - corner.x, point["y"] - corner.y) for point in edge["points"])
    anchor = edge.get("label_anchor")
    label = Point(anchor["x"] - corner.x, anchor["y"] - corner.y) if anchor else layered.middle(points)
    return Polyline(points, label)
