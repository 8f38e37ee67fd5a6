"""What is said when an expression is wrong: a code, and a sentence in English that knows its Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SYNTAX = "SOP111"
CONSTRUCT = "SOP113"
FILTER = "SOP114"
TYPES = "SOP115"
PERSONAL = "SOP117"
BRACES = "SOP110"


class Wording(str):
    """An English sentence; ``zh`` is the same in Chinese."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Wording:
        wording = super().__new__(cls, en)
        wording.zh = zh
        return wording


class ExpressionError(Exception):
    """An expression cannot be read, or has no value here. Correct the file at the place the incident names.

    ``code`` is a problem code (``SOP211``); ``str(error)`` is English, ``error.zh`` Chinese; ``offset`` counts
    characters of the source, when it is known."""

    def __init__(self, message: str, code: str = CONSTRUCT, offset: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.offset = offset
        self.message = message
        self.zh = message.zh if isinstance(message, Wording) else str(message)

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, str, int]]:
        return type(self), (self.message, self.code, self.offset)


def refused(en: str, zh: str, code: str = CONSTRUCT, offset: int = 0) -> ExpressionError:
    """The error, ready to raise."""
    return ExpressionError(Wording(en, zh), code, offset)


_CODES = {
    "steps": "SOP211",
    "vars": "SOP215",
    "inputs": "SOP216",
    "ticket": "SOP217",
    "customer": "SOP217",
    "event": "SOP218",
}


def undeclared(path: tuple[str, ...], known: Iterable[object]) -> ExpressionError:
    """The last name of ``path`` is not among the ``known`` ones."""
    root, name = path[0], path[-1]
    code = "SOP210" if len(path) < 2 else _CODES.get(root, "SOP210")
    if root == "steps" and len(path) > 2:
        code = "SOP212"
    near = get_close_matches(name, [str(each) for each in known][:500], n=1)
    better = ".".join((*path[:-1], near[0])) if near else ""
    en = f"{'.'.join(path)} is not declared" + (f"; did you mean {better}?" if better else "")
    zh = f"没有声明 {'.'.join(path)}" + (f"；是不是 {better}？" if better else "")
    return refused(en, zh, code)


def empty(path: tuple[str, ...]) -> ExpressionError:
    """Something was asked of a value that is null or holds no names."""
    code = undeclared(path, ()).code
    holder = ".".join(path[:-1])
    return refused(
        f"{holder} is empty or a plain value, so it has no {path[-1]!r}",
        f"{holder} 为空或不是对象，没有“{path[-1]}”",
        code,
    )
