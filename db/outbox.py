"""The outbox: what has been accepted and is still to be delivered, at least once and in order per ticket and lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from db.tables import Lane, Outbox, OutboxKind
from sop.events import (
    Actor,
    ActorKind,
    CustomerChanged,
    Duty,
    DutyChanged,
    GateLifted,
    GateSet,
    MessagePosted,
    Occurred,
    PromiseSaid,
    Told,
)
from sop.gate import Gate
from sop.values import Value, Values

LEASE = timedelta(seconds=30)
_INSERT = insert(Outbox)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row to deliver. ``attempts`` counts this try; ``payload`` of a signal is read by ``event_of``."""

    id: int
    ticket_id: int
    kind: OutboxKind
    payload: Values
    attempts: int
    created_at: datetime


async def put(conn: AsyncConnection, ticket_id: int, kind: OutboxKind, payload: Values, now: datetime) -> None:
    """Have something delivered for a ticket, after everything put before it on the same lane."""
    await put_all(conn, [(ticket_id, kind, payload)], now)


async def put_all(conn: AsyncConnection, rows: Sequence[tuple[int, OutboxKind, Values]], now: datetime) -> None:
    """Have several things delivered, in this order."""
    if rows:
        await conn.execute(_INSERT, [_row(ticket_id, kind, payload, now) for ticket_id, kind, payload in rows])


