"""Promises, the title of one made in a message, and the time zone a customer reads times in.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table and the columns."""
    op.create_table(
        "promises",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("message_id", types.Id, nullable=True),
        sa.Column("sop", sa.String(), nullable=True),
        sa.Column("title", types.ValueJson(), nullable=True),
        sa.Column("within", sa.String(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.Column("playbook", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", types.Utc(), nullable=False),
        sa.Column("due_at", types.Utc(), nullable=False),
        sa.Column("warn_at", types.Utc(), nullable=True),
        sa.Column("warned_at", types.Utc(), nullable=True),
        sa.Column("closed_at", types.Utc(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("late_seconds", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("outputs", types.ValueJson(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_promises_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "promise", name="pk_promises"),
    )
    op.create_index("ix_promises_due_at", "promises", ["due_at", "ticket_id"])
    op.add_column("messages", sa.Column("promise_title", types.ValueJson(), nullable=True))
    op.add_column("customers", sa.Column("timezone", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("customers", "timezone")
    op.drop_column("messages", "promise_title")
    op.drop_table("promises")
