"""The demo company as a real process on loopback, and what a receiver of its webhooks keeps."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
TOKEN = "demo-token"
SECRET = "a-secret-of-the-test"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Poll until it holds; fails the test when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@dataclass
class Company:
    """A running demo company. Business calls carry the token, admin calls none."""

    file: Path
    port: int
    gongdan_url: str | None = None
    process: subprocess.Popen[bytes] | None = None
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10, trust_env=False)

    def start(self) -> None:
        where = ["--port", str(self.port), "--db", str(self.file), "--hook-secret", SECRET]
        hook = ["--gongdan-url", self.gongdan_url] if self.gongdan_url else []
        self.process = subprocess.Popen([sys.executable, "-m", "demo", *where, *hook], cwd=ROOT)
        wait_until(self._answers, 30)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        self.http.close()

    def call(self, method: str, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Idempotency-Key": key} if key else {})
        return self.http.request(method, path, json=body, headers=headers)

    def post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        return self.call("POST", path, body, key)

    def get(self, path: str) -> httpx.Response:
        return self.call("GET", path)

    def switch_on(self, kind: str, **more: object) -> None:
        assert self.http.post("/admin/faults", json={"kind": kind, **more}).status_code == 201

    def effects(self, kind: str) -> int:
        total: int = self.http.get("/admin/effects", params={"kind": kind}).json()["total"]
        return total

    def calls(self, **where: str) -> list[dict[str, object]]:
        items: list[dict[str, object]] = self.http.get("/admin/calls", params=where).json()["items"]
        return items

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the demo company ended"
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False


@dataclass(frozen=True)
class Delivery:
    path: str
    body: bytes
    signature: str
    timestamp: str


@dataclass
class Receiver:
    """Stands where Gongdan would: keeps what it is sent; says 503 to the first `refusals` of them."""

    port: int
    refusals: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
