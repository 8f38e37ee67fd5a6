"""Which version of a definition a new ticket takes: the default, or a candidate that is tried on some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from sop.definition import Compiled
from sop.expressions import Scope, holds
from sop.values import Values

HUNDREDTHS = 10_000


@dataclass(frozen=True, slots=True)
class Picked:
    """The version a ticket takes; ``how`` says why it is a candidate: {share, bucket} or {segment}."""

    compiled: Compiled
    how: Values | None = None

    @property
    def content(self) -> str:
        """What tells one definition from every other."""
        return content_of(self.compiled)


def content_of(compiled: Compiled) -> str:
    """What tells one definition from every other: its kind, key and content."""
    return f"{compiled['kind']}:{compiled['key']}:{compiled['sha256']}"


def pick(
    default: Compiled | None, candidate: Compiled | None, share: int | None, segment: str | None, facts: Scope
) -> Picked | None:
    """The candidate for a ticket of its segment, or whose number falls into its share; else the default, if there is
    one. ``facts`` holds ``ticket`` and ``customer``. Raises ``ExpressionError`` for a segment that cannot be judged."""
    if candidate is not None:
        if segment is not None and holds(segment, facts):
            return Picked(candidate, {"segment": segment})
        place = bucket(candidate["key"], facts["ticket"])
        if share is not None and place < share:
            return Picked(candidate, {"share": share, "bucket": place})
    return None if default is None else Picked(default)


def bucket(key: str, ticket: object) -> Decimal:
    """Where a ticket stands between 0 and 100 for the definitions of a key: a hash of its number, so that it is the
    same whenever and wherever it is asked, and a share that grows keeps those it had."""
    no = ticket.get("no") if isinstance(ticket, Mapping) else None
    digest = sha256(f"{key}/{no}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8]) % HUNDREDTHS) / 100
