"""Gates, and the steps that they hold.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

HELD = sa.text("gate IS NOT NULL")


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "gates",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("clocks", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", types.Utc(), nullable=False),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("released_at", types.Utc(), nullable=True),
        sa.Column("released_note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gates"),
        sqlite_autoincrement=True,
    )
    op.add_column("steps", sa.Column("gate", sa.Integer(), nullable=True))
    op.create_index("ix_steps_gate", "steps", ["gate"], sqlite_where=HELD, postgresql_where=HELD)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_steps_gate", "steps")
    op.drop_column("steps", "gate")
    op.drop_table("gates")
