"""How the desk keeps every ticket in somebody's hands: leases of claims, hand-offs, the fallback. Pinned at intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sop.company import CompanyShape, DeskShape
from sop.durations import parse

FOR_GOOD = "never"
LEAD = "lead"
OF_TEAM = "team"
"""In ``calendar``: that of the ticket's team."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a ticket is pinned to. ``lease``: how long a claim holds without a sign of life (none: for good), counted
    on ``calendar`` (plain JSON, as a definition carries one) where it is working time. More than ``max_handoffs`` (0:
    any number) of the ``counted`` kinds are told to ``handoffs_to``. ``fallback``: the seat that answers for a ticket
    nobody else does."""

    lease: str | None = None
    calendar: dict[str, object] = field(default_factory=dict)
    max_handoffs: int = 0
    handoffs_to: str = LEAD
    counted: tuple[str, ...] = ()
    fallback: str | None = None


def desk_of(company: CompanyShape, calendars: Mapping[str, dict[str, object]], team: str | None = None) -> Desk:
    """The desk as the company writes it, for a ticket of this team. Without a fallback team the company's first team
    is it."""
    shape = company.desk
    if shape.calendar == OF_TEAM:
        own = company.teams[team].calendar if team in company.teams else None
        shape = shape.model_copy(update={"calendar": own or "default"})
    return pinned(shape, calendars, shape.fallback_team or next(iter(company.teams), None))


def pinned(shape: DeskShape, calendars: Mapping[str, dict[str, object]], team: str | None) -> Desk:
    """A desk as it is written, with its calendar and its fallback team."""
    lease = None if shape.lease == FOR_GOOD else shape.lease
    return Desk(
        lease=lease,
        calendar=dict(calendars[shape.calendar]) if lease and parse(lease).working else {},
        max_handoffs=shape.max_handoffs,
        handoffs_to=shape.handoffs_to,
        counted=tuple(kind.value for kind in shape.counted),
        fallback=f"team:{team}" if team else None,
    )


def plain_desk(desk: Desk) -> dict[str, object]:
    """A desk as plain JSON."""
    return {**asdict(desk), "counted": list(desk.counted)}


def desk_in(plain: Mapping[str, Any] | None) -> Desk | None:  # Any: JSON as it arrived
    """The desk of its plain JSON; None for a ticket that was taken in before there was one."""
    if not plain:
        return None
    known = {name: plain[name] for name in Desk.__slots__ if name in plain}
    return Desk(**{**known, "counted": tuple(plain.get("counted", ()))})
