"""Processes that can be cut off: what the bench does to Temporal and the worker in the middle of a minute."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from worker.terminal.screen import Terminal
from worker.terminal.words import Failure
from worker.up.child import Child, Plan

START_SECONDS = 60.0


class Power:
    """These processes, in the order in which they need each other."""

    def __init__(self, plans: Sequence[Plan], terminal: Terminal) -> None:
        self._children = [Child(plan, lambda zh, en: terminal.note(terminal.say(zh, en))) for plan in plans]

    @asynccontextmanager
    async def supplied(self) -> AsyncIterator[None]:
        """All of them, from healthy until ended. Raises ``Failure``."""
        try:
            await self.on()
            yield
        finally:
            for child in reversed(self._children):
                await child.stop()

    async def on(self) -> None:
        """Start them side by side, as ``gongdan up`` does, and wait until they do their work. Raises ``Failure``."""
        await asyncio.gather(*(child.start() for child in self._children))
        for child in self._children:
            if not await child.until_healthy(START_SECONDS):
                name, end = child.plan.name, child.last_lines()
                raise Failure(f"{name} 没有启动成功：\n{end}", f"{name} did not start:\n{end}")

    def used(self) -> dict[str, float]:
        """Seconds of CPU time that each has used since it was started; nothing where the system does not tell."""
        return {child.plan.name: _cpu(child.process.pid) for child in self._children if child.process is not None}

    async def cut(self) -> None:
        """kill -9, all at once."""
        await asyncio.gather(*(child.kill() for child in self._children))


def _cpu(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return 0.0
    user, system = told.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
