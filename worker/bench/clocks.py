"""``gongdan bench clocks``: two thousand clocks that are due within one minute: whether each fires, once, and how late.
``--kill``: Temporal and the worker die by ``kill -9`` within that minute and are started again some seconds later.

Everything is real: Temporal's server with its file, the worker's process, the store. The tickets stand in the database
as a door would have left them, and are started as the relay starts them, before the minute begins."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from activities.intake import Intake, Rules
from activities.messages import Taken
from db.intake import NewTicket, accept_ticket
from db.session import Store
from db.tables import Clock
from sop.loading import load_many
from worker.bench.figures import Figures
from worker.bench.ground import Ground
from worker.bench.journey import CATEGORY
from worker.bench.power import Power
from worker.bench.punctuality import CLOCK, Minute, figures, told
from worker.definitions.workspace import parse_texts, read_texts
from worker.serving.hands import reached
from worker.serving.starts import start_of
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure, Words
from worker.up.roster import foundations, product
from worker.up.site import Site
from workflows.client import Tickets
from workflows.messages import TicketStart

FILE = Path(__file__).with_name("clock.sop.yaml")
CLOCKS, SPAN = 2000, timedelta(minutes=1)
TARGET = timedelta(hours=24)  # of the clock in FILE: a ticket is opened so long before its clock is due
AT_ONCE, BATCH, WARM_UP = 32, 100, 64
SLACK, REST = 1.3, timedelta(seconds=5)  # starting may take so much longer than the warm-up; then the desk rests
KILL_AT, DARK = timedelta(seconds=20), 5.0  # into the minute, and seconds until everything is started again
LOOK_EVERY = 0.1
PATIENCE = timedelta(minutes=4)  # after the minute, for the last clock


class Tower:
    """Tickets with one clock each."""

    def __init__(self, site: Site, store: Store, tickets: Tickets) -> None:
        space = parse_texts(read_texts(site.settings.workspace))
        self._compiled = load_many({FILE.name: FILE.read_text("utf-8")}, space.catalog)[FILE.name]
        self._intake = Intake(store, Rules.of(space))
        self._store, self._tickets = store, tickets

    async def wind(self, dues: Sequence[datetime]) -> dict[int, datetime]:
        """Open a ticket for each of these moments, start its workflow, and wait until every clock runs; the tickets."""
        lane, wound = asyncio.Semaphore(AT_ONCE), dict[int, datetime]()

        async def start(one: TicketStart) -> None:
            async with lane:
                await self._tickets.start(one)

        for first in range(0, len(dues), BATCH):
            starts = await self._accepted(dues[first : first + BATCH])
            wound |= {one.ticket_id: due for one, due in zip(starts, dues[first:], strict=False)}
            await asyncio.gather(*(start(one) for one in starts))
        while await self._running(wound) < len(wound):  # noqa: ASYNC110 - it is the database that changes
            await asyncio.sleep(LOOK_EVERY)
        return wound

    async def _accepted(self, dues: Sequence[datetime]) -> list[TicketStart]:
        async with self._store.write() as conn:
            opened = [
                await accept_ticket(conn, NewTicket("计时", "web", due - TARGET, category=CATEGORY)) for due in dues
            ]
            starts = [await start_of(conn, each.id, {}, self._intake) for each in opened]
        return [self._with_one_clock(start) for start in starts]

    def _with_one_clock(self, start: TicketStart) -> TicketStart:
        """With the bench's own definition, which no installation has published."""
        found = start.taken or Taken("", "")
        return replace(start, taken=replace(found, definitions=[self._compiled]))

    async def _running(self, tickets: dict[int, datetime]) -> int:
        query = select(func.count()).where(Clock.ticket_id.in_(tickets), Clock.clock == CLOCK)
        async with self._store.read() as conn:
            return (await conn.execute(query)).scalar_one()


@dataclass(frozen=True, slots=True)
class Many:
    """How many clocks, within how long, and how many worker processes."""

    clocks: int | None = None
    workers: int | None = None
    span: timedelta = SPAN


async def measure(ground: Ground, many: Many, *, kill: bool) -> Figures:
    """Wind the clocks up, wait for their minute, and tell how they fired. Raises ``Failure``."""
    site = await ground.site("clocks", with_temporal=True, workers=many.workers)
    store = Store(site.settings.database_url)
    worker = [plan for plan in product(site) if plan.name.startswith("worker")]
    power = Power([*foundations(site), *worker], ground.terminal)
    try:
        async with power.supplied():
            tower = Tower(site, store, Tickets(await reached(site.settings)))
            minute, per_second = await _wound(tower, many.clocks or CLOCKS, many.span, ground.terminal)
            await _until(minute.begins)
            load, before = os.getloadavg()[0], power.used()
            watching = asyncio.create_task(told(store, minute, LOOK_EVERY, PATIENCE))
            if kill:
                await _until(minute.begins + min(KILL_AT, many.span / 3))
                await _strike(power, minute)
            seen = await watching
            found = {**await figures(store, minute, seen), **_used(before, power.used(), len(seen), kill=kill)}
    finally:
        await store.dispose()
    return {**found, "workers": len(worker), "started_per_s": round(per_second, 1), "load": round(load, 2)}


async def _wound(tower: Tower, clocks: int, span: timedelta, terminal: Terminal) -> tuple[Minute, float]:
    """The clocks, all running before the first is due; and how many are started in a second."""
    began = datetime.now(UTC)
    trial = min(WARM_UP, clocks)
    await tower.wind([began + TARGET] * trial)
    pace = trial / (datetime.now(UTC) - began).total_seconds()
    begins = datetime.now(UTC) + timedelta(seconds=clocks / pace * SLACK) + REST
    terminal.note(
        Words(
            f"  启动 {clocks} 个时钟（约 {pace:.0f} 个/秒），{begins:%H:%M:%S} UTC 起到期 …",
            f"  starting {clocks} clocks (about {pace:.0f}/s), due from {begins:%H:%M:%S} UTC on …",
        )
    )
    began = datetime.now(UTC)
    dues = await tower.wind([begins + span * number / clocks for number in range(clocks)])
    took = (datetime.now(UTC) - began).total_seconds()
    if datetime.now(UTC) > begins:
        raise Failure(
            f"机器太忙：{took:.0f} 秒后才全部启动，已有时钟到期；请稍后再测或减少 --tickets",
            f"too busy: it took {took:.0f} s to start them all, and some were due; try later, or with fewer --tickets",
        )
    return Minute(dues), clocks / took


def _used(before: Mapping[str, float], after: Mapping[str, float], fired: int, *, kill: bool) -> dict[str, float]:
    """CPU time of each process for one clock that fired. Processes that were killed take theirs with them."""
    spent = {name: after[name] - (0.0 if kill else before[name]) for name in after}
    workers = sum(seconds for name, seconds in spent.items() if name.startswith("worker"))
    used = {"worker": workers, "temporal": spent["temporal"]}
    return {f"{name}_cpu_ms": round(seconds * 1000 / max(fired, 1), 1) for name, seconds in used.items()}


async def _strike(power: Power, minute: Minute) -> None:
    minute.dark_from = datetime.now(UTC)
    await power.cut()
    await asyncio.sleep(DARK)
    minute.light_from = datetime.now(UTC)
    await power.on()


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0.0))
