"""The value that somebody meant who wrote ``{{ … }}`` without quotes, which YAML takes for mappings."""

from __future__ import annotations

_OPEN, _CLOSE, _QUOTES = "{[(", "}])", "\"'"


def meant_at(line: str, start: int) -> str:
    """What has to be quoted: the value around the ``{{`` at ``start``, to the end of the line or, between brackets of
    YAML, of its place there."""
    begin = _begin(line, start)
    end, comma = _end(line, start)
    between = end < len(line) and line[end] in f"{_CLOSE}:"
    if comma is not None and (between or _opened(line[:begin]) or line[comma:end].strip() == ","):
        end = comma
    return line[begin:end].rstrip()


def _begin(line: str, start: int) -> int:
    """Where the value begins, if it has text before the braces."""
    before = line[:start].rstrip()
    if not before or before[-1] in "{[,:-?":
        return start
    marks = (before.rfind(mark) + len(mark) for mark in (": ", ", ", "{", "[", "- ") if mark in before)
    begin = max(marks, default=len(line) - len(line.lstrip()))
    return begin + len(line[begin:start]) - len(line[begin:start].lstrip())


def _end(line: str, start: int) -> tuple[int, int | None]:
    """Where the value ends, and the first comma that could be YAML's."""
    depth, comma, at = 0, None, start
    while at < len(line):
        char = line[at]
        if char in _QUOTES and depth:
            at = max(line.find(char, at + 1), at)
        elif (char in _CLOSE and not depth) or (
            not depth and (line.startswith(" #", at) or (char == ":" and line[at + 1 : at + 2] in ("", " ")))
        ):
            break
        elif char == "," and not depth and comma is None:
            comma = at
        depth += (char in _OPEN) - (char in _CLOSE)
        at += 1
    return at, comma


def _opened(before: str) -> bool:
    """Whether a bracket of YAML is open there."""
    return sum(before.count(mark) for mark in "{[") > sum(before.count(mark) for mark in "}]")
