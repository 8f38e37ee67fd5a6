"""`gongdan demo` plays ten tickets on a running installation, and says so when one does not end as planned."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.desk import Desk
from worker.demo.line import call
from worker.demo.play import play_all
from worker.demo.stories import stories
from worker.settings import Settings

pytestmark = pytest.mark.live


def _gongdan(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "worker", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)


def test_ten_tickets_of_different_kinds_end_as_planned(shared_desk: Desk) -> None:
    played = _gongdan(dict(shared_desk.site.env), "demo", "--lang", "zh")

    assert played.returncode == 0, played.stdout + played.stderr
    lines = [line for line in played.stdout.splitlines() if line.startswith("GD-")]
    assert len({line.split()[0] for line in lines}) == 10
    assert all("✓" in line for line in lines)
    assert "客户撤回" in played.stdout
    assert "10/10" in played.stderr
    assert all(shared_desk.verdict(line.split()[0]).whole for line in lines)


async def test_a_ticket_that_ends_otherwise_is_told(shared_desk: Desk) -> None:
    last = stories("O-NEW-1")[-1]
    planned = replace(last, effects=(*last.effects, "erp.refund.create"))
    line = await call(Settings.from_environment(shared_desk.site.env))
    try:
        [otherwise, undone] = await play_all(line, (replace(last, result="rejected"), planned), 60)
    finally:
        await line.close()

    assert otherwise.wrong == "rejected ≠ resolved"
    assert undone.wrong == "-erp.refund.create"


def test_where_nothing_runs_the_demo_says_how_to_start(tmp_path: Path, shared_desk: Desk) -> None:
    nowhere = {name: shared_desk.site.env[name] for name in ("PATH", "PYTHONPATH")} | {
        "GONGDAN_DATA_DIR": str(tmp_path)
    }

    played = _gongdan(nowhere, "demo")

    assert played.returncode == 1
    assert "gongdan up" in played.stderr
