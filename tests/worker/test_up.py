"""``gongdan up``: one command runs everything, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.worker.real_servers import lives
from tests.worker.running_site import Site, environment, gongdan, wait_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
PROCESSES = ("api", "worker", "relay", "demo", "start-dev")


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    site = Site(tmp_path / "var", (free_port(), free_port(), free_port(), free_port()))
    yield site
    if site.process is not None and site.process.poll() is None:
        site.end(signal.SIGTERM)


def is_up(site: Site) -> bool:
    try:
        return httpx.get(f"{site.url}/healthz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def first_step_of(site: Site, no: str) -> str:
    steps = site.get(f"/api/v1/tickets/{no}").json()["steps"]
    return steps[0]["step"] if steps else ""


def test_whatever_is_killed_comes_back_and_tickets_go_on(site: Site) -> None:
    banner = site.start()
    assert site.url in banner
    assert re.search(r"One-time password +[a-z2-9]{4}(-[a-z2-9]{4}){3}", banner)
    assert "gd_1_" in banner
    assert stat.S_IMODE((site.data_dir / "local.json").stat().st_mode) == 0o600

    for name in PROCESSES:
        before = site.pid_of(name)
        assert before is not None, name
        opened = gongdan(
            "ticket",
            "open",
            f"return, {name} is to be killed",
            "--order",
            "no=O-1001",
            "--order",
            "paid=199",
            env=site.env,
        )
        assert opened.returncode == 0, opened.stderr
        no = opened.stdout.strip()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda name=name, before=before: site.pid_of(name) not in (None, before))  # type: ignore[misc]
        wait_until(lambda: is_up(site))
        wait_until(lambda no=no: first_step_of(site, no) == "photo_evidence", 60)  # type: ignore[misc]

    assert "died (SIGKILL)" in site.output.read_text()
    shown = gongdan("ticket", "show", no, env=site.env)
    assert "photo_evidence" in shown.stdout
    assert no in gongdan("ticket", "list", env=site.env).stdout
    told = gongdan("event", "send", "parcel.received", "tracking_no=SF1", "--ticket", no, env=site.env)
    assert told.stdout.split() == ["accepted", no]


def test_the_end_leaves_no_process_and_the_next_start_no_password(site: Site) -> None:
    site.start()
    refused = gongdan("up", env=environment(site.data_dir))
    assert refused.returncode == 1
    assert "another `gongdan up` runs" in refused.stderr

    started = [pid for pid, _ in site.children()]
    assert len(started) == len(PROCESSES)
    assert site.end(signal.SIGTERM) == 0
    assert not [pid for pid in started if lives(pid)]

    began = time.monotonic()
    banner = site.start()
    assert "One-time password" not in banner
    assert "gongdan user password admin" in banner
    assert time.monotonic() - began < 60  # 10 s on a machine that does nothing else

    started = [pid for pid, _ in site.children()]
    site.end(signal.SIGKILL)
    wait_until(lambda: not [pid for pid in started if lives(pid)], 10)
