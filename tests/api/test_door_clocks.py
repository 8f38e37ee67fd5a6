"""A deadline explains itself at the door, and whoever leads may correct what was counted wrongly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from activities.dispatch import dispatch
from db import calendars
from db.numbers import id_of
from db.outbox import event_of
from db.projection import project
from db.tables import Customer, Outbox, OutboxKind, Team
from sop.commands import Command, Project
from sop.engine import Engine
from sop.events import Classified, ClockCorrected, CustomerChanged, DefinitionsChosen, Tick
from tests.api.api_desk import Desk
from tests.sop.engine_desk import compiled

START = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # Friday 09:30 in Shanghai
SOP = """
    sla: {resolution: {target: 5wh}}
    steps: [{id: work, type: task, assign: role:agent, due: 2h}]
"""
RIGHT = {"since": "2026-11-20T02:00:00Z", "until": "2026-11-20T03:00:00Z", "count": "paused", "reason": "等供应商"}


TWICE = """
    steps: [{id: both, type: parallel, branches: [x, y]}]
    paths:
      x: [{id: x1, type: wait, for: 1h, next: check}]
      y: [{id: y1, type: wait, for: 90m, next: check}]
      check: [{id: look, type: task, assign: role:agent, due: 2h}]
"""


async def a_ticket_with_clocks(desk: Desk, start: datetime = START, text: str = SOP, *ticks: timedelta) -> str:
    """A ticket whose real ledger says that two clocks run; ``ticks``: when something was due, since its start."""
    no = await desk.open()
    ticket_id = id_of(no)
    assert ticket_id is not None
    sop = compiled(text)
    engine, commands = Engine.opened({"no": no, "created_at": start.isoformat()}, {"id": "C1"}, start)
    commands += engine.handle(Classified("general", "normal"), start)
    commands += engine.handle(DefinitionsChosen("ticket.classified", (sop,)), start)
    for tick in ticks:
        commands += engine.handle(Tick(), start + tick)
    async with desk.store.write() as conn:
        await calendars.keep(conn, sop)
        await project(conn, ticket_id, _facts(commands), dispatch)
    return no


def _facts(commands: list[Command]) -> list:  # every fact that the engine has decided
    return [command.fact for command in commands if isinstance(command, Project)]


async def test_a_deadline_explains_itself_in_both_languages(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk)

    said = await desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why")

    assert said.status_code == 200, said.text
    told = said.json()
    assert (told["run"], told["budget_seconds"], told["due_at"]) == ("t", 5 * 3600, "2026-11-20T08:00:00Z")
    assert sum(each["counted_seconds"] for each in told["stretches"]) == told["budget_seconds"]
    assert "12:00–13:30 break" in told["lines"]["en"]
    assert told["lines"]["zh"][-1].endswith("到期 11月20日周五 16:00")


async def test_stretches_told_in_whole_seconds_are_still_the_whole_budget(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk, START + timedelta(milliseconds=400))

    told = (await desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why")).json()

    counted = [each["counted_seconds"] for each in told["stretches"]]
    assert len(counted) >= 2
    assert sum(counted) == told["budget_seconds"]


async def test_a_steps_deadline_explains_itself_too(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk)

    said = await desk.http.get(f"/api/v1/tickets/{no}/clocks/t.work/why")

    assert said.json()["lines"]["en"][1] == "Fri 20 Nov 09:30–11:30 counted 2 h"


async def test_two_branches_on_one_step_have_deadlines_of_their_own(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk, START, TWICE, timedelta(hours=1), timedelta(minutes=90))
    url = f"/api/v1/tickets/{no}/clocks"

    both = await desk.http.get(f"{url}/look/why")
    due = {at: (await desk.http.get(f"{url}/{at}/why")).json()["due_at"] for at in ("look@1", "t.look@2")}
    none = [
        (await desk.http.get(f"{url}/{at}/why")).status_code for at in ("look@3", "look@x", "look@1@2", "resolution@1")
    ]

    assert (both.status_code, both.json()["code"]) == (409, "clock_ambiguous")
    assert "t.look@1, t.look@2" in both.json()["detail"]
    assert due == {"look@1": "2026-11-20T04:30:00Z", "t.look@2": "2026-11-20T05:00:00Z"}
    assert none == [404] * 4


async def test_the_deadline_of_one_branch_is_corrected_alone(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk, START, TWICE, timedelta(hours=1), timedelta(minutes=90))

    said = await desk.http.post(f"/api/v1/tickets/{no}/clocks/t.look@2/correct", json=RIGHT)

    assert said.status_code == 200, said.text
    [(_, event, _)] = desk.temporal.heard
    assert event.clock == "t.look@2"


async def test_a_clock_nobody_knows_is_not_found(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk)

    said = await desk.http.get(f"/api/v1/tickets/{no}/clocks/nope/why")

    assert (said.status_code, said.json()["code"]) == (404, "clock_not_found")


async def test_a_correction_reaches_the_ticket_with_its_author(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk)

    said = await desk.http.post(f"/api/v1/tickets/{no}/clocks/resolution/correct", json=RIGHT)

    assert said.status_code == 200, said.text
    [(_, event, _)] = desk.temporal.heard
    assert isinstance(event, ClockCorrected)
    assert (event.clock, event.counts, event.reason) == ("resolution", False, "等供应商")


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"count": "maybe"}, {"since": "2026-11-20T02:00:00"}, {"until": 7}])
async def test_a_correction_says_what_when_and_why(desk: Desk, wrong: dict[str, object]) -> None:
    no = await a_ticket_with_clocks(desk)

    said = await desk.http.post(f"/api/v1/tickets/{no}/clocks/resolution/correct", json={**RIGHT, **wrong})

    assert said.status_code == 422
    assert desk.temporal.heard == []


async def test_only_those_who_lead_correct(desk: Desk) -> None:
    no = await a_ticket_with_clocks(desk)
    await desk.person("anna")
    await desk.person("liz")
    await desk.write(insert(Team).values(key="care", title="Care", lead="liz"))
    key = await desk.headers("tickets:write", "act_as")
    url = f"/api/v1/tickets/{no}/clocks/resolution/correct"

    by_anna = await desk.http.post(url, json=RIGHT, headers={**key, "On-Behalf-Of": "anna"})
    by_liz = await desk.http.post(url, json=RIGHT, headers={**key, "On-Behalf-Of": "liz"})

    assert (by_anna.status_code, by_anna.json()["code"]) == (403, "only_leads")
    assert by_liz.status_code == 200, by_liz.text


async def test_a_customers_new_tier_reaches_their_open_tickets(desk: Desk) -> None:
    no = await desk.open(customer={"external_id": "C-9", "tier": "regular"})
    [customer] = await desk.rows(select(Customer.id).where(Customer.external_id == "C-9"))

    said = await desk.http.post(f"/api/v1/customers/{customer.id}/standing", json={"tier": "vip", "calendar": None})
    nobody = await desk.http.post("/api/v1/customers/999/standing", json={"tier": "vip"})
    nothing = await desk.http.post(f"/api/v1/customers/{customer.id}/standing", json={})

    assert (said.status_code, said.json()) == (200, {"customer": customer.id, "tickets": 1})
    rows = await desk.rows(select(Outbox.ticket_id, Outbox.payload).where(Outbox.kind == OutboxKind.SIGNAL.value))
    assert [(row.ticket_id, event_of(row.payload)) for row in rows] == [
        (id_of(no), CustomerChanged({"tier": "vip", "calendar": None}))
    ]
    assert nobody.status_code == 404
    assert nothing.status_code == 422
