"""The door through which an administrator takes a ticket that has ended as a scenario."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from db.releases import Said, publish
from db.tables import Ticket
from sop.definition import Compiled
from sop.scenario import read_scripts
from tests.api.api_desk import Desk
from tests.sop.conftest import library, library_catalog  # noqa: F401  # fixtures are found by name
from worker.bench.lives import a_life
from worker.bench.past import keep

NO, URL = "GD-10003", "/api/v1/tickets/GD-10003/scenario"


async def with_a_past(desk: Desk, compiled: Compiled, *, known: bool = True) -> None:
    """Ticket 3 has lived and closed on version 1."""
    numbered: Compiled = {**compiled, "version": 1}
    async with desk.store.write() as conn:
        if known:
            await publish(conn, compiled, "", Said("test", datetime.now(UTC)), first=True)
        await keep(conn, {3: a_life(numbered, 3)})


async def test_a_ticket_that_has_ended_is_a_scenario_file(desk: Desk, library: dict[str, Compiled]) -> None:  # noqa: F811
    await with_a_past(desk, library["general.sop.yaml"])

    told = await desk.http.get(URL)
    found = told.json()
    [script] = read_scripts(found["scenario"], "x.yaml")

    assert told.status_code == 200, told.text
    assert (found["ticket"], found["definition"]["key"], found["definition"]["version"]) == (NO, "general", 1)
    assert script.file == "general.sop.yaml"
    assert script.cases[0].expect.result is not None
    assert found["scenario"].startswith("# general@1, sha256 ")


async def test_it_is_for_administrators_and_for_tickets_that_have_ended(
    desk: Desk,
    library: dict[str, Compiled],  # noqa: F811  # the fixture
) -> None:
    await with_a_past(desk, library["general.sop.yaml"])
    agent = await desk.http.get(URL, headers=await desk.headers("tickets:read", "definitions:read"))
    unknown = await desk.http.get("/api/v1/tickets/GD-19999/scenario")
    async with desk.store.write() as conn:
        await conn.execute(update(Ticket).values(status="open"))
    still_open = await desk.http.get(URL, headers={"Accept-Language": "zh"})

    assert (agent.status_code, unknown.status_code, still_open.status_code) == (403, 404, 409)
    assert "还没有结束" in still_open.json()["detail"]


async def test_without_its_version_nothing_can_be_told(desk: Desk, library: dict[str, Compiled]) -> None:  # noqa: F811
    await with_a_past(desk, library["general.sop.yaml"], known=False)

    told = await desk.http.get(URL)

    assert (told.status_code, told.json()["code"]) == (404, "definition_not_found")
