"""One row of the table of problems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: only an error stops a file."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Wording:
    """One row: the message and what to do about it."""

    severity: Severity
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


def error(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    """A row that stops a file."""
    return Wording(Severity.ERROR, zh, en, hint_zh, hint_en)


def warning(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    """A row that stops its publication."""
    return Wording(Severity.WARNING, zh, en, hint_zh, hint_en)


def info(zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Wording:
    """A row that stops nothing."""
    return Wording(Severity.INFO, zh, en, hint_zh, hint_en)
