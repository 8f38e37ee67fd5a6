"""``gongdan bench replay`` in miniature, and its recordings held against the real projection's."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.dispatching import Ask, Dispatch
from db.ledger import verify
from db.projection import project
from db.session import Store
from db.tables import Entry, Run, Ticket
from sop.definition import Compiled
from sop.events import Dispatched
from tests.db.desk import rows
from tests.fixtures_db import sqlite_template, sqlite_url  # noqa: F401  # fixtures are found by name
from tests.sop.conftest import library, library_catalog  # noqa: F401  # fixtures are found by name
from worker.bench import main
from worker.bench.lives import Life, a_life
from worker.bench.past import keep
from worker.bench.replay import STORIES
from worker.settings import Settings
from worker.terminal.asked import Asked
from worker.terminal.screen import Terminal
from worker.terminal.words import Tongue

pytestmark = pytest.mark.bench


def test_recorded_tickets_replay_without_a_difference() -> None:
    out = io.StringIO()
    values = {"what": "replay", "json": True, "tickets": 24}
    asked = Asked(values, Terminal(Tongue.EN, out, io.StringIO()), Settings.from_environment({}))

    assert main.run(asked) == 0
    found = json.loads(out.getvalue())
    assert (found["tickets"], found["differences"]) == (24, 0)
    assert found["seconds"] > 0
    assert found["facts"] > 24 * 10


async def test_the_ledger_of_a_made_up_past_is_the_one_the_projection_writes(
    sqlite_url: str,  # noqa: F811  # the fixture
    library: dict[str, Compiled],  # noqa: F811  # the fixture
) -> None:
    sops = [library[f"{key}.sop.yaml"] for key in STORIES]
    lives = {number: a_life(sops[number % len(sops)], number) for number in range(1, 19)}
    store = Store(sqlite_url)
    async with store.write() as conn:
        await keep(conn, lives)
        verdicts = [await verify(conn, number) for number in lives]
        quick = await rows(conn, Entry)
        for table in (Entry, Run):
            await conn.execute(delete(table))
        await conn.execute(update(Ticket).values(last_seq=0, last_hash=""))
        for number, life in lives.items():
            await project(conn, number, life.facts, _dispatch_of(life))
        real = await rows(conn, Entry)
    await store.dispose()

    assert all(verdict.whole for verdict in verdicts)
    assert len(quick) > len(lives) * 10
    assert quick == real


def _dispatch_of(life: Life) -> Dispatch:
    async def dispatch(conn: AsyncConnection, ask: Ask) -> Dispatched:
        return life.answers[ask.seq]

    return dispatch
