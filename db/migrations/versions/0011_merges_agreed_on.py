"""Which ticket another one is about to be merged into, and a way from a ticket to those merged into it.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("tickets", sa.Column("merging_into", sa.BigInteger(), nullable=True))
    op.create_index("ix_tickets_merged_into", "tickets", ["merged_into"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_tickets_merged_into", "tickets")
    op.drop_column("tickets", "merging_into")
