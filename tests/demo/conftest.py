"""A running demo company for each test, and a tiny receiver for its webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.demo.running_company import Company, Delivery, Receiver, free_port


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    company = Company(tmp_path / "company.sqlite3", free_port())
    company.start()
    yield company
    company.stop()


@pytest.fixture(scope="module")
def company_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One company for all tests of a module that do not kill it."""
    company = Company(tmp_path_factory.mktemp("company") / "company.sqlite3", free_port())
    company.start()
    yield company
    company.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(0)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.deliveries.append(
                Delivery(self.path, body, self.headers["X-Signature"], self.headers["X-Timestamp"])
            )
            receiver.refusals -= 1
            self.send_response(503 if receiver.refusals >= 0 else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def carrier(tmp_path: Path, receiver: Receiver) -> Iterator[Company]:
    """A company whose carrier tells the receiver about its parcels."""
    company = Company(tmp_path / "company.sqlite3", free_port(), receiver.url)
    company.start()
    yield company
    company.stop()
