"""A ticket that waits costs no events, however long: its clock stands still, or its deadlines are far away."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from temporal_stage import Lockstep, time_skipping

from sop.catalog import Catalog
from sop.definition import Compiled
from sop.facts import FactType
from sop.loading import load_many
from sop.scenario.script import Act, Case, Expected, Script
from worker.definitions.workspace import parse_texts, read_texts
from workflows.messages import workflow_id

ROOT = Path(__file__).parents[2]
WAITING = """
dsl: 1
sop: waiting
title: {zh: 等待, en: Waiting}
owner: role:after_sales_lead
start: {event: ticket.classified}
sla:
  resolution: {target: TARGET, pause: PAUSE, escalate: role:after_sales_lead}
  first_response: {target: 400d}
steps:
  - {id: look, type: task, title: 看一看, assign: owner}
  - {id: ask, type: task, title: 请补充, assign: customer}
"""
SLOW = """
dsl: 1
sop: slow
title: {zh: 慢, en: Slow}
owner: role:after_sales_lead
start: {event: ticket.classified}
sla:
  resolution: {target: 25s, escalate: role:after_sales_lead}
steps:
  - {id: look, type: task, title: 看一看, assign: owner, due: 10s}
  - id: rma
    type: action
    action: erp.rma.create
    with: {order_no: O1, reason: 其他, photos: []}
"""
TICKET = {"category": "return"}  # no clock of the company runs for it
LOOKED = Act(complete="look", by="agent")
PAUSED = Act(order="pause", by="agent")
RESUMED = Act(order="resume", by="agent")
STORIES = {
    "its clock stands still while the customer owes an answer": ("2h", "ticket.status == 'waiting_customer'", [LOOKED]),
    "somebody has paused it": ("2h", "false", [PAUSED]),
    "its deadlines are far away": ("300d", "false", [LOOKED]),
    "it was paused, and goes on with far deadlines": ("300d", "false", [PAUSED, Act(after="3d"), RESUMED]),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return parse_texts(read_texts(ROOT)).catalog


@pytest.mark.parametrize("story", STORIES)
async def test_thirty_days_of_waiting_add_no_event(story: str, catalog: Catalog) -> None:
    target, pause, acts = STORIES[story]
    case = Case(name=story, play=acts, expect=Expected())

    async with (
        time_skipping() as env,
        Lockstep.open(
            env, Script(file="waiting", ticket=TICKET, cases=[case]), case, compiled(target, pause, catalog), 1
        ) as both,
    ):
        for number, act in enumerate(acts, 1):
            await both.act(act, number)
        before = await length(both)
        await env.sleep(timedelta(days=30))
        after = await length(both)

    assert both.wrong == []
    assert after == before


async def test_a_deadline_that_comes_costs_one_turn(catalog: Catalog) -> None:
    case = Case(name="late", play=[], expect=Expected())
    late = compiled("20d", "false", catalog)

    async with (
        time_skipping() as env,
        Lockstep.open(env, Script(file="late", ticket=TICKET, cases=[case]), case, late, 1) as both,
    ):
        before = await length(both)
        await both.act(Act(after="21d"), 1)
        after = await length(both)

    fired = [fact.type for fact in both.facts if fact.type in (FactType.CLOCK_WARNED, FactType.CLOCK_BREACHED)]
    assert fired == [FactType.CLOCK_WARNED, FactType.CLOCK_BREACHED]
    assert after - before == 2 * len(["fired", "scheduled", "started", "completed", "written", "armed anew"])


async def test_a_timer_that_was_left_alone_during_a_call_loses_no_deadline(catalog: Catalog) -> None:
    look = Act(complete="look", by="agent", **{"with": {}})
    case = Case(name="slow", play=[look], mocks={"erp.rma.create": "fail"}, expect=Expected())
    slow = load_many({"slow.sop.yaml": SLOW}, catalog)["slow.sop.yaml"]

    async with (
        time_skipping() as env,
        Lockstep.open(env, Script(file="slow", ticket=TICKET, cases=[case]), case, slow, 1) as both,
    ):
        await both.act(look, 1)
        await both.act(Act(after="3h"), 2)
        history = await env.client.get_workflow_handle(workflow_id(1)).fetch_history()

    [breached] = [fact for fact in both.facts if fact.type is FactType.CLOCK_BREACHED]
    fired = [event for event in history.events if event.HasField("timer_fired_event_attributes")]
    assert any(fact.type is FactType.INCIDENT_OPENED and fact.at > breached.at for fact in both.facts)
    assert breached.at - datetime.fromisoformat(str(breached.data["due_at"])) < timedelta(seconds=2)
    assert len(fired) == 3  # once for the task that was done already, then for the clock's warning and its end


def compiled(target: str, pause: str, catalog: Catalog) -> Compiled:
    """A ticket that only waits."""
    text = WAITING.replace("TARGET", target).replace("PAUSE", f'"{pause}"')
    return load_many({"waiting.sop.yaml": text}, catalog)["waiting.sop.yaml"]


async def length(both: Lockstep) -> int:
    """How many events its history has."""
    history = await both.env.client.get_workflow_handle(workflow_id(both.ticket_id)).fetch_history()
    return len(history.events)
