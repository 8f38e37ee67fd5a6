"""The README's five-minute walk works word for word: its commands are taken from it and run. The Chinese README has the
same commands (tests/tooling/test_house_documents.py)."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.worker.running_site import Site, environment, wait_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]
TITLE = "## The five-minute walk"
PAUSE = "\nsleep 3\n"  # a reader is slower than that


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    site = Site(tmp_path / "var", (free_port(), free_port(), free_port(), free_port()))
    yield site
    if site.process is not None and site.process.poll() is None:
        site.end(signal.SIGTERM)


def blocks() -> list[str]:
    """The walk's shell blocks, up to the demo."""
    text = (ROOT / "README.md").read_text("utf-8")
    walk = text.split(TITLE, 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"```sh\n(.*?)```", walk, re.DOTALL)
    assert found[-1].strip() == ".venv/bin/gongdan demo"
    return found[:-1]


def test_the_five_minute_walk_works_word_for_word(site: Site) -> None:
    site.start()
    company = site.ports[3]
    script = PAUSE.join(blocks())
    script = script.replace("http://127.0.0.1:8000", site.url).replace("127.0.0.1:8100", f"127.0.0.1:{company}")

    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment(site.data_dir),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert '"code":' not in done.stdout, done.stdout
    ticket = site.get("/api/v1/tickets/GD-10001").json()
    assert [step["key"] for step in ticket["steps"]] == ["return.refund_approval"]
    approve(site)
    wait_until(lambda: site.get("/api/v1/tickets/GD-10001").json()["status"] == "resolved", 30)


def approve(site: Site) -> None:
    """What the walk has done in a browser; the console's own tests press the button."""
    key = json.loads((site.data_dir / "local.json").read_text())["GONGDAN_KEY"]
    answer = httpx.post(
        f"{site.url}/api/v1/tickets/GD-10001/steps/refund_approval/vote",
        json={"approve": True},
        headers={"Authorization": f"Bearer {key}", "On-Behalf-Of": "zhaomin"},
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
