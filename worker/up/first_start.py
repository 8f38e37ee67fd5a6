"""What must stand before the product serves: the schema, the published workspace, somebody who may enter."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from db import auth, migrate
from db.session import Store
from worker.access import admitting
from worker.commands.store import show_not_fit
from worker.definitions.publishing import NotFit, prepare
from worker.definitions.stocking import is_current, publish
from worker.definitions.workspace import fingerprint, parse_texts, read_texts
from worker.terminal.screen import Terminal
from worker.terminal.words import Failure, Words
from worker.up.site import Site, read_local, write_local

LOCAL_KEY = "gongdan up"


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who may enter. The password and the key are told the first time only; of both a hash is kept."""

    user: str
    login: str
    password: str | None = None
    key: str | None = None


async def make_ready(site: Site, terminal: Terminal) -> Welcome:
    """Migrate, publish what has changed, and on the first start let somebody in. Raises ``Failure``."""
    await migrate.upgrade(site.settings.database_url)
    store = Store(site.settings.database_url)
    try:
        await _publish(site, store, terminal)
        return await _welcome(site, store)
    finally:
        await store.dispose()


async def _publish(site: Site, store: Store, terminal: Terminal) -> None:
    """The workspace as it stands; with a mistake in it, the product starts on what was published before."""
    folder = site.settings.workspace
    async with store.read() as conn:
        if await is_current(conn, fingerprint(read_texts(folder))):
            return
        entered_before = await auth.anybody(conn)
    try:
        edition = await asyncio.to_thread(prepare, folder)
    except NotFit as not_fit:
        show_not_fit(not_fit, terminal)
        if not entered_before:
            raise Failure(
                "工作区有错误（见上），无法启动", "the workspace has mistakes (above); correct them first"
            ) from None
        terminal.note(
            Words("工作区有错误，沿用已发布的版本", "the workspace has mistakes: what was published before stays")
        )
        return
    async with store.write() as conn:
        await publish(conn, edition, "up", datetime.now(UTC))


async def _welcome(site: Site, store: Store) -> Welcome:
    now = datetime.now(UTC)
    key = await _local_key(site, store, now)
    async with store.read() as conn:
        entered = await auth.anybody(conn)
    if entered:
        return Welcome(admitting.ADMIN, admitting.ADMIN_EMAIL, key=key)
    company = parse_texts(read_texts(site.settings.workspace)).company
    async with store.write() as conn:
        await admitting.add_admin(conn, company.roles, company.teams, now)
    return Welcome(admitting.ADMIN, admitting.ADMIN_EMAIL, await admitting.give_password(store, admitting.ADMIN), key)


async def _local_key(site: Site, store: Store, now: datetime) -> str | None:
    """A key for the commands on this machine, kept beside the data; told when it is new."""
    local = read_local(site.settings)
    known = local.get("GONGDAN_KEY")
    async with store.write() as conn:
        if known is not None and await admitting.is_valid(conn, known):
            return None
        key = await admitting.give_key(conn, LOCAL_KEY, ("admin", "act_as"), now)
    write_local(site.settings, {**local, "GONGDAN_KEY": key})
    return key
