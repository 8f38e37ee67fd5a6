"""Letting somebody in: one-time passwords and API keys. Only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncConnection

from db import auth, people
from db.people import KnownPerson, NewPerson
from db.session import Store
from db.tables import Standing

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
ADMIN = "admin"
ADMIN_EMAIL = "admin@example.com"
SCOPES = (
    "tickets:read",
    "tickets:write",
    "steps:write",
    "events:write",
    "definitions:read",
    "admin",
    "act_as",
)


def one_time_password() -> str:
    """Sixteen characters that nobody mistakes for one another: 79 bits."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


async def give_password(store: Store, person_id: str) -> str:
    """A new one-time password for somebody; their sessions end. It must be changed at the next login.

    Raises ``LookupError`` where there is no such person."""
    password = one_time_password()
    hashed = PasswordHasher().hash(password)
    async with store.write() as conn:
        if not await auth.set_password(conn, person_id, hashed, must_change=True):
            raise LookupError(person_id)
        await auth.close_sessions_of(conn, person_id)
    return password


async def give_key(conn: AsyncConnection, name: str, scopes: Iterable[str], now: datetime) -> str:
    """A new API key: ``gd_<id>_<secret>``."""
    key_id = await auth.reserve_key(conn, name, scopes, now)
    key = f"gd_{key_id}_{secrets.token_urlsafe(32)}"
    await auth.set_key(conn, key_id, _digest(key))
    return key


async def is_valid(conn: AsyncConnection, key: str) -> bool:
    """Whether a key opens anything."""
    return await auth.key_of(conn, _digest(key)) is not None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def find_person(conn: AsyncConnection, name: str) -> KnownPerson | None:
    """Somebody by id or e-mail."""
    wanted = name.strip().lower()
    everybody = await people.people(conn, active=False)
    return next((person for person in everybody if wanted in (person.id.lower(), person.email)), None)


async def add_admin(conn: AsyncConnection, roles: Iterable[str], teams: Iterable[str], now: datetime) -> None:
    """The first person of an installation: may do everybody's work, is given none (off duty)."""
    standing, roles, teams = Standing.ADMIN, tuple(roles), tuple(teams)
    administrator = NewPerson(ADMIN, "管理员 Administrator", ADMIN_EMAIL, standing, roles, teams)
    await people.put_person(conn, administrator, now)
    await people.set_duty(conn, ADMIN, on_duty=False)
