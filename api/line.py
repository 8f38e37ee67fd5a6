"""The line to Temporal: an API process starts without it, keeps calling, and says when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeVar

import structlog

from api.ports import Connect, Tickets
from workflows import client as temporal
from workflows.client import TemporalUnavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
Answer = TypeVar("Answer")


class LineStatus(StrEnum):
    """What the last call found."""

    UP = "up"
    DOWN = "down"
    CONNECTING = "connecting"


class Line:
    """The one client of this process, once there is one."""

    def __init__(self, connect: Connect | None) -> None:
        self._connect = connect
        self._tickets: Tickets | None = None
        self.status = LineStatus.CONNECTING if connect else LineStatus.DOWN

    async def keep_connecting(self) -> None:
        """Connect, trying again with growing pauses for as long as it takes."""
        pause = FIRST_PAUSE
        while self._connect is not None and self._tickets is None:
            try:
                self._tickets = await self._connect()
                self.status = LineStatus.UP
            except (TemporalUnavailable, OSError, RuntimeError) as error:  # RuntimeError: temporalio's failed connect
                structlog.get_logger("api").warning("temporal_away", error=type(error).__name__, again_in=pause)
                self.status = LineStatus.DOWN
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def call(self, ask: Callable[[Tickets], Awaitable[Answer]]) -> Answer:
        """Ask the client something. Raises ``TemporalUnavailable`` when there is none, or when it finds nobody."""
        if self._tickets is None:
            raise TemporalUnavailable(1.0)
        try:
            answer = await ask(self._tickets)
        except TemporalUnavailable:
            self.status = LineStatus.DOWN
            raise
        self.status = LineStatus.UP
        return answer


def to_temporal(address: str | None = None) -> Connect:
    """How to reach Temporal at this address, or where its standard settings (``TEMPORAL_…``) say."""

    async def connect() -> Tickets:
        return temporal.Tickets(await temporal.connect(address, lazy=False))

    return connect
