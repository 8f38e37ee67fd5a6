"""A text read: its plain value, and where each thing stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sop.problems import Position, Problem, Words, lines_of

Plain: TypeAlias = object
"""null, bool, int, Decimal, str, list or dict of these."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A text read. ``data`` is its value (null if it could not be read); ``positions`` maps the JSON pointer of a
    value to its place and ``keys`` that of a mapping's entry to the place of its key; ``texts`` are the lines, from 0,
    that continue a text of several lines, where nothing is a comment."""

    file: str
    text: str
    data: Plain
    positions: Mapping[str, Position]
    keys: Mapping[str, Position]
    problems: tuple[Problem, ...]
    texts: frozenset[int] = frozenset()

    def at(self, pointer: str, offset: int = 0) -> Position:
        """The place of a value, or of the nearest thing around it; ``offset`` counts characters into a text value."""
        exact = pointer in self.positions
        while pointer and pointer not in self.positions:
            pointer = pointer.rpartition("/")[0]
        place = self.positions.get(pointer, Position(1, 1))
        return self._within(pointer, place, offset) if exact and offset else place

    def key_at(self, pointer: str) -> Position:
        """The place of the key of a mapping's entry, or else of its value."""
        return self.keys.get(pointer) or self.at(pointer)

    def problem(
        self,
        row: str,
        pointer: str,
        /,
        *,
        on_key: bool = False,
        offset: int = 0,
        meant: str | None = None,
        **words: Words,
    ) -> Problem:
        """A problem at a value (or its key), by its row in the table of wordings."""
        return self.found(row, self.key_at(pointer) if on_key else self.at(pointer, offset), words, meant)

    def found(self, row: str, place: Position, words: Mapping[str, Words], meant: str | None = None) -> Problem:
        """A problem at a place of this text."""
        return Problem(self.file, place, row, words, meant)

    def _within(self, pointer: str, place: Position, offset: int) -> Position:
        value = value_at(self.data, pointer)
        if not isinstance(value, str):
            return place
        lines = lines_of(self.text)
        written = lines[place.line - 1][place.column - 1 :]
        if written[:1] in "|>":
            return _within_block(lines, place, value, offset)
        quote = 1 if written[:1] in "\"'" else 0
        if not written.startswith(value[:offset], quote):
            return place
        return Position(place.line, place.column + quote + offset)


def _within_block(lines: tuple[str, ...], place: Position, value: str, offset: int) -> Position:
    """The place in a block of text, as far as its lines stand as written."""
    before = value[:offset]
    row = place.line + before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    line = value.split("\n")[before.count("\n")]
    if row < len(lines) and line and lines[row].endswith(line):
        return Position(row + 1, len(lines[row]) - len(line) + column + 1)
    return place


def escape(key: str) -> str:
    """A key as one part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def value_at(data: Plain, pointer: str) -> Plain:
    """The value a JSON pointer leads to; null if there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and key.isdecimal() and int(key) < len(data):
            data = data[int(key)]
        else:
            return None
    return data