async def pending(conn: AsyncConnection, limit: int, now: datetime, lease: timedelta = LEASE) -> list[Delivery]:
    """The oldest undelivered row of each ticket and lane, lent to this caller for ``lease``.

    Commit, deliver, then say ``delivered`` or ``failed`` in another transaction. Who does neither (it was killed) loses
    the row to another when the lease is over, hence at least once. Rows that others hold are passed over."""
    earlier = aliased(Outbox)
    first = ~(
        select(earlier.id)
        .where(earlier.ticket_id == Outbox.ticket_id, earlier.lane == Outbox.lane, earlier.id < Outbox.id)
        .where(earlier.delivered_at.is_(None), ~earlier.dead)
        .exists()
    )
    due = (
        select(Outbox.id)
        .where(Outbox.delivered_at.is_(None), ~Outbox.dead, Outbox.deliver_after <= now, first)
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (await conn.execute(due)).scalars().all()
    if not taken:
        return []
    rows = await conn.execute(
        update(Outbox)
        .where(Outbox.id.in_(taken))
        .values(deliver_after=now + lease, attempts=Outbox.attempts + 1)
        .returning(Outbox.id, Outbox.ticket_id, Outbox.kind, Outbox.payload, Outbox.attempts, Outbox.created_at)
    )
    return sorted(
        (
            Delivery(row.id, row.ticket_id, OutboxKind(row.kind), row.payload, row.attempts, row.created_at)
            for row in rows
        ),
        key=lambda delivery: delivery.id,
    )


async def delivered(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """These rows have arrived."""
    await conn.execute(update(Outbox).where(Outbox.id.in_(ids)).values(delivered_at=now, last_error=None))


async def failed(conn: AsyncConnection, row: int, error: str, retry_at: datetime) -> None:
    """The row did not arrive; it is due again at ``retry_at``, and what follows it waits."""
    await conn.execute(update(Outbox).where(Outbox.id == row).values(deliver_after=retry_at, last_error=error[:2000]))


async def give_up(conn: AsyncConnection, row: int, error: str) -> None:
    """The row can never arrive (its ticket has ended): it is kept as dead, and what follows it goes on."""
    await conn.execute(update(Outbox).where(Outbox.id == row).values(dead=True, last_error=error[:2000]))


async def revive(conn: AsyncConnection, row: int, now: datetime) -> bool:
    """Deliver a dead row after all; False where there is none."""
    found = await conn.execute(
        update(Outbox).where(Outbox.id == row, Outbox.dead).values(dead=False, deliver_after=now).returning(Outbox.id)
    )
    return found.first() is not None


async def withdraw(conn: AsyncConnection, ticket_id: int, seq: int) -> list[Values]:
    """Take back the messages about a ticket's facts from ``seq`` on that nobody has tried to send; gives the payloads
    of the others, which may have arrived."""
    messages = (Outbox.ticket_id == ticket_id, Outbox.kind == OutboxKind.NOTIFY.value)
    rows = await conn.execute(select(Outbox.id, Outbox.payload, Outbox.attempts).where(*messages).with_for_update())
    about = [row for row in rows if int(str(row.payload.get("seq") or 0)) >= seq]
    await conn.execute(delete(Outbox).where(Outbox.id.in_([row.id for row in about if not row.attempts])))
    return [row.payload for row in about if row.attempts]


async def wake_at(conn: AsyncConnection) -> datetime | None:
    """When the next row is due: how long a relay with nothing to do may sleep."""
    return await conn.scalar(select(func.min(Outbox.deliver_after)).where(Outbox.delivered_at.is_(None), ~Outbox.dead))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is still to be delivered, how long the oldest has waited for it, and how much was given up."""

    undelivered: int
    oldest: datetime | None
    dead: int


async def backlog(conn: AsyncConnection) -> Backlog:
    """The outbox in three numbers, for /readyz and the operator."""
    row = (
        await conn.execute(
            select(
                func.count().filter(~Outbox.dead),
                func.min(Outbox.created_at).filter(~Outbox.dead),
                func.count().filter(Outbox.dead),
            ).where(Outbox.delivered_at.is_(None))
        )
    ).one()
    return Backlog(row[0], row[1], row[2])


def payload_of(event: Told) -> Values:
    """A signal's payload."""
    match event:
        case Occurred():
            return {"event": "occurred", "type": event.type, "source": event.source, "id": event.id, "data": event.data}
        case MessagePosted():
            return {
                "event": "message",
                "message": event.message,
                "visibility": event.visibility,
                "by": actor_values(event.by),
                **({"promise": promise_values(event.promise)} if event.promise else {}),
                **({"at": event.at.isoformat()} if event.at else {}),
            }
        case DutyChanged():
            return {
                "event": "duty",
                "person": event.person,
                "duty": event.duty.value,
                "emptied": list(event.emptied),
            }
        case CustomerChanged():
            return {"event": "customer", "facts": dict(event.facts)}
        case GateSet():
            return {"event": "gate_set", "gate": asdict(event.gate)}
        case GateLifted():
            return {"event": "gate_lifted", "gate": event.gate, "by": actor_values(event.by), "note": event.note}


def event_of(payload: Values) -> Told:
    """The event of a signal's payload."""
    if payload["event"] == "occurred":
        data = payload["data"]
        return Occurred(
            str(payload["type"]),
            str(payload["source"]),
            str(payload["id"]),
            dict(data) if isinstance(data, Mapping) else {},
        )
    if payload["event"] == "duty":
        return DutyChanged(str(payload["person"]), Duty(str(payload["duty"])), _texts(payload["emptied"]))
    if payload["event"] == "customer":
        facts = payload["facts"]
        return CustomerChanged(dict(facts) if isinstance(facts, Mapping) else {})
    if payload["event"] == "gate_set":
        gate = payload["gate"]
        return GateSet(Gate(**gate) if isinstance(gate, Mapping) else Gate(0, "", ""))  # type: ignore[arg-type]  # as it was written
    if payload["event"] == "gate_lifted":
        return GateLifted(int(str(payload["gate"])), actor_of(payload["by"]), str(payload["note"]))
    promise, at = payload.get("promise"), payload.get("at")
    return MessagePosted(
        str(payload["message"]),
        actor_of(payload["by"]),
        str(payload["visibility"]),
        promise_of(promise) if isinstance(promise, Mapping) else None,
        datetime.fromisoformat(at) if isinstance(at, str) else None,
    )


def promise_values(promise: PromiseSaid) -> dict[str, Value]:
    """A promise as plain values."""
    return {
        "within": promise.within,
        "check": promise.check,
        "arguments": promise.arguments,
        "broken": promise.broken,
    }


def promise_of(values: Values) -> PromiseSaid:
    """The promise of its plain values."""
    given = values.get("arguments")
    return PromiseSaid(
        str(values["within"]),
        _name(values.get("check")),
        dict(given) if isinstance(given, Mapping) else {},
        _name(values.get("broken")),
    )


def actor_values(actor: Actor) -> dict[str, Value]:
    """An actor as plain values, e.g. for the ledger."""
    return {
        "kind": actor.kind.value,
        "id": actor.id,
        "roles": list(actor.roles),
        "teams": list(actor.teams),
        "acting_for": actor.acting_for,
        "via": actor.via,
    }


def actor_of(values: Value) -> Actor:
    """The actor of its plain values. Raises ``ValueError`` where they are none."""
    if not isinstance(values, Mapping):
        raise ValueError("an actor is a mapping")
    return Actor(
        ActorKind(str(values["kind"])),
        str(values["id"]),
        _texts(values.get("roles")),
        _texts(values.get("teams")),
        _name(values.get("acting_for")),
        _name(values.get("via")),
    )


def _name(value: Value) -> str | None:
    return str(value) if value is not None else None


def _texts(values: Value) -> tuple[str, ...]:
    return tuple(str(item) for item in values) if isinstance(values, (list, tuple)) else ()


def _row(ticket_id: int, kind: OutboxKind, payload: Values, now: datetime) -> dict[str, object]:
    lane = Lane.MESSAGES if kind is OutboxKind.NOTIFY else Lane.WORKFLOW
    return {
        "ticket_id": ticket_id,
        "kind": kind.value,
        "lane": lane.value,
        "payload": payload,
        "created_at": now,
        "deliver_after": now,
        "attempts": 0,
        "dead": False,
    }
