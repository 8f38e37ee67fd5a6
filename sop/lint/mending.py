"""What can be mended by itself: where only one text can be meant, and nothing is decided for the author."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sop.problems import Problem, lines_of
from sop.spoken_durations import meant_by

_MOST_ROUNDS = 200
_BRACES = re.compile(r"""(?P<quote>["']?)\{\{\s*(?P<inner>.*?)\s*\}\}(?P=quote)""")

Check = Callable[[str], Sequence[Problem]]
"""The problems of a text."""


@dataclass(frozen=True, slots=True)
class Edit:
    """On a line, both from 1: what stands there and what should."""

    line: int
    column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mended:
    """The text, and the problems that are gone."""

    text: str
    gone: tuple[Problem, ...]


def mended(text: str, check: Check) -> Mended:
    """Mend what can be, one problem after the other. An edit stays only if the file has fewer problems with it and
    no more of any code."""
    problems = check(text)
    gone, tried = list[Problem](), set[tuple[str, str, str]]()
    for _ in range(_MOST_ROUNDS):
        found = next(
            ((one, edit) for one in problems if (edit := edit_of(one, text)) and _key(one, edit) not in tried), None
        )
        if found is None:
            break
        problem, edit = found
        tried.add(_key(problem, edit))
        changed = _applied(edit, text)
        after = check(changed)
        if _better(problem, problems, after):
            text, problems, tried = changed, after, set()  # what did not help before may help now
            gone.append(problem)
    return Mended(text, tuple(gone))


def _key(problem: Problem, edit: Edit) -> tuple[str, str, str]:
    return problem.name, f"{edit.line}:{edit.column}", edit.new


def _better(mend: Problem, before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    """A text that could not be read at all may show more problems once it can."""
    if mend.code in ("SOP003", "SOP004"):
        return sum(one.code == mend.code for one in after) < sum(one.code == mend.code for one in before)
    return len(after) < len(before) and Counter(one.code for one in after) <= Counter(one.code for one in before)


def _applied(edit: Edit, text: str) -> str:
    lines = text.splitlines(keepends=True)
    line = lines[edit.line - 1]
    begin = edit.column - 1
    lines[edit.line - 1] = line[:begin] + edit.new + line[begin + len(edit.old) :]
    return "".join(lines)


def edit_of(problem: Problem, text: str) -> Edit | None:
    """How a problem is mended; nothing where that is the author's to decide."""
    lines = text.splitlines()
    if len(lines) != len(lines_of(text)) - text.endswith(("\n", "\r")) or problem.line > len(lines):
        return None
    rest = lines[problem.line - 1][problem.column - 1 :]
    mend = _MENDS.get(problem.name)
    found = mend(problem, rest) if mend is not None else None
    return Edit(problem.line, problem.column, *found) if found is not None else None


_Change = tuple[str, str]


def _quote(problem: Problem, rest: str) -> _Change | None:
    word = problem.words.get("name")
    if not isinstance(word, str) or not rest.startswith(word) or '"' in word or "\\" in word:
        return None
    return word, f'"{word}"'


def _bare(problem: Problem, rest: str) -> _Change | None:
    found = _BRACES.match(rest)
    if found is None or ": " in found["inner"] or " #" in found["inner"] or "{{" in found["inner"]:
        return None
    inner = found["inner"]
    plain = inner[:1] not in "\"'[]{}&*!|>%@`#,?-" and not re.search(r"[,\[\]{}]", inner)
    quoted = None if '"' in inner else f'"{inner}"'
    return (found[0], inner) if plain else (found[0], quoted) if quoted else None


def _meant(problem: Problem, rest: str) -> _Change | None:
    name = problem.words.get("name")
    if not isinstance(name, str) or not problem.meant or not rest.startswith(name):
        return None
    return name, problem.meant


def _duration(problem: Problem, rest: str) -> _Change | None:
    written = problem.words.get("name")
    if not isinstance(written, str) or not rest.startswith(written):
        return None
    text = meant_by(written)
    return (written, text) if text is not None else None


def _spaces(problem: Problem, rest: str) -> _Change | None:
    tabs = rest[: len(rest) - len(rest.lstrip("\t"))]
    return (tabs, "  " * len(tabs)) if tabs else None


def _nothing(problem: Problem, rest: str) -> _Change | None:
    return rest, ""


_MENDS: dict[str, Callable[[Problem, str], _Change | None]] = {
    "003": _quote,
    "004": _spaces,
    "005": _quote,
    "006.unused": _nothing,
    "101": _meant,
    "105": _duration,
    "106": _meant,
    "106.choice": _meant,
    "110": _bare,
}
MENDABLE = frozenset(name.partition(".")[0] for name in _MENDS)
"""The codes, by number, that ``--fix`` mends."""
