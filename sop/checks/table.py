"""Every rule, in the order of its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sop.checks.context import Context
from sop.model import Document
from sop.problems import MAX_PROBLEMS, Problem

Rule = Callable[[Document, Context], Iterator[Problem]]

RULES: tuple[Rule, ...] = ()


def problems_of(document: Document, context: Context) -> list[Problem]:
    """What every rule has to say of a file."""
    found: list[Problem] = []
    for rule in RULES:
        found += rule(document, context)
        if len(found) > MAX_PROBLEMS:
            break
    return found
