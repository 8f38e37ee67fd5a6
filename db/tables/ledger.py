"""The ledger: every fact about every ticket, in order, without a gap, chained by hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, KeptValues, Utc, ValueJson


class Entry(Row):
    """One fact. ``hash`` covers everything else in the row and the hash of the row before."""

    __tablename__ = "ledger"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    run: Mapped[str | None]
    step: Mapped[str | None]
    visit: Mapped[int | None]
    by: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    at: Mapped[datetime] = mapped_column(Utc)
    data: Mapped[KeptValues] = mapped_column(ValueJson)
    prev_hash: Mapped[str]
    hash: Mapped[str]


class Retold(Row):
    """A row that stood in the ledger until the workflow told it otherwise: its task was lost before Temporal heard of
    it, and done again. Nobody was ever answered on its strength. ``retold_at`` is when it was taken out."""

    __tablename__ = "ledger_retold"
    __table_args__ = (Index("ix_ledger_retold_ticket_id", "ticket_id", "seq"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"))
    seq: Mapped[int]
    type: Mapped[str]
    run: Mapped[str | None]
    step: Mapped[str | None]
    visit: Mapped[int | None]
    by: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    at: Mapped[datetime] = mapped_column(Utc)
    data: Mapped[KeptValues] = mapped_column(ValueJson)
    retold_at: Mapped[datetime] = mapped_column(Utc)
