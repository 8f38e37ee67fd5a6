"""Tickets of a running installation replay to the second, and become scenarios that pass, without persons in them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from sop.definition import Compiled
from sop.facts import Fact, FactType
from sop.scenario import play, read_scripts
from tests.live.desk import Desk
from tests.sop.conftest import library, library_catalog  # noqa: F401  # fixtures are found by name
from tests.sop.replay_desk import story
from tests.worker.running_site import gongdan

pytestmark = pytest.mark.live

PHONE = "13800001007"
A_RETURN = {
    "subject": "屏幕有划痕，要退货",
    "body": "刚收到就有划痕，我要退货退款",
    "customer": {"external_id": "C-1007", "name": "王小明", "phone": PHONE},
    "order": {"no": "O-1001", "paid": 1999},
}


def test_tickets_of_a_running_desk_replay_and_become_scenarios(
    shared_desk: Desk,
    library: dict[str, Compiled],  # noqa: F811  # the fixture
    tmp_path: Path,
) -> None:
    desk = shared_desk
    tickets = [_refunded(desk), _claimed_and_cancelled(desk), _refused_by_the_erp(desk)]
    env = {**desk.site.env, "GONGDAN_KEY": desk.http.headers["Authorization"].removeprefix("Bearer ")}
    env |= {"GONGDAN_URL": desk.site.settings.url}

    replayed = gongdan("sop", "replay", "return@1", "return@1", "--json", env=env)
    found = json.loads(replayed.stdout)
    files = [tmp_path / f"{no}.yaml" for no in tickets]
    exported = [
        gongdan("ticket", "export", no, "--out", str(file), env=env) for no, file in zip(tickets, files, strict=True)
    ]
    tested = gongdan("sop", "test", *map(str, files), env=env)
    texts = [file.read_text("utf-8") for file in files]

    assert (replayed.returncode, found["tickets"]) == (0, 3), replayed.stdout + replayed.stderr
    assert found["no_difference"] is True, replayed.stdout
    assert [each.returncode for each in exported] == [0, 0, 0], [each.stderr for each in exported]
    assert tested.returncode == 0, tested.stdout
    assert tested.stdout.count("✓") == 3
    assert [text for text in texts if "王小明" in text or PHONE in text or "zhouting" in text] == []
    assert "vote: refund_approval" in texts[0]
    assert "order: cancel" in texts[1]
    assert "erp.rma.create: refuse" in texts[2]
    for no, text in zip(tickets, texts, strict=True):
        assert story(_played(text, library["return.sop.yaml"]), "return") == story(_ledger(desk, no), "return")


def _played(text: str, compiled: Compiled) -> list[Fact]:
    [script] = read_scripts(text, "exported.yaml")
    return play(script, script.cases[0], compiled)[0].facts


def _ledger(desk: Desk, no: str) -> list[Fact]:
    return [
        Fact(
            row["seq"],
            FactType(row["type"]),
            datetime.fromisoformat(row["at"]),
            row["run"],
            row["step"],
            row["visit"],
            None,
            row["data"],
        )
        for row in desk.ledger(no)
    ]


def _refunded(desk: Desk) -> str:
    no = desk.open(**A_RETURN)
    photos = desk.photos(no)
    desk.answer(no, "photo_evidence", photos=photos, reason="质量问题", remark=f"我是王小明 {PHONE}")
    desk.company.receives(desk.waybill(no))
    desk.answer(no, "inspect", "pass", by="zhouting", grade="A")
    desk.vote(no, "refund_approval", by="zhaomin", comment="王小明是老客户")
    desk.resolved(no)
    return no


def _claimed_and_cancelled(desk: Desk) -> str:
    no = desk.open(**A_RETURN)
    desk.step(no, "photo_evidence")
    desk.post(f"/tickets/{no}/claim", {"note": "我来"}, by="wangfang").raise_for_status()
    desk.post(f"/tickets/{no}/priority", {"priority": "high"}, by="wangfang").raise_for_status()
    desk.post(f"/tickets/{no}/pause", {}, by="wangfang").raise_for_status()
    desk.post(f"/tickets/{no}/resume", {}, by="wangfang").raise_for_status()
    desk.post(
        f"/tickets/{no}/messages", {"body": "王小明您好", "visibility": "public"}, by="wangfang"
    ).raise_for_status()
    desk.until(no, lambda told: told["messages"][1:], "the message is there")
    desk.post(f"/tickets/{no}/cancel", {}, by="wangfang").raise_for_status()
    desk.resolved(no, "cancelled")
    return no


def _refused_by_the_erp(desk: Desk) -> str:
    no = desk.open(**A_RETURN)
    desk.step(no, "photo_evidence")
    desk.company.goes_wrong("fail_4xx", "/erp/rma")
    desk.answer(no, "photo_evidence", photos=desk.photos(no), reason="不喜欢")
    desk.incident(no, "create_rma")
    desk.company.recovers()
    desk.settle(no, "create_rma", "stop", by="wangfang")
    desk.resolved(no, "cancelled")
    return no
