"""Conditions as a reader wants them: constants of the file in place of their names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sop import expressions


def resolved(
    source: str | bool, constants: Mapping[str, object], *, short: bool = False, bare: bool | None = True
) -> str:
    """A bare condition with each ``vars.x`` replaced by its value: ``amount > vars.limit`` → ``amount > 500``.

    ``short`` also leaves out ``steps.`` before the name of a step. ``bare``: none where it may be text with braces."""
    if isinstance(source, bool):
        return str(source).lower()
    text = source
    for read in reversed(expressions.reads(source, bare=bare)):
        if short and read.path[0] == "steps" and text.startswith("steps.", read.offset):
            text = text[: read.offset] + text[read.offset + len("steps.") :]
        if read.path[0] != "vars" or len(read.path) < 2:
            continue
        name, value = f"vars.{read.path[1]}", constants.get(read.path[1])
        if text.startswith(name, read.offset) and isinstance(value, (str, int, float, bool, Decimal)):
            shown = repr(value) if isinstance(value, str) else str(value)
            text = text[: read.offset] + shown + text[read.offset + len(name) :]
    return " ".join(text.split())
