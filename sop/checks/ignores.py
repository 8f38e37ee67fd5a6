"""``# sop: ignore SOP409 reason``: warnings that the author has thought about are not told; 006W is what is wrong with
such a comment. At the end of a line it is for that line, on a line of its own for the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sop.problem_table import Severity
from sop.problems import Position, Problem, lines_of
from sop.yaml_text import Tree

_COMMENT = re.compile(r"(?:^|\s)(?P<all>#\s*sop:\s*ignore\b(?P<rest>.*))$")
_CODES = re.compile(r"[ \t,]*SOP([0-9]{3})\b")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\'\'|[^\'])*\'')


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: where it stands, for which line it is, which codes it names, and why."""

    at: Position
    line: int
    codes: tuple[str, ...]
    reason: str


def ignores_of(tree: Tree) -> Iterator[Ignore]:
    """All such comments of a text."""
    if "sop:" not in tree.text:
        return
    for index, line in enumerate(lines_of(tree.text)):
        found = _COMMENT.search(_QUOTED.sub(lambda quoted: "." * len(quoted.group()), line))
        if found is None or index in tree.texts:
            continue
        rest, codes = line[found.start("rest") :], list[str]()
        while code := _CODES.match(rest):
            codes.append(f"SOP{code[1]}")
            rest = rest[code.end() :]
        alone = not line[: found.start("all")].strip()
        yield Ignore(
            Position(index + 1, found.start("all") + 1), index + 1 + alone, tuple(codes), rest.strip(" \t:,-—")
        )


def without_ignored(problems: list[Problem], tree: Tree) -> list[Problem]:
    """The problems that are left, and those of the comments themselves. Errors cannot be ignored."""
    comments = list(ignores_of(tree))
    if not comments:
        return problems
    kept, wrong = list(problems), list[Problem]()
    for comment in comments:
        if not comment.codes:
            wrong.append(tree.found("006.code", comment.at, {}))
        for code in comment.codes:
            meant = [problem for problem in problems if problem.line == comment.line and problem.code == code]
            row = _wrong_with(comment, meant)
            if row:
                wrong.append(tree.found(row, comment.at, {"name": code}))
            else:
                kept = [problem for problem in kept if problem not in meant]
    return [*kept, *wrong]


def _wrong_with(comment: Ignore, meant: list[Problem]) -> str | None:
    if not comment.reason:
        return "006"
    if not meant:
        return "006.unused"
    return "006.error" if any(problem.severity is Severity.ERROR for problem in meant) else None
