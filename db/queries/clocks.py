"""The ledgers of a ticket's clocks, with the calendars they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import calendars
from db.tables import Clock as ClockRow
from db.tables import ClockState, Step, Team
from sop.calendars import Calendar
from sop.clocks.ledger import CalendarUse, Clock, ledger_of
from sop.clocks.why import Why, explain
from sop.values import Value


@dataclass(frozen=True, slots=True)
class KnownClock:
    """A clock of a run, or an open step that has a deadline (``visit``: which time it was come to), with its ledger."""

    run: str
    ledger: Clock
    visit: int | None = None

    @property
    def place(self) -> str:
        """``<run>.<clock>``, or ``<run>.<step>``."""
        return f"{self.run}.{self.ledger.name}"


def addresses_of(found: Sequence[KnownClock]) -> list[str]:
    """What names each of several clocks alone: its place, or with ``@<visit>`` where branches stand on one step."""
    places = [one.place for one in found]
    return [
        place if places.count(place) == 1 or one.visit is None else f"{place}@{one.visit}"
        for place, one in zip(places, found, strict=True)
    ]


async def clocks_named(conn: AsyncConnection, ticket_id: int, address: str) -> list[KnownClock]:
    """The clocks, and the open steps with a deadline, of this name: ``<clock>`` or ``<run>.<clock>``, a step also with
    ``@<visit>`` behind it."""
    run, _, named = address.rpartition(".")
    name, _, visit = named.partition("@")
    clocks = select(ClockRow.run, ClockRow.ledger, null().label("visit")).where(
        ClockRow.ticket_id == ticket_id, ClockRow.clock == named
    )
    steps = select(Step.run, Step.ledger, Step.visit).where(
        Step.ticket_id == ticket_id, Step.step == name, Step.status == "open", Step.due_at.is_not(None)
    )
    rows = [*await conn.execute(clocks), *await conn.execute(steps.order_by(Step.run, Step.visit))]
    return [
        KnownClock(row.run, _read(name, row.ledger), row.visit)
        for row in rows
        if run in ("", row.run) and visit in ("", str(row.visit)) and isinstance(row.ledger, Mapping)
    ]


def _read(name: str, ledger: Mapping[str, Value]) -> Clock:
    return ledger_of(name, dict(ledger))


async def why(conn: AsyncConnection, clock: Clock, now: datetime) -> Why | None:
    """The reckoning of a clock; None where it has no deadline, or one of its calendars was never published."""
    if not clock.target or clock.started_at is None:
        return None
    known = await calendars.known(conn, {use.version for use in clock.calendars})
    if any(use.version not in known for use in clock.calendars):
        return None

    def find(use: CalendarUse) -> Calendar:
        return known[use.version]

    return explain(clock, find, now)


async def reckonings(conn: AsyncConnection, ticket_id: int, now: datetime) -> dict[str, Why]:
    """The reckoning of every clock of a ticket that has a deadline and has not stopped, by address."""
    going = select(ClockRow.run, ClockRow.clock, ClockRow.ledger).where(
        ClockRow.ticket_id == ticket_id, ClockRow.due_at.is_not(None), ClockRow.state != ClockState.STOPPED.value
    )
    ledgers = {
        f"{row.run}.{row.clock}": _read(row.clock, row.ledger)
        for row in await conn.execute(going)
        if isinstance(row.ledger, Mapping)
    }
    wanted = {use.version for ledger in ledgers.values() for use in ledger.calendars}
    known = await calendars.known(conn, wanted) if wanted else {}
    return {
        address: explain(ledger, lambda use: known[use.version], now)
        for address, ledger in ledgers.items()
        if all(use.version in known for use in ledger.calendars)
    }


async def leads_anybody(conn: AsyncConnection, person: str) -> bool:
    """Whether somebody leads a team."""
    return (await conn.scalar(select(Team.key).where(Team.lead == person).limit(1))) is not None
