"""What the carrier tells us by itself: believed only when genuine, fresh and readable."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

import pytest

from activities.connectors.hooks import LARGEST_HOOK, Heard, StaleHook, UnreadableHook, WrongSignature, read_hook
from activities.connectors.registry import Listener, load_connectors
from db.correlations import Key
from sop.events import Occurred
from sop.values import Value
from tests.activities.connector_desk import SECRETS
from tests.demo.running_company import SECRET, Company, free_port, wait_until

Sent: TypeAlias = tuple[str, dict[str, str], bytes]
NOW = datetime(2026, 7, 30, 9, 0, tzinfo=UTC)
EVENT = {
    "id": "evt-1",
    "type": "parcel.received",
    "tracking_no": "SF1",
    "at": "2026-07-30T08:59:00Z",
    "warehouse": "WH-1",
}
BODY = json.dumps(EVENT).encode()


@pytest.fixture(scope="module")
def carrier(connector_files: dict[str, str]) -> Listener:
    connectors = load_connectors(connector_files, {"GONGDAN_COMPANY_URL": "http://127.0.0.1:9"}, SECRETS)
    return connectors.listeners["carrier"]


def signed(body: bytes, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-timestamp": stamp, "X-SIGNATURE": f"sha256={digest}", "Content-Type": "application/json"}


def test_a_genuine_message_becomes_an_event_with_its_business_key(carrier: Listener) -> None:
    heard = read_hook(carrier, signed(BODY), BODY, NOW + timedelta(minutes=4))

    data: dict[str, Value] = {"tracking_no": "SF1", "at": "2026-07-30T08:59:00Z", "warehouse": "WH-1"}
    assert heard == Heard(Occurred("parcel.received", "logistics", "evt-1", data), (Key("tracking_no", "SF1"),))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**signed(BODY), "X-SIGNATURE": ""},
        {**signed(BODY), "X-SIGNATURE": signed(BODY)["X-SIGNATURE"].removeprefix("sha256=")},
        {**signed(BODY), "X-SIGNATURE": "sha256=é"},
        {**signed(BODY), "x-timestamp": str(int(NOW.timestamp()) + 1)},
        signed(BODY + b" "),
        signed(BODY, secret="another"),
        signed(BODY, secret=""),
    ],
    ids=["none", "empty", "no prefix", "no ASCII", "time changed", "body changed", "other secret", "empty secret"],
)
def test_a_message_with_a_wrong_signature_is_refused(carrier: Listener, headers: dict[str, str]) -> None:
    with pytest.raises(WrongSignature):
        read_hook(carrier, headers, BODY, NOW)


@pytest.mark.parametrize("minutes", [-5.1, 5.1, 60 * 24])
def test_a_genuine_message_of_another_time_is_refused(carrier: Listener, minutes: float) -> None:
    with pytest.raises(StaleHook):
        read_hook(carrier, signed(BODY), BODY, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("stamp", ["", "yesterday", "-1", "1e9", "9" * 30, "１７"])
def test_a_timestamp_that_is_none_is_refused(carrier: Listener, stamp: str) -> None:
    digest = hmac.new(SECRET.encode(), stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()

    with pytest.raises(StaleHook):
        read_hook(carrier, {"X-Timestamp": stamp, "X-Signature": f"sha256={digest}"}, BODY, NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({**EVENT, "type": "parcel.lost"}).encode(),
        json.dumps({**EVENT, "id": ""}).encode(),
        json.dumps({**EVENT, "id": "x" * 201}).encode(),
        json.dumps({**EVENT, "id": ["a"]}).encode(),
        json.dumps({key: value for key, value in EVENT.items() if key != "warehouse"}).encode(),
        b" " * (LARGEST_HOOK + 1),
    ],
    ids=[
        "empty", "half", "a list", "a text", "not UTF-8", "too deep", "unknown type", "no id", "long id", "list as id",
        "a field missing", "oversized",
    ],
)  # fmt: skip
def test_a_genuine_message_that_makes_no_sense_is_unreadable(carrier: Listener, body: bytes) -> None:
    with pytest.raises(UnreadableHook):
        read_hook(carrier, signed(body), body, NOW)


def test_an_oversized_message_is_refused_before_it_is_looked_at(carrier: Listener) -> None:
    with pytest.raises(UnreadableHook):
        read_hook(carrier, {}, b" " * (LARGEST_HOOK + 1), NOW)


def test_nobody_outside_can_send_a_reference(carrier: Listener) -> None:
    body = json.dumps({**EVENT, "warehouse": "\ue000customer.phone\ue001"}).encode()

    assert read_hook(carrier, signed(body), body, NOW).event.data["warehouse"] == "customer.phone"


@pytest.mark.live
@pytest.mark.parametrize(("deed", "kind"), [("receive", "parcel.received"), ("scan", "parcel.scanned")])
def test_what_the_demo_carrier_really_sends_is_understood(
    carrier: Listener, telling_company: tuple[Company, list[Sent]], deed: str, kind: str
) -> None:
    company, deliveries = telling_company
    deliveries.clear()
    company.http.post(f"/admin/parcels/SF900001/{deed}").raise_for_status()
    wait_until(lambda: bool(deliveries))

    [(path, headers, body)] = deliveries
    heard = read_hook(carrier, headers, body, datetime.now(UTC))
    assert path == "/hooks/carrier"
    assert (heard.event.type, heard.correlation) == (kind, (Key("tracking_no", "SF900001"),))


@pytest.fixture(scope="module")
def telling_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, list[Sent]]]:
    """A demo company whose carrier tells a real receiver about its parcels."""
    deliveries: list[Sent] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            deliveries.append((self.path, dict(self.headers), body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        company = Company(tmp_path_factory.mktemp("carrier") / "books.sqlite3", free_port(), url)
        company.start()
        yield company, deliveries
        company.stop()
        server.shutdown()
