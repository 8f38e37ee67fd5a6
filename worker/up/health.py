"""Whether a process answers."""

from __future__ import annotations

import asyncio

from worker.up.child import Healthy

SECONDS = 2.0


def listens(port: int, host: str = "127.0.0.1") -> Healthy:
    """Whether somebody takes connections there."""

    async def look() -> bool:
        try:
            async with asyncio.timeout(SECONDS):
                _, writer = await asyncio.open_connection(host, port)
        except OSError:  # TimeoutError is one
            return False
        writer.close()
        return True

    return look


def answers(port: int, path: str = "/healthz", host: str = "127.0.0.1") -> Healthy:
    """Whether an HTTP server answers 200 to a GET."""

    async def look() -> bool:
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
        except OSError:
            return False
        writer.close()
        return status.split()[1:2] == [b"200"]

    return look
