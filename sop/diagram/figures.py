"""Nodes and labels as they will be drawn: their lines of text, and the size these need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sop.diagram import words
from sop.diagram.flow import Edge, Node
from sop.diagram.overlays import Badge
from sop.diagram.shapes import Box, Link
from sop.diagram.text import shortened, width, wrapped
from sop.problems import Language

TITLE, LINE, LABEL = 13.5, 11.5, 11.0
ROOM, LABEL_ROOM = 214.0, 190.0
SIDE, ABOVE = 13.0, 9.0
ICON = 22.0
HEIGHT = {"title": 19.0, "line": 16.0, "condition": 15.0, "mark": 16.0, "badge": 20.0}
SIZES = {"title": TITLE, "line": LINE, "condition": LABEL, "mark": LABEL, "badge": LABEL}
LABEL_LINE = 14.0
LEAST = 108.0
JOIN = (84.0, 8.0)
POINTED = 18.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of text in a node; ``role``: title, line, condition, mark or badge."""

    role: str
    text: str

    @property
    def width(self) -> float:
        """The room it takes in px."""
        wide = width(self.text, SIZES[self.role])
        bold = 1.08 if self.role in ("title", "badge") else 1.0
        return wide * bold + (16.0 if self.role == "badge" else 0.0)

    @property
    def height(self) -> float:
        """The room it takes in px."""
        return HEIGHT[self.role]


@dataclass(frozen=True, slots=True)
class Figure:
    """A node to draw: its rows, its badge and its size."""

    node: Node
    rows: tuple[Row, ...]
    badge: Badge | None
    box: Box


def figure_of(node: Node, badge: Badge | None, language: Language) -> Figure:
    """A node with its texts wrapped, and as large as they need."""
    if node.kind == "join":
        return Figure(node, (), None, Box(node.id, *JOIN))
    rows = tuple(_rows(node, badge, language))
    wide = max(max(row.width for row in rows) + ICON + 2 * inset(node.kind), LEAST)
    high = sum(row.height for row in rows) + 2 * ABOVE
    return Figure(node, rows, badge, Box(node.id, round(wide), round(high)))


def inset(kind: str) -> float:
    """The room between a node's left edge and its icon: more where the edge is pointed or round."""
    return {"decision": SIDE + POINTED - 4, "start": SIDE + 4, "wait": SIDE + 4, "end": SIDE + 4}.get(kind, SIDE)


def _rows(node: Node, badge: Badge | None, language: Language) -> Iterator[Row]:
    says = node.says
    yield from (Row("title", line) for line in wrapped(says.title, TITLE * 1.08, ROOM, 2))
    for line in says.lines:
        yield from (Row("line", part) for part in wrapped(line, LINE, ROOM, 2))
    if says.condition:
        condition = words.ONLY_IF(language, says.condition)
        yield from (Row("condition", line) for line in wrapped(condition, LABEL, ROOM, 2))
    if says.marks:
        yield from (Row("mark", line) for line in wrapped(" · ".join(says.marks), LABEL, ROOM, 2))
    if badge is not None:
        yield Row("badge", shortened(badge.text, LABEL * 1.08, ROOM))


def label_lines(edge: Edge) -> list[str]:
    """What is written on an arrow, in lines."""
    return wrapped(edge.label, LABEL, LABEL_ROOM, 3) if edge.label else []


def link_of(edge: Edge) -> Link:
    """An arrow with the size of its label. The main line is straight, a way back bends."""
    lines = label_lines(edge)
    wide = max((width(line, LABEL) for line in lines), default=0.0)
    return Link(
        edge.source,
        edge.target,
        label_width=round(wide + 8) if lines else 0,
        label_height=len(lines) * LABEL_LINE + 4 if lines else 0,
        weight=10 if edge.main else 1,
    )
