"""Who may enter: passwords (argon2 hashes made by the caller), sessions and API keys (both kept as SHA-256)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.people import COLUMNS, KnownPerson, person_of
from db.tables import ApiKey, Person, Session


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is judged by. ``password_hash`` None: this person has no password yet."""

    person_id: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session that lasts."""

    person: KnownPerson
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownKey:
    """An API key."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def credentials_of(conn: AsyncConnection, email: str) -> Credentials | None:
    """The credentials of an active person, by address (in whatever case)."""
    wanted = select(Person.id, Person.password_hash).where(Person.email == email.strip().lower(), Person.active)
    row = (await conn.execute(wanted)).one_or_none()
    return None if row is None else Credentials(row.id, row.password_hash)


async def set_password(conn: AsyncConnection, person_id: str, password_hash: str, *, must_change: bool) -> bool:
    """Set a password; ``must_change``: it is a one-time password. False where there is no such person."""
    values = {"password_hash": password_hash, "must_change_password": must_change}
    done = await conn.execute(update(Person).where(Person.id == person_id).values(values).returning(Person.id))
    return done.first() is not None


async def anybody(conn: AsyncConnection) -> bool:
    """Whether anybody has a password: if not, this installation has never been entered."""
    return bool(await conn.scalar(select(func.count()).where(Person.password_hash.is_not(None))))


async def open_session(
    conn: AsyncConnection, session_hash: str, person_id: str, csrf: str, now: datetime, until: datetime
) -> None:
    """Keep a session under the SHA-256 of its cookie."""
    row = {"id": session_hash, "person_id": person_id, "csrf": csrf, "created_at": now, "expires_at": until}
    await conn.execute(insert(Session), row)


async def session_of(conn: AsyncConnection, session_hash: str, now: datetime) -> KeptSession | None:
    """The session of a cookie's SHA-256 while it lasts and its person is active."""
    row = (
        await conn.execute(
            select(Session.csrf, Session.expires_at, *COLUMNS)
            .join(Person, Person.id == Session.person_id)
            .where(Session.id == session_hash, Session.expires_at > now, Person.active)
        )
    ).one_or_none()
    return None if row is None else KeptSession(person_of(row), row.csrf, row.expires_at)


async def close_session(conn: AsyncConnection, session_hash: str) -> None:
    """End a session."""
    await conn.execute(delete(Session).where(Session.id == session_hash))


async def close_sessions_of(conn: AsyncConnection, person_id: str) -> None:
    """End every session of a person."""
    await conn.execute(delete(Session).where(Session.person_id == person_id))


async def forget_expired(conn: AsyncConnection, now: datetime) -> None:
    """Sessions that are over are not kept."""
    await conn.execute(delete(Session).where(Session.expires_at <= now))


async def reserve_key(conn: AsyncConnection, name: str, scopes: Iterable[str], now: datetime) -> int:
    """A new key's id, which is part of its text; it opens nothing before ``set_key``."""
    row = {"name": name, "key_hash": f"reserved {name} {now.isoformat()}", "scopes": list(scopes), "created_at": now}
    return (await conn.execute(insert(ApiKey).returning(ApiKey.id), row)).scalar_one()


async def set_key(conn: AsyncConnection, key_id: int, key_hash: str) -> None:
    """From now on the key with this SHA-256 is this key."""
    await conn.execute(update(ApiKey).where(ApiKey.id == key_id).values(key_hash=key_hash))


async def key_of(conn: AsyncConnection, key_hash: str) -> KnownKey | None:
    """The valid key of a SHA-256."""
    row = (
        await conn.execute(select(*_KEY).where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None)))
    ).one_or_none()
    return None if row is None else _key(*row)


async def keys(conn: AsyncConnection) -> list[KnownKey]:
    """Every key, revoked ones too."""
    return [_key(*row) for row in await conn.execute(select(*_KEY).order_by(ApiKey.id))]


async def revoke_key(conn: AsyncConnection, key_id: int, now: datetime) -> bool:
    """The key opens nothing any more. False where there is no valid one."""
    found = await conn.execute(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKey.id)
    )
    return found.first() is not None


async def key_used(conn: AsyncConnection, key_id: int, now: datetime) -> None:
    """Note when a key was last used."""
    await conn.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


def _key(
    key_id: int,
    name: str,
    scopes: list[str],
    created_at: datetime,
    last_used_at: datetime | None,
    revoked_at: datetime | None,
) -> KnownKey:
    return KnownKey(key_id, name, tuple(scopes), created_at, last_used_at, revoked_at)


_KEY = (ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.created_at, ApiKey.last_used_at, ApiKey.revoked_at)
