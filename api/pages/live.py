"""What has changed, live: server-sent events that carry ticket numbers only, from one look at the database a second for
the whole process, however many people watch. A page fetches what it shows, so permissions and language hold."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response, StreamingResponse

from api.pages.desk import StaffReader
from api.pages.errors import PageRoute
from db.numbers import number_of
from db.session import Store, StoreUnavailable
from db.tables import Ticket

router = APIRouter(route_class=PageRoute, include_in_schema=False)
EVERY = 1.0
HEARTBEAT = 15.0
KEPT = 512
MOST = 200
GAP = timedelta(seconds=2)
"""What changed so shortly before anybody watched may have come after their page was made: it is told."""
OVERLAP = timedelta(seconds=5)
"""How far back each look reaches: a transaction may commit after one that began later."""


class Pulse:
    """The changes of the last minutes, counted from 1. Looks only while somebody watches."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes: deque[tuple[int, list[str]]] = deque(maxlen=KEPT)
        self._seen: dict[int, tuple[datetime, int]] = {}
        self._count = 0
        self._watchers = 0
        self._news = asyncio.Event()  # of the next change: each has one of its own, so that nobody holds anything
        self._looking: asyncio.Task[None] | None = None
        self.stopped = False

    async def stop(self) -> None:
        """End every stream: call it when the server is told to go, before it waits for its connections."""
        self.stopped = True
        self._tell()

    @property
    def count(self) -> int:
        """The number of the latest change."""
        return self._count

    def since(self, count: int) -> list[str] | None:
        """The tickets changed after that count; None where it is too long ago, and everything may have."""
        if count > self._count or (self._changes and count < self._changes[0][0] - 1):
            return None
        return sorted({no for at, numbers in self._changes if at > count for no in numbers})

    async def watch(self, count: int, patience: float) -> None:
        """Return when something has changed after ``count``, or after ``patience`` seconds."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        self._watchers += 1
        try:
            async with asyncio.timeout(patience):
                while self._count <= count and not self.stopped:
                    await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._watchers -= 1

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _look_on(self) -> None:
        since, idle, begun = datetime.now(UTC), 0.0, False
        while idle < HEARTBEAT * 2 and not self.stopped:
            try:
                if not begun:
                    self._seen, begun = await self._recent(since, before=since - GAP), True
                since = await self._look(since)
            except StoreUnavailable:
                structlog.get_logger("api").warning("live_waits_for_database")
            idle = 0.0 if self._watchers else idle + EVERY
            await asyncio.sleep(EVERY)

    async def _look(self, since: datetime) -> datetime:
        now = datetime.now(UTC)
        recent = await self._recent(since)
        fresh = [ticket for ticket, version in recent.items() if self._seen.get(ticket) != version]
        self._seen = recent
        if fresh:
            self._count += 1
            self._changes.append((self._count, [number_of(ticket) for ticket in fresh]))
            self._tell()
        return now

    async def _recent(self, since: datetime, before: datetime | None = None) -> dict[int, tuple[datetime, int]]:
        """The versions of the tickets that changed lately."""
        wanted = select(Ticket.id, Ticket.updated_at, Ticket.last_seq).where(Ticket.updated_at > since - OVERLAP)
        if before is not None:
            wanted = wanted.where(Ticket.updated_at <= before)
        async with self._store.read() as conn:
            rows = await conn.execute(wanted.order_by(Ticket.updated_at.desc()).limit(MOST))
            return {row.id: (row.updated_at, row.last_seq) for row in rows}


@router.get("/live")
async def follow(request: Request, _found: StaffReader, after: str = "") -> Response:
    """The stream. ``Last-Event-ID`` says what the browser has heard already, ``after`` what its page has: a change
    that came between the two would else be told to nobody."""
    pulse: Pulse = request.app.state.pulse
    last = request.headers.get("last-event-id") or after
    heard = int(last) if last.isascii() and last.isdecimal() else pulse.count
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(pulse, heard), media_type="text/event-stream", headers=headers)


async def _told(pulse: Pulse, heard: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    while not pulse.stopped:
        changed = pulse.since(heard)
        heard = pulse.count
        if changed is None:
            yield f"id: {heard}\nevent: changed\ndata: *\n\n"
        elif changed:
            yield f"id: {heard}\nevent: changed\ndata: {' '.join(changed)}\n\n"
        else:
            yield ": still here\n\n"
        await pulse.watch(heard, HEARTBEAT)
