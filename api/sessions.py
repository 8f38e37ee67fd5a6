"""People signing in and out: a password against its argon2 hash, a random cookie, its hash in the database."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from time import monotonic

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Request
from starlette.responses import Response

from api.doors import Doors
from api.identities import digest
from api.principal import SignedIn, person_of
from api.problem_table import Code
from api.problems import Problem
from api.settings import Settings
from db import auth as doorkeeper

PLAIN_COOKIE = "gongdan_session"
SECURE_COOKIE = "__Host-gongdan_session"
LONGEST_PASSWORD = 256


def cookie_of(settings: Settings) -> str:
    """The cookie's name: with ``__Host-`` a browser takes it only by https, for this host and every path."""
    return SECURE_COOKIE if settings.secure else PLAIN_COOKIE


async def login(request: Request, response: Response, email: str, password: str) -> SignedIn:
    """Sign somebody in and set the cookie on the response. Raises 401 for a wrong name or password, 429 after
    too many of them. The person may have to change a one-time password before anything else."""
    doors: Doors = request.app.state.doors
    name, address = email.strip().lower()[:254], request.client.host if request.client else "-"
    _throttled(doors, name, address)
    async with doors.store.read() as conn:
        known = await doorkeeper.credentials_of(conn, name)
    kept = known.password_hash if known else None
    if not await asyncio.to_thread(_fits, kept, password) or known is None:
        doors.throttle.failed(name, now=monotonic())
        doors.crowd.failed(address, now=monotonic())
        raise Problem(Code.LOGIN_FAILED)
    doors.throttle.succeeded(name)
    return await _open(doors, response, known.person_id)


async def logout(request: Request, response: Response) -> None:
    """End the session of this request, here and in the database."""
    doors: Doors = request.app.state.doors
    token = request.cookies.get(cookie_of(doors.settings))
    response.delete_cookie(cookie_of(doors.settings), path="/", secure=doors.settings.secure, httponly=True)
    if token:
        async with doors.store.write() as conn:
            await doorkeeper.close_session(conn, digest(token))
        doors.sessions.forget(digest(token))


async def change_password(request: Request, response: Response, found: SignedIn, old: str, new: str) -> SignedIn:
    """Set a new password; every session of the person ends and a new one begins. Raises 401 for a wrong old one,
    422 for a weak new one."""
    doors: Doors = request.app.state.doors
    least = doors.settings.password_least
    if not least <= len(new) <= LONGEST_PASSWORD or new == old:
        raise Problem(Code.WEAK_PASSWORD, least=least)
    name, address = found.person.email.lower(), request.client.host if request.client else "-"
    _throttled(doors, name, address)
    async with doors.store.read() as conn:
        known = await doorkeeper.credentials_of(conn, name)
    if known is None or not await asyncio.to_thread(_fits, known.password_hash, old):
        doors.throttle.failed(name, now=monotonic())
        raise Problem(Code.LOGIN_FAILED)
    hashed = await asyncio.to_thread(PasswordHasher().hash, new)
    async with doors.store.write() as conn:
        await doorkeeper.set_password(conn, found.person.id, hashed, must_change=False)
        await doorkeeper.close_sessions_of(conn, found.person.id)
    doors.sessions.clear()
    doors.people.clear()
    return await _open(doors, response, found.person.id)


async def signed_in(doors: Doors, token: str) -> SignedIn | None:
    """The session behind a cookie, while it lasts."""
    name = digest(token)

    async def ask() -> SignedIn | None:
        async with doors.store.read() as conn:
            kept = await doorkeeper.session_of(conn, name, datetime.now(UTC))
        return None if kept is None else SignedIn(person_of(kept.person), kept.csrf, kept.expires_at)

    found = await doors.sessions.get(name, ask)
    return found if found and found.expires_at > datetime.now(UTC) else None


async def _open(doors: Doors, response: Response, person_id: str) -> SignedIn:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    now = datetime.now(UTC)
    until = now + timedelta(seconds=doors.settings.session_lifetime)
    async with doors.store.write() as conn:
        await doorkeeper.open_session(conn, digest(token), person_id, csrf, now, until)
    found = await signed_in(doors, token)
    if found is None:
        raise Problem(Code.LOGIN_FAILED)
    response.set_cookie(
        cookie_of(doors.settings),
        token,
        max_age=int(doors.settings.session_lifetime),
        path="/",
        secure=doors.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return found


def _throttled(doors: Doors, name: str, address: str) -> None:
    now = monotonic()
    wait = max(doors.throttle.wait(name, now=now), doors.crowd.wait(address, now=now))
    if wait > 0:
        seconds = max(1, round(wait))
        raise Problem(Code.LOGIN_THROTTLED, headers={"Retry-After": str(seconds)}, seconds=seconds)


def _fits(hashed: str | None, password: str) -> bool:
    """Whether a password is the one; takes as long for somebody unknown."""
    if len(password) > LONGEST_PASSWORD:
        return False
    if hashed is None:
        PasswordHasher().hash(password)
        return False
    try:
        return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
