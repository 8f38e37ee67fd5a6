"""The console of a running installation, as somebody's browser without JavaScript meets it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from argon2 import PasswordHasher

from db import auth
from db.session import Store
from tests.live.desk import Desk

PASSWORD = "correct horse battery"
_HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def let_in(desk: Desk, *people: str) -> None:
    """Give these people the password of all tests."""

    async def give() -> None:
        store = Store(desk.site.settings.database_url)
        try:
            async with store.write() as conn:
                for person in people:
                    assert await auth.set_password(conn, person, _HASHED, must_change=False), person
        finally:
            await store.dispose()

    with ThreadPoolExecutor(1) as elsewhere:  # a browser's loop may hold this thread
        elsewhere.submit(lambda: asyncio.run(give())).result()


@contextmanager
def signed_in(desk: Desk, person: str, email: str | None = None) -> Iterator[httpx.Client]:
    """Somebody's browser."""
    let_in(desk, person)
    url = desk.site.settings.url
    headers = {"Accept": "text/html", "Origin": url}
    with httpx.Client(base_url=url, headers=headers, follow_redirects=True, timeout=30, trust_env=False) as browser:
        said = {"email": email or f"{person}@example.com", "password": PASSWORD}
        answer = browser.post("/login", data=said)
        assert answer.url.path == "/queue", answer.text
        yield browser


def notes(browser: httpx.Client, no: str) -> list[str]:
    """What somebody's list of notifications says of a ticket."""
    page = browser.get("/notifications").text
    return [entry for entry in re.findall(r"<li.*?</li>", page, re.S) if f'href="/tickets/{no}"' in entry]
