"""Moving open tickets through the API: what is asked of each ticket, and what is answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from db import releases
from db.numbers import id_of
from db.releases import Said
from db.tables import Run
from sop.definition import Compiled
from sop.events import RunMigrated
from tests.api.api_desk import Desk
from tests.db.desk import NINE


def version(content: str) -> Compiled:
    return Compiled(
        kind="sop",
        key="return",
        version=0,
        sha256=content * 64,
        file="return.sop.yaml",
        document={"start": {"event": "ticket.classified"}},
        positions={},
        actions={},
        undo_takes={},
        personal=[],
        sops={},
        calendars={},
    )


async def standing(desk: Desk, count: int) -> list[str]:
    """Tickets that run on the first of two versions."""
    async with desk.store.write() as conn:
        for content in "ab":
            await releases.publish(conn, version(content), "", Said("anna", NINE))
    numbers = [await desk.open() for _ in range(count)]
    common = {"kind": "sop", "key": "return", "version": 1, "sha256": "a" * 64, "status": "running", "started_at": NINE}
    async with desk.store.write() as conn:
        for no in numbers:
            await conn.execute(insert(Run).values(ticket_id=id_of(no), run="return", **common))
    return numbers


async def migrated(desk: Desk, **said: object) -> tuple[int, dict[str, Any]]:  # Any: JSON
    headers = {**await desk.headers("admin", "act_as"), "On-Behalf-Of": "anna"}
    body = {"from_version": 1, "to_version": 2, **said}
    answer = await desk.http.post("/api/v1/definitions/return/migrations", json=body, headers=headers)
    return answer.status_code, answer.json()


async def test_every_ticket_is_asked_and_those_that_can_are_moved(desk: Desk) -> None:
    await desk.person("anna")
    numbers = await standing(desk, 4)
    _, planned = await migrated(desk)
    heard_by_then = list(desk.temporal.heard)
    _, done = await migrated(desk, dry_run=False, steps={"inspect": "check"}, note="photo check")
    _, one = await migrated(desk, ticket=numbers[1])
    moved = [(ticket, event) for ticket, event, _ in desk.temporal.heard if isinstance(event, RunMigrated)]

    verdicts = {each["ticket"]: each["verdict"] for each in planned["items"]}
    assert set(verdicts) == set(numbers)
    assert set(verdicts.values()) == {"ok", "needs_mapping"}
    assert heard_by_then == []
    fine = [no for no in numbers if verdicts[no] == "ok"]
    assert [each["ticket"] for each in done["items"] if each["verdict"] == "moved"] == fine
    assert sorted(ticket for ticket, _ in moved) == sorted(id_of(no) for no in fine)
    event = moved[0][1]
    assert (event.key, event.version, event.target["version"], event.by.id) == ("return", 1, 2, "anna")
    assert (event.steps, event.note) == ({"inspect": "check"}, "photo check")
    assert [each["ticket"] for each in one["items"]] == [numbers[1]]
    assert planned["next_after"] is None


async def test_what_cannot_be_migrated_is_refused(desk: Desk) -> None:
    await desk.person("anna")
    await standing(desk, 1)

    assert (await migrated(desk, to_version=9))[1]["code"] == "no_such_version"
    assert (await migrated(desk, canary=0))[0] == 422
    desk.temporal.goes_away()
    assert (await migrated(desk))[1]["code"] == "temporal_unavailable"
