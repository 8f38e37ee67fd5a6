"""What comes in and goes out.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

TABLES = (
    "outbox",
    "inbox",
    "inbox_keys",
    "correlations",
    "receipts",
    "idempotency",
)


def upgrade() -> None:
    """Create the tables, each after those it refers to."""
    _outbox()
    _inbox()
    _inbox_keys()
    _correlations()
    _receipts()
    _idempotency()


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("payload", types.ValueJson(), nullable=False),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.Column("deliver_after", types.Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", types.Utc(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_outbox_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["ticket_id", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL AND NOT dead"),
        postgresql_where=sa.text("delivered_at IS NULL AND NOT dead"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("data", types.ValueJson(), nullable=False),
        sa.Column("ticket_id", types.Id, nullable=True),
        sa.Column("received_at", types.Utc(), nullable=False),
        sa.Column("matched_at", types.Utc(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_inbox_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_inbox_source_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_status", "inbox", ["status", "received_at"], unique=False)


def _inbox_keys() -> None:
    op.create_table(
        "inbox_keys",
        sa.Column("inbox_id", types.Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_inbox_keys_inbox_id_inbox"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("inbox_id", "kind", "value", name=op.f("pk_inbox_keys")),
    )
    op.create_index("ix_inbox_keys_kind_value", "inbox_keys", ["kind", "value"], unique=False)


def _correlations() -> None:
    op.create_table(
        "correlations",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_correlations_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("kind", "value", "ticket_id", name=op.f("pk_correlations")),
    )
    op.create_index("ix_correlations_ticket_id", "correlations", ["ticket_id"], unique=False)


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ticket_id", types.Id, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outputs", types.ValueJson(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("started_at", types.Utc(), nullable=False),
        sa.Column("finished_at", types.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_receipts")),
    )
    op.create_index("ix_receipts_ticket_id", "receipts", ["ticket_id"], unique=False)


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("ticket_id", types.Id, nullable=True),
        sa.Column("created_at", types.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_index("ix_idempotency_ticket_id", "idempotency", ["ticket_id"], unique=False)
