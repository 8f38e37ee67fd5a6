"""Open tickets on their way to another version: which ones are meant, what becomes of each, and that it is recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from db import releases
from db.definitions import Version
from db.queries.standing import Standing, on_version, spread
from db.releases import Said
from db.session import Store
from sop.events import RunMigrated
from sop.values import Value
from workflows.moving import MOVED, Movable, Moved, move, outlooks


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the tickets on a version are meant: one by its id, a ``canary`` of so many, or all; of all, those after
    an id, so many at ``most``. ``dry_run``: only to say what would become of them."""

    dry_run: bool = False
    canary: int | None = None
    ticket: int | None = None
    after: int = 0
    most: int | None = None

    def of(self, standing: Sequence[Standing]) -> tuple[list[int], bool]:
        """Those of them that are meant, by id, and whether there are more."""
        if self.ticket is not None:
            return [one.ticket_id for one in standing if one.ticket_id == self.ticket], False
        if self.canary is not None:
            return [one.ticket_id for one in spread(standing, self.canary)], False
        return [one.ticket_id for one in standing[: self.most]], len(standing) > (self.most or len(standing))


@dataclass(frozen=True, slots=True)
class Journey:
    """What became, or would become, of each ticket; ``next_after``: the id to go on after, none after the last."""

    moved: list[Moved]
    next_after: int | None = None


async def travel(
    store: Store, tickets: Movable, known: tuple[Version, Version], event: RunMigrated, wish: Wish, key: str
) -> Journey:
    """Move the tickets that are meant, or say what would become of them. A move happens once for a ``key``; where any
    ticket has moved, it is recorded with the new version. Raises ``TemporalUnavailable``."""
    old, new = known
    async with store.read() as conn:
        ids, more = wish.of(await on_version(conn, old.kind, old.key, old.version, after=wish.after))
    after = ids[-1] if more else None
    if wish.dry_run:
        return Journey(await outlooks(tickets, ids, event), after)
    done = await move(tickets, ids, event, key)
    counts: dict[str, Value] = dict(Counter(one.verdict for one in done))
    if MOVED in counts:
        said = Said(event.by.id, datetime.now(UTC), event.note)
        async with store.write() as conn:
            await releases.note(conn, new, said, {"migrated_from": old.version, "tickets": counts})
    return Journey(done, after)
