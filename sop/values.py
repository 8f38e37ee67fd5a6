"""The values a ticket carries between steps, and their one encoding in JSON.

A value is null, a boolean, a whole number, a ``Decimal`` (never a float), text, a list or a mapping of values.
Personal fields travel as *references*: marked text that only the edge (a page, a connector) turns into the real thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

Value: TypeAlias = "None | bool | int | Decimal | str | Sequence[Value] | Mapping[str, Value]"
Values: TypeAlias = Mapping[str, Value]

DECIMAL = "$decimal"
OPENING, CLOSING = "\ue000", "\ue001"  # private-use characters: never typed by a person, removed from what comes in


def encode(value: object) -> object:
    """Plain JSON for a value: decimals as ``{"$decimal": "12.50"}``, tuples as lists."""
    if isinstance(value, Decimal):
        return {DECIMAL: str(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def decode(value: object) -> Value:
    """The value of plain JSON, whichever way it came: tagged decimals and floats become ``Decimal``."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        if len(value) == 1 and DECIMAL in value:
            return Decimal(str(value[DECIMAL]))
        return {str(key): decode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [decode(item) for item in value]
    if value is None or isinstance(value, (bool, int, str, Decimal)):
        return value
    raise TypeError(f"not a value of a ticket: {type(value).__name__}")


def reference(name: str) -> str:
    """The mark that stands for a personal field, e.g. ``customer.name``, wherever the workflow would carry its text."""
    return f"{OPENING}{name}{CLOSING}"


def is_reference(text: str) -> bool:
    """Whether the text is one reference and nothing else."""
    return text.startswith(OPENING) and text.find(CLOSING) == len(text) - 1


def unmarked(value: Value) -> Value:
    """What came from outside, without the marks of a reference: nobody can type one."""
    if isinstance(value, str):
        return value.replace(OPENING, "").replace(CLOSING, "") if OPENING in value or CLOSING in value else value
    if isinstance(value, Mapping):
        return {key: unmarked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [unmarked(item) for item in value]
    return value
