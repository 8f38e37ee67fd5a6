"""What an unquoted word of YAML means: the core schema of YAML 1.2, and what other readers would have made of it."""

from __future__ import annotations

import re
from decimal import Decimal

MAX_DIGITS = 30
MAX_EXPONENT = 60

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_ELSEWHERE = (
    (re.compile(r"(?i:yes|no|on|off)"), ("布尔值", "a boolean")),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), ("时间或六十进制数", "a time or a number")),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"), ("日期", "a date")),
    (re.compile(r"[-+]?[0-9][0-9,]*_[0-9_,.]*|[-+]?0b[01_]+|[-+]?[0-9]{1,3}(?:,[0-9]{3})+"), ("数字", "a number")),
)
_MARKS = frozenset("yYnNoO0123456789+-")


class BadNumber(ValueError):
    """A number no ticket can carry: infinite, not a number, or far too long."""


def scalar(word: str) -> object:
    """The value of an unquoted word: null, a boolean, a whole number, a ``Decimal``, or the text it is.

    Raises ``BadNumber``."""
    if word in _NULL:
        return None
    if word in _BOOLEAN:
        return _BOOLEAN[word]
    if word[0] not in "+-.0123456789":
        return word
    return _number(word)


def _number(word: str) -> object:
    if _BASED.fullmatch(word):
        if len(word) > MAX_DIGITS:
            raise BadNumber(word)
        return int(word, 0)
    if _INFINITE.fullmatch(word):
        raise BadNumber(word)
    if not _DECIMAL.fullmatch(word):
        return word
    mantissa, _, exponent = word.lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent) > 4 or abs(int(exponent or "0")) > MAX_EXPONENT:
        raise BadNumber(word)
    return int(word) if _INTEGER.fullmatch(word) else Decimal(word)


def looks_like(word: str) -> tuple[str, str] | None:
    """What YAML 1.1 would have read in a word that is text here, in (zh, en); none if it is text everywhere.

    A number with a leading zero counts too: it loses its zero."""
    if not word or word[0] not in _MARKS:
        return None
    if len(word) > 1 and word[0] == "0" and word.isdecimal():
        return ("编号", "a number with a leading zero, which is lost")
    return next((kind for pattern, kind in _ELSEWHERE if pattern.fullmatch(word)), None)
