"""Tickets, their process and their ledger.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = (
    "tickets",
    "messages",
    "files",
    "file_contents",
    "personal_values",
    "notifications",
    "runs",
    "steps",
    "votes",
    "clocks",
    "ledger",
)


def upgrade() -> None:
    """Create the tables, each after those it refers to."""
    _tickets()
    _messages()
    _files()
    _file_contents()
    _personal_values()
    _notifications()
    _runs()
    _steps()
    _votes()
    _clocks()
    _ledger()


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("customer_id", types.Id, nullable=True),
        sa.Column("owner_person", sa.String(), nullable=True),
        sa.Column("owner_team", sa.String(), nullable=True),
        sa.Column("owner_pool", sa.String(), nullable=True),
        sa.Column("fields", types.ValueJson(), nullable=False),
        sa.Column("order", types.ValueJson(), nullable=False),
        sa.Column("tags", types.Listed, nullable=False),
        sa.Column("due_at", types.Utc(), nullable=True),
        sa.Column("warn_at", types.Utc(), nullable=True),
        sa.Column("light", sa.String(), nullable=False),
        sa.Column("first_response_at", types.Utc(), nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("updated_at", types.Utc(), nullable=False),
        sa.Column("resolved_at", types.Utc(), nullable=True),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("public_token", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tickets_customer_id_customers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("public_token", name=op.f("uq_tickets_public_token")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_customer_id", "tickets", ["customer_id"], unique=False)
    op.create_index("ix_tickets_owner_person", "tickets", ["owner_person", "status"], unique=False)
    op.create_index("ix_tickets_owner_pool", "tickets", ["owner_pool", "status"], unique=False)
    op.create_index("ix_tickets_status_due_at_id", "tickets", ["status", "due_at", "id"], unique=False)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("author_kind", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("dedup_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_messages_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_messages_dedup_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_ticket_id", "messages", ["ticket_id", "id"], unique=False)


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ticket_id", types.Id, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_files_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index("ix_files_ticket_id", "files", ["ticket_id"], unique=False)


def _file_contents() -> None:
    op.create_table(
        "file_contents",
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_contents_file_id_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_contents")),
    )


def _personal_values() -> None:
    op.create_table(
        "personal_values",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("value", types.ValueJson(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_personal_values_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "ref", name=op.f("pk_personal_values")),
    )


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("to_person", sa.String(), nullable=False),
        sa.Column("to_text", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("read_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_notifications_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["to_person", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("uq_notifications_fact", "notifications", ["ticket_id", "seq", "to_person"], unique=True)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("title", types.ValueJson(), nullable=True),
        sa.Column("parent_run", sa.String(), nullable=True),
        sa.Column("parent_step", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("started_at", types.Utc(), nullable=False),
        sa.Column("ended_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_runs_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "run", name=op.f("pk_runs")),
    )


def _steps() -> None:
    op.create_table(
        "steps",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("title", types.ValueJson(), nullable=True),
        sa.Column("assign", sa.String(), nullable=True),
        sa.Column("skills", types.Ordered, nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("pool", sa.String(), nullable=True),
        sa.Column("approvers", types.Ordered, nullable=False),
        sa.Column("form", types.ValueJson(), nullable=True),
        sa.Column("outcomes", types.ValueJson(), nullable=True),
        sa.Column("script", types.ValueJson(), nullable=True),
        sa.Column("waits_for", types.Ordered, nullable=False),
        sa.Column("until", types.ValueJson(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outputs", types.ValueJson(), nullable=False),
        sa.Column("due_at", types.Utc(), nullable=True),
        sa.Column("timeout_at", types.Utc(), nullable=True),
        sa.Column("opened_at", types.Utc(), nullable=False),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("incident", types.ValueJson(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_steps_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "run", "step", "visit", name=op.f("pk_steps")),
    )
    op.create_index("ix_steps_person", "steps", ["person", "status"], unique=False)
    op.create_index("ix_steps_pool", "steps", ["pool", "status"], unique=False)
    op.create_index("ix_steps_status_due_at", "steps", ["status", "due_at"], unique=False)


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("approve", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_votes_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_votes")),
    )


def _clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("used_seconds", sa.Integer(), nullable=True),
        sa.Column("due_at", types.Utc(), nullable=True),
        sa.Column("warn_at", types.Utc(), nullable=True),
        sa.Column("warned_at", types.Utc(), nullable=True),
        sa.Column("breached_at", types.Utc(), nullable=True),
        sa.Column("met", sa.Boolean(), nullable=True),
        sa.Column("started_at", types.Utc(), nullable=False),
        sa.Column("stopped_at", types.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_clocks_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "run", "clock", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_state_due_at", "clocks", ["state", "due_at"], unique=False)


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("by", types.ValueJson(), nullable=True),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("data", types.ValueJson(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ledger_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("ticket_id", "seq", name=op.f("pk_ledger")),
    )
