"""JSON for other people's systems, exact in both directions: a decimal is a JSON number here and never a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from sop.values import Value, decode, unmarked

LARGEST_EXPONENT = 30


def dumps(value: object) -> bytes:
    """UTF-8 JSON; decimals as numbers with all their digits. Raises ValueError on what JSON has no word for."""
    return _text(value).encode()


def loads(raw: bytes) -> Value:
    """The value of JSON from outside; numbers with a point become ``Decimal``, marks of references are removed.

    Raises ValueError: not JSON, not UTF-8, NaN or Infinity, nested too deeply, a number of absurd size."""
    try:
        return unmarked(decode(json.loads(raw, parse_float=_decimal, parse_constant=_no_number)))
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number of absurd size")
    return number


def _no_number(constant: str) -> object:
    raise ValueError(f"{constant} is not a JSON number")


def _text(value: object) -> str:
    match value:
        case Decimal():
            return _number(value)
        case Mapping():
            return "{" + ",".join(f"{_text(str(key))}:{_text(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(_text(item) for item in value) + "]"
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            raise ValueError(f"not a value: {type(value).__name__}")


def _number(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("a number of absurd size")
    return format(number, "f")
