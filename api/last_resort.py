"""The outermost door: a fault of ours becomes a 500 with a number, and the log never shows what was sent."""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem_table import Code
from api.problems import Problem, response

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class LastResort:
    """ASGI middleware: every request gets a number (header ``X-Request-Id``, not on files kept
    for good); what nobody caught becomes a problem."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number, started = secrets.token_hex(8), False

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _mark(message, number)
            await send(message)

        try:
            await self.app(scope, receive, marked)
        except Exception as fault:  # noqa: BLE001 - the last door: whatever it is, the caller gets an answer
            log_fault(fault, number, scope)
            if started:
                raise BrokenAnswer(number) from None
            answer = response(
                Problem(Code.INTERNAL, request=number), scope["path"], Headers(scope=scope).get("accept-language")
            )
            await answer(scope, receive, marked)


class BrokenAnswer(Exception):
    """An answer broke off in the middle; the fault was logged under this number."""


def log_fault(fault: BaseException, number: str, scope: Scope) -> None:
    """Log where a fault happened but not its message, which may quote what was sent."""
    frames = traceback.extract_tb(fault.__traceback__)
    structlog.get_logger("api").error(
        "fault",
        request=number,
        method=scope["method"],
        path=scope["path"],
        error=type(fault).__qualname__,
        cause=type(fault.__cause__).__qualname__ if fault.__cause__ else None,
        frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    )


def _mark(message: Message, number: str) -> None:
    headers = MutableHeaders(scope=message)
    if "immutable" not in headers.get("Cache-Control", ""):  # what is kept for a year is of no one request
        headers.setdefault("X-Request-Id", number)
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
