"""JSON in and out without floats: decimals are Decimal inside and text in what we write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"


def read(text: str | bytes) -> object:
    """Parse JSON; numbers with a point become Decimal. Raises ValueError, also for NaN, Infinity and absurd depth."""
    try:
        parsed: object = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep
    return parsed


def write(facts: object) -> str:
    """One line of JSON, keys in the order given; Decimal becomes text."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=str)


def canonical(facts: object) -> str:
    """The same text for the same content whatever the order of its keys: what a request is compared by."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def cents(amount: Decimal) -> str:
    """Money as text with two decimals: 199 → "199.00"."""
    return str(amount.quantize(Decimal("0.01")))


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON number")
