"""How colleagues are reached besides e-mail, and a customer's own calendar.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("people", sa.Column("phone", sa.String(), nullable=True))
    op.add_column("people", sa.Column("wechat", sa.String(), nullable=True))
    op.add_column("customers", sa.Column("calendar", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("customers", "calendar")
    op.drop_column("people", "wechat")
    op.drop_column("people", "phone")
