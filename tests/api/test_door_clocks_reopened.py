"""The clock of a ticket that had closed goes on: from its ledger into another life, and at the door it is one clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from activities.dispatch import dispatch
from activities.intake import Intake, Rules
from db import calendars
from db.numbers import id_of
from db.projection import project
from db.tables import Clock, Ticket
from sop.clocks.left import left_in
from sop.commands import Command, Project
from sop.definition import Compiled
from sop.engine import Engine
from sop.events import Actor, ActorKind, Classified, DefinitionsChosen, Event, StepAnswered, Tick
from tests.api.api_desk import Desk
from tests.sop.engine_desk import compiled
from worker.serving.starts import start_of

START = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # Friday 09:30 in Shanghai
ANN = Actor(ActorKind.STAFF, "anna", ("*",))
FIRST = """
    sla: {resolution: {target: 5wh}}
    steps: [{id: work, type: task, assign: role:agent, due: 2h}]
"""
AGAIN = "    steps: [{id: again, type: task, assign: role:agent, due: 2h}]\n"


async def keep(desk: Desk, ticket_id: int, commands: Sequence[Command]) -> None:
    async with desk.store.write() as conn:
        await project(conn, ticket_id, [c.fact for c in commands if isinstance(c, Project)], dispatch)


async def opened(desk: Desk, ticket_id: int, no: str) -> Engine:
    engine, commands = Engine.opened({"no": no, "created_at": START.isoformat()}, {"id": "C1"}, START)
    sop = compiled(FIRST)
    async with desk.store.write() as conn:
        await calendars.keep(conn, sop)
    for event in (Classified("general", "normal"), DefinitionsChosen("ticket.classified", (sop,))):
        commands += engine.handle(event, START)
    await keep(desk, ticket_id, commands)
    return engine


async def lives_again(desk: Desk, ticket_id: int, at: datetime, sop: Compiled) -> Engine:
    """As the relay starts it and the workflow takes it in, by way of JSON."""
    async with desk.store.read() as conn:
        payload = {"reopened": True, "at": at.isoformat()}
        start = await start_of(conn, ticket_id, payload, Intake(desk.store, Rules((), {})))
    now = at + timedelta(seconds=90)  # Temporal was down for a while
    engine, commands = Engine.opened(start.ticket, start.customer, now, seq=start.seq, reopened_at=start.reopened_at)
    engine.state.left = left_in(json.loads(json.dumps(start.left)))
    events: list[Event] = [Classified("general", "normal"), DefinitionsChosen("ticket.reopened", (sop,))]
    for event in events:
        commands += engine.handle(event, now)
    await keep(desk, ticket_id, commands)
    return engine


async def test_a_clock_goes_on_from_the_ledger_of_a_closed_ticket(desk: Desk) -> None:
    no = await desk.open()
    ticket_id = id_of(no) or 0
    engine = await opened(desk, ticket_id, no)
    solved = START + timedelta(minutes=61, seconds=7)
    await keep(desk, ticket_id, engine.handle(StepAnswered("work", ANN), solved))
    await keep(desk, ticket_id, engine.handle(Tick(), solved + timedelta(days=7)))
    assert engine.state.finished

    other = compiled(AGAIN)
    other["calendars"] = {}  # the SOP that takes it up does not know the calendar
    again = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # Monday 09:00
    second = await lives_again(desk, ticket_id, again, other)

    left = timedelta(hours=5) - timedelta(minutes=61, seconds=7)
    due = again + timedelta(hours=3) + timedelta(hours=1, minutes=30) + (left - timedelta(hours=3))  # lunch
    said = await desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why")
    assert said.status_code == 200, said.text
    told = said.json()
    assert (datetime.fromisoformat(told["due_at"]), told["run"]) == (due, next(iter(second.state.runs)))
    assert sum(each["counted_seconds"] for each in told["stretches"]) == told["budget_seconds"] == 5 * 3600
    assert any("已解决" in line for line in told["lines"]["zh"])
    assert any("resolved" in line for line in told["lines"]["en"])
    async with desk.store.read() as conn:
        assert len((await conn.execute(select(Clock.run).where(Clock.ticket_id == ticket_id))).all()) == 1


async def test_a_missed_clock_is_red_again_when_its_ticket_is_opened_again(desk: Desk) -> None:
    no = await desk.open()
    ticket_id = id_of(no) or 0
    engine = await opened(desk, ticket_id, no)
    while (due := engine.next_deadline()) is not None and due < START + timedelta(days=2):
        await keep(desk, ticket_id, engine.handle(Tick(), due))
    await keep(desk, ticket_id, engine.handle(StepAnswered("work", ANN), START + timedelta(days=2)))
    await keep(desk, ticket_id, engine.handle(Tick(), START + timedelta(days=9)))

    await lives_again(desk, ticket_id, START + timedelta(days=20), compiled(AGAIN))

    async with desk.store.read() as conn:
        [clock] = (await conn.execute(select(Clock.__table__).where(Clock.ticket_id == ticket_id))).mappings()
        light = await conn.scalar(select(Ticket.light).where(Ticket.id == ticket_id))
    assert (clock["state"], clock["met"], light) == ("running", None, "red")
    assert clock["breached_at"] == START + timedelta(hours=6, minutes=30)
    assert clock["warned_at"] is not None
