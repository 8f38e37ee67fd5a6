"""The relay: carries what has been accepted from the outbox to Temporal and to the message gateway.

At least once, in order per ticket and lane. Nothing is lost by a kill: a row that was lent and never settled is lent
again when its lease is over, and both ends ignore repeats (a start by its workflow id, a signal by its delivery number,
a message by its idempotency key)."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from db import outbox
from db.intake import NewMessage, accept_message
from db.outbox import Delivery
from db.session import Store, StoreUnavailable
from db.tables import Visibility
from sop.events import SYSTEM
from worker.serving.deliveries import Deliveries, Fate, Settled
from worker.serving.starts import has_ended

POLL = 0.05  # seconds between two looks at the outbox
LEASE = timedelta(seconds=15)  # longer than any delivery may take
AT_ONCE = 32
TRIES = 8  # of a row that something is wrong with; an outage is never counted
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT = 0.2, 5.0, 60.0
GRACE = 5.0  # seconds that deliveries under way are given when the relay is told to stop


class Relay:
    """One relay; any number of them may run on one database."""

    def __init__(self, store: Store, deliveries: Deliveries, *, at_once: int = AT_ONCE, tries: int = TRIES) -> None:
        self._store, self._deliveries = store, deliveries
        self._at_once, self._tries = at_once, tries
        self._under_way: set[asyncio.Task[Settled]] = set()
        self._wake = asyncio.Event()
        self._troubles: Counter[int] = Counter()
        self._pause = self._away_until = 0.0
        self._log = structlog.get_logger("relay")

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop, then finish what is under way."""
        waker = asyncio.create_task(self._wake_at_stop(stop))
        try:
            while not stop.is_set():
                await self._turn()
                await self._rest()
        finally:
            waker.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE)
        await self._turn(lend=False)

    async def _turn(self, *, lend: bool = True) -> None:
        """Settle what has been tried and set off what is due, in one transaction. When the database is away, nothing
        changes: the rows stay where they are."""
        done = {task for task in self._under_way if task.done()}
        settled = [task.result() for task in done]
        room = self._room(len(done)) if lend else 0
        try:
            if not settled and not (room and await self._due()):
                return
            async with self._store.write() as conn:
                await self._settle_all(conn, settled)
                rows = await outbox.pending(conn, room, datetime.now(UTC), LEASE) if room else []
        except StoreUnavailable as away:
            self._log.warning("database_away", error=str(away))
            await asyncio.sleep(min(away.retry_after, LONGEST_PAUSE))
            return
        self._under_way -= done
        for each in settled:
            self._take_note(each)
        for row in rows:
            self._set_off(row)

    def _room(self, done: int) -> int:
        """How many rows may be set off now: none while Temporal is away, and one, to try, when the pause is over."""
        busy = len(self._under_way) - done
        if self._pause:
            return 1 if not busy and asyncio.get_running_loop().time() >= self._away_until else 0
        return self._at_once - busy

    async def _due(self) -> bool:
        async with self._store.read() as conn:
            due = await outbox.wake_at(conn)
        return due is not None and due <= datetime.now(UTC)

    async def _rest(self) -> None:
        """Until something has been tried, or it is time to look again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL):
                await self._wake.wait()
        self._wake.clear()

    async def _wake_at_stop(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    def _set_off(self, row: Delivery) -> None:
        task = asyncio.create_task(self._deliveries.attempt(row))
        self._under_way.add(task)
        task.add_done_callback(lambda _: self._wake.set())

    async def _settle_all(self, conn: AsyncConnection, settled: list[Settled]) -> None:
        arrived = [each.row.id for each in settled if each.fate is Fate.ARRIVED]
        if arrived:
            await outbox.delivered(conn, arrived, datetime.now(UTC))
        for each in settled:
            if each.fate is not Fate.ARRIVED:
                await self._settle(conn, each)

    async def _settle(self, conn: AsyncConnection, settled: Settled) -> None:
        """Have a row that did not arrive tried again, or give it up and say so on its ticket."""
        row, now = settled.row, datetime.now(UTC)
        if settled.fate is Fate.NOBODY and await has_ended(conn, row.ticket_id):
            await outbox.give_up(conn, row.id, "the ticket has ended")
        elif self._is_hopeless(settled):
            await outbox.give_up(conn, row.id, settled.error)
            await accept_message(conn, _flag(settled, now))
        else:
            wait = 0.0 if settled.fate is Fate.AWAY else self._wait(settled)
            await outbox.failed(conn, row.id, settled.error, now + timedelta(seconds=wait))

    def _is_hopeless(self, settled: Settled) -> bool:
        spent = settled.fate is Fate.WRONG and self._troubles[settled.row.id] + 1 >= self._tries
        return spent or settled.fate is Fate.REFUSED

    def _wait(self, settled: Settled) -> float:
        growing: float = FIRST_PAUSE * 2 ** min(self._troubles[settled.row.id], 16)
        return max(min(growing, LONGEST_WAIT), settled.retry_after or 0.0)

    def _take_note(self, settled: Settled) -> None:
        """Remember what the next turn must know, once it stands in the database."""
        row = settled.row
        if settled.fate is Fate.AWAY:
            self._back_off(settled.error)
            return
        if self._pause:
            self._log.info("temporal_back")
        self._pause = 0.0
        if settled.fate is Fate.ARRIVED:
            self._troubles.pop(row.id, None)
            return
        dead = self._is_hopeless(settled)
        self._troubles[row.id] += 1
        tell = self._log.error if dead else self._log.warning
        tell("not_delivered", row=row.id, ticket=row.ticket_id, kind=row.kind.value, error=settled.error, dead=dead)
        if dead:
            self._troubles.pop(row.id, None)

    def _back_off(self, error: str) -> None:
        """A longer pause each time, counted once however many deliveries found nobody."""
        now = asyncio.get_running_loop().time()
        if self._pause and now < self._away_until:
            return
        self._pause = min(self._pause * 2, LONGEST_PAUSE) if self._pause else FIRST_PAUSE
        self._away_until = now + self._pause
        self._log.warning("temporal_away", error=error, again_in=self._pause)


def _flag(settled: Settled, now: datetime) -> NewMessage:
    """What the desk is told of a row that was given up: nobody else would notice."""
    row = settled.row
    what = {"start": ("启动流程", "start its workflow"), "signal": ("告知流程", "tell its workflow")}
    zh, en = what.get(row.kind.value, ("发送消息", "send a message"))
    why = settled.error
    body = f"系统无法{zh}（{why}），请联系管理员。\nThe system could not {en} ({why}); tell an administrator."
    return NewMessage(row.ticket_id, body, SYSTEM, now, Visibility.INTERNAL, dedup_key=f"relay:{row.id}")
