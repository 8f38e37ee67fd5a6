"""``gongdan sop migrate``: open tickets go on with another version; first as a plan, then a few, then the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from db import releases
from db.definitions import Version
from db.numbers import id_of
from db.session import Store
from sop.definition import Compiled
from sop.events import RunMigrated
from worker.access.talking import with_tickets
from worker.definitions.aiming import Ref, ref_of
from worker.definitions.journeys import fresh_key, staff, tell, tell_json
from worker.terminal.asked import Asked
from worker.terminal.pairs import pairs
from worker.terminal.words import Failure
from workflows.client import Tickets
from workflows.journeys import Wish, travel
from workflows.moving import Moved

_ARROW = re.compile(r"\s*(?:→|->)\s*")


def run(asked: Asked) -> int:
    """Plan or move; 1 if some ticket cannot be moved."""
    old, new = _refs(asked.texts("refs"))
    wish = Wish(asked.flag("dry_run"), asked.number("canary"), _ticket(asked))
    steps = pairs(asked.texts("map"))

    async def work(store: Store, tickets: Tickets) -> list[Moved]:
        known, target = await _versions(store, old, new)
        by = await staff(store, asked.text("by"))
        event = RunMigrated(known[0].key, known[0].version, target, by, steps, asked.text("note"))
        return (await travel(store, tickets, known, event, wish, fresh_key())).moved

    done = with_tickets(asked, work)
    return tell_json(done, asked.terminal) if asked.flag("json") else tell(done, asked.terminal)


def _refs(words: Sequence[str]) -> tuple[Ref, Ref]:
    """``return@6 return@7``, or ``return@6→7`` in one word. Raises ``Failure``."""
    parts = [part for word in words for part in _ARROW.split(word)]
    if len(parts) == 2 and parts[1].isdigit():
        parts[1] = f"{parts[0].partition('@')[0]}@{parts[1]}"
    refs = [ref_of(part) for part in parts]
    if len(refs) != 2 or refs[0].version is None or refs[1].version is None or refs[0].key != refs[1].key:
        raise Failure(
            "写成 return@6 return@7，或 return@6→7",
            "write return@6 return@7, or return@6→7: one key, two versions",
            2,
        )
    return refs[0], refs[1]._replace(kind=refs[1].kind or refs[0].kind)


def _ticket(asked: Asked) -> int | None:
    no = asked.maybe("ticket")
    found = id_of(no) if no else None
    if no and found is None:
        raise Failure(f"{no} 不是工单号", f"{no} is no ticket's number", 2)
    return found


async def _versions(store: Store, old: Ref, new: Ref) -> tuple[tuple[Version, Version], Compiled]:
    """Both versions, and the content of the new one, which must have been released. Raises ``Refusal``."""
    async with store.read() as conn:
        known = await releases.find(conn, old.key, old.version, old.kind)
        target = await releases.find(conn, new.key, new.version, known.kind)
        return (known, target), await releases.destination(conn, target)
