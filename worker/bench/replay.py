"""``gongdan bench replay``: how long it takes to run recorded tickets again, and whether any of them goes otherwise."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

from db import definitions
from db.migrate import upgrade
from db.session import Store
from sop.definition import Compiled
from sop.replay.comparison import Comparison
from worker.bench.lives import a_life
from worker.bench.past import keep
from worker.definitions.publishing import prepare
from worker.definitions.replaying import Wanted, replayed
from worker.definitions.stocking import publish
from worker.settings import HOME
from worker.terminal.asked import Asked
from worker.terminal.words import Failure, Words

TICKETS = 10_000
TOGETHER = 100
"""Tickets written in one transaction."""
STORIES = ("return", "repair", "complaint", "it_request", "lost_parcel", "general")


def run(asked: Asked) -> int:
    """Record so many tickets in a database of its own, replay them on the version they ran on, and tell."""
    tickets = asked.number("tickets") or TICKETS
    if tickets < 1:
        raise Failure("--tickets 必须大于 0", "--tickets must be above 0", code=2)
    terminal = asked.terminal
    with tempfile.TemporaryDirectory(prefix="gongdan-replay-") as folder:
        url = f"sqlite:///{Path(folder) / 'gongdan.db'}"
        began = monotonic()
        terminal.note(Words("正在让工单活一遍…", "letting the tickets live …"))
        facts = record(url, tickets)
        recorded = monotonic()
        terminal.note(Words("正在重演…", "replaying …"))
        used = _cpu()
        share = replayed(Wanted(url, tuple(range(1, tickets + 1))))
        seconds, used = monotonic() - recorded, _cpu() - used
    found = Comparison(share.compared)
    told = {
        "tickets": len(found.tickets),
        "seconds": round(seconds, 1),
        "differences": len(found.changed) + len(found.diverged) + len(share.unread),
        "cpu_seconds": round(used, 1),
        "facts": facts,
        "recording_seconds": round(recorded - began, 1),
        "cores": os.cpu_count(),
    }
    terminal.tell(json.dumps(told, indent=2) if asked.flag("json") else _table(told))
    return 0


def _cpu() -> float:
    """The CPU time of this process and of those it has awaited: a busy machine takes longer, but not more of it."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _table(told: Mapping[str, object]) -> str:
    return "\n".join(f"{name:<18} {value}" for name, value in told.items())


def record(url: str, tickets: int) -> int:
    """Publish the shipped definitions, and write down the lives of tickets 1 to ``tickets``; gives how many facts."""
    asyncio.run(_publish(url))
    numbers = range(1, tickets + 1)
    shares = [(url, tuple(numbers[first : first + TOGETHER])) for first in range(0, tickets, TOGETHER)]
    if len(shares) == 1:
        return live(shares[0])
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return sum(pool.map(live, shares))


async def _publish(url: str) -> None:
    await upgrade(url)
    store = Store(url)
    try:
        async with store.write() as conn:
            await publish(conn, prepare(HOME), "bench", datetime.now(UTC))
    finally:
        await store.dispose()


def live(share: tuple[str, Sequence[int]]) -> int:
    """Let these tickets live, each by the SOP of its turn, and write them down."""
    return asyncio.run(_live(*share))


async def _live(url: str, numbers: Sequence[int]) -> int:
    store = Store(url)
    try:
        async with store.read() as conn:
            known = {each["key"]: each for each in await definitions.defaults(conn) if each["kind"] == "sop"}
        sops: list[Compiled] = [known[key] for key in STORIES]
        lives = {number: a_life(sops[number % len(sops)], number) for number in numbers}
        async with store.write() as conn:
            await keep(conn, lives)
        return sum(len(life.facts) for life in lives.values())
    finally:
        await store.dispose()
