"""How much a request may send: checked from its head where it says, and while it streams where it does not."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem_table import Code
from api.problems import Problem, response

MULTIPART_ROOM = 4096
"""Bytes that the boundary lines around one uploaded file may add."""

SWALLOWED = 4 * 1024 * 1024
"""Bytes over the limit that are still taken and thrown away: a client that is cut off in the middle of sending may
never read why. Who sends even more is cut off."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """ASGI middleware: bodies over the limit are refused before anything is kept of them."""

    app: ASGIApp
    json_limit: int
    upload_limit: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(headers)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            if int(declared) <= limit + SWALLOWED and "expect" not in headers:
                await swallow(receive, SWALLOWED + limit)
            refused = response(_too_large(limit), scope["path"], headers.get("accept-language"))
            await refused(scope, receive, send)
            return
        await self.app(scope, counted(receive, limit), send)

    def _limit(self, headers: Headers) -> int:
        if headers.get("content-type", "").lower().startswith("multipart/form-data"):
            return self.upload_limit + MULTIPART_ROOM
        return self.json_limit


def counted(receive: Receive, limit: int) -> Receive:
    """``receive`` that raises the problem once more than ``limit`` bytes have come."""
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                if message.get("more_body", False):
                    await swallow(receive, SWALLOWED)
                raise _too_large(limit)
        return message

    return counting


async def swallow(receive: Receive, most: int) -> None:
    """Read on to the end of the body, or ``most`` bytes of it, and keep nothing."""
    more = True
    while more and most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


def _too_large(limit: int) -> Problem:
    return Problem(Code.TOO_LARGE, headers={"Connection": "close"}, limit=limit)
