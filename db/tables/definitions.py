"""Published definitions, immutable, and settings of this installation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Kept, PlainJson, Utc, ValueJson
from sop.definition import Compiled


class DefinitionState(StrEnum):
    """Which version new tickets take."""

    DEFAULT = "default"
    CANDIDATE = "candidate"
    ARCHIVED = "archived"


class Published(Row):
    """One version of one definition. Its content never changes; its state may. ``start_event``: null for a sub-SOP."""

    __tablename__ = "definitions"
    __table_args__ = (
        Index("uq_definitions_content", "kind", "key", "sha256", unique=True),
        Index(
            "uq_definitions_default",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'default'"),
            postgresql_where=text("state = 'default'"),
        ),
        Index("ix_definitions_start_event", "start_event", "state"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    start_event: Mapped[str | None]
    compiled: Mapped[Compiled] = mapped_column(PlainJson)
    source: Mapped[str]
    state: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Utc)
    published_by: Mapped[str]


class Setting(Row):
    """One setting of this installation."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
