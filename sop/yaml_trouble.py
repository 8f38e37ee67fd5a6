"""What the YAML parser could not read, in the words of whoever wrote it, and where that begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from sop.problems import Position

_INDENTED = (
    "缩进与上面的键不一致，或一个值后面还有内容",
    "the indentation is not that of the keys above, or something follows a value that has ended",
)
_SAID: tuple[tuple[str, tuple[str, str]], ...] = (
    ("',' or ']'", ("列表没有用 ] 关上，或少了逗号", "the list is not closed with ], or a comma is missing")),
    ("',' or '}'", ("映射没有用 } 关上，或少了逗号", "the mapping is not closed with }, or a comma is missing")),
    ("unexpected end of stream", ("引号没有关上", "the quote is not closed")),
    (
        "mapping values are not allowed",
        (
            "这里不能再写 键: 值；看看缩进，一行写几个键用 { }，有冒号的文本加引号",
            "another key: value cannot stand here: see to the indentation, put several keys of one line in { }, and "
            "quote text with a colon",
        ),
    ),
    ("expected '-' indicator", ("列表里的每一项都要以 - 开头", "every item of a list begins with -")),
    ("expected key", _INDENTED),
    ("expected <block end>", _INDENTED),
    ("cannot start any token", ("以这个字符开头的文本要加引号", "text that begins with this character is quoted")),
    ("sequence entries are not allowed", ("列表从新的一行开始", "a list begins on a line of its own")),
    ("unknown escape character", ("双引号里的 \\ 要写成 \\\\", "within double quotes a \\ is written \\\\")),
    ("expected ':'", ("键后面少了冒号", "a colon is missing after the key")),
)
"""By a part of what the parser says, in C or in Python."""
_UNCLOSED = ("',' or ']'", "',' or '}'", "unexpected end of stream", "expected ':'")
_COLONS = ("expected ':'", "mapping values are not allowed")
_WIDE = "："
_WIDE_COLON = ("键后面要用半角冒号 : 和一个空格", "after a key stands a plain colon : and a space, not ：")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Where the parser gave up, and what it could not read (zh, en)."""

    place: Position
    detail: tuple[str, str]


def trouble_of(error: yaml.YAMLError, lines: Sequence[str]) -> Trouble:
    """What a parser's error means in a text of these lines. What was never closed begins where it was opened, not
    where the text ends."""
    problem, context = (str(getattr(error, name, None) or "") for name in ("problem", "context"))
    opened, found = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    never_closed = any(mark in problem for mark in _UNCLOSED)
    mark = (opened if never_closed and opened is not None else found) or opened
    place = Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)
    written = " ".join(part for part in (context, problem) if part) or "?"
    if _WIDE in "".join(lines[place.line - 1 : place.line]) and any(each in problem for each in _COLONS):
        return Trouble(place, _WIDE_COLON)
    detail = next((said for part, said in _SAID if part in problem), (written, written))
    return Trouble(place, detail)
