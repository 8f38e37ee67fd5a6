"""The carrier tells Gongdan about a parcel: signed, until it is heard, also after a kill."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from tests.demo.running_company import SECRET, Company, Receiver, wait_until

pytestmark = pytest.mark.live


def test_a_received_parcel_is_told_with_a_right_signature(carrier: Company, receiver: Receiver) -> None:
    label = carrier.post("/carrier/labels", {"order_no": "O-1004"}).json()["tracking_no"]
    told = carrier.http.post(f"/admin/parcels/{label}/receive", json={"warehouse": "WH-2"})
    wait_until(lambda: len(receiver.deliveries) == 1)
    (delivery,) = receiver.deliveries
    event = json.loads(delivery.body)
    expected = hmac.new(SECRET.encode(), f"{delivery.timestamp}.".encode() + delivery.body, hashlib.sha256)

    assert (told.status_code, told.json()["webhook"]) == (202, "pending")
    assert delivery.path == "/hooks/carrier"
    assert delivery.signature == f"sha256={expected.hexdigest()}"
    assert abs(datetime.now(UTC).timestamp() - int(delivery.timestamp)) < 60
    assert {k: event[k] for k in ("id", "type", "tracking_no", "warehouse")} == {
        "id": told.json()["id"], "type": "parcel.received", "tracking_no": label, "warehouse": "WH-2",
    }  # fmt: skip
    assert datetime.fromisoformat(event["at"]).utcoffset() is not None
    assert carrier.get(f"/carrier/track/{label}").json()["history"][0]["warehouse"] == "WH-2"


def test_a_webhook_is_repeated_until_it_is_heard(carrier: Company, receiver: Receiver) -> None:
    receiver.refusals = 2
    carrier.http.post("/admin/parcels/SF900001/scan", json={"place": "上海"})
    wait_until(lambda: webhook(carrier)["state"] == "delivered")

    assert len(receiver.deliveries) == 3
    assert len({delivery.body for delivery in receiver.deliveries}) == 1
    assert webhook(carrier)["attempts"] == 3


def test_a_carrier_can_tell_twice(carrier: Company, receiver: Receiver) -> None:
    carrier.switch_on("twice", times=1)
    carrier.post("/erp/rma", {"order_no": "O-1004"})
    carrier.http.post("/admin/parcels/SF900001/scan")
    wait_until(lambda: webhook(carrier)["state"] == "delivered")
    carrier.http.post("/admin/parcels/SF900002/scan")
    wait_until(lambda: len(receiver.deliveries) == 3)

    ids = [json.loads(delivery.body)["id"] for delivery in receiver.deliveries]
    assert ids[0] == ids[1] != ids[2]
    assert carrier.effects("erp.rma.create") == 1


def test_a_webhook_can_be_sent_once_more(carrier: Company, receiver: Receiver) -> None:
    event = carrier.http.post("/admin/parcels/SF900001/scan").json()
    wait_until(lambda: webhook(carrier)["state"] == "delivered")
    carrier.http.post(f"/admin/webhooks/{event['id']}/redeliver")
    wait_until(lambda: len(receiver.deliveries) == 2)

    assert receiver.deliveries[0].body == receiver.deliveries[1].body
    assert carrier.http.post("/admin/webhooks/none/redeliver").status_code == 404


def test_an_untold_webhook_survives_a_kill(carrier: Company, receiver: Receiver) -> None:
    receiver.refusals = 1
    event = carrier.http.post("/admin/parcels/SF900001/scan").json()
    wait_until(lambda: webhook(carrier)["attempts"] == 1)
    carrier.kill()
    heard_before = len(receiver.deliveries)
    carrier.start()
    wait_until(lambda: webhook(carrier)["state"] == "delivered")

    assert json.loads(receiver.deliveries[heard_before].body)["id"] == event["id"]


def test_calls_effects_and_answers_survive_a_kill(company: Company) -> None:
    made = company.post("/erp/rma", {"order_no": "O-1004"}, key="before the kill")
    calls = company.calls()
    company.kill()
    company.start()
    again = company.post("/erp/rma", {"order_no": "O-1004"}, key="before the kill")
    fresh = company.post("/erp/rma", {"order_no": "O-1004"}, key="after the kill")

    assert company.calls()[: len(calls)] == calls
    assert again.json() == made.json()
    assert fresh.json() != made.json()
    assert company.effects("erp.rma.create") == 2


def webhook(company: Company) -> dict[str, object]:
    items: list[dict[str, object]] = company.http.get("/admin/webhooks").json()["items"]
    return items[0]
