"""Writing a row that may be there already, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import ColumnElement

from db.tables import Row

Columns: TypeAlias = Mapping[str, object]


def insert_new(conn: AsyncConnection, table: type[Row]) -> Insert:
    """An insert, run with one row or several, that leaves a row alone that is there already (by any unique key)."""
    return _insert_new(conn.dialect.name, table)


@cache
def _insert_new(dialect: str, table: type[Row]) -> Insert:
    statement: Insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(
        table
    ).on_conflict_do_nothing()
    return statement


def upsert(conn: AsyncConnection, table: type[Row], values: Columns, by: Sequence[str]) -> Insert:
    """An insert that, where ``by`` (columns of a unique key) is there already, sets the other columns of ``values``."""
    statement = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table).values(values)
    changed: dict[str, ColumnElement[object]] = {name: statement.excluded[name] for name in values if name not in by}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=by)
    return statement.on_conflict_do_update(index_elements=by, set_=changed)
