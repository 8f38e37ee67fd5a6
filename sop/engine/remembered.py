"""Conditions that read nothing but fields of the ticket and its customer: what they come to is remembered by the values
read, once a process. Clocks ask theirs after every activation, and hardly any value has changed by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from sop import expressions
from sop.values import Value

MOST = 4096
TICKET, CUSTOMER = "ticket", "customer"
_known: dict[tuple[object, ...], bool] = {}


class Fields(NamedTuple):
    """The fields that a condition reads, by name."""

    of_ticket: tuple[str, ...]
    of_customer: tuple[str, ...]


@lru_cache(maxsize=MOST)
def fields_of(condition: str) -> Fields | None:
    """The fields a condition reads; none where it reads anything else, or calls a helper (which may ask a calendar)."""
    if "(" in condition:
        return None
    paths = dict.fromkeys(read.path for read in expressions.reads(condition, bare=True))
    if not paths or any(len(path) != 2 or path[0] not in (TICKET, CUSTOMER) for path in paths):
        return None
    return Fields(*(tuple(path[1] for path in paths if path[0] == whose) for whose in (TICKET, CUSTOMER)))


def answer(
    condition: str, ticket: Mapping[str, Value], customer: Mapping[str, Value], ask: Callable[[str], bool]
) -> bool:
    """What the condition comes to: remembered where it was asked of the same values before, else ``ask`` says it."""
    fields = fields_of(condition)
    if fields is None:
        return ask(condition)
    key = (condition, *map(ticket.get, fields.of_ticket), *map(customer.get, fields.of_customer))
    try:
        known = _known.get(key)
    except TypeError:  # a list or a mapping
        return ask(condition)
    return _remembered(key, ask(condition)) if known is None else known


def _remembered(key: tuple[object, ...], said: bool) -> bool:
    """Keep what was said of texts: other values that are equal need not be the same, nor is none the same as null."""
    if all(type(value) is str for value in key):
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = said
    return said
