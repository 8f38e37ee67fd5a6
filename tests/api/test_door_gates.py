"""Gates through the API."""

from __future__ import annotations

from datetime import UTC, datetime

from db import releases
from db.releases import Said
from sop.loading import load_many
from tests.api.api_desk import Desk
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME


async def published(desk: Desk) -> None:
    space = parse_texts(read_texts(HOME))
    compiled = load_many(space.definitions, space.catalog)["sop/library/return.sop.yaml"]
    async with desk.store.write() as conn:
        await releases.publish(conn, compiled, "", Said("anna", datetime.now(UTC)), first=True)


async def test_a_gate_is_set_listed_and_released(desk: Desk) -> None:
    await published(desk)
    await desk.person("anna")
    await desk.open()
    by = {**await desk.headers("admin", "act_as"), "On-Behalf-Of": "anna"}
    said = {"key": "return", "step": "refund", "why": "twice", "clocks": "pause"}
    held = await desk.http.post("/api/v1/gates", json=said, headers=by)
    number = held.json()["gate"]
    [listed] = (await desk.http.get("/api/v1/gates")).json()["items"]
    released = await desk.http.post(f"/api/v1/gates/{number}/release", json={"note": "repaired"}, headers=by)
    again = await desk.http.post(f"/api/v1/gates/{number}/release", json={}, headers=by)
    [known] = (await desk.http.get("/api/v1/gates", params={"released": True})).json()["items"]

    assert (held.status_code, held.json()) == (201, {"gate": number, "tickets": 1})
    assert (listed["set_by"], listed["why"], listed["clocks"], listed["held"]) == ("anna", "twice", "pause", 0)
    assert (released.status_code, again.status_code, again.json()["code"]) == (200, 404, "no_such_gate")
    assert (known["released_by"], known["released_note"]) == ("anna", "repaired")
    assert (await desk.http.get("/api/v1/gates")).json()["items"] == []


async def test_a_gate_that_cannot_be_is_refused(desk: Desk) -> None:
    await published(desk)
    said = {"key": "return", "step": "refund", "why": "twice"}

    async def status(**other: object) -> int:
        return (await desk.http.post("/api/v1/gates", json={**said, **other})).status_code

    assert await status(step="nowhere") == 404
    assert await status(version=9) == 404
    assert await status(condition="customer.phone == '1'") == 422
    assert await status(condition="steps.x") == 422
    assert await status(why="") == 422
