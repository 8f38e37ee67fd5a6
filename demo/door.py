"""The door of the business paths: token, faults, then the call itself, and every call into the list."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from demo import json_text
from demo.books import Books
from demo.faults import Fault, FaultBoard, FaultKind
from demo.journal import AnyOperation, Call, Seen, Settled, refused, settle, turn_away
from demo.operation import Refusal, Visit

LARGEST_BODY = 1_000_000  # bytes
RUBBISH = ("<html><body><h1>It works!</h1></body></html>", '{"rma_no": "RMA-0')
Endpoint = Callable[[Request], Awaitable[Response]]


class HangUp(Response):
    """Ends the connection in the middle of an answer, so that the caller cannot know what became of the call."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise a body and send none: the server then closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})


class Door:
    """Gives each operation its endpoint."""

    def __init__(self, books: Books, faults: FaultBoard, token: str) -> None:
        self._books = books
        self._faults = faults
        self._token = token

    def endpoint(self, operation: AnyOperation) -> Endpoint:
        """The ASGI side of an operation."""

        async def serve(request: Request) -> Response:
            call = Call(
                at=datetime.now(UTC), system=operation.system, method=request.method, path=request.url.path,
                key=request.headers.get("Idempotency-Key"), body=b"",
            )  # fmt: skip
            try:
                self._authorise(request)
                call = Call(call.at, call.system, call.method, call.path, call.key, await limited_body(request))
            except Refusal as refusal:
                return await self._turn_away(call, refused(refusal), None)
            return await self._do(operation, call, request.path_params, request.query_params)

        return serve

    def knows(self, request: Request) -> bool:
        """Whether the request carries the token of this company."""
        given = request.headers.get("Authorization", "").encode()
        return secrets.compare_digest(given, f"Bearer {self._token}".encode())

    def _authorise(self, request: Request) -> None:
        if not self.knows(request):
            raise Refusal(401, "unauthorised", "A bearer token is needed.", "需要 Bearer 令牌。")
        if len(request.headers.get("Idempotency-Key", "")) > 255:
            raise Refusal(400, "key_too_long", "A key has at most 255 characters.", "幂等键最多 255 个字符。")

    async def _do(
        self, operation: AnyOperation, call: Call, names: Mapping[str, str], query: Mapping[str, str]
    ) -> Response:
        struck = self._faults.strike(call.system, call.method, call.path)
        fault = struck.fault if struck else None
        if struck and fault and fault.kind not in (FaultKind.SLOW, FaultKind.FORGET, FaultKind.LATE):
            return await self._turn_away(call, broken(fault, struck.used), fault.kind)
        if fault and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        late = fault is not None and fault.kind is FaultKind.LATE
        visit = Visit(self._books, call.at, names, query, late=late)
        settled = await self._books.ask(settle, self._books, operation, call, visit, lambda s: seen(s, fault))
        if fault and fault.kind is FaultKind.FORGET:
            return response(broken(fault, 0)) if fault.answers else HangUp()
        return response(settled)

    async def _turn_away(self, call: Call, settled: Settled, fault: FaultKind | None) -> Response:
        await self._books.ask(turn_away, self._books, call, settled, Seen(settled.status, True, fault))
        return response(settled)


async def limited_body(request: Request) -> bytes:
    """The whole body; raises a 413 Refusal when it is larger than we take."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, "too_large", "The body is too large.", "请求内容过大。")
    return bytes(body)


def seen(settled: Settled, fault: Fault | None) -> Seen:
    """What the caller will see of an answer under a fault that lets the call be done."""
    if fault and fault.kind is FaultKind.FORGET:
        return Seen(fault.answers or None, answered=False, fault=fault.kind)
    return Seen(settled.status, answered=True, fault=fault.kind if fault else None)


def broken(fault: Fault, used: int) -> Settled:
    """The answer of a fault; `used` counts from 1 and decides between the two kinds of rubbish."""
    if fault.kind is FaultKind.RUBBISH:
        html = used % 2 == 1
        return Settled(200, RUBBISH[0 if html else 1], {"Content-Type": "text/html" if html else "application/json"})
    status = fault.answers
    settled = refused(Refusal(status, f"fault_{fault.kind}", "A fault is switched on.", "已开启故障模拟。"))
    if status in (429, 503):
        return Settled(status, settled.body, {**settled.headers, "Retry-After": "1"})
    return settled


def response(settled: Settled) -> Response:
    """A settled call as a response."""
    return Response(settled.body.encode(), settled.status, {"Content-Type": "application/json", **settled.headers})


def as_json(facts: object, status: int = 200) -> Response:
    """Facts as a JSON response."""
    return Response(json_text.write(facts).encode(), status, media_type="application/json")
