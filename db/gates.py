"""Gates: steps that may not be entered until they are released. Every open ticket is told, in the order of its outbox;
a new one learns of them at intake. So no ticket ever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import releases
from db.definitions import Version, definition
from db.outbox import payload_of
from db.releases import Said
from db.tables import GateRow, Lane, Outbox, OutboxKind, Step, Ticket
from db.types import Utc, ValueJson
from sop.conditions import OF_A_RUN, examine
from sop.definition import definition_of
from sop.events import Actor, ActorKind, GateLifted, GateSet
from sop.gate import Gate
from sop.refusals import Refusal, UnknownStep
from sop.state import Status
from sop.values import Values


class NoSuchGate(Refusal):
    """No such gate holds anything: ask for the list."""

    code = "no_such_gate"
    status = 404


@dataclass(frozen=True, slots=True)
class NewGate:
    """The step ``step`` of the definition ``key`` (in one version, or in all) is not to be entered by tickets of which
    the condition holds. ``clocks``: run or pause, of runs that are held."""

    key: str
    step: str
    version: int | None = None
    condition: str | None = None
    clocks: str = "run"


@dataclass(frozen=True, slots=True)
class KnownGate:
    """A gate as it was set, and released. ``held``: steps that stand before it now."""

    id: int
    key: str
    step: str
    version: int | None
    condition: str | None
    clocks: str
    why: str
    set_by: str
    set_at: datetime
    released_by: str | None
    released_at: datetime | None
    released_note: str
    held: int


async def require_step(conn: AsyncConnection, new: NewGate, kind: str | None = None) -> Version:
    """The version that a gate names, or the default. Raises ``NoSuchVersion``, ``UnknownStep``, and ``BadCondition``
    for a condition that a run cannot be asked."""
    if new.condition is not None:
        examine(new.condition, OF_A_RUN)
    known = await releases.find(conn, new.key, new.version, kind)
    compiled = await definition(conn, known.kind, known.key, known.version)
    if compiled is None or new.step not in definition_of(compiled).steps:
        raise UnknownStep(f"{known.ref} has no step {new.step}", f"{known.ref} 没有步骤 {new.step}")
    return known


async def hold(conn: AsyncConnection, new: NewGate, said: Said) -> tuple[int, int]:
    """Set a gate, and tell every ticket that is not closed; the gate's number, and how many are told."""
    row = {
        "key": new.key,
        "step": new.step,
        "version": new.version,
        "condition": new.condition,
        "clocks": new.clocks,
        "why": said.note,
        "set_by": said.by,
        "set_at": said.at,
        "released_note": "",
    }
    number: int = (await conn.execute(insert(GateRow).values(row).returning(GateRow.id))).scalar_one()
    gate = Gate(number, new.key, new.step, new.version, new.condition, new.clocks, said.note, said.by)
    return number, await _tell_all(conn, payload_of(GateSet(gate)), said.at)


async def release(conn: AsyncConnection, gate: int, said: Said) -> int:
    """Lift a gate, and tell every ticket that is not closed; how many are told. Raises ``NoSuchGate``."""
    lifted = {"released_by": said.by, "released_at": said.at, "released_note": said.note}
    found = await conn.execute(
        update(GateRow).where(GateRow.id == gate, GateRow.released_at.is_(None)).values(lifted).returning(GateRow.id)
    )
    if found.first() is None:
        raise NoSuchGate(f"no gate {gate} holds anything", f"没有编号 {gate} 的暂停放行")
    return await _tell_all(conn, payload_of(GateLifted(gate, Actor(ActorKind.STAFF, said.by), said.note)), said.at)


async def _tell_all(conn: AsyncConnection, payload: Values, now: datetime) -> int:
    """One row for every ticket whose workflow lives, or is about to."""
    at = literal(now, Utc())
    columns = {
        "ticket_id": Ticket.id,
        "kind": literal(OutboxKind.SIGNAL.value),
        "lane": literal(Lane.WORKFLOW.value),
        "payload": literal(payload, ValueJson()),
        "created_at": at,
        "deliver_after": at,
        "attempts": literal(0),
        "dead": literal(value=False),
    }
    alive = select(*columns.values()).where(Ticket.status != Status.CLOSED.value).order_by(Ticket.id)
    told = await conn.execute(insert(Outbox).from_select(list(columns), alive))
    return max(told.rowcount, 0)


async def holding(conn: AsyncConnection) -> list[Gate]:
    """The gates that hold now, as a ticket learns of them."""
    columns = (GateRow.id, GateRow.key, GateRow.step, GateRow.version, GateRow.condition, GateRow.clocks)
    rows = await conn.execute(
        select(*columns, GateRow.why, GateRow.set_by).where(GateRow.released_at.is_(None)).order_by(GateRow.id)
    )
    return [Gate(*row) for row in rows]


async def gates(conn: AsyncConnection, *, released: bool = False) -> list[KnownGate]:
    """The gates, the newest first; with ``released`` those too that hold nothing any more."""
    held = (
        select(func.count()).select_from(Step).where(Step.gate == GateRow.id, Step.status == "open").scalar_subquery()
    )
    names = [name for name in KnownGate.__slots__ if name != "held"]
    wanted = select(*(getattr(GateRow, name) for name in names), held.label("held")).order_by(GateRow.id.desc())
    if not released:
        wanted = wanted.where(GateRow.released_at.is_(None))
    return [KnownGate(**row._asdict()) for row in await conn.execute(wanted)]


async def waiting(conn: AsyncConnection, gate: int, limit: int) -> list[int]:
    """The tickets with a step that stands before a gate, by id, so many at most."""
    ids = select(Step.ticket_id).where(Step.gate == gate, Step.status == "open").distinct().order_by(Step.ticket_id)
    return list((await conn.execute(ids.limit(limit))).scalars())
