"""A ticket's number, as people say it, and its id, as tables know it."""

from __future__ import annotations

import re

FIRST = 10000
_NUMBER = re.compile(r"\s*(?:GD-?)?([0-9]{5,18})\s*", re.IGNORECASE)


def number_of(ticket_id: int) -> str:
    """``GD-10001`` for ticket 1."""
    return f"GD-{FIRST + ticket_id}"


def id_of(no: str) -> int | None:
    """The id behind a number (``GD-10001``, ``gd10001``, ``10001``); None where the text is no ticket number."""
    match = _NUMBER.fullmatch(no)
    if match is None or int(match[1]) <= FIRST:
        return None
    return int(match[1]) - FIRST
