"""Ledgers of clocks and steps, the calendars they name, and who watches a ticket.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("clocks", sa.Column("calendar_version", sa.String(), nullable=True))
    op.add_column("clocks", sa.Column("ledger", types.ValueJson(), nullable=True))
    op.add_column("steps", sa.Column("ledger", types.ValueJson(), nullable=True))
    op.create_table(
        "calendars",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plain", types.ValueJson(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_calendars"),
    )
    op.create_table(
        "watchers",
        sa.Column("ticket_id", types.Id, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("since", types.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_watchers_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("ticket_id", "who", name="pk_watchers"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("watchers")
    op.drop_table("calendars")
    op.drop_column("steps", "ledger")
    op.drop_column("clocks", "ledger")
    op.drop_column("clocks", "calendar_version")
