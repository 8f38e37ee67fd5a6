"""What a ticket's run came to: promises broken, people told, steps, work, calls, how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sop.calendars import Calendar
from sop.events import ActorKind
from sop.facts import Fact, FactType
from sop.replay.reading import ANSWERED
from sop.state import Status

HOUR = 3600
OVER = (Status.RESOLVED.value, Status.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Prices:
    """The model of cost: so much for an hour of working time in which a step stood with staff, so much for a call."""

    hour: float = 100.0
    action: float = 0.1


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one ticket. ``breaches``: ``run clock`` of every clock that was missed, once each; times are
    seconds: ``staff_seconds`` working time between the opening of a step and the answer of staff,
    ``resolution_seconds`` clock time from the opening to the (last) result."""

    result: str
    breaches: tuple[str, ...]
    escalations: int
    steps: int
    answers: int
    staff_seconds: int
    actions: int
    resolution_seconds: int | None

    def cost(self, prices: Prices) -> float:
        """What it cost by the model."""
        return self.staff_seconds / HOUR * prices.hour + self.actions * prices.action


def figures_of(facts: Sequence[Fact], calendar: Calendar) -> Figures:
    """The figures of a ledger; working time is counted on ``calendar``."""
    kinds = [fact.type for fact in facts]
    ends = [fact for fact in facts if fact.type is FactType.TICKET_STATUS and fact.data["status"] in OVER]
    missed = {f"{fact.run} {fact.data['clock']}" for fact in facts if fact.type is FactType.CLOCK_BREACHED}
    overdue = sum(1 for fact in facts if fact.type is FactType.ALERT and fact.data["kind"] == "overdue")
    closed = sum(1 for f in facts if f.type is FactType.STEP_CLOSED and f.data["status"] != "cancelled")
    work = list(_work(facts))
    return Figures(
        result=str(ends[-1].data["result"] or ends[-1].data["status"]) if ends else "open",
        breaches=tuple(sorted(missed)),
        escalations=overdue,
        steps=closed,
        answers=len(work),
        staff_seconds=round(sum(calendar.between(since, until).total_seconds() for since, until in work)),
        actions=kinds.count(FactType.ACTION_CALLED),
        resolution_seconds=round((ends[-1].at - facts[0].at).total_seconds()) if ends else None,
    )


def _work(facts: Iterable[Fact]) -> Iterable[tuple[datetime, datetime]]:
    """From when to when a step stood with staff, who then answered it."""
    opened: dict[tuple[str | None, str | None], datetime] = {}
    for fact in facts:
        place = fact.run, fact.step
        if fact.type is FactType.STEP_OPENED and fact.data.get("type") in ANSWERED:
            opened[place] = fact.at
        elif fact.type is FactType.STEP_CLOSED and place in opened:
            since = opened.pop(place)
            if fact.by is not None and fact.by.kind is ActorKind.STAFF:
                yield since, fact.at
