"""Gates: set, told to every living ticket in its turn, learned of at intake, released; and what they hold is seen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db import gates
from db.gates import NewGate, NoSuchGate
from db.outbox import event_of
from db.queries.steps import steps
from db.releases import Said
from db.session import Store
from db.tables import Outbox, Ticket
from sop.events import GateLifted, GateSet
from sop.facts import FactType
from sop.gate import Gate
from tests.db.desk import NINE, Facts, a_started_return, after, opened, projected, staffed

LEA, MAX = Said("lea", NINE, "refunds twice"), Said("max", after(hours=1), "repaired")
REFUND = NewGate("return", "refund", None, "ticket.priority == 'high'", "pause")


async def told(store: Store) -> list[tuple[int, object]]:
    """The gates' news in the outbox, by ticket."""
    async with store.read() as conn:
        rows = await conn.execute(select(Outbox.ticket_id, Outbox.payload, Outbox.kind).order_by(Outbox.id))
        signals = [(row.ticket_id, event_of(row.payload)) for row in rows if row.kind == "signal"]
    return [(ticket, event) for ticket, event in signals if isinstance(event, GateSet | GateLifted)]


async def test_every_living_ticket_is_told_in_its_turn(store: Store) -> None:
    first, second, closed = [(await opened(store)).id for _ in range(3)]
    async with store.write() as conn:
        await conn.execute(Ticket.__table__.update().where(Ticket.id == closed).values(status="closed"))  # type: ignore[attr-defined]  # a table
        number, count = await gates.hold(conn, REFUND, LEA)
    async with store.write() as conn:
        assert await gates.release(conn, number, MAX) == 2
    news = await told(store)

    gate = Gate(number, "return", "refund", None, "ticket.priority == 'high'", "pause", "refunds twice", "lea")
    assert count == 2
    assert [ticket for ticket, _ in news] == [first, second, first, second]
    assert news[0][1] == GateSet(gate)
    lifted = news[2][1]
    assert isinstance(lifted, GateLifted)
    assert (lifted.gate, lifted.by.id, lifted.note) == (number, "max", "repaired")


async def test_what_holds_now_is_what_new_tickets_learn(store: Store) -> None:
    async with store.write() as conn:
        one, _ = await gates.hold(conn, REFUND, LEA)
        two, _ = await gates.hold(conn, NewGate("return", "inspect", 7), LEA)
        await gates.release(conn, one, MAX)
        with pytest.raises(NoSuchGate):
            await gates.release(conn, one, MAX)

        assert [(gate.id, gate.step, gate.version) for gate in await gates.holding(conn)] == [(two, "inspect", 7)]
        assert [gate.id for gate in await gates.gates(conn)] == [two]
        [_, released] = await gates.gates(conn, released=True)
    assert (released.released_by, released.released_at, released.released_note) == ("max", MAX.at, "repaired")


async def test_a_held_step_is_seen_and_counted(store: Store) -> None:
    await staffed(store)
    ticket = (await opened(store)).id
    started = a_started_return()
    await projected(store, ticket, started)
    async with store.write() as conn:
        number, _ = await gates.hold(conn, REFUND, LEA)
    held = Facts(start=len(started.all) + 1)
    held.add(FactType.STEP_HELD, "refund", type="action", title="退款", gate=number, why="w", clocks="run")
    await projected(store, ticket, held)
    async with store.read() as conn:
        [before] = await gates.gates(conn)
        shown = {step.step: step.gate for step in await steps(conn, ticket, only_open=True)}
    freed = Facts(start=len(started.all) + 2)
    freed.add(FactType.STEP_RELEASED, "refund", gate=number, note="")
    freed.add(FactType.STEP_OPENED, "refund", type="action", title="退款")
    await projected(store, ticket, freed)
    async with store.read() as conn:
        [later] = await gates.gates(conn)

    assert (before.held, later.held) == (1, 0)
    assert shown == {"inspect": None, "refund": number}
