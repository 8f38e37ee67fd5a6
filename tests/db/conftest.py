"""Every test of this room runs on SQLite and on PostgreSQL."""

from tests.fixtures_db import (  # noqa: F401  # fixtures are found by name
    database_url,
    postgres_server,
    postgres_url,
    sqlite_template,
    sqlite_url,
    store,
)
