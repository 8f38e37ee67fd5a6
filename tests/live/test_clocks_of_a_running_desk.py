"""Clocks on real servers: they explain themselves, are corrected, follow the customer, and take over other policies."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.live.desk import Desk, until
from tests.live.workspaces import workspace_with
from worker.settings import HOME

pytestmark = pytest.mark.live
Json = Any  # an answer of an API, read by tests only


def command(desk: Desk, *words: str, workspace: Path | None = None) -> str:
    """What a ``gongdan`` command prints."""
    env = {**desk.site.env, **({"GONGDAN_WORKSPACE": str(workspace)} if workspace else {})}
    done = subprocess.run(
        [sys.executable, "-m", "worker", *words], cwd=HOME, env=env, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def clock(desk: Desk, no: str, name: str) -> dict[str, Json]:
    [found] = [one for one in desk.ticket(no)["clocks"] if one["clock"] == name]
    return dict(found)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def an_enquiry(desk: Desk) -> str:
    """A general ticket whose first step waits for the staff."""
    no = desk.open(subject="咨询", category="general", body="想问一下产品")
    desk.step(no, "work")
    return no


def test_a_deadline_explains_itself_and_can_be_corrected(shared_desk: Desk) -> None:
    no = an_enquiry(shared_desk)
    before = shared_desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why").json()
    due = clock(shared_desk, no, "resolution")["due_at"]
    assert before["due_at"] == due
    assert sum(each["counted_seconds"] for each in before["stretches"]) == before["budget_seconds"]

    start = moment(before["started_at"])
    wrong = {"since": start.isoformat(), "until": (start + timedelta(milliseconds=400)).isoformat()}
    shared_desk.kill("worker")
    shared_desk.start("worker")
    shared_desk.correct(no, "*", {**wrong, "count": "paused", "reason": "误计"}, by="huangwei")

    told = [row for row in shared_desk.ledger(no) if row["type"] == "clock.corrected"]
    assert {row["data"]["clock"] for row in told} == {"resolution", "ordinary_handling"}
    assert all(row["by"]["id"] == "huangwei" and row["data"]["reason"] == "误计" for row in told)
    after = shared_desk.http.get(f"/api/v1/tickets/{no}/clocks/resolution/why").json()
    assert after["corrections"][0]["by"] == "huangwei"
    assert moment(after["due_at"]) >= moment(due)


def test_open_tickets_keep_their_policies_until_they_are_migrated(shared_desk: Desk, tmp_path: Path) -> None:
    old = an_enquiry(shared_desk)
    before = clock(shared_desk, old, "ordinary_handling")
    edited = workspace_with(
        tmp_path / "company", "    target: 2wh\n    stop: ticket.handled", "    target: 1wh\n    stop: ticket.handled"
    )
    command(shared_desk, "publish", workspace=edited)

    new = an_enquiry(shared_desk)
    assert clock(shared_desk, new, "ordinary_handling")["target"] == "1wh"
    assert clock(shared_desk, old, "ordinary_handling") == before

    planned = json.loads(command(shared_desk, "sla", "migrate", "general", "--dry-run", "--json"))
    assert planned["applied"] is False
    [row] = [row for row in planned["runs"] if row["ticket"] == old]
    [move] = [one for one in row["clocks"] if one["clock"] == "ordinary_handling"]
    assert move["target"] == ["2wh", "1wh"]
    assert clock(shared_desk, old, "ordinary_handling") == before

    command(shared_desk, "sla", "migrate", "general", "--by", "huangwei")
    until(lambda: clock(shared_desk, old, "ordinary_handling")["target"] == "1wh", "the clock has the new target")
    assert clock(shared_desk, old, "ordinary_handling")["due_at"] == move["due_at"][1].replace("+00:00", "Z")
    again = json.loads(command(shared_desk, "sla", "migrate", "general", "--json"))
    assert [one for row in again["runs"] for one in row["clocks"]] == []
