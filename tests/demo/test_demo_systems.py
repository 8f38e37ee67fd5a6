"""What the systems of the demo company answer, and that a key does it once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.demo.running_company import Company

pytestmark = pytest.mark.live

RETURN = {"order_no": "O-1004", "reason": "质量问题", "photos": ["p1", "p2"]}

MAKING = [
    ("/erp/rma", RETURN, "rma_no", "erp.rma.create", "/erp/rma/{}/cancel", "erp.rma.cancel"),
    ("/erp/spare-parts", {"asset_no": "A-7", "part_no": "P-1", "quantity": 2}, "request_no", "erp.spare_part.create",
     "/erp/spare-parts/{}/cancel", "erp.spare_part.cancel"),
    ("/carrier/labels", {"order_no": "O-1004", "rma_no": None, "to": "上海"}, "tracking_no", "carrier.label.create",
     "/carrier/labels/{}/void", "carrier.label.void"),
    ("/carrier/claims", {"tracking_no": "SF900004", "amount": 320, "evidence": ["p1"]}, "claim_no",
     "carrier.claim.create", "/carrier/claims/{}/withdraw", "carrier.claim.withdraw"),
    ("/carrier/dispatches", {"request_no": "SP-1"}, "dispatch_no", "carrier.dispatch.create",
     "/carrier/dispatches/{}/cancel", "carrier.dispatch.cancel"),
    ("/crm/coupons", {"customer_id": "C-1001", "amount": "20.00", "reason": "首次投诉"}, "coupon_no",
     "crm.coupon.issue", "/crm/coupons/{}/revoke", "crm.coupon.revoke"),
]  # fmt: skip


@pytest.fixture(scope="module")
def company(company_of_module: Company) -> Company:
    return company_of_module


@pytest.mark.parametrize(("path", "body", "no", "made", "undo", "undone"), MAKING, ids=[row[3] for row in MAKING])
def test_a_thing_is_made_once_per_key_and_taken_back_once(
    company: Company, path: str, body: object, no: str, made: str, undo: str, undone: str
) -> None:
    before = company.effects(made)
    first = company.post(path, body, key=f"make {path}")
    again = company.post(path, body, key=f"make {path}")
    back = [company.post(undo.format(first.json()[no])) for _ in range(2)]

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert company.effects(made) == before + 1
    assert [answer.status_code for answer in back] == [200, 200]
    assert company.effects(undone) == 1


def test_a_refund_is_paid_to_the_cent_and_can_be_read_again(company: Company) -> None:
    company.http.headers["Content-Type"] = "application/json"
    paid = company.http.post(
        "/erp/refunds",
        content='{"order_no": "O-1020", "amount": 4503.10, "reason": "退货"}',
        headers={"Authorization": "Bearer demo-token"},
    )
    refund = company.get(f"/erp/refunds/{paid.json()['refund_no']}").json()

    assert paid.status_code == 201
    assert refund["amount"] == "4503.10"
    assert refund["paid_at"] == paid.json()["paid_at"]


@pytest.mark.parametrize("amount", [0, -1, 19.999, "NaN", "1e30", "ten", True, None])
def test_a_refund_of_no_sensible_amount_is_refused(company: Company, amount: object) -> None:
    before = company.effects("erp.refund.create")
    answer = company.post("/erp/refunds", {"order_no": "O-1004", "amount": amount})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["where"] == "amount"
    assert company.effects("erp.refund.create") == before


def test_an_unknown_order_is_404_until_somebody_writes_it(company: Company) -> None:
    unknown = company.post("/erp/rma", {"order_no": "X-1"}, key="rma of X-1")
    written = company.call("PUT", "/erp/orders/X-1", {"paid": 12.3, "items": [{"sku": "S", "price": 1.05}]})
    known = company.post("/erp/rma", {"order_no": "X-1"}, key="rma of X-1")
    order = company.get("/erp/orders/X-1").json()

    assert (unknown.status_code, written.status_code, known.status_code) == (404, 201, 201)
    assert (order["paid"], order["items"]) == ("12.30", [{"sku": "S", "price": "1.05"}])


def test_twenty_orders_and_their_customers_stand_ready(company: Company) -> None:
    orders = [company.get(f"/erp/orders/O-{no}").json() for no in range(1001, 1021)]
    customer = company.get(f"/crm/customers/{orders[2]['customer']['id']}").json()

    assert (orders[0]["paid"], orders[-1]["paid"]) == ("59.00", "5200.00")
    assert customer["tier"] == "vip"
    assert set(customer) == {"id", "name", "tier", "phone", "email", "language"}
    assert company.get(f"/carrier/track/{orders[0]['tracking_no']}").json()["status"] == "announced"


def test_a_message_is_kept_and_listed_by_recipient(company: Company) -> None:
    company.post("/messages", {"channel": "sms", "to": "13800001", "text": "您的退款已到账"}, key="m1")
    company.post("/messages", {"channel": "sms", "to": "13800001", "text": "您的退款已到账"}, key="m1")
    company.post("/messages", {"channel": "wechat", "to": "wx-2", "template": "refund_done"}, key="m2")
    listed = company.get("/messages?to=13800001").json()["items"]

    assert [(m["channel"], m["text"]) for m in listed] == [("sms", "您的退款已到账")]
    assert company.post("/messages", {"channel": "fax", "to": "1", "text": "x"}).status_code == 422
    assert company.post("/messages", {"channel": "sms", "to": "1"}).status_code == 422


def test_a_key_used_for_another_body_is_refused_and_does_nothing(company: Company) -> None:
    company.post("/erp/rma", RETURN, key="one key")
    before = company.effects("erp.rma.create")
    other_body = company.post("/erp/rma", {**RETURN, "reason": "不喜欢"}, key="one key")
    other_path = company.post("/erp/refunds", {"order_no": "O-1004", "amount": 1}, key="one key")

    assert (other_body.status_code, other_path.status_code) == (409, 409)
    assert other_body.json()["code"] == "key_reused"
    assert company.effects("erp.rma.create") == before


def test_the_order_of_the_fields_does_not_make_it_another_request(company: Company) -> None:
    first = company.post("/erp/rma", RETURN, key="sorted")
    again = company.post("/erp/rma", dict(reversed(RETURN.items())), key="sorted")

    assert again.json() == first.json()


def test_the_answer_of_a_key_can_be_asked_for(company: Company) -> None:
    key = "ticket-7/refund/1/ab%2F=+ü".encode().decode("latin-1")
    made = company.post("/erp/rma", RETURN, key="ticket-7/create_rma/1")
    asked = company.get("/erp/by-key/ticket-7/create_rma/1")

    assert (asked.status_code, asked.json()) == (200, made.json())
    assert asked.headers["Idempotent-Replay"] == "true"
    assert company.get("/crm/by-key/ticket-7/create_rma/1").status_code == 404
    assert company.get(f"/erp/by-key/{key}").status_code == 404


def test_the_same_key_from_sixteen_clients_at_once_has_one_effect(company: Company) -> None:
    before = company.effects("crm.coupon.issue")
    body = {"customer_id": "C-1002", "amount": 20}
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: company.post("/crm/coupons", body, key="at once"), range(16)))

    assert len({answer.content for answer in answers}) == 1
    assert company.effects("crm.coupon.issue") == before + 1
    assert sum(bool(call["effect"]) for call in company.calls(key="at once")) == 1


def test_every_call_is_kept_also_the_refused(company: Company) -> None:
    company.post("/erp/rma", RETURN, key="kept")
    company.http.post("/erp/kept", json={})
    company.get("/erp/kept/nowhere")
    company.http.request("DELETE", "/erp/kept/orders", headers={"Authorization": "Bearer demo-token"})
    kept = company.calls(key="kept")[0]

    assert (kept["system"], kept["method"], kept["path"], kept["status"]) == ("erp", "POST", "/erp/rma", 201)
    assert (kept["answered"], kept["effect"]) == (True, True)
    assert "质量问题" in str(kept["body"])
    assert [(c["method"], c["status"]) for c in company.calls(path="/erp/kept")] == [
        ("POST", 401), ("GET", 404), ("DELETE", 404),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 422), (b'{"order_no": NaN}', 400), (b"[" * 100_000, 400), (b"\xff", 400),
     (b"x" * 1_100_000, 413)],
    ids=["half", "list", "nan", "deep", "no-utf8", "large"],
)  # fmt: skip
def test_a_body_that_is_no_request_is_refused(company: Company, content: bytes, status: int) -> None:
    answer = company.http.post("/erp/rma", content=content, headers={"Authorization": "Bearer demo-token"})

    assert answer.status_code == status


def test_a_wrong_token_is_refused_before_anything_happens(company: Company) -> None:
    before = company.effects("erp.rma.create")
    answer = company.http.post("/erp/rma", json=RETURN, headers={"Authorization": "Bearer other"})

    assert answer.status_code == 401
    assert company.effects("erp.rma.create") == before


def test_without_a_gongdan_the_event_is_kept_unsent(company: Company) -> None:
    told = company.http.post("/admin/parcels/SF900019/receive").json()

    assert told["webhook"] == "unsent"
    assert company.get("/carrier/track/SF900019").json()["status"] == "received"


def test_a_void_label_cannot_be_scanned(company: Company) -> None:
    label = company.post("/carrier/labels", {"order_no": "O-1004"}).json()["tracking_no"]
    company.post(f"/carrier/labels/{label}/void")

    assert company.http.post(f"/admin/parcels/{label}/scan").status_code == 409


def test_admin_paths_are_closed_to_foreign_pages_and_names(company: Company) -> None:
    foreign = company.http.post("/admin/faults", json={"kind": "down"}, headers={"Origin": "http://evil.example"})
    rebound = company.http.get("/admin/calls", headers={"Host": "evil.example"})
    own = company.http.get("/admin/calls", headers={"Host": "localhost:8790"})

    assert (foreign.status_code, rebound.status_code, own.status_code) == (403, 403, 200)
