"""Files of tickets. Their bytes stand in the database: one thing to back up, erased in one transaction, the same for
every API process; a size limit keeps that sound."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables import File, FileContent
from db.types import clean

MOST_BYTES = 10 * 1024 * 1024


class FileTooLarge(Exception):
    """The file has more than ``most`` bytes. Send a smaller one."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"a file of {size} bytes; at most {most} are kept")
        self.size, self.most = size, most


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came. ``ticket_id`` None: sent ahead of its ticket, joined to it by ``attach``."""

    name: str
    media_type: str
    content: bytes
    uploaded_by: str
    created_at: datetime
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file without its bytes."""

    id: str
    ticket_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: str
    created_at: datetime


async def keep_file(conn: AsyncConnection, new: NewFile, most: int = MOST_BYTES) -> KeptFile:
    """Keep a file. Raises ``FileTooLarge``."""
    if len(new.content) > most:
        raise FileTooLarge(len(new.content), most)
    kept = KeptFile(
        f"f_{secrets.token_urlsafe(12)}",
        new.ticket_id,
        clean(new.name[:255]),
        new.media_type[:127],
        len(new.content),
        hashlib.sha256(new.content).hexdigest(),
        new.uploaded_by,
        new.created_at,
    )
    await conn.execute(insert(File), {name: getattr(kept, name) for name in KeptFile.__slots__})
    await conn.execute(insert(FileContent), {"file_id": kept.id, "content": new.content})
    return kept


async def file(conn: AsyncConnection, file_id: str) -> KeptFile | None:
    """A file without its bytes."""
    row = (await conn.execute(select(*_COLUMNS).where(File.id == file_id))).one_or_none()
    return None if row is None else KeptFile(**row._asdict())


async def content(conn: AsyncConnection, file_id: str) -> bytes | None:
    """The bytes of a file."""
    return await conn.scalar(select(FileContent.content).where(FileContent.file_id == file_id))


async def attach(conn: AsyncConnection, ticket_id: int, file_ids: list[str], uploaded_by: str) -> int:
    """Files sent ahead by this uploader belong to the ticket now; gives how many did."""
    found = await conn.execute(
        update(File)
        .where(File.id.in_(file_ids), File.ticket_id.is_(None), File.uploaded_by == uploaded_by)
        .values(ticket_id=ticket_id)
        .returning(File.id)
    )
    return len(found.all())


async def forget_loose(conn: AsyncConnection, before: datetime) -> int:
    """Files sent ahead before this moment that no ticket ever took are not kept; gives how many."""
    found = await conn.execute(
        delete(File).where(File.ticket_id.is_(None), File.created_at < before).returning(File.id)
    )
    return len(found.all())


_COLUMNS = (
    File.id,
    File.ticket_id,
    File.name,
    File.media_type,
    File.size,
    File.sha256,
    File.uploaded_by,
    File.created_at,
)
