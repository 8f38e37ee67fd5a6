"""How wide text is, measured without a font: generous enough for every sans-serif a reader may have."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfrI.,:;'`|!()[]{}/\\ ·")
_BROAD = frozenset("mwMWQO@%&…—")
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """The width of a text in px at a font size. A full-width character is as wide as it is high."""
    return sum(_share(character) for character in text) * size


def _share(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.42
    if character in _BROAD or ord(character) > 0x2000:
        return 1.0
    return 0.72 if character.isupper() else 0.64


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """The text in at most so many lines, each no wider than ``room`` px; what is left over becomes an ellipsis."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        cut = _fitting(rest, size, room)
        last = len(lines) == most - 1
        if last and cut < len(rest):
            lines.append(shortened(rest, size, room))
            return lines
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def shortened(text: str, size: float, room: float) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if width(text, size) <= room:
        return text
    end = len(text)
    while end > 1 and width(text[:end] + ELLIPSIS, size) > room:
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _fitting(text: str, size: float, room: float) -> int:
    """How many characters stand on one line: up to a space, or between full-width characters."""
    used, last_break = 0.0, 0
    for index, character in enumerate(text):
        if index and _may_break(text[index - 1], character):
            last_break = index
        used += _share(character) * size
        if used > room and index:
            return last_break or index
    return len(text)


def _may_break(before: str, after: str) -> bool:
    if after in "，。；：！？、）》」』…,.;:!?)":
        return False
    return (
        before in " /-." or unicodedata.east_asian_width(before) in "WF" or unicodedata.east_asian_width(after) in "WF"
    )
