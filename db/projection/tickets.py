"""Facts about the ticket itself."""

from __future__ import annotations

from sqlalchemy import insert

from db import merging
from db.duty import hand_back_if_gone
from db.projection.seats import ANSWER
from db.projection.shadow import Shadow, Told, text_of, texts_of, values_of
from db.tables import Vote, Watcher
from db.upsert import insert_new
from sop.events import ActorKind
from sop.facts import Fact
from sop.state import ENDED, Status

DONE = frozenset({Status.RESOLVED, Status.CANCELLED})


async def opened(shadow: Shadow, _fact: Fact, told: Told) -> None:
    """What the intake said of category and priority."""
    shadow.priority = text_of(told, "priority") or shadow.priority
    shadow.set(category=text_of(told, "category"), priority=shadow.priority)


async def classified(shadow: Shadow, _fact: Fact, told: Told) -> None:
    """The rules have decided."""
    shadow.priority = text_of(told, "priority") or shadow.priority
    shadow.set(category=text_of(told, "category"), priority=shadow.priority)
    team = text_of(told, "team")
    if team is not None:
        shadow.owner_team = team
        shadow.set(owner_team=team)


async def status(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Where the ticket stands; one that is open again was never resolved, nor merged."""
    now = text_of(told, "status") or Status.OPEN
    shadow.set(status=str(now), result=text_of(told, "result"))
    if now in DONE:
        shadow.set(resolved_at=fact.at, closed_at=None)
    elif now == Status.CLOSED:
        shadow.set(closed_at=fact.at)
    elif now not in ENDED:
        shadow.set(resolved_at=None, closed_at=None, merged_into=None)


async def merged(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Another ticket goes on in this one's place, and is told so once."""
    target = await merging.target_of(shadow.conn, text_of(told, "into") or "")
    if target is None:
        return  # ordered past the door; nobody could mend the ledger afterwards
    shadow.set(merged_into=target, merging_into=None)
    if not shadow.replaying:
        await merging.tell_target(shadow.conn, shadow.ticket_id, target, fact, text_of(told, "note") or "")


async def owner(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Who answers for the ticket: a person, else the pool it waits in."""
    shadow.owner_person = text_of(told, "person")
    if shadow.owner_person and not shadow.replaying:
        await hand_back_if_gone(shadow.conn, shadow.ticket_id, shadow.owner_person, fact.at)
    pool = text_of(values_of(told, ANSWER), "pool")
    team = text_of(told, "team")
    if pool is None and team and shadow.owner_person is None:
        pool = f"team:{team}"
    shadow.owner_team = team or shadow.owner_team
    shadow.set(
        owner_person=shadow.owner_person,
        owner_pool=None if shadow.owner_person else pool,
        owner_team=shadow.owner_team,
    )


async def priority(shadow: Shadow, _fact: Fact, told: Told) -> None:
    """The priority has changed."""
    shadow.priority = text_of(told, "priority") or shadow.priority
    shadow.set(priority=shadow.priority)


async def watched(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Somebody watches the ticket from now on."""
    row = {"ticket_id": shadow.ticket_id, "who": text_of(told, "who") or "", "since": fact.at}
    await shadow.conn.execute(insert_new(shadow.conn, Watcher), row)


async def tags(shadow: Shadow, _fact: Fact, told: Told) -> None:
    """The tags have changed."""
    shadow.set(tags=texts_of(told, "tags"))


async def message(shadow: Shadow, fact: Fact, told: Told) -> None:
    """The first public word of staff is the first response."""
    by_staff = fact.by is not None and fact.by.kind is ActorKind.STAFF
    if by_staff and told.get("visibility") == "public" and shadow.first_response_at is None:
        shadow.first_response_at = fact.at
        shadow.set(first_response_at=fact.at)


async def vote(shadow: Shadow, fact: Fact, told: Told) -> None:
    """Somebody has voted on an approval."""
    row = {
        "ticket_id": shadow.ticket_id,
        "seq": fact.seq,
        "run": fact.run or "",
        "step": fact.step or "",
        "visit": fact.visit or 1,
        "person": fact.by.id if fact.by else "",
        "approve": told.get("approve") is True,
        "comment": text_of(told, "comment") or "",
        "at": fact.at,
    }
    await shadow.conn.execute(insert(Vote), row)
