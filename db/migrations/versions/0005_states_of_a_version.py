"""Drafts, candidates, approvals, and every change of a version's state.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db import types

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

CANDIDATE = sa.text("state = 'candidate'")


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("definitions", sa.Column("share", sa.Integer(), nullable=True))
    op.add_column("definitions", sa.Column("segment", sa.String(), nullable=True))
    op.add_column("definitions", sa.Column("money", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("definitions", sa.Column("aim", types.ValueJson(), nullable=True))
    op.add_column("definitions", sa.Column("approved_at", types.Utc(), nullable=True))
    op.add_column("definitions", sa.Column("approved_by", sa.String(), nullable=True))
    op.create_index(
        "uq_definitions_candidate",
        "definitions",
        ["kind", "key"],
        unique=True,
        sqlite_where=CANDIDATE,
        postgresql_where=CANDIDATE,
    )
    op.create_table(
        "definition_changes",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", types.Utc(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("data", types.ValueJson(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_definition_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_definition_changes_key", "definition_changes", ["kind", "key", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("definition_changes")
    op.drop_index("uq_definitions_candidate", "definitions")
    for name in ("share", "segment", "money", "aim", "approved_at", "approved_by"):
        op.drop_column("definitions", name)
