"""A process of the product: started, known to be well, restarted when it dies, ended by its pid."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LONG_LIFE = 30.0  # seconds after which a death is news again
LOG_LIMIT = 10_000_000  # bytes; a larger log is begun anew at the next start, the old one kept as .1
LOOK_EVERY = 0.05

Healthy = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run one process. ``healthy`` says whether it does its work; without it, living is enough."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    healthy: Healthy | None = None
    patience: float = 8.0  # seconds it is given to end by itself


@dataclass(slots=True)
class Child:
    """The process of a plan, whichever incarnation lives now."""

    plan: Plan
    say: Callable[[str, str], None]
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    _keeper: asyncio.Task[None] | None = field(default=None)

    async def start(self) -> None:
        """Start it, and from now on start it again whenever it dies."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def until_healthy(self, seconds: float) -> bool:
        """Wait for it; false when it has not become well in that time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            if self._lives() and (self.plan.healthy is None or await self.plan.healthy()):
                return True
            await asyncio.sleep(LOOK_EVERY)
        return False

    async def kill(self) -> None:
        """End it without a word, and for good until it is started again."""
        await self._forsake()
        if self.process is not None:
            _signal(self.process, signal.SIGKILL)
            await self.process.wait()

    async def stop(self) -> None:
        """End it: politely, then not."""
        await self._forsake()
        process = self.process
        if process is None or process.returncode is not None:
            return
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.plan.patience)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()

    async def _forsake(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    def last_lines(self, count: int = 5) -> str:
        """The end of its log, for somebody who wants to know why."""
        if not self.plan.log.exists():
            return ""
        return "\n".join(self.plan.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])

    def _lives(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while self.process is not None:
            began = asyncio.get_running_loop().time()
            code = await self.process.wait()
            self.deaths += 1
            if asyncio.get_running_loop().time() - began > LONG_LIFE:
                pause = FIRST_PAUSE
            self.say(
                f"{self.plan.name} 已退出（{_why(code)}），{pause:.1f} 秒后重启；日志 {self.plan.log}",
                f"{self.plan.name} died ({_why(code)}), again in {pause:.1f} s; log: {self.plan.log}",
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            await self._spawn()

    async def _spawn(self) -> None:
        """Start one incarnation, in a session of its own (Ctrl-C is for the supervisor) and on a leash."""
        _roll(self.plan.log)
        leash = (sys.executable, "-I", "-S", str(LEASH), str(os.getpid()))
        with self.plan.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *leash,
                *self.plan.command,
                env=dict(self.plan.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _why(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except ProcessLookupError:
        return


def _roll(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
