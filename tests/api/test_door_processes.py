"""What a process designer asks of the API: versions with their tickets, differences, extra steps; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from api.app import create
from api.identities import digest
from api.settings import Settings
from db import releases
from db.auth import open_session
from db.numbers import id_of
from db.releases import Said
from db.tables import Run, Step, Team
from sop.definition import Compiled
from sop.events import RunMigrated
from sop.loading import examine
from tests.api.api_desk import Desk, Temporal
from tests.db.desk import NINE
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME

V1 = "/api/v1/definitions/return"
FILE = "sop/library/return.sop.yaml"
SPACE = parse_texts(read_texts(HOME))
STEP = "{id: second_look, type: task, title: {zh: 复核, en: Second look}, assign: role:finance_manager, due: 4wh}"


@pytest.fixture(params=["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.live)])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def app(settings: Settings, temporal: Temporal) -> FastAPI:
    async def connect() -> Temporal:
        return temporal

    return create(settings, connect=connect, catalog=SPACE.catalog)


def a_return(change: tuple[str, str] = ("", "")) -> Compiled:
    """The return that ships, with one change of its text."""
    text = read_texts(HOME)[FILE]
    assert change[0] in text
    compiled = examine(text.replace(*change), FILE, SPACE.catalog).compiled
    assert compiled is not None
    return compiled


async def published(desk: Desk, *versions: Compiled) -> None:
    async with desk.store.write() as conn:
        for compiled in versions:
            await releases.publish(conn, compiled, "sop: return", Said("anna", NINE), first=True)


async def running(desk: Desk, step: str = "inspect", status: str = "running") -> str:
    """A ticket whose return stands on a step."""
    no = await desk.open()
    common = {"ticket_id": id_of(no), "run": "return"}
    run = {"kind": "sop", "key": "return", "version": 1, "sha256": "a" * 64, "status": status, "started_at": NINE}
    stands = {"step": step, "visit": 1, "seq": 3, "type": "task", "status": "open", "opened_at": NINE}
    async with desk.store.write() as conn:
        await conn.execute(insert(Run).values(**common, **run))
        if status == "running":
            await conn.execute(insert(Step).values(**common, **stands))
    return no


async def asked(desk: Desk, path: str, **said: object) -> tuple[int, dict[str, Any]]:  # Any: JSON
    headers = {**await desk.headers("admin", "act_as"), "On-Behalf-Of": "anna"}
    answer = await desk.http.post(V1 + path, json=said, headers=headers)
    return answer.status_code, answer.json()


async def test_every_version_says_how_many_open_tickets_run_on_it(desk: Desk) -> None:
    await published(desk, a_return(), a_return(("escalate: role:warehouse_lead", "escalate: role:finance_manager")))
    await running(desk)
    await running(desk)
    await running(desk, status="ended")
    current = (await desk.http.get("/api/v1/definitions")).json()["items"]
    every = (await desk.http.get("/api/v1/definitions", params={"archived": True})).json()["items"]
    shown = (await desk.http.get(V1, params={"version": 1})).json()

    assert [(one["version"], one["state"], one["open_tickets"]) for one in current] == [(2, "default", 0)]
    assert [(one["version"], one["state"], one["open_tickets"]) for one in every] == [
        (2, "default", 0),
        (1, "archived", 2),
    ]
    assert shown["open_tickets"] == 2
    assert [one["open_tickets"] for one in shown["versions"]] == [0, 2]


async def test_two_versions_are_compared_by_what_they_mean(desk: Desk) -> None:
    await published(desk, a_return(), a_return(("assign: team:warehouse_qc", "assign: role:warehouse_lead")))
    await running(desk)
    found = (await desk.http.get(V1 + "/difference", params={"from": 1, "to": 2})).json()
    same = (await desk.http.get(V1 + "/difference", params={"from": 2})).json()
    unknown = await desk.http.get(V1 + "/difference", params={"from": 1, "to": 9})

    assert (found["old"], found["new"], found["same"]) == ("return@1", "return@2", False)
    [change] = found["changes"]
    assert (change["step"], change["key"], change["new"]) == ("inspect", ["assign"], "role:warehouse_lead")
    assert change["en"]
    assert change["zh"]
    assert found["tickets"] == {"total": 1, "steps": {"inspect": 1}}
    assert same["same"]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_version")


async def test_an_extra_step_is_tried_then_put_in_and_recorded(desk: Desk) -> None:
    await desk.person("anna")
    await published(desk, a_return())
    numbers = [await running(desk), await running(desk)]
    said = {"step": STEP, "before": "refund", "why": "faulty batch", "clocks": "pause"}
    tried, plan = await asked(desk, "/injections", **said)
    kept_by_then = (await desk.http.get(V1)).json()["versions"]
    _, done = await asked(desk, "/injections", **said, dry_run=False)
    _, one = await asked(desk, "/injections", **said, ticket="GD-999999")
    shown = (await desk.http.get(V1, params={"version": 2})).json()
    moved = [event for _, event, _ in desk.temporal.heard if isinstance(event, RunMigrated)]

    assert (tried, plan["version"], plan["step"]) == (200, None, "second_look")
    assert {one["ticket"] for one in plan["items"]} == set(numbers)
    assert len(kept_by_then) == 1
    assert (done["version"]["version"], done["version"]["state"]) == (2, "derived")
    assert {one["verdict"] for one in done["items"]} == {"moved", "needs_mapping"}
    assert one["items"] == []
    assert [(event.version, event.target["version"], event.before, event.pausing) for event in moved] == [
        (1, 2, "refund", ("second_look",))
    ]
    assert [(change["by"], change["note"], change["data"]) for change in shown["changes"][:2]] == [
        ("anna", "faulty batch", {"migrated_from": 1, "tickets": {"moved": 1, "needs_mapping": 1}}),
        ("anna", "faulty batch", None),
    ]


async def test_a_step_that_cannot_be_put_in_is_refused_with_every_problem(desk: Desk) -> None:
    await desk.person("anna")
    await published(desk, a_return())
    said = {"step": STEP, "before": "refund", "why": "faulty batch"}
    nobody = {**said, "step": STEP.replace("finance_manager", "nobody_at_all")}
    status, linted = await asked(desk, "/injections", **nobody)

    assert (status, linted["code"]) == (422, "invalid")
    assert [one["pointer"] for one in linted["errors"]] == ["/step"]
    assert "nobody_at_all" in linted["errors"][0]["message"]
    assert (await asked(desk, "/injections", **{**said, "step": "just text"}))[1]["code"] == "no_step"
    assert (await asked(desk, "/injections", **{**said, "before": "nowhere"}))[0] == 404
    assert (await asked(desk, "/injections", **said, after="refund"))[0] == 422
    assert (await asked(desk, "/injections", **said, condition="customer.phone == '1'"))[0] == 422
    assert len((await desk.http.get(V1)).json()["versions"]) == 1


async def test_a_move_is_recorded_with_its_author_and_happens_once(desk: Desk) -> None:
    await desk.person("anna")
    await published(desk, a_return(), a_return(("assign: team:warehouse_qc", "assign: role:warehouse_lead")))
    await running(desk)
    await running(desk)
    key = {**await desk.headers("admin", "act_as"), "On-Behalf-Of": "anna", "Idempotency-Key": "once"}
    said = {"from_version": 1, "to_version": 2, "dry_run": False, "note": "photo check"}
    first = await desk.http.post(V1 + "/migrations", json=said, headers=key)
    again = await desk.http.post(V1 + "/migrations", json=said, headers=key)
    changes = (await desk.http.get(V1)).json()["changes"]

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    notes = [(one["version"], one["by"], one["note"], one["data"]) for one in changes if one["note"]]
    assert notes == [(2, "anna", "photo check", {"migrated_from": 1, "tickets": {"moved": 1, "needs_mapping": 1}})]


async def test_whoever_leads_changes_what_tickets_go_by_and_others_do_not(desk: Desk) -> None:
    await published(desk, a_return())
    for name in ("anna", "bob"):
        await desk.person(name)
    await desk.write(insert(Team).values(key="after_sales", lead="anna"))
    said = {"key": "return", "step": "refund", "why": "twice"}

    async def signed_in(name: str) -> httpx.Response:
        now = datetime.now(UTC)
        async with desk.store.write() as conn:
            await open_session(conn, digest(f"cookie-of-{name}"), name, "token", now, now + timedelta(hours=1))
        cookie = {"Cookie": f"gongdan_session=cookie-of-{name}", "Authorization": "", "X-CSRF-Token": "token"}
        return await desk.http.post("/api/v1/gates", json=said, headers=cookie)

    speaking = {**await desk.headers("tickets:read", "act_as"), "On-Behalf-Of": "anna"}
    by_key = await desk.http.post("/api/v1/gates", json=said, headers=speaking)

    assert (await signed_in("anna")).status_code == 201
    assert (await signed_in("bob")).json()["code"] == "scope_missing"
    assert by_key.json()["code"] == "scope_missing"
    [gate] = (await desk.http.get("/api/v1/gates")).json()["items"]
    assert gate["set_by"] == "anna"
