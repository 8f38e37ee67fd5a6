"""``NAME=VALUE`` words of a command line."""

from __future__ import annotations

from collections.abc import Iterable

from worker.terminal.words import Failure


def pairs(words: Iterable[str]) -> dict[str, str]:
    """The words by name. Raises ``Failure`` for one without ``=``."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise Failure(f"{word!r} 要写成 名=值", f"{word!r} must be written NAME=VALUE", 2)
        found[name] = value
    return found
