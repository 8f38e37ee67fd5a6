"""A process serves only on the schema it was written for: it waits while somebody else migrates."""

from __future__ import annotations

import asyncio

import structlog
from alembic.script import ScriptDirectory

from db import migrate
from db.session import Store, StoreUnavailable
from worker.settings import Settings

POLL, TELL_EVERY = 0.1, 10.0  # seconds


async def schema_ready(settings: Settings) -> None:
    """Return once the database is there and migrated as far as this code needs. A newer schema is taken too: that is a
    rolling update under way."""
    store = Store(settings.database_url)
    log = structlog.get_logger("schema")
    waited = 0.0
    try:
        while (why := await _missing(store)) is not None:
            if waited % TELL_EVERY < POLL / 2:
                log.warning("waiting_for_schema", why=why, remedy="gongdan migrate")
            await asyncio.sleep(POLL)
            waited = round(waited + POLL, 3)
    finally:
        await store.dispose()


async def _missing(store: Store) -> str | None:
    try:
        stands = await migrate.revision_of(store)
    except StoreUnavailable as away:
        return str(away)
    older = stands is None or (stands != migrate.newest() and stands in _known())
    return f"the schema stands at {stands}, this version needs {migrate.newest()}" if older else None


def _known() -> set[str]:
    """Every revision this code knows."""
    return {script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()}
