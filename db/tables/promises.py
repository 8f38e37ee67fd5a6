"""Promises: times that customers were told, and what became of them. Written by the projection alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, KeptValues, Utc, ValueJson


class Promise(Row):
    """One promise; ``seq`` is the ledger row that made it. ``state``: open, kept, broken, withdrawn. ``person`` and
    ``team`` answer for it: whoever made it in a message, else the ticket's owner at that time. The title of one made in
    a message stands with the message."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_due_at", "due_at", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    promise: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    run: Mapped[str | None]
    step: Mapped[str | None]
    message_id: Mapped[int | None] = mapped_column(Id)
    sop: Mapped[str | None]
    title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    within: Mapped[str]
    checked_by: Mapped[str | None]
    playbook: Mapped[str | None]
    person: Mapped[str | None]
    team: Mapped[str | None]
    state: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Utc)
    due_at: Mapped[datetime] = mapped_column(Utc)
    warn_at: Mapped[datetime | None] = mapped_column(Utc)
    warned_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_by: Mapped[str | None]
    late_seconds: Mapped[int | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    outputs: Mapped[KeptValues] = mapped_column(ValueJson, default=dict)
