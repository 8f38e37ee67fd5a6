"""Simulations behind a door: in threads of their own, few at a time, and with so much CPU time and no more."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from sop.catalog import Catalog
from sop.simulate import Bounds, TooMuch

Answer = TypeVar("Answer")
AT_ONCE = 2
CPU_SECONDS = 5.0


@dataclass(slots=True)
class Simulator:
    """The names that drafts may use, and the room for simulations. ``seconds``: CPU time of one."""

    catalog: Catalog = field(default_factory=Catalog)
    seconds: float = CPU_SECONDS
    _room: CapacityLimiter | None = None

    async def run(self, work: Callable[[Bounds], Answer]) -> Answer:
        """Do the work beside the event loop. Raises ``TooMuch`` where it goes over its bounds."""
        if self._room is None:
            self._room = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(lambda: work(Bounds(look=_watch(self.seconds))), limiter=self._room)


def _watch(seconds: float) -> Callable[[], None]:
    """Raises once this thread has used so much CPU time. The engine looks at every fact; an expression, the only thing
    between two of them, has bounds of its own."""
    until = time.thread_time() + seconds

    def look() -> None:
        if time.thread_time() > until:
            raise TooMuch("cpu_seconds", seconds)

    return look
