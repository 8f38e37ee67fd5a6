"""Open tickets that stand on every step of the return SOP go on with another version, on a real Temporal server."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from db import releases
from db.releases import Said
from db.session import Store
from sop.loading import load
from tests.live.desk import Desk
from worker.definitions.workspace import parse_texts, read_texts
from worker.settings import HOME

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

RETURN = "sop/library/return.sop.yaml"
EACH = max(1, int(os.environ.get("GONGDAN_MOVED_TICKETS", "12")) // 12)
"""Tickets on each of the twelve steps; ``GONGDAN_MOVED_TICKETS=200`` moves two hundred."""
PHONES = (f"1380001{number:04}" for number in itertools.count(1))
HURRIED = (("timeout: 14d", "timeout: 2s"),)
UNPACK = "{id: unpack, type: task, assign: 'team:warehouse_qc', due: 4wh}"
NEXT = (
    ("  - id: inspect                       # 5\n", f"  - {UNPACK}\n  - id: check\n    was: inspect\n"),
    ("due: 1wd", "due: 2wd"),
    ("steps.inspect", "steps.check"),
    ("id: wait_parcel_again", "id: wait_once_more\n      was: wait_parcel_again"),
    ("{target: 7wd,", "{target: 9wd,"),
)  # fmt: skip
STUCK = (("{{ steps.refund_approval.comment }}", "{{ ticket.order.nothing }}"),)


@dataclass
class Moving:
    """A desk, and the versions of its return SOP."""

    desk: Desk

    def publish(self, *changes: tuple[str, str]) -> int:
        """The shipped SOP with these changes as the default; its version."""
        texts = read_texts(HOME)
        space, text = parse_texts(texts), texts[RETURN]
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        compiled = load(text, RETURN, space.catalog)

        async def store() -> int:
            database = Store(self.desk.site.settings.database_url)
            try:
                async with database.write() as conn:
                    said = Said("anna", datetime.now(UTC))
                    return (await releases.publish(conn, compiled, text, said, first=True)).version
            finally:
                await database.dispose()

        return asyncio.run(store())

    def gongdan(self, *words: str) -> tuple[int, Any]:  # Any: JSON
        env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH")}
        done = subprocess.run(
            [sys.executable, "-m", "worker", "sop", *words, "--json", "--by", "zhaomin"],
            env={**env, **self.desk.site.env},
            cwd=HOME,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, json.loads(done.stdout)["items"]

    def open(self) -> str:
        customer = {"name": "王小明", "phone": next(PHONES)}
        no = self.desk.open(category="return", customer=customer, order={"no": "O-1016", "paid": 1800})
        self.desk.step(no, "photo_evidence")
        return no

    def photos(self, no: str) -> None:
        self.desk.answer(no, "photo_evidence", photos=["a.jpg", "b.jpg"], reason="质量问题")

    def parcel(self, no: str) -> None:
        self.desk.company.receives(self.desk.waybill(no))

    def inspected(self, no: str, outcome: str = "pass") -> None:
        self.photos(no)
        self.parcel(no)
        self.desk.answer(no, "inspect", outcome, by="zhouting", grade="A")


def together(act: Callable[[str], object], tickets: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, tickets))


def standing(moving: Moving) -> dict[str, list[str]]:
    """Tickets that stand on each step, by step."""
    desk, groups = moving.desk, dict[str, list[str]]()

    def group(step: str, *acts: Callable[[str], object], fault: str | None = None) -> None:
        tickets = groups[step] = [moving.open() for _ in range(EACH)]
        if fault:
            desk.company.goes_wrong("fail_4xx", fault)
        for act in acts:
            together(act, tickets)
        see = desk.incident if fault else desk.step
        together(lambda no: see(no, step), tickets)
        desk.company.recovers()

    hurried = moving.publish(*HURRIED)
    group("wait_parcel_again", moving.photos)
    group("remind_to_ship", moving.photos, fault="/messages")
    assert moving.publish() != hurried
    group("photo_evidence")
    group("create_rma", moving.photos, fault="/erp/rma")
    group("return_label", moving.photos, fault="/carrier/labels")
    group("wait_parcel", moving.photos)
    group("inspect", moving.photos, moving.parcel)
    group("refund_approval", moving.inspected)
    group("refund", moving.inspected, lambda no: desk.vote(no, "refund_approval", "zhaomin"), fault="/erp/refunds")
    group("notify_csat", moving.inspected, lambda no: desk.vote(no, "refund_approval", "zhaomin"), fault="/messages")
    group("tell_failed", lambda no: moving.inspected(no, "fail"), fault="/messages")
    refuse = lambda no: desk.vote(no, "refund_approval", "zhaomin", approve=False)  # noqa: E731 - an act like the others
    group("explain_refusal", moving.inspected, refuse)
    return groups


class End:
    """What is left to do for a ticket that stands on a step, in the new version."""

    def __init__(self, moving: Moving) -> None:
        self.moving, self.desk = moving, moving.desk

    def of(self, step: str, no: str) -> str:
        """Bring it to its end; the result it must come to."""
        if step in ("create_rma", "return_label", "remind_to_ship", "refund", "notify_csat", "tell_failed"):
            self.desk.settle(no, step, "retry", "chenjing")
        match step:
            case "photo_evidence":
                self.moving.photos(no)
                self._parcel(no)
            case "create_rma" | "return_label" | "wait_parcel":
                self._parcel(no)
            case "remind_to_ship" | "wait_parcel_again":
                self._parcel(no, "wait_once_more")
            case "inspect":
                self._check(no)
            case "refund_approval":
                self._approve(no)
            case "explain_refusal":
                owner = self.desk.step(no, "explain_refusal")["person"]
                self.desk.answer(no, "explain_refusal", "appeal", by=owner)
                self._approve(no)
        return "rejected" if step == "tell_failed" else "resolved"

    def _parcel(self, no: str, step: str = "wait_parcel") -> None:
        self.desk.step(no, step)
        done = [row["data"] for row in self.desk.ledger(no) if row["type"] == "action.done"]
        labels = [one["outputs"]["tracking_no"] for one in done if one["action"] == "logistics.label.create"]
        self.desk.company.receives(labels[-1])
        self.desk.answer(no, "unpack", by="zhouting")
        self._check(no)

    def _check(self, no: str) -> None:
        self.desk.answer(no, "check", "pass", by="zhouting", grade="A")
        self._approve(no)

    def _approve(self, no: str) -> None:
        self.desk.vote(no, "refund_approval", "zhaomin")


def test_tickets_on_every_step_go_on_to_their_end(shared_desk: Desk) -> None:
    moving = Moving(shared_desk)
    groups = standing(moving)
    everybody = [no for tickets in groups.values() for no in tickets]
    stuck, new = moving.publish(*STUCK), moving.publish(*NEXT)
    one = groups["explain_refusal"][0]
    before = shared_desk.ledger(one)
    code, [refused] = moving.gongdan("migrate", "return@1", f"return@{stuck}", "--ticket", one)
    untouched = shared_desk.ledger(one)

    _, planned = moving.gongdan("migrate", "return@1", f"return@{new}", "--dry-run")
    _, canary = moving.gongdan("migrate", "return@1", f"return@{new}", "--canary", "5")
    began = time.monotonic()
    moved = [
        *moving.gongdan("migrate", "return@1", f"return@{new}")[1],
        *moving.gongdan("migrate", "return@2", f"return@{new}")[1],
    ]
    took = time.monotonic() - began
    print(f"\nmoved {len(moved)} of {len(everybody)} tickets in {took:.1f} s")  # noqa: T201 - the figure is asked for
    runs = Counter(run["version"] for no in everybody for run in shared_desk.ticket(no)["runs"])
    end = End(moving)
    expected = {no: end.of(step, no) for step, tickets in groups.items() for no in tickets}
    together(lambda no: shared_desk.resolved(no, expected[no]), everybody)

    assert (code, refused["verdict"], untouched) == (1, "refused", before)
    assert {one["verdict"] for one in planned} == {"ok"}
    assert len({one["before"][0]["step"] for one in canary}) == min(5, len(canary))
    assert {one["verdict"] for one in (*canary, *moved)} == {"moved"}
    assert sorted(one["ticket"] for one in (*canary, *moved)) == sorted(everybody)
    assert runs == {new: len(everybody)}
    for no in everybody:
        rows = shared_desk.ledger(no)
        assert [row["by"]["id"] for row in rows if row["type"] == "run.migrated"] == ["zhaomin"]
        effects = Counter(shared_desk.company.of_ticket(no))
        assert (effects["erp.rma.create"], effects["carrier.label.create"]) == (1, 1)
        assert effects["erp.refund.create"] == (expected[no] == "resolved")
        assert shared_desk.verdict(no).whole
