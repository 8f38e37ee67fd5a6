"""Who works at the desk, who may enter, and whom the desk serves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Row
from db.types import Id, Kept, Listed, Utc, ValueJson


class Standing(StrEnum):
    """What a person may do in the product, whatever their roles on the desk."""

    ADMIN = "admin"
    AGENT = "agent"


class Person(Row):
    """A member of staff. ``roles`` and ``teams`` are the workspace's; ``standing`` is what the product allows."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None]
    wechat: Mapped[str | None]
    password_hash: Mapped[str | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    standing: Mapped[str] = mapped_column(default=Standing.AGENT.value)
    roles: Mapped[list[str]] = mapped_column(Listed, default=list)
    teams: Mapped[list[str]] = mapped_column(Listed, default=list)
    skills: Mapped[list[str]] = mapped_column(Listed, default=list)
    on_duty: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(default="zh")
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Utc)


class Team(Row):
    """A team of the workspace; its members name it themselves."""

    __tablename__ = "teams"

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[Kept] = mapped_column(ValueJson, nullable=True)
    lead: Mapped[str | None]


class Session(Row):
    """A person logged in; ``id`` is the SHA-256 of the cookie."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_person_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    csrf: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)


class ApiKey(Row):
    """A bearer key of an integration, kept as its SHA-256."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(Listed, default=list)
    created_at: Mapped[datetime] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc)


class Customer(Row):
    """Somebody the desk serves. Personal fields stand here and nowhere else."""

    __tablename__ = "customers"
    __table_args__ = (Index("ix_customers_email", "email"), Index("ix_customers_phone", "phone"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    external_id: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str | None]
    tier: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    address: Mapped[str | None]
    language: Mapped[str | None]
    wechat: Mapped[str | None]
    complaint_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Utc)
    erased_at: Mapped[datetime | None] = mapped_column(Utc)
    calendar: Mapped[str | None]
    timezone: Mapped[str | None]
