"""Walking through a definition behind the door: the production engine, within bounds, for whoever reads definitions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from api.doors import Doors
from api.simulator import Simulator
from db.releases import Said, publish
from sop.catalog import Catalog
from sop.loading import load
from sop.simulate import Bounds
from tests.api.api_desk import Desk

ASK = """
dsl: 1
sop: ask
owner: role:lead
sla: {resolution: {target: 2h}}
steps:
  - id: look
    type: task
    assign: owner
    due: 1h
    script: "{{ customer.name }}: {{ ticket.order.no }}"
    form: [{key: amount, type: money, label: {zh: 金额, en: Amount}}]
  - {id: tell, type: action, action: notify.customer, with: {template: done, amount: "{{ steps.look.amount }}"}}
"""
CATALOG = Catalog(roles=frozenset({"lead"}))


async def simulated(desk: Desk, status: int = 200, **said: Any) -> dict[str, Any]:
    reply = await desk.http.post("/api/v1/simulations", json=said)
    assert reply.status_code == status, reply.text
    told: dict[str, Any] = reply.json()
    return told


async def test_a_draft_is_walked_through_to_its_end(desk: Desk) -> None:
    moves = [
        {"fail": "notify.customer", "kind": "refused"},
        {"after": "61m", "complete": "look", "with": {"amount": 12.50}},
    ]
    told = await simulated(
        desk,
        source=ASK.replace("role:lead", "owner"),
        ticket={"order": {"no": "O1"}},
        customer={"name": "李雷"},
        moves=moves,
    )
    walk = told["simulation"]

    assert told["definition"]["key"] == "ask"
    assert walk["refused"] == []
    assert [(step["step"], step["type"]) for step in walk["open"]] == [("ask.tell", "action")]
    assert "scenario says refuse" in walk["open"][0]["incident"]
    assert walk["calls"][0]["arguments"]["amount"] == 12.5
    assert walk["calls"][0]["kind"] == "refused"
    assert walk["way"] == {"look": "done", "tell": "incident"}
    assert [alert["kind"] for alert in walk["alerts"]] == ["remind", "overdue"]
    assert [(clock["name"], clock["light"]) for clock in walk["clocks"]] == [("resolution", "green")]
    assert 'title: "ask"' in walk["diagram"]
    assert "! incident" in walk["diagram"]
    opened = next(fact for fact in walk["trail"] if fact["type"] == "step.opened")
    assert opened["data"]["script"] == "李雷: O1"


async def test_a_move_the_engine_refuses_is_told_and_the_rest_goes_on(desk: Desk) -> None:
    moves = [{"complete": "look", "with": {}}, {"complete": "tell"}, {"complete": "look", "with": {"amount": 1}}]
    told = await simulated(desk, source=ASK.replace("role:lead", "owner"), moves=moves)

    refused = told["simulation"]["refused"]
    assert [(one["move"], one["code"]) for one in refused] == [(1, "wrong_answer"), (2, "step_not_open")]
    assert set(refused[0]["fields"]) == {"amount"}
    assert told["simulation"]["ended"] is True


async def test_a_draft_with_mistakes_tells_each_at_its_place(desk: Desk) -> None:
    told = await simulated(desk, source="dsl: 1\nsop: x\nsteps:\n  - {id: a, type: tusk}\n")

    assert told["simulation"] is None
    assert ("SOP106", 4) in [(one["code"], one["line"]) for one in told["problems"]]


async def test_a_published_definition_is_found_by_its_name(desk: Desk) -> None:
    compiled = load(ASK.replace("role:lead", "owner"), "ask.yaml", Catalog())
    async with desk.store.write() as conn:
        await publish(conn, compiled, ASK, Said("anna", datetime(2026, 1, 5, tzinfo=UTC)))
    told = await simulated(desk, definition={"key": "ask"}, moves=[{"timer": True}])
    gone = await simulated(desk, 404, definition={"key": "nothing"})

    assert told["definition"]["version"] == 1
    assert told["simulation"]["now"] == "2026-01-05T01:48:00Z"
    assert gone["code"] == "definition_not_found"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "invalid"),
        ({"source": ASK, "definition": {"key": "ask"}}, "invalid"),
        ({"source": ASK, "moves": [{"complete": "look", "event": "x"}]}, "invalid"),
        ({"source": ASK, "moves": [{"jump": "look"}]}, "invalid"),
        ({"source": ASK, "moves": [{}] * 501}, "invalid"),
        ({"source": ASK, "moves": [{"after": "soon"}]}, "simulation_wrong"),
        ({"source": ASK, "at": "yesterday"}, "simulation_wrong"),
        ({"source": ASK, "moves": [{"after": "2000d"}]}, "simulation_too_large"),
    ],
)
async def test_what_cannot_be_simulated_is_refused(desk: Desk, said: dict[str, Any], code: str) -> None:
    said = {**said, **({"source": said["source"].replace("role:lead", "owner")} if "source" in said else {})}

    assert (await simulated(desk, 422, **said))["code"] == code


LOOP = """
dsl: 1
sop: loop
owner: owner
inputs: {many: {type: choices}}
steps: [{id: turn, type: repeat, do: one, each: inputs.many, as: item, max: 1000}]
paths:
  one: [{id: turn_again, type: repeat, do: two, each: inputs.many, as: other, max: 1000}]
  two: [{id: never, type: decision, cases: [{when: ticket.no == 'never', next: end}], otherwise: continue}]
"""
MANY = {"many": ["x"] * 900}


async def test_a_definition_that_goes_on_and_on_is_stopped(desk: Desk) -> None:
    told = await simulated(desk, 422, source=LOOP, inputs=MANY)

    assert told["code"] == "simulation_too_large"
    assert "facts" in told["detail"]


async def test_a_slow_definition_is_stopped_after_its_cpu_time(app: FastAPI, desk: Desk) -> None:
    doors: Doors = app.state.doors
    doors.simulator.seconds = 0.02
    told = await simulated(desk, 422, source=LOOP, inputs=MANY)

    assert told["code"] == "simulation_too_large"
    assert "cpu_seconds" in told["detail"]


async def test_only_who_may_read_definitions_may_simulate(desk: Desk) -> None:
    headers = await desk.headers("tickets:read")
    reply = await desk.http.post("/api/v1/simulations", json={"source": ASK}, headers=headers)

    assert reply.status_code == 403


async def test_work_in_the_simulator_keeps_its_own_errors() -> None:
    def work(_bounds: Bounds) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError):
        await Simulator().run(work)
