"""Strict YAML 1.2: text to plain values with the place of each, and every problem of the text.

For every file a designer writes: definitions, the workspace, connectors, scenarios. Nothing is constructed but null,
booleans, whole numbers, ``Decimal``, text, lists and mappings; aliases, depth and size are bounded while reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from sop.problems import MAX_PROBLEMS, Position, Problem, Words, lines_of
from sop.unquoted import meant_at
from sop.yaml_scalars import BadNumber, looks_like, scalar
from sop.yaml_tree import Plain, Tree, escape, value_at
from sop.yaml_trouble import trouble_of

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NODES = 30_000
MAX_CHARACTERS = 1024 * 1024  # of all text, aliases expanded

__all__ = ["Tree", "escape", "read", "value_at"]
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where PyYAML was built with it
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue002-\ufffd\U00010000-\U0010ffff]")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'')


def read(text: str, file: str) -> Tree:
    """Read one document. Never raises for bad text: what is wrong stands in ``problems``."""
    text = text.removeprefix("\ufeff")
    reading = _Reading(text, file)
    data = reading.document() if reading.acceptable() else None
    return Tree(
        file, text, data, reading.positions, reading.keys, tuple(reading.problems), frozenset(reading.long_lines)
    )


class Mark(Protocol):
    """A place of the parser, from 0, in characters."""

    index: int
    line: int
    column: int


class _Stop(Exception):
    """Reading on is pointless or dangerous."""


@dataclass(slots=True)
class _Anchored:
    value: Plain
    nodes: int
    characters: int
    height: int


@dataclass(slots=True)
class _Reading:
    """One pass over the parser's events."""

    text: str
    file: str
    positions: dict[str, Position] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    events: Iterator[Event] = field(default_factory=lambda: iter(()))
    nodes: int = 0
    characters: int = 0
    deepest: int = 0
    long_lines: set[int] = field(default_factory=set)

    def note(self, row: str, place: Position, /, **words: Words) -> None:
        self.problems.append(Problem(self.file, place, row, words))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop

    def acceptable(self) -> bool:
        """Whether the text may be given to the parser at all."""
        if len(self.text) > MAX_BYTES or len(self.text.encode("utf-8", "replace")) > MAX_BYTES:
            self.note("001.size", Position(1, 1), limit=str(MAX_BYTES // 1024))
            return False
        if bad := _FORBIDDEN.search(self.text):
            before = lines_of(self.text[: bad.start()])
            place = Position(len(before), len(before[-1]) + 1)
            self.note("001.character", place, name=f"{ord(bad.group()):04X}")
            return False
        return True

    def document(self) -> Plain:
        """The value of the text's only document."""
        self.events = iter(yaml.parse(self.text, Loader=_PARSER))
        data: Plain = None
        try:
            data = self._only_document()
            self._tabs()
        except yaml.YAMLError as error:
            self._not_yaml(error)
            return None
        except _Stop:
            return None
        return data

    def _only_document(self) -> Plain:
        data: Plain = None
        seen = False
        for event in self.events:
            if isinstance(event, (StreamStartEvent, DocumentEndEvent)):
                continue
            if isinstance(event, StreamEndEvent):
                break
            if isinstance(event, DocumentStartEvent):
                if seen:
                    self.note("001.documents", _place(_mark(event)))
                    raise _Stop
                seen = True
                continue
            data = self.node(event, "", 1)
        if data is None:
            self.note("001.empty", Position(1, 1))
        return data

    def node(self, event: Event, pointer: str, depth: int) -> Plain:
        """The value that begins with ``event``."""
        place = self.positions[pointer] = _place(_mark(event))
        self._bound(event, place, depth)
        if isinstance(event, AliasEvent):
            return self._aliased(event, place, depth)
        nodes, characters, deepest = self.nodes, self.characters, self.deepest
        self.deepest = depth
        value = self._value(event, pointer, depth)
        if anchor := getattr(event, "anchor", None):
            height = self.deepest - depth
            self.anchors[anchor] = _Anchored(value, self.nodes - nodes + 1, self.characters - characters, height)
        self.deepest = max(deepest, self.deepest)
        return value

    def _bound(self, event: Event, place: Position, depth: int) -> None:
        self.nodes += 1
        if depth > MAX_DEPTH:
            self.note("001.depth", place, limit=str(MAX_DEPTH))
            raise _Stop
        if self.nodes > MAX_NODES or self.characters > MAX_CHARACTERS:
            self.note("001.nodes", place)
            raise _Stop
        if (tag := getattr(event, "tag", None)) is not None:
            self.note("001.tag", place, name=str(tag))

    def _aliased(self, event: AliasEvent, place: Position, depth: int) -> Plain:
        name = event.anchor or ""
        anchored = self.anchors.get(name)
        if anchored is None:
            self.note("001.alias", place, name=name)
            return None
        self.nodes += anchored.nodes
        self.characters += anchored.characters
        self.deepest = max(self.deepest, depth + anchored.height)
        self._bound(event, place, self.deepest)
        return anchored.value

    def _value(self, event: Event, pointer: str, depth: int) -> Plain:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._list(pointer, depth)
        assert isinstance(event, MappingStartEvent)  # noqa: S101 - the parser gives no other event here
        if event.flow_style and self.text.startswith("{{", _mark(event).index):
            return self._braces(event)
        return self._mapping(pointer, depth)

    def _scalar(self, event: ScalarEvent) -> Plain:
        self.characters += len(event.value)
        place = _place(_mark(event))
        first, last = _mark(event).line, event.end_mark.line if event.end_mark else 0
        if first != last:
            self.long_lines.update(range(first + 1, last + 1))
        if bad := _FORBIDDEN.search(event.value):
            self.note("001.character", place, name=f"{ord(bad.group()):04X}")
            return event.value.replace(bad.group(), "")
        if event.style:  # quoted, or a block: always text
            return event.value
        if kind := looks_like(event.value):
            self.note("005", place, name=event.value, kind=kind)
        try:
            return scalar(event.value)
        except BadNumber:
            self.note("001.number", place, name=event.value[:40])
            return event.value

    def _list(self, pointer: str, depth: int) -> list[Plain]:
        values: list[Plain] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            values.append(self.node(event, f"{pointer}/{len(values)}", depth + 1))
        return values

    def _mapping(self, pointer: str, depth: int) -> dict[str, Plain]:
        values: dict[str, Plain] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event)
            inner = f"{pointer}/{escape(key)}"
            place = _place(_mark(event))
            if first := self.keys.get(inner):
                self.note("002", place, name=key, first=f"{first.line}:{first.column}")
                self._skipped(inner, depth)
                continue
            self.keys[inner] = place
            values[key] = self.node(next(self.events), inner, depth + 1)
        return values

    def _skipped(self, pointer: str, depth: int) -> None:
        """Read the value of a duplicate key for its problems; the first one counts."""
        positions, keys = self.positions, self.keys
        self.positions, self.keys = {}, {}
        self.node(next(self.events), pointer, depth + 1)
        self.positions, self.keys = positions, keys

    def _key(self, event: Event) -> str:
        place = _place(_mark(event))
        self.nodes += 1
        if isinstance(event, ScalarEvent):
            if event.value == "<<" and not event.style:
                self.note("004.merge", place)
            if event.anchor or event.tag:
                self.note("001.key", place)
            self.characters += len(event.value)
            return event.value
        if isinstance(event, MappingStartEvent) and self.text.startswith("{{", _mark(event).index):
            return self._braces(event)
        self.note("001.key", place)
        raise _Stop

    def _braces(self, event: MappingStartEvent) -> str:
        """``{{ … }}`` without quotes: noted, and read as the text that was meant."""
        start = _mark(event).index
        place = _place(_mark(event))
        self.note("003", place, name=meant_at(lines_of(self.text)[place.line - 1], place.column - 1))
        depth = 1
        last: Event = event
        while depth:
            self.nodes += 1
            last = next(self.events)
            self._bound(last, _place(_mark(last)), depth)
            depth += isinstance(last, (MappingStartEvent, SequenceStartEvent))
            depth -= isinstance(last, (MappingEndEvent, SequenceEndEvent))
        return self.text[start : last.end_mark.index if last.end_mark else None]

    def _tabs(self) -> None:
        """Lines indented with a tab, outside texts of several lines. (The parser accepts some of them.)"""
        if "\t" not in self.text:
            return
        for index, line in enumerate(lines_of(self.text)):
            blank = line[: len(line) - len(line.lstrip())]
            if "\t" in blank and line.strip() and line.strip()[0] != "#" and index not in self.long_lines:
                self.note("004", Position(index + 1, blank.index("\t") + 1))

    def _not_yaml(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = _place(mark) if mark else Position(1, 1)
        lines = lines_of(self.text)
        if any(problem.name == "003" and problem.line == place.line for problem in self.problems):
            return
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        bare = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), line)
        if "{{" in bare:
            start = bare.index("{{")
            self.note("003", Position(place.line, start + 1), name=meant_at(line, start))
        elif "\t" in line[: len(line) - len(line.lstrip())]:
            self.note("004", Position(place.line, line.index("\t") + 1))
        else:
            trouble = trouble_of(error, lines)
            self.note("001", Position(min(trouble.place.line, len(lines)), trouble.place.column), detail=trouble.detail)


def _mark(event: Event) -> Mark:
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - the parser marks every event
    return mark


def _place(mark: Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)
