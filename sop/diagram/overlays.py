"""What is laid over a diagram: what scenarios have come by, or how many tickets stand where and for how long."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sop.diagram import words
from sop.diagram.exits import Way
from sop.diagram.flow import Edge, Flow
from sop.problems import Language
from sop.scenario.coverage import Part, Point


class Tone(StrEnum):
    """How a badge is drawn; its text says the same."""

    GOOD = "good"
    LACKING = "lacking"
    BUSY = "busy"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Badge:
    """A short text on a node."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Overlay:
    """Badges by node, the arrows (source, target, way) that nothing has taken, and all of it in one line."""

    badges: Mapping[str, Badge] = field(default_factory=dict)
    untaken: frozenset[tuple[str, str, Way]] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """A step's tickets: how many stand on it now, and the median time in seconds of those that have left it."""

    open: int = 0
    median_seconds: float | None = None


_PARTS = {
    Way.OUTCOME: Part.OUTCOME,
    Way.CASE: Part.CASE,
    Way.OTHERWISE: Part.CASE,
    Way.EVENT: Part.CASE,
    Way.TIMEOUT: Part.TIMEOUT,
    Way.REJECT: Part.REJECT,
}


def coverage_overlay(flow: Flow, points: Collection[Point], reached: Collection[Point]) -> Overlay:
    """What of a flow its stories have come by: ``points`` are all there are, ``reached`` those."""
    known, got = frozenset(points), frozenset(reached)
    untaken = {(e.source, e.target, e.way) for e in flow.edges if (of := set(_points(e)) & known) and not of & got}
    badges = {
        node.id: _covered(node.id, flow, known - got)
        for node in flow.nodes
        if node.step is not None and Point(node.id, Part.STEP) in known
    }
    percent = 100 * len(known & got) / len(known) if known else 100.0
    return Overlay(
        badges, frozenset(untaken), words.COVERED(flow.language, f"{percent:.0f}", len(known & got), len(known))
    )


def _points(edge: Edge) -> Iterator[Point]:
    part = _PARTS.get(edge.way)
    if part is Part.TIMEOUT or part is Part.REJECT:
        yield Point(edge.source, part)
    elif part is not None:
        yield from (Point(edge.source, part, name) for name in edge.names)


def _covered(step: str, flow: Flow, missing: frozenset[Point]) -> Badge:
    language = flow.language
    if Point(step, Part.STEP) in missing:
        return Badge(words.NOT_VISITED(language), Tone.LACKING)
    lacking = [edge.label or edge.way for edge in flow.edges if edge.source == step and set(_points(edge)) & missing]
    if lacking:
        return Badge(words.PARTLY(language, "、".join(dict.fromkeys(lacking))), Tone.LACKING)
    return Badge(words.VISITED(language), Tone.GOOD)


def live_overlay(flow: Flow, loads: Mapping[str, Load]) -> Overlay:
    """How many tickets stand on each step, and how long they usually stay."""
    badges: dict[str, Badge] = {}
    for node in flow.nodes:
        load = loads.get(node.id)
        if node.step is not None and load is not None and (load.open or load.median_seconds is not None):
            texts = [words.NOW_HERE(flow.language, load.open)] if load.open else []
            if load.median_seconds is not None:
                texts.append(words.MEDIAN(flow.language, span(load.median_seconds, flow.language)))
            badges[node.id] = Badge(" · ".join(texts), Tone.BUSY if load.open else Tone.PLAIN)
    standing = sum(load.open for load in loads.values())
    return Overlay(badges, note=words.STANDING(flow.language, standing))


_UNITS = ((86_400, words.DAYS), (3_600, words.HOURS), (60, words.MINUTES), (1, words.SECONDS))


def span(seconds: float, language: Language) -> str:
    """A time in its largest unit, such as ``3.5 h``."""
    for size, unit in _UNITS:
        if seconds >= size or size == 1:
            number = seconds / size
            return unit(language, f"{number:.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0"))
    raise AssertionError(seconds)
