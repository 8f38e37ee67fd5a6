"""What comes in and goes out: inbox, outbox, correlations, receipts, answers given."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, KeptValues, Utc, ValueJson


class OutboxKind(StrEnum):
    """What the relay does with a row."""

    START = "start"
    SIGNAL = "signal"
    NOTIFY = "notify"


class Lane(StrEnum):
    """Rows of one lane of one ticket are delivered in order; a slow message gateway never holds up the workflow."""

    WORKFLOW = "workflow"
    MESSAGES = "messages"


class InboxStatus(StrEnum):
    """What became of an event: it has its ticket, it waits for one, or nobody claimed it."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    DEAD = "dead"


class ReceiptStatus(StrEnum):
    """What is known of an outward call."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Outbox(Row):
    """Something accepted and still to be delivered."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "ticket_id",
            "lane",
            "id",
            sqlite_where=text("delivered_at IS NULL AND NOT dead"),
            postgresql_where=text("delivered_at IS NULL AND NOT dead"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    kind: Mapped[str]
    lane: Mapped[str]
    payload: Mapped[KeptValues] = mapped_column(ValueJson)
    created_at: Mapped[datetime] = mapped_column(Utc)
    deliver_after: Mapped[datetime] = mapped_column(Utc)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(Utc)
    last_error: Mapped[str | None]
    dead: Mapped[bool] = mapped_column(default=False)


class Inbox(Row):
    """An event from outside, once per (source, event_id)."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_inbox_status", "status", "received_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    data: Mapped[KeptValues] = mapped_column(ValueJson)
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("tickets.id"))
    received_at: Mapped[datetime] = mapped_column(Utc)
    matched_at: Mapped[datetime | None] = mapped_column(Utc)
    status: Mapped[str]


class InboxKey(Row):
    """A business key of an event that waits for its ticket."""

    __tablename__ = "inbox_keys"
    __table_args__ = (Index("ix_inbox_keys_kind_value", "kind", "value"),)

    inbox_id: Mapped[int] = mapped_column(Id, ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Correlation(Row):
    """A business key (an order, a waybill, an RMA) and a ticket that it belongs to."""

    __tablename__ = "correlations"
    __table_args__ = (Index("ix_correlations_ticket_id", "ticket_id"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)


class Receipt(Row):
    """An outward call by its idempotency key, and what came of it."""

    __tablename__ = "receipts"
    __table_args__ = (Index("ix_receipts_ticket_id", "ticket_id"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(Id)
    action: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[str]
    outputs: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    attempts: Mapped[int] = mapped_column(default=1)
    error: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(Utc)
    finished_at: Mapped[datetime | None] = mapped_column(Utc)


class Idempotency(Row):
    """An answer a door gave to a write, to be given again for the same key."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created_at", "created_at"), Index("ix_idempotency_ticket_id", "ticket_id"))

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[str]
    path: Mapped[str]
    request_hash: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[str | None]
    ticket_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Utc)
