"""How punctual clocks were: what the ledger says of each, when it could be read there, and what was sent for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from db.session import Store
from db.tables import Clock, Entry, Outbox, OutboxKind
from sop.facts import FactType
from sop.values import encode
from worker.bench.figures import Figures, percentile

CLOCK = "punctual"
LATE = 1.0  # seconds after which a clock is one that waited for the desk to come back


@dataclass(slots=True)
class Minute:
    """When each ticket's clock is due, and when the power went and came back, if it did."""

    dues: Mapping[int, datetime]
    dark_from: datetime | None = None
    light_from: datetime | None = None

    @property
    def begins(self) -> datetime:
        """When the first clock is due."""
        return min(self.dues.values())

    @property
    def ends(self) -> datetime:
        """When the last clock is due."""
        return max(self.dues.values())


async def told(store: Store, minute: Minute, every: float, patience: timedelta) -> dict[int, datetime]:
    """When each ticket's clock could first be seen to have fired, looked at so often; until all have, or patience is
    over."""
    seen: dict[int, datetime] = {}
    query = select(Clock.ticket_id).where(
        Clock.ticket_id.in_(minute.dues), Clock.clock == CLOCK, Clock.breached_at.is_not(None)
    )
    while len(seen) < len(minute.dues) and datetime.now(UTC) < minute.ends + patience:
        async with store.read() as conn:
            there = (await conn.execute(query)).scalars().all()
        now = datetime.now(UTC)
        for ticket in there:
            seen.setdefault(ticket, now)
        await asyncio.sleep(every)
    return seen


async def figures(store: Store, minute: Minute, seen: Mapping[int, datetime]) -> Figures:
    """What it all came to; times in seconds."""
    rows = await _breaches(store, minute)
    skews = [_seconds(datetime.fromisoformat(fired) - datetime.fromisoformat(due)) for _, due, fired in rows]
    fired = Counter((ticket, due) for ticket, due, _ in rows)
    delays = [_seconds(at - minute.dues[ticket]) for ticket, at in seen.items()]
    return {
        "due": len(minute.dues),
        "fired": len(fired),
        "lost": len(minute.dues) - len({ticket for ticket, _ in fired}),
        "double": sum(times - 1 for times in fired.values()) + await _sent_twice(store, minute),
        "skew_p99_s": percentile(skews, 99),
        "skew_p50_s": percentile(skews, 50),
        "skew_max_s": max(skews, default=0.0),
        "written_p50_s": percentile(delays, 50),
        "written_p99_s": percentile(delays, 99),
        **_outage(minute, seen, [datetime.fromisoformat(fired) for _, _, fired in rows]),
    }


async def _breaches(store: Store, minute: Minute) -> list[tuple[int, str, str]]:
    query = select(Entry.ticket_id, Entry.data).where(
        Entry.ticket_id.in_(minute.dues), Entry.type == FactType.CLOCK_BREACHED.value
    )
    async with store.read() as conn:
        found = await conn.execute(query)
    rows = [(row.ticket_id, row.data) for row in found]
    return [(ticket, str(data["due_at"]), str(data["fired_at"])) for ticket, data in rows if data["clock"] == CLOCK]


async def _sent_twice(store: Store, minute: Minute) -> int:
    """How many messages were put into the outbox once more than they should be."""
    query = select(Outbox.ticket_id, Outbox.payload).where(
        Outbox.ticket_id.in_(minute.dues), Outbox.kind == OutboxKind.NOTIFY.value
    )
    async with store.read() as conn:
        sent = Counter((row.ticket_id, str(encode(row.payload))) for row in await conn.execute(query))
    return sum(times - 1 for times in sent.values())


def _outage(minute: Minute, seen: Mapping[int, datetime], fired: Sequence[datetime]) -> dict[str, float]:
    """How long no clock could fire, and how long it then took until nothing was late any more."""
    if minute.dark_from is None or minute.light_from is None:
        return {}
    light = minute.light_from
    works = min((at for at in fired if at > light), default=light)
    behind = [at for ticket, at in seen.items() if _seconds(at - minute.dues[ticket]) > LATE]
    return {
        "outage_s": _seconds(works - minute.dark_from),
        "dark_s": _seconds(minute.light_from - minute.dark_from),
        "overdue": len(behind),
        "catch_up_s": _seconds(max([works, *behind]) - works),
    }


def _seconds(span: timedelta) -> float:
    return round(span.total_seconds(), 3)
