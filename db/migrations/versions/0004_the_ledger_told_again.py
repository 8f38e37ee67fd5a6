"""Ledger rows that were told again.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ledger_retold",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("by", types.ValueJson(), nullable=True),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("data", types.ValueJson(), nullable=False),
        sa.Column("retold_at", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ledger_retold_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_retold"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ledger_retold_ticket_id", "ledger_retold", ["ticket_id", "seq"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("ledger_retold")
