"""Boxes, lines and where they go, in px; y grows downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    """Which way a flow runs."""

    DOWN = "down"
    RIGHT = "right"


class Point(NamedTuple):
    """A place."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place, of its size."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An edge to route, and the size of its label. The more ``weight``, the straighter and shorter."""

    source: str
    target: str
    label_width: float = 0
    label_height: float = 0
    weight: float = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """Its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Polyline:
    """How an edge runs, from border to border, and the middle of its label."""

    points: tuple[Point, ...]
    label: Point


@dataclass(frozen=True, slots=True)
class Drawing:
    """Places by node, and a line for each edge in the order they were given."""

    places: Mapping[str, Place]
    lines: Sequence[Polyline]
    width: float
    height: float
