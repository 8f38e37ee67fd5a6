"""Conditions that read nothing but fields of the ticket and its customer: what they come to is remembered by the values
read, once a process. Clocks ask theirs after every activation, and hardly any value has changed by then."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from sop import expressions
from sop.values import Value

Fields: TypeAlias = tuple[tuple[bool, str], ...]
"""Whether a field is the customer's (else the ticket's), and its name."""

MOST = 4096
_ROOTS = {"ticket": False, "customer": True}
_MISSING = object()
_known: dict[tuple[object, ...], bool] = {}


@lru_cache(maxsize=MOST)
def fields_of(condition: str) -> Fields | None:
    """The fields a condition reads; none where it reads anything else, or calls a helper (which may ask a calendar)."""
    if "(" in condition:
        return None
    paths = [read.path for read in expressions.reads(condition, bare=True)]
    if not paths or any(len(path) != 2 or path[0] not in _ROOTS for path in paths):
        return None
    return tuple((_ROOTS[root], name) for root, name in dict.fromkeys((path[0], path[1]) for path in paths))


def key_of(condition: str, ticket: Mapping[str, Value], customer: Mapping[str, Value]) -> tuple[object, ...] | None:
    """What the condition's answer depends on; none where that cannot be told by plain values."""
    fields = fields_of(condition)
    if fields is None:
        return None
    values: list[object] = [condition]
    for of_customer, name in fields:
        value = (customer if of_customer else ticket).get(name, _MISSING)
        if value is not None and type(value) is not str:
            return None
        values.append(value)
    return tuple(values)


def recall(key: tuple[object, ...]) -> bool | None:
    """The answer, if it is known."""
    return _known.get(key)


def remember(key: tuple[object, ...], answer: bool) -> bool:
    """Keep an answer, and give it back."""
    if len(_known) >= MOST:
        _known.clear()
    _known[key] = answer
    return answer
