"""Problems of a file: where, how bad, what, and what to do; in Chinese and English, as text or JSON."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from sop.problem_table import WORDINGS, Severity

MAX_PROBLEMS = 500
"""More than these of one file are not told."""

Words: TypeAlias = "str | tuple[str, str]"
"""What fills a place in a message: the same in both languages, or (zh, en)."""

_MANY = 100
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Language(StrEnum):
    """The languages messages are written in."""

    ZH = "zh"
    EN = "en"


class Position(NamedTuple):
    """A place in a text: line and column, both from 1, in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one file. ``code`` is such as ``SOP107``; ``name`` is its row in the table of wordings."""

    file: str
    at: Position
    name: str
    words: Mapping[str, Words] = field(default_factory=dict, hash=False)
    meant: str | None = None

    @property
    def code(self) -> str:
        """``SOP`` and the number."""
        return f"SOP{self.name.partition('.')[0]}"

    @property
    def severity(self) -> Severity:
        """Only an error stops a file."""
        return WORDINGS[self.name].severity

    @property
    def line(self) -> int:
        """From 1."""
        return self.at.line

    @property
    def column(self) -> int:
        """From 1, in characters."""
        return self.at.column

    def message(self, language: Language = Language.ZH) -> str:
        """What is wrong, without where."""
        row = WORDINGS[self.name]
        return self._filled(row.zh if language is Language.ZH else row.en, language)

    def hint(self, language: Language = Language.ZH) -> str:
        """What to do about it; empty if there is nothing to say."""
        if self.meant:
            return f"是不是 {self.meant}？" if language is Language.ZH else f"did you mean {self.meant}?"
        row = WORDINGS[self.name]
        return self._filled(row.hint_zh if language is Language.ZH else row.hint_en, language)

    def _filled(self, text: str, language: Language) -> str:
        index = 0 if language is Language.ZH else 1
        words = {key: told if isinstance(told, str) else told[index] for key, told in self.words.items()}
        return text.format_map(words)

    def head(self, language: Language = Language.ZH) -> str:
        """``file:line:col: error SOP107: message``."""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message(language)}"

    def render(self, text: str, language: Language = Language.ZH) -> str:
        """The head, the line of ``text`` it stands on, a caret under the place, and the hint."""
        lines = lines_of(text)
        parts = [self.head(language)]
        if self.line <= len(lines):
            source = lines[self.line - 1]
            margin = f"{self.line:>5} | "
            parts += [margin + source, " " * 5 + " | " + _blank(source[: self.column - 1]) + "^"]
        if hint := self.hint(language):
            parts.append(f"      = {'提示' if language is Language.ZH else 'hint'}: {hint}")
        return "\n".join(parts)

    def to_json(self) -> dict[str, object]:
        """Plain JSON with both languages."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": str(self.severity),
            "code": self.code,
            "message": {str(language): self.message(language) for language in Language},
            "hint": {str(language): self.hint(language) for language in Language},
        }


@lru_cache(maxsize=8)
def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text as YAML counts them."""
    return tuple(_LINE_BREAK.split(text))


def _blank(text: str) -> str:
    """Spaces as wide as ``text`` stands in a terminal: a full-width character takes two cells, a combining one none."""
    return "".join("\t" if char == "\t" else " " * _cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Refused(Exception):
    """The file has errors: ``problems`` holds them all, with the warnings, sorted by place. Show them to the author."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = ordered(problems)
        super().__init__("\n".join(problem.head(Language.EN) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Problem, ...]]]:
        return Refused, (self.problems,)


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file and place, each once, at most ``MAX_PROBLEMS``: errors first where there are more."""
    once = {(problem.file, problem.at, problem.name, problem.message(Language.EN)): problem for problem in problems}
    if len(once) > MAX_PROBLEMS:
        worst = sorted(once, key=lambda key: (once[key].severity is not Severity.ERROR, key))[:MAX_PROBLEMS]
        once = {key: once[key] for key in worst}
    return tuple(once[key] for key in sorted(once))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that stop the file."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


class Profile(StrEnum):
    """What a file is held to: a draft must run, what is published has no warnings either."""

    DRAFT = "draft"
    PUBLISH = "publish"


def stopping(problems: Iterable[Problem], profile: Profile) -> list[Problem]:
    """Those that the profile does not let pass."""
    stops = (Severity.ERROR, Severity.WARNING) if profile is Profile.PUBLISH else (Severity.ERROR,)
    return [problem for problem in problems if problem.severity in stops]


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or none."""
    names = list(known)
    if len(names) > _MANY:  # only those alike at an end and in length: a file can hold thousands of names
        ends = (word[:1], word[-1:])
        names = [
            name for name in names if abs(len(name) - len(word)) <= 2 and (name[:1] == ends[0] or name[-1:] == ends[1])
        ]
    found = difflib.get_close_matches(word[:64], names[:_MANY], n=1, cutoff=0.6)
    return found[0] if found else None


def listed(known: Iterable[str], limit: int = 12) -> str:
    """Known words for a hint, the first few of them."""
    names: Sequence[str] = sorted(known)
    return ", ".join(names[:limit]) + (" …" if len(names) > limit else "") if names else "—"
