"""Published definitions, immutable, and settings of this installation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, PlainJson, Utc, ValueJson
from sop.definition import Compiled


class DefinitionState(StrEnum):
    """Which version new tickets take. A draft waits for an approval or to be staged; a candidate is taken by a share of
    new tickets or a segment; a derived one was made for open tickets and is never taken by new ones."""

    DRAFT = "draft"
    CANDIDATE = "candidate"
    DEFAULT = "default"
    ARCHIVED = "archived"
    DERIVED = "derived"


class Published(Row):
    """One version of one definition. Its content never changes; its state may. ``start_event``: null for a sub-SOP.

    ``share`` (percent of new tickets) or ``segment`` (a condition) say which new tickets take a candidate. ``money``:
    it moves money, itself or through what it calls, so that ``approved_by`` is somebody else than ``published_by``.
    ``aim`` is what a draft becomes once approved: {state, share, segment}."""

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
        Index(
            "uq_definitions_candidate",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'candidate'"),
            postgresql_where=text("state = 'candidate'"),
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
    share: Mapped[int | None]
    segment: Mapped[str | None]
    money: Mapped[bool] = mapped_column(default=False, server_default=false())
    aim: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    approved_at: Mapped[datetime | None] = mapped_column(Utc)
    approved_by: Mapped[str | None]


class DefinitionChange(Row):
    """One change of a version's state: who, when, why. ``data`` holds the share, the segment, or what was done with
    open tickets. ``from_state`` is null for a new version."""

    __tablename__ = "definition_changes"
    __table_args__ = (Index("ix_definition_changes_key", "kind", "key", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    version: Mapped[int]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)
    note: Mapped[str]
    data: Mapped[Kept] = mapped_column(ValueJson, nullable=True)


class KnownCalendar(Row):
    """A calendar in one of its states, plain JSON, kept for good: clocks name the version they have counted on."""

    __tablename__ = "calendars"

    version: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    plain: Mapped[Kept] = mapped_column(ValueJson)


class GateRow(Row):
    """A step that may not be entered until it is released: who set it and why, and who released it."""

    __tablename__ = "gates"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str]
    step: Mapped[str]
    version: Mapped[int | None]
    condition: Mapped[str | None]
    clocks: Mapped[str]
    why: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(Utc)
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None] = mapped_column(Utc)
    released_note: Mapped[str]


class Setting(Row):
    """One setting of this installation."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
