"""Versions of definitions through the API."""

from __future__ import annotations

from typing import Any

from db import releases
from db.releases import Said
from sop.definition import ActionContract, Compiled
from tests.api.api_desk import Desk
from tests.db.desk import NINE

PAYS = ActionContract(takes=[], gives=[], effect="money", idempotent="key", undo=None)
V1 = "/api/v1/definitions/return"


async def published(desk: Desk, content: str, *, money: bool = False, by: str = "anna") -> None:
    compiled = Compiled(
        kind="sop",
        key="return",
        version=0,
        sha256=content * 64,
        file="return.sop.yaml",
        document={"start": {"event": "ticket.classified"}},
        positions={},
        actions={"erp.pay": PAYS} if money else {},
        undo_takes={},
        personal=[],
        sops={},
        calendars={},
    )
    async with desk.store.write() as conn:
        await releases.publish(conn, compiled, "sop: return", Said(by, NINE))


async def asked(
    desk: Desk, path: str, by: str | None = None, **said: object
) -> tuple[int, dict[str, Any]]:  # Any: JSON
    headers = await desk.headers("admin", "act_as")
    answer = await desk.http.post(V1 + path, json=said, headers={**headers, **({"On-Behalf-Of": by} if by else {})})
    return answer.status_code, answer.json()


async def test_money_is_approved_by_another_person(desk: Desk) -> None:
    for name in ("anna", "bob"):
        await desk.person(name)
    await published(desk, "a", money=True)
    nobody, _ = await asked(desk, "/versions/1/approve")
    herself, refusal = await asked(desk, "/versions/1/approve", "anna")
    another, approved = await asked(desk, "/versions/1/approve", "bob", note="seen")
    again, _ = await asked(desk, "/versions/1/approve", "bob")
    told = (await desk.http.get(V1)).json()

    assert (nobody, herself, another, again) == (403, 403, 200, 409)
    assert refusal["code"] == "four_eyes"
    assert (approved["state"], approved["approved_by"]) == ("default", "bob")
    assert [(c["from_state"], c["to_state"], c["by"]) for c in told["changes"]] == [
        ("draft", "default", "bob"),
        ("draft", "draft", "anna"),
        (None, "draft", "anna"),
    ]


async def test_a_candidate_is_promoted_and_rolled_back(desk: Desk) -> None:
    await published(desk, "a")
    await published(desk, "b")
    _, tried = await asked(desk, "/versions/1/stage", share=10)
    _, default = await asked(desk, "/versions/1/stage")
    _, back = await asked(desk, "/rollback", note="too many rejects")
    _, gone = await asked(desk, "/versions/2/archive")

    assert (tried["state"], tried["share"]) == ("candidate", 10)
    assert (default["version"], default["state"], default["share"]) == (1, "default", None)
    assert (back["version"], back["state"]) == (2, "default")
    assert gone["state"] == "archived"


async def test_what_cannot_be_is_refused_with_a_reason(desk: Desk) -> None:
    await published(desk, "a")

    assert (await asked(desk, "/versions/7/archive"))[0] == 404
    assert (await asked(desk, "/versions/1/stage", segment="customer.phone == '1'"))[1]["code"] == "bad_condition"
    assert (await asked(desk, "/versions/1/stage", segment="steps.x"))[0] == 422
    assert (await asked(desk, "/rollback"))[1]["code"] == "no_such_version"
    assert (await asked(desk, "/versions/1/stage", share=100))[0] == 422
