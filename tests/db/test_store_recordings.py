"""What a replay reads of tickets that have ended: which ran on a version, and all their facts."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from db.queries.recordings import ended_with, kept, library
from db.releases import Said, publish
from db.session import Store
from db.tables import Ticket
from sop.definition import Compiled
from sop.replay.played import Library
from sop.replay.player import play
from sop.replay.reading import recording_of
from sop.replay.recording import Pinned
from tests.sop.conftest import library as shipped  # noqa: F401  # fixtures are found by name
from tests.sop.conftest import library_catalog  # noqa: F401
from worker.bench.lives import a_life
from worker.bench.past import keep

GENERAL = Pinned("sop", "general", 1)


async def test_closed_tickets_are_read_with_all_their_facts_and_play_as_they_ran(
    store: Store,
    shipped: dict[str, Compiled],  # noqa: F811  # the fixture
) -> None:
    compiled = shipped["general.sop.yaml"]
    numbered: Compiled = {**compiled, "version": 1}
    async with store.write() as conn:
        await publish(conn, compiled, "", Said("test", datetime.now(UTC)), first=True)
        await keep(conn, {number: a_life(numbered, number) for number in (1, 2, 3, 4)})
        await conn.execute(update(Ticket).where(Ticket.id == 2).values(status="open"))
    async with store.read() as conn:
        newest = await ended_with(conn, GENERAL, last=2)
        every = await ended_with(conn, GENERAL, last=9)
        other = await ended_with(conn, Pinned("sop", "general", 2), last=9)
        found = await kept(conn, every)
        known = await library(conn, [GENERAL, Pinned("sop", "nothing", 1)])

    assert (sorted(every), other, newest) == ([1, 3, 4], [], every[:2])
    assert list(known) == [GENERAL]
    for number, one in found.items():
        played = play(recording_of(one.ticket, one.facts), Library(known), same=True)
        assert played.diverged is None
        assert [fact.at for fact in played.facts] == [fact.at for fact in one.facts], number
