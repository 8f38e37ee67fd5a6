"""How long people wait: for a ticket to be accepted, and for its first step to be there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress

from worker.bench.figures import Figures, latencies
from worker.bench.ground import Ground, api_alone, everything
from worker.terminal.words import Failure
from worker.up.child import LEASH
from worker.up.site import Site

WARM_UP = 100  # tickets before anything is measured: a process that has just started is not what people wait for
RATE = 5.0  # tickets a second


async def accepting(ground: Ground, requests: int, clients: int, *, loaded: bool = False) -> Figures:
    """POST → 201 for so many tickets from customers who each wait for the answer before they ask again. ``loaded``:
    with the whole product at work behind the doors."""
    name = "accept_loaded" if loaded else "accept"
    site = await ground.site(name, with_temporal=loaded, with_company=loaded)
    async with ground.running(everything(site) if loaded else api_alone(site)):
        await _customers(site, ground.key, "closed", clients, min(WARM_UP, requests))
        seconds, took = await _customers(site, ground.key, "closed", clients, requests)
    return {
        **latencies(name, took),
        f"{name}_per_s": round(len(took) / seconds, 1),
        f"{name}_clients": clients,
        f"{name}_requests": requests,
    }


async def first_step(ground: Ground, tickets: int, rate: float = RATE) -> Figures:
    """POST → the first step can be seen through the API, at a steady rate, with the whole product at work."""
    site = await ground.site("first_step", with_temporal=True, with_company=True)
    async with ground.running(everything(site)):
        await _customers(site, ground.key, "steady", rate, min(2.0, tickets / rate))
        _, took = await _customers(site, ground.key, "steady", rate, tickets / rate)
    return {**latencies("first_step", took), "first_step_rate": rate, "first_step_tickets": len(took)}


async def _customers(site: Site, key: str, kind: str, many: float, long: float) -> tuple[float, list[float]]:
    """What the customers' process found: the seconds it all took, and each duration."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
        *(sys.executable, "-P", "-m", "worker.bench.customers", kind, str(site.port), key, str(many), str(long)),
        env=dict(site.env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        told, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()
    if process.returncode:
        why = wrong.decode(errors="replace").strip().splitlines()[-1:]
        raise Failure(f"测量失败：{why}", f"the measurement failed: {why}")
    seconds, *took = json.loads(told)
    return seconds, took
