"""A write happens once: its answer is kept by ``Idempotency-Key`` and given again to whoever sends the same request."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from api.auth import Asking
from api.bodies import Json, dump
from api.doors import Doors, TheDoors
from api.problem_table import Code
from api.problems import Problem
from db.idempotency import Claim, KeyInUse, KeyReused, claim, keep_answer, release
from db.session import StoreUnavailable

_KEY = re.compile(r"[\x21-\x7e]{1,128}")
REPLAYED = {"Idempotent-Replayed": "true"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a write answers: at first, and again. ``ticket_id``: whose content it may quote, to be erased with it."""

    status: int
    body: Json
    ticket_id: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """One write of one caller. ``key`` is theirs or a fresh one; ``update_id`` is what Temporal knows the write by."""

    doors: Doors
    claim: Claim
    given: bool

    @property
    def update_id(self) -> str:
        """The caller's name and key: nobody can repeat somebody else's write."""
        return f"{self.claim.principal}:{self.claim.key}"

    async def within(self, work: Callable[[AsyncConnection], Awaitable[Reply]]) -> Response:
        """Do it in one transaction with the claim and the answer: all of it happens, or nothing does."""
        async with self.doors.store.write() as conn:
            if self.given and (kept := await self._claimed(conn)):
                return kept
            reply = await work(conn)
            body = dump(reply.body)
            if self.given:
                await keep_answer(conn, self.claim, reply.status, body.decode(), reply.ticket_id)
        return _response(reply, body)

    async def around(self, work: Callable[[], Awaitable[Reply]]) -> Response:
        """Do it elsewhere, between claiming the key and keeping the answer. A refusal frees the key again."""
        if not self.given:
            reply = await work()
            return _response(reply, dump(reply.body))
        async with self.doors.store.write() as conn:
            if kept := await self._claimed(conn):
                return kept
        try:
            reply = await work()
        except BaseException:  # a cancelled request too must free the key; it is raised on at once
            with suppress(StoreUnavailable):  # what went wrong matters more; an old claim is free again by itself
                async with self.doors.store.write() as conn:
                    await release(conn, self.claim)
            raise
        body = dump(reply.body)
        async with self.doors.store.write() as conn:
            await keep_answer(conn, self.claim, reply.status, body.decode(), reply.ticket_id)
        return _response(reply, body)

    async def _claimed(self, conn: AsyncConnection) -> Response | None:
        """The answer given before; None when the write is now ours to do."""
        try:
            kept = await claim(conn, self.claim, datetime.now(UTC))
        except KeyReused:
            raise Problem(Code.KEY_REUSED) from None
        except KeyInUse:
            raise Problem(Code.STILL_RUNNING) from None
        if kept is None:
            return None
        return Response(kept.body, kept.status, headers=REPLAYED, media_type="application/json")


def _response(reply: Reply, body: bytes) -> Response:
    headers = {"Location": reply.location} if reply.location else None
    return Response(body, reply.status, headers=headers, media_type="application/json")


async def once(
    request: Request,
    doors: TheDoors,
    asking: Asking,
    idempotency_key: Annotated[
        str | None,
        Header(description="A text of yours, new for every new request: sending it again gives the same answer again."),
    ] = None,
) -> Once:
    """The write that this request is."""
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise Problem(Code.BAD_IDEMPOTENCY_KEY)
    said = hashlib.sha256(f"{request.method} {request.url.path}\n{asking.behalf}\n".encode())
    said.update(await _content(request))
    key = idempotency_key or secrets.token_urlsafe(18)
    request_hash = said.hexdigest()
    return Once(
        doors, Claim(asking.id, key, request.method, request.url.path, request_hash), given=idempotency_key is not None
    )


async def _content(request: Request) -> bytes:
    """The body, whatever boundary an upload drew this time."""
    body = await request.body()
    boundary = re.search(r'boundary="?([^";,]{1,200})', request.headers.get("content-type", ""))
    return body.replace(boundary[1].encode(), b"") if boundary else body


TheWrite = Annotated[Once, Depends(once)]
