"""The customers of the bench, a process of its own: ``python -m worker.bench.customers closed|steady PORT KEY …``.

``closed CLIENTS REQUESTS``: so many customers, each opening one ticket after the other.
``steady RATE SECONDS``: tickets at a steady rate, each watched until its first step is there.
Durations in seconds go to standard output as one JSON array, and the time it all took as its first item."""

from __future__ import annotations

import asyncio
import json
import sys
from time import perf_counter
from typing import Any

from worker.bench import journey
from worker.up.ports import LOOPBACK

LOOK_EVERY = 0.02  # seconds between two looks at a ticket
PATIENCE = 20.0  # seconds after which a ticket's first step is taken to be lost


class Line:
    """One kept-alive connection to the API: as little work as can be, on the machine that is being measured."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._head = f"Host: {LOOPBACK}:{port}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(LOOPBACK, self._port)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """One request; status and body of the answer."""
        head = f"{method} /api/v1{path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
        return int(lines[0].split()[1]), await self._reader.readexactly(length)


def ticket(number: int) -> bytes:
    """A return, each from another customer and of another order."""
    customer = {"external_id": f"C-{number}", "name": f"李雷 {number}", "phone": f"139{number:08d}", "language": "zh"}
    order = {"no": f"SO-{number}", "paid": float(journey.PAID)}
    said: dict[str, Any] = {  # Any: plain JSON
        "subject": journey.SUBJECT,
        "body": journey.BODY,
        "category": journey.CATEGORY,
        "channel": "web",
        "customer": customer,
        "order": order,
        "fields": {"order_no": order["no"]},
    }
    return json.dumps(said, ensure_ascii=False).encode()


async def closed(port: int, key: str, clients: int, requests: int) -> list[float]:
    """The time from sending to 201, of every ticket."""
    numbers, took = iter(range(requests)), list[float]()

    async def customer() -> None:
        line = Line(port, key)
        await line.open()
        for number in numbers:
            body, began = ticket(number), perf_counter()
            status, said = await line.ask("POST", "/tickets", body)
            took.append(perf_counter() - began)
            _expect(status, 201, said)
        line.close()

    await asyncio.gather(*(customer() for _ in range(clients)))
    return took


async def steady(port: int, key: str, rate: float, seconds: float) -> list[float]:
    """The time from sending a ticket until somebody who looks at it sees its first step, or gives up looking."""
    took: list[float] = []

    async def customer(number: int) -> None:
        line, began = Line(port, key), perf_counter()
        await line.open()
        status, said = await line.ask("POST", "/tickets", ticket(number))
        _expect(status, 201, said)
        path = f"/tickets/{json.loads(said)['no']}"
        while not json.loads((await line.ask("GET", path))[1])["steps"]:
            if perf_counter() - began > PATIENCE:
                break
            await asyncio.sleep(LOOK_EVERY)
        took.append(perf_counter() - began)
        line.close()

    async with asyncio.TaskGroup() as all_of_them:
        for number in range(max(round(rate * seconds), 1)):
            all_of_them.create_task(customer(number))
            await asyncio.sleep(1 / rate)
    return took


def _expect(status: int, wanted: int, said: bytes) -> None:
    if status != wanted:
        raise SystemExit(f"the API answered {status}: {said.decode(errors='replace')[:500]}")


async def main(kind: str, port: str, key: str, many: str, long: str) -> None:
    """Do what the arguments say, and tell how long it took."""
    began = perf_counter()
    if kind == "closed":
        took = await closed(int(port), key, int(many), int(long))
    else:
        took = await steady(int(port), key, float(many), float(long))
    sys.stdout.write(json.dumps([perf_counter() - began, *took]))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))
