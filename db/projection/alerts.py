"""Alerts and incidents: whom they reach is found out once and stands in the ledger from then on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db import outbox, people
from db.dispatching import fitting, lead_of, team_of
from db.projection import steps
from db.projection.shadow import Shadow, Told, text_of, texts_of
from db.queries import handover
from db.tables import Notification, OutboxKind, Standing, Watcher
from db.upsert import insert_new
from sop.facts import Fact
from sop.values import Value, Values

REACHED = "reached"
INCIDENT, HANDOFFS = "incident", "handoffs"
APP = "app"
TELL = "notify.staff"


async def alert(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A clock or a step's deadline has something to say."""
    kind = text_of(told, "kind") or ""
    if kind == HANDOFFS and not shadow.replaying:
        told["handover"] = await handover.bundle(shadow.conn, shadow.ticket_id, shadow.told)
    await _notify(shadow, fact, told, text_of(told, "to") or "", kind, _about(told))


async def incident_opened(shadow: Shadow, fact: Fact, told: Told) -> None:
    """A step waits for its owner, who is told."""
    await steps.incident_opened(shadow, fact, told)
    await _notify(shadow, fact, told, text_of(told, "owner") or "owner", INCIDENT, text_of(told, "message") or "")


async def _notify(shadow: Shadow, fact: Fact, told: Told, to: str, kind: str, text: str) -> None:
    if not shadow.replaying:
        told[REACHED] = [*await _reached(shadow, to)]
    rows = [
        {
            "ticket_id": shadow.ticket_id,
            "seq": fact.seq,
            "to_person": person,
            "to_text": to,
            "kind": kind,
            "text": text,
            "created_at": fact.at,
        }
        for person in texts_of(told, REACHED)
        if _wanted(told, APP)
    ]
    if rows:
        await shadow.conn.execute(insert_new(shadow.conn, Notification), rows)
    if not shadow.replaying:
        await outbox.put_all(shadow.conn, await _messages(shadow, fact, told, kind, text), fact.at)


async def _messages(
    shadow: Shadow, fact: Fact, told: Told, kind: str, text: str
) -> list[tuple[int, OutboxKind, Values]]:
    """The same, out of the house: one message a person and way, by the gateway; not what was sent before the fact was
    retold."""
    template, named = f"alert_{kind}", texts_of(told, "channels")
    return [
        (shadow.ticket_id, OutboxKind.NOTIFY, payload)
        for person in texts_of(told, REACHED)
        for by in await _ways(shadow.conn, person, named)
        if (payload := _payload(fact, {"to": f"user:{person}", "template": template, "text": text}, by))
        not in shadow.sent
    ]


def _payload(fact: Fact, arguments: dict[str, Value], by: dict[str, Value]) -> dict[str, Value]:
    return {"action": TELL, "arguments": arguments, "seq": fact.seq, **by}


def _wanted(told: Told, channel: str) -> bool:
    """Whether people are told by this channel: by those that are named, else by all that are usual."""
    named = texts_of(told, "channels")
    return not named or channel in named


async def _ways(conn: AsyncConnection, person: str, named: list[str]) -> list[dict[str, Value]]:
    """By which ways out of the house somebody is told: each that is named and reaches them; where none does, or none is
    named, their usual one, once. Where only ``app`` is named, by none."""
    outside = list(dict.fromkeys(channel for channel in named if channel != APP))
    if not outside:
        return [] if named else [{}]
    known = await people.person(conn, person)
    reaching = [channel for channel in outside if known is None or channel in people.ways_to(known)]
    return [{"channel": channel} for channel in reaching] or [{}]


async def _reached(shadow: Shadow, to: str) -> dict[str, None]:
    """The people told: those it is for, and whoever watches the ticket."""
    watchers = await shadow.conn.execute(select(Watcher.who).where(Watcher.ticket_id == shadow.ticket_id))
    seats = [to, *watchers.scalars()]
    found = [await reached_by(shadow.conn, seat, shadow.owner_person, shadow.owner_team) for seat in seats]
    return dict.fromkeys(person for people in found for person in people)


async def reached_by(
    conn: AsyncConnection, to: str, owner_person: str | None, owner_team: str | None
) -> tuple[str, ...]:
    """The people ``to`` means on a ticket with this owner: a person, those on duty with a role (else all with it), a
    team's lead (else its people on duty), ``owner`` (else the lead of the owning team), the administrators.
    ``customer`` is nobody here."""
    kind, _, name = to.partition(":")
    match kind:
        case "user":
            return (name,)
        case "role":
            found = await fitting(conn, role=name) or await fitting(conn, role=name, on_duty=False)
            return tuple(person.id for person in found)
        case "team":
            return await _of_team(conn, name)
        case "owner" if owner_person:
            return (owner_person,)
        case "owner":
            return await _of_team(conn, owner_team)
        case "admin":
            everybody = await fitting(conn, on_duty=False)
            return tuple(person.id for person in everybody if person.standing is Standing.ADMIN)
        case "lead" | "manager_of":
            return await _of_team(conn, owner_team or await team_of(conn, owner_person))
        case _:
            return ()


async def _of_team(conn: AsyncConnection, team: str | None) -> tuple[str, ...]:
    lead = await lead_of(conn, team)
    if lead is not None or team is None:
        return (lead,) if lead else ()
    return tuple(person.id for person in await fitting(conn, team=team))


def _about(told: Told) -> str:
    return text_of(told, "text") or text_of(told, "about") or ""
