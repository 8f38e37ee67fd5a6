"""Where a ticket's process stands: runs, steps, votes, clocks. Written by the projection alone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, KeptValues, Ordered, Utc, ValueJson


class ClockState(StrEnum):
    """Whether a clock counts."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Run(Row):
    """One run of a definition on a ticket. ``run`` is its key within the ticket."""

    __tablename__ = "runs"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    run: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    version: Mapped[int]
    sha256: Mapped[str]
    title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    parent_run: Mapped[str | None]
    parent_step: Mapped[str | None]
    status: Mapped[str]
    result: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


class Step(Row):
    """One visit of one step. ``status``: open, done, timeout, error, cancelled, skipped. ``gate``: the gate that holds
    it, so that nobody can do it yet."""

    __tablename__ = "steps"
    __table_args__ = (
        Index("ix_steps_person", "person", "status"),
        Index("ix_steps_pool", "pool", "status"),
        Index("ix_steps_status_due_at", "status", "due_at"),
        Index(
            "ix_steps_gate",
            "gate",
            sqlite_where=text("gate IS NOT NULL"),
            postgresql_where=text("gate IS NOT NULL"),
        ),
    )

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    run: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    visit: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    type: Mapped[str]
    title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    assign: Mapped[str | None]
    skills: Mapped[list[str]] = mapped_column(Ordered, default=list)
    person: Mapped[str | None]
    pool: Mapped[str | None]
    approvers: Mapped[list[str]] = mapped_column(Ordered, default=list)
    form: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    outcomes: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    script: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    waits_for: Mapped[list[str]] = mapped_column(Ordered, default=list)
    until: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    status: Mapped[str]
    outcome: Mapped[str | None]
    outputs: Mapped[KeptValues] = mapped_column(ValueJson, default=dict)
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    timeout_at: Mapped[datetime | None] = mapped_column(Utc)
    ledger: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    opened_at: Mapped[datetime] = mapped_column(Utc)
    closed_at: Mapped[datetime | None] = mapped_column(Utc)
    closed_by: Mapped[str | None]
    incident: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    gate: Mapped[int | None]


class Vote(Row):
    """One vote on an approval, by the ledger row that holds it."""

    __tablename__ = "votes"

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    run: Mapped[str]
    step: Mapped[str]
    visit: Mapped[int]
    person: Mapped[str]
    approve: Mapped[bool]
    comment: Mapped[str]
    at: Mapped[datetime] = mapped_column(Utc)


class Clock(Row):
    """One clock of one run. ``ledger`` is all its moments follow from (``sop.clocks.ledger``); so is a step's."""

    __tablename__ = "clocks"
    __table_args__ = (Index("ix_clocks_state_due_at", "state", "due_at"),)

    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("tickets.id"), primary_key=True)
    run: Mapped[str] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    target: Mapped[str]
    calendar: Mapped[str]
    calendar_version: Mapped[str | None]
    ledger: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    used_seconds: Mapped[int | None]
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    warn_at: Mapped[datetime | None] = mapped_column(Utc)
    warned_at: Mapped[datetime | None] = mapped_column(Utc)
    breached_at: Mapped[datetime | None] = mapped_column(Utc)
    met: Mapped[bool | None]
    started_at: Mapped[datetime] = mapped_column(Utc)
    stopped_at: Mapped[datetime | None] = mapped_column(Utc)
