"""Alembic's entry: runs on the connection that ``db.migrate`` gives it, in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from db.tables import Row

conn = context.config.attributes.get("connection")
if not isinstance(conn, Connection):
    raise SystemExit("migrations run through db.migrate (gongdan migrate), not through alembic's own command")
context.configure(connection=conn, target_metadata=Row.metadata, user_module_prefix="types.")
with context.begin_transaction():
    context.run_migrations()
