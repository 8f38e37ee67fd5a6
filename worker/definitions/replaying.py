"""Replaying many recorded tickets, in as many processes as there are cores: each reads its share and plays it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from multiprocessing import get_context

from db.queries.recordings import Kept, kept, library
from db.session import Store
from sop.calendars import Calendar
from sop.definition import Compiled
from sop.replay.comparison import Compared, what_if
from sop.replay.habits import Habits, Usual
from sop.replay.played import Library
from sop.replay.reading import recording_of
from sop.replay.recording import Pinned, Recording
from sop.replay.telling import NotRecorded

SHARE = 250
"""Tickets that are read and played together: their ledgers stand in memory at once."""
ROUND_THE_CLOCK = {
    "tz": "UTC",
    "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to replay: these tickets of that database, with other definitions in place of those that ran (by kind and
    key); ``usual``: what is assumed where a recording is silent."""

    database_url: str
    tickets: tuple[int, ...]
    swap: Mapping[tuple[str, str], Compiled] = field(default_factory=dict)
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What came of one share. ``silent``: the tickets whose own recording has no answer where one was needed;
    ``unread``: those whose ledger does not tell enough, with the reason."""

    compared: tuple[Compared, ...]
    habits: Habits
    silent: tuple[int, ...]
    unread: tuple[tuple[str, str], ...] = ()


def replayed(wanted: Wanted, *, jobs: int | None = None) -> Share:
    """Replay all of them; where a ticket's own recording is silent, once more with what the others usually did."""
    first = _joined(_spread(wanted, jobs))
    if not first.silent:
        return first
    usual = first.habits.usual().also(wanted.usual.occasions if wanted.usual else {})
    again = _joined(_spread(replace(wanted, tickets=first.silent, usual=usual), jobs))
    known = {each.no: each for each in again.compared}
    return replace(first, compared=tuple(known.get(each.no, each) for each in first.compared), silent=again.silent)


def _spread(wanted: Wanted, jobs: int | None) -> Iterator[Share]:
    shares = [
        replace(wanted, tickets=wanted.tickets[first : first + SHARE]) for first in range(0, len(wanted.tickets), SHARE)
    ]
    workers = min(len(shares), jobs or os.cpu_count() or 1)
    if workers <= 1:
        yield from map(replay_share, shares)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(replay_share, shares)


def _joined(shares: Iterator[Share]) -> Share:
    compared: list[Compared] = []
    habits, silent, unread = Habits(), list[int](), list[tuple[str, str]]()
    for share in shares:
        compared += share.compared
        silent += share.silent
        unread += share.unread
        habits.join(share.habits)
    return Share(tuple(compared), habits, tuple(silent), tuple(unread))


def replay_share(wanted: Wanted) -> Share:
    """Read and play one share, in this process."""
    read = _Read()
    asyncio.run(_read(wanted, read))
    habits, told, silent = Habits(), list[Compared](), list[int]()
    for ticket, recording in read.recordings.items():
        habits.learn(recording)
        told.append(_replayed(recording, read.definitions, wanted))
        diverged = told[-1].diverged
        if diverged is not None and diverged.unrecorded:
            silent.append(ticket)
    return Share(tuple(told), habits, tuple(silent), tuple(read.unread))


@dataclass(slots=True)
class _Read:
    """The recordings of a share by ticket, and every definition that ran in them."""

    recordings: dict[int, Recording] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    definitions: Mapping[Pinned, Compiled] = field(default_factory=dict)

    def take(self, ticket: int, found: Kept) -> None:
        try:
            self.recordings[ticket] = recording_of(found.ticket, found.facts)
        except NotRecorded as reason:
            self.unread.append((str(found.ticket["no"]), str(reason)))


async def _read(wanted: Wanted, read: _Read) -> None:
    """Fill in what is read: a task that gave it back would be written out, all of it, when its loop ends (asyncio asks
    for its repr as it restores the signal handler)."""
    store = Store(wanted.database_url)
    try:
        async with store.read() as conn:
            for ticket, found in (await kept(conn, wanted.tickets)).items():
                read.take(ticket, found)
            ran = (pinned for one in read.recordings.values() for pinned in (*one.pinned, *one.adopted))
            read.definitions = await library(conn, ran)
    finally:
        await store.dispose()


def _replayed(recording: Recording, definitions: Mapping[Pinned, Compiled], wanted: Wanted) -> Compared:
    main = next((pinned for pinned in recording.pinned if pinned in definitions), None)
    calendar = _calendar(definitions[main] if main else None)
    return what_if(recording, Library(definitions, wanted.swap), calendar, wanted.usual)


def _calendar(compiled: Compiled | None) -> Calendar:
    """The calendar on which working time is counted: the usual one of the version that ran."""
    plain = compiled["calendars"].get("default") if compiled else None
    return _built(json.dumps(plain or ROUND_THE_CLOCK, sort_keys=True))


@lru_cache(maxsize=64)
def _built(plain: str) -> Calendar:
    return Calendar.from_plain(json.loads(plain))
