"""The supervisor: starts the processes in order, keeps them alive, and ends them all."""

from __future__ import annotations

import asyncio
import fcntl
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from worker.terminal.screen import Terminal
from worker.terminal.words import Failure
from worker.up.child import Child, Plan

START_SECONDS = 60.0


class Supervisor:
    """All the processes of one site."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._children: list[Child] = []

    async def start(self, plans: Sequence[Plan]) -> None:
        """Start these side by side; raises ``Failure``, with the end of its log, for one that does not become well."""
        children = [Child(plan, self._say) for plan in plans]
        self._children += children
        await asyncio.gather(*(child.start() for child in children))

    async def until_healthy(self) -> None:
        """Wait until everything that was started does its work."""
        well = await asyncio.gather(*(child.until_healthy(START_SECONDS) for child in self._children))
        for child, is_well in zip(self._children, well, strict=True):
            if not is_well:
                name, log = child.plan.name, child.plan.log
                end = child.last_lines()
                raise Failure(
                    f"{name} 没有启动成功，日志 {log}：\n{end}", f"{name} did not start; its log {log} ends:\n{end}"
                )

    async def stop(self) -> None:
        """End everything: the product first, then what it stands on."""
        first = [child for child in self._children if child.plan.name != "temporal"]
        rest = [child for child in self._children if child.plan.name == "temporal"]
        await asyncio.gather(*(child.stop() for child in first))
        await asyncio.gather(*(child.stop() for child in rest))

    def _say(self, zh: str, en: str) -> None:
        self._terminal.note("gongdan: " + self._terminal.say(zh, en))


async def until_told_to_stop() -> None:
    """Wait for Ctrl-C, SIGTERM or SIGHUP."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    await told.wait()


async def until_done_or_told(work: Callable[[], Awaitable[None]]) -> bool:
    """Do the work, unless told to stop first; whether it was done."""
    told = asyncio.create_task(until_told_to_stop())
    working = asyncio.ensure_future(work())
    await asyncio.wait({told, working}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return False
    told.cancel()
    await asyncio.gather(told, return_exceptions=True)
    working.result()
    return True


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder: a second ``gongdan up`` on it would start everything twice. Raises ``Failure``."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(
                f"{data_dir} 已有一个 gongdan up 在运行",
                f"another `gongdan up` runs on {data_dir}; stop it, or set GONGDAN_DATA_DIR to another folder",
            ) from None
        yield
