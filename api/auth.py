"""Who asks: bearer keys for integrations, a session cookie for people, and what a cookie must prove to write."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request, Security, params
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.doors import Doors, TheDoors
from api.identities import KEY, digest
from api.principal import THE_CUSTOMER, Key, Person, Principal, Scope, SignedIn, person_of, scopes_of
from api.problem_table import Code
from api.problems import Problem, unauthorized
from api.sessions import cookie_of, signed_in
from db import auth as doorkeeper
from db import people

READING = frozenset({"GET", "HEAD", "OPTIONS"})

bearer = HTTPBearer(
    scheme_name="key",
    bearerFormat="gd_<id>_<secret>",
    description="An API key, made with `gongdan key add`, with its scopes.",
    auto_error=False,
)
session_cookie = APIKeyCookie(
    scheme_name="session",
    name="gongdan_session",
    description="A person's session in the console; writes also need the header `X-CSRF-Token`.",
    auto_error=False,
)


async def principal(
    request: Request,
    doors: TheDoors,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    _cookie: Annotated[str | None, Security(session_cookie)],
    on_behalf_of: Annotated[
        str | None,
        Header(
            max_length=64,
            description="For keys with the scope `act_as`: the person (or `customer`) this request speaks for.",
        ),
    ] = None,
    x_csrf_token: Annotated[
        str | None, Header(max_length=128, description="For requests with a session cookie.")
    ] = None,
) -> Principal:
    """Whoever sends this request. Raises 401, and 403 for a forged one."""
    if credentials is not None:
        return await _speaking_for(doors, await _of_key(doors, credentials.credentials), on_behalf_of)
    if request.headers.get("authorization"):
        raise unauthorized(Code.BAD_KEY)
    found = await _signed_in(request, doors)
    if found is None:
        raise unauthorized(Code.NOT_SIGNED_IN)
    if request.method not in READING:
        require_csrf(request, found, x_csrf_token)
    if found.person.must_change_password:
        raise Problem(Code.PASSWORD_EXPIRED)
    return Principal(f"user:{found.person.id}", found.person.scopes, found.person)


Asking = Annotated[Principal, Depends(principal)]


async def of_key_alone(request: Request) -> Principal | None:
    """Whoever sends a request with a key and says no more about who asks; for others None: ``principal`` knows them.

    Raises 401 for a key that is not valid."""
    if "on-behalf-of" in request.headers or "x-csrf-token" in request.headers:
        return None
    credentials = await bearer(request)
    if credentials is None:
        return None
    doors: Doors = request.app.state.doors
    return await _of_key(doors, credentials.credentials)


def needs(scope: Scope) -> params.Depends:
    """A dependency: whoever asks must hold this scope."""

    async def check(asking: Asking) -> None:
        asking.require(scope)

    return params.Depends(check)


async def current(request: Request) -> SignedIn | None:
    """The session of a page's request; None where nobody is signed in."""
    doors: Doors = request.app.state.doors
    return await _signed_in(request, doors)


async def current_person(request: Request) -> Person | None:
    """The person whose session a page's request carries; None where nobody is signed in."""
    found = await current(request)
    return found.person if found else None


def require_csrf(request: Request, found: SignedIn, token: str | None) -> None:
    """Raise 403 unless a write with a cookie comes from our own pages and carries the session's token."""
    if not _own_origin(request) or not token or not hmac.compare_digest(token.encode(), found.csrf.encode()):
        raise Problem(Code.FORGED)


async def _signed_in(request: Request, doors: Doors) -> SignedIn | None:
    token = request.cookies.get(cookie_of(doors.settings))
    return await signed_in(doors, token) if token else None


def _own_origin(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _of_key(doors: Doors, given: str) -> Principal:
    if not KEY.fullmatch(given):
        raise unauthorized(Code.BAD_KEY)
    name = digest(given)

    async def ask() -> Key | None:
        async with doors.store.read() as conn:
            kept = await doorkeeper.key_of(conn, name)
        return None if kept is None else Key(kept.id, kept.name, scopes_of(kept.scopes))

    key = await doors.keys.get(name, ask)
    if key is None:
        raise unauthorized(Code.BAD_KEY)
    return Principal(f"key:{key.id}", key.scopes)


async def _speaking_for(doors: Doors, asking: Principal, behalf: str | None) -> Principal:
    if behalf is None:
        return asking
    asking.require(Scope.ACT_AS)
    if behalf == THE_CUSTOMER:
        return replace(asking, for_customer=True)

    async def ask() -> Person | None:
        async with doors.store.read() as conn:
            kept = await people.person(conn, behalf)
        return person_of(kept) if kept and kept.active else None

    person = await doors.people.get(behalf, ask)
    if person is None:
        raise Problem(Code.UNKNOWN_PERSON, person=behalf)
    return replace(asking, person=person)
