"""The ledger: append, read, verify. Its rows are chained: who changes one must change all that follow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.outbox import actor_of
from db.tables import Entry, Ticket
from db.types import storable
from sop.events import Actor
from sop.facts import Fact, FactType
from sop.values import Value, Values, decode, encode

_INSERT = insert(Entry)
_COLUMNS = (
    Entry.seq,
    Entry.type,
    Entry.at,
    Entry.run,
    Entry.step,
    Entry.visit,
    Entry.by,
    Entry.data,
    Entry.prev_hash,
    Entry.hash,
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row as it stands."""

    seq: int
    type: str
    at: datetime
    run: str | None
    step: str | None
    visit: int | None
    by: Value
    data: Values
    prev_hash: str
    hash: str

    def fact(self) -> Fact:
        """The fact of this row; its data holds what dispatch answered as well."""
        by = None if self.by is None else actor_of(self.by)
        return Fact(self.seq, FactType(self.type), self.at, self.run, self.step, self.visit, by, dict(self.data))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a ticket's ledger is whole. ``broken_at``: the first row that is not what it was."""

    rows: int
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Nothing was changed, taken out or put in."""
        return self.broken_at is None


async def append(conn: AsyncConnection, ticket_id: int, facts: Sequence[Fact], last_hash: str) -> str:
    """Write facts behind the row with ``last_hash`` (``""``: the first); gives the hash of the last one.
    The caller holds the ticket and keeps the hash on it."""
    rows: list[dict[str, object]] = []
    for fact in facts:
        row = _row(ticket_id, fact, last_hash)
        last_hash = row["hash"] = _hash(row)
        rows.append(row)
    if rows:
        await conn.execute(_INSERT, rows)
    return last_hash


async def read(conn: AsyncConnection, ticket_id: int, after: int = 0, limit: int = 100) -> list[LedgerRow]:
    """Rows of a ticket behind ``after``, the oldest first."""
    rows = await conn.execute(
        select(*_COLUMNS).where(Entry.ticket_id == ticket_id, Entry.seq > after).order_by(Entry.seq).limit(limit)
    )
    return [LedgerRow(**row._asdict()) for row in rows]


async def rows_of(conn: AsyncConnection, ticket_id: int, types: Sequence[str]) -> list[LedgerRow]:
    """A ticket's rows of these types, the oldest first."""
    wanted = select(*_COLUMNS).where(Entry.ticket_id == ticket_id, Entry.type.in_(types)).order_by(Entry.seq)
    return [LedgerRow(**row._asdict()) for row in await conn.execute(wanted)]


async def verify(conn: AsyncConnection, ticket_id: int) -> Verdict:
    """Go over a ticket's whole ledger: no gap, every hash right, and its end where the ticket says."""
    head = (await conn.execute(select(Ticket.last_seq, Ticket.last_hash).where(Ticket.id == ticket_id))).one()
    seq, last_hash = 0, ""
    while rows := await read(conn, ticket_id, after=seq, limit=500):
        for row in rows:
            if row.seq != seq + 1:
                return Verdict(seq, seq + 1, "a row is missing")
            if row.prev_hash != last_hash:
                return Verdict(seq, row.seq, "the row does not follow the one before it")
            if _hash_of(ticket_id, row) != row.hash:
                return Verdict(seq, row.seq, "the row was changed")
            seq, last_hash = row.seq, row.hash
    if (seq, last_hash) != (head.last_seq, head.last_hash):
        return Verdict(seq, seq + 1, "the ledger does not end where the ticket says")
    return Verdict(seq)


def actor_in_ledger(actor: Actor | None) -> dict[str, Value] | None:
    """Who did it, in as few words as will do: their roles at the time are the door's affair."""
    if actor is None:
        return None
    said: dict[str, Value] = {"kind": actor.kind.value, "id": actor.id}
    more = {"acting_for": actor.acting_for, "via": actor.via}
    return {**said, **{name: who for name, who in more.items() if who}}


def _row(ticket_id: int, fact: Fact, prev_hash: str) -> dict[str, object]:
    return {
        "ticket_id": ticket_id,
        "seq": fact.seq,
        "type": fact.type.value,
        "at": fact.at.astimezone(UTC),
        "run": fact.run,
        "step": fact.step,
        "visit": fact.visit,
        "by": decode(storable(encode(actor_in_ledger(fact.by)))),
        "data": decode(storable(encode(fact.data))),
        "prev_hash": prev_hash,
    }


def _hash_of(ticket_id: int, row: LedgerRow) -> str:
    covered: dict[str, object] = {name: getattr(row, name) for name in LedgerRow.__slots__ if name != "hash"}
    return _hash({**covered, "ticket_id": ticket_id})


def _hash(row: dict[str, object]) -> str:
    plain = {**row, "by": encode(row["by"]), "data": encode(row["data"]), "at": _moment(row["at"])}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _moment(at: object) -> str:
    if not isinstance(at, datetime):
        raise TypeError("a ledger row has its moment")
    return at.astimezone(UTC).isoformat(timespec="microseconds")
