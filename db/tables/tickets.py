"""Tickets and what people say and send on them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, KeptValues, Listed, Utc, ValueJson


class Light(StrEnum):
    """How a promise stands: in time, warned, broken."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Visibility(StrEnum):
    """Who reads a message."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Ticket(Row):
    """The intake record, written by a door, and the shadow of the workflow, written by the projection."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_customer_id", "customer_id"),
        Index("ix_tickets_status_due_at_id", "status", "due_at", "id"),
        Index("ix_tickets_owner_person", "owner_person", "status"),
        Index("ix_tickets_owner_pool", "owner_pool", "status"),
        Index("ix_tickets_merged_into", "merged_into"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    category: Mapped[str | None]
    priority: Mapped[str] = mapped_column(default="normal")
    channel: Mapped[str]
    status: Mapped[str] = mapped_column(default="new")
    result: Mapped[str | None]
    customer_id: Mapped[int | None] = mapped_column(Id, ForeignKey("customers.id"))
    owner_person: Mapped[str | None]
    owner_team: Mapped[str | None]
    owner_pool: Mapped[str | None]
    fields: Mapped[KeptValues] = mapped_column(ValueJson, default=dict)
    order: Mapped[KeptValues] = mapped_column(ValueJson, default=dict)
    tags: Mapped[list[str]] = mapped_column(Listed, default=list)
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    warn_at: Mapped[datetime | None] = mapped_column(Utc)
    light: Mapped[str] = mapped_column(default=Light.GREEN.value)
    first_response_at: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc)
    resolved_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default="")
    public_token: Mapped[str] = mapped_column(unique=True)
    merged_into: Mapped[int | None] = mapped_column(BigInteger)
    merging_into: Mapped[int | None] = mapped_column(BigInteger)


class Watcher(Row):
    """Somebody who watches a ticket: ``user:x``, ``role:x`` or ``team:x``."""

    __tablename__ = "watchers"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(Utc)


class Message(Row):
    """One message of a ticket's conversation. ``promise_title``: what it promises by a time, in words."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_ticket_id", "ticket_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    visibility: Mapped[str]
    author_kind: Mapped[str]
    author_id: Mapped[str]
    author_name: Mapped[str | None]
    body: Mapped[str]
    channel: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Utc)
    dedup_key: Mapped[str | None] = mapped_column(unique=True)
    promise_title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)


class File(Row):
    """A file of a ticket; its bytes stand apart, so that a list of files never drags them along."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_ticket_id", "ticket_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("tickets.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Utc)


class FileContent(Row):
    """The bytes of a file."""

    __tablename__ = "file_contents"

    file_id: Mapped[str] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PersonalValue(Row):
    """The text behind a reference to a personal form field: the workflow and the ledger only know the reference."""

    __tablename__ = "personal_values"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Kept] = mapped_column(ValueJson, nullable=True)


class Notification(Row):
    """Somebody is to know of something: an alert of a clock or step."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("uq_notifications_fact", "ticket_id", "seq", "to_person", unique=True),
        Index("ix_notifications_unread", "to_person", "id", postgresql_where=text("read_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    seq: Mapped[int]
    to_person: Mapped[str]
    to_text: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Utc)
    read_at: Mapped[datetime | None] = mapped_column(Utc)
