"""Duty, and what the next owner must know."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from api.principal import Scope
from db.tables import Team
from tests.api.api_desk import Desk


async def test_a_transfer_answers_with_the_bundle_and_it_can_be_asked_for(desk: Desk) -> None:
    no = await desk.open()
    await desk.write(insert(Team).values(key="warehouse"))

    answer = await desk.http.post(f"/api/v1/tickets/{no}/transfer", json={"to": "team:warehouse"})
    asked = await desk.http.get(f"/api/v1/tickets/{no}/handover")

    assert asked.json() == {"done": [], "open": [], "handoffs": [], "clocks": []}
    assert answer.json() == {"status": "open", "seq": 1, "handover": asked.json()}
    assert (await desk.http.get("/api/v1/tickets/GD-99999/handover")).status_code == 404


async def test_a_ticket_is_transferred_only_to_somebody_who_works_here(desk: Desk) -> None:
    no = await desk.open()
    await desk.person("qc1")
    await desk.person("left", active=False)

    answers = [
        await desk.http.post(f"/api/v1/tickets/{no}/transfer", json={"to": f"user:{name}"})
        for name in ("qc1", "left", "ghost")
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert answers[1].json()["code"] == "person_not_found"
    assert len(desk.temporal.heard) == 1


async def test_a_ticket_is_transferred_only_to_a_team_or_role_that_is_here(desk: Desk) -> None:
    no = await desk.open()
    await desk.write(insert(Team).values(key="warehouse"))
    await desk.person("qc1", roles=["packer"])

    answers = [
        await desk.http.post(f"/api/v1/tickets/{no}/transfer", json={"to": seat}, headers={"Accept-Language": "zh"})
        for seat in ("team:warehouse", "role:packer", "team:attic", "role:pilot")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert [answer.json()["detail"] for answer in answers[2:]] == ["没有团队 attic。", "没有同事担任 pilot。"]
    assert len(desk.temporal.heard) == 2


@pytest.mark.parametrize(
    ("scopes", "behalf", "person", "duty", "status"),
    [
        ([Scope.ADMIN], None, "qc1", "gone", 200),
        ([Scope.TICKETS_WRITE, Scope.ACT_AS], "qc1", "qc1", "off", 200),
        ([Scope.TICKETS_WRITE, Scope.ACT_AS], "qc1", "qc1", "gone", 403),
        ([Scope.TICKETS_WRITE, Scope.ACT_AS], "qc1", "qc2", "off", 403),
        ([Scope.TICKETS_WRITE], None, "qc1", "off", 403),
        ([Scope.TICKETS_READ], None, "qc1", "off", 403),
        ([Scope.ADMIN], None, "ghost", "off", 404),
        ([Scope.ADMIN], None, "qc1", "asleep", 422),
    ],
)
async def test_everybody_says_their_own_duty_and_an_administrator_anybodys(
    desk: Desk, scopes: list[Scope], behalf: str | None, person: str, duty: str, status: int
) -> None:
    for name in ("qc1", "qc2"):
        await desk.person(name)
    headers = {**await desk.headers(*scopes), **({"On-Behalf-Of": behalf} if behalf else {})}

    answer = await desk.http.post(f"/api/v1/people/{person}/duty", json={"duty": duty}, headers=headers)

    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json() == {"person": person, "duty": duty, "tickets": 0}
