"""Every fault that can be switched on, seen from the caller."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.demo.running_company import Company

pytestmark = pytest.mark.live

RETURN = {"order_no": "O-1004"}


@pytest.fixture(scope="module")
def one_company(company_of_module: Company) -> Company:
    return company_of_module


@pytest.fixture
def company(one_company: Company) -> Company:
    assert one_company.http.delete("/admin/faults").status_code == 204
    return one_company


def rmas(company: Company) -> int:
    return company.effects("erp.rma.create")


@pytest.mark.parametrize(
    ("kind", "given", "seen"),
    [("fail", None, 503), ("fail", 500, 500), ("fail_4xx", None, 422), ("fail_4xx", 429, 429), ("down", None, 503)],
)
def test_a_system_that_fails_does_nothing(company: Company, kind: str, given: int | None, seen: int) -> None:
    before = rmas(company)
    company.switch_on(kind, times=1, status=given)
    failed = company.post("/erp/rma", RETURN, key=f"{kind} {given}")
    between = rmas(company)
    retried = company.post("/erp/rma", RETURN, key=f"{kind} {given}")

    assert (failed.status_code, retried.status_code) == (seen, 201)
    assert (between, rmas(company)) == (before, before + 1)
    assert [call["fault"] for call in company.calls(key=f"{kind} {given}")] == [kind, None]
    assert ("Retry-After" in failed.headers) is (seen in (429, 503))


def test_a_slow_system_does_it_after_a_while(company: Company) -> None:
    company.switch_on("slow", seconds=0.4, times=1)
    started = time.monotonic()
    answer = company.post("/erp/rma", RETURN)

    assert answer.status_code == 201
    assert time.monotonic() - started >= 0.4


def test_a_slow_system_does_it_though_the_caller_went_away(company: Company) -> None:
    before = rmas(company)
    company.switch_on("slow", seconds=0.3, times=1)
    with pytest.raises(httpx.ReadTimeout):
        company.http.post("/erp/rma", json=RETURN, headers={"Authorization": "Bearer demo-token"}, timeout=0.1)
    time.sleep(0.5)

    assert rmas(company) == before + 1


def test_a_forgotten_answer_leaves_the_effect_and_its_key_finds_it(company: Company) -> None:
    before = rmas(company)
    company.switch_on("forget", times=1, match={"system": "erp", "method": "POST"})
    with pytest.raises(httpx.RemoteProtocolError):
        company.post("/erp/rma", RETURN, key="forgotten")
    asked = company.get("/erp/by-key/forgotten")
    repeated = company.post("/erp/rma", RETURN, key="forgotten")
    call = company.calls(key="forgotten")[0]

    assert (asked.status_code, asked.json()) == (200, repeated.json())
    assert rmas(company) == before + 1
    assert (call["status"], call["answered"], call["effect"]) == (None, False, True)


def test_a_gateway_can_time_out_after_the_effect(company: Company) -> None:
    before = rmas(company)
    company.switch_on("forget", times=1, status=504)
    answer = company.post("/erp/rma", RETURN, key="timed out")

    assert answer.status_code == 504
    assert rmas(company) == before + 1
    assert company.calls(key="timed out")[0]["answered"] is False


def test_rubbish_is_html_first_and_truncated_json_then(company: Company) -> None:
    before = rmas(company)
    company.switch_on("rubbish", times=2)
    html, truncated = company.post("/erp/rma", RETURN), company.post("/erp/rma", RETURN)

    assert (html.status_code, truncated.status_code) == (200, 200)
    assert html.headers["Content-Type"].startswith("text/html")
    assert truncated.headers["Content-Type"] == "application/json"
    with pytest.raises(ValueError, match="Unterminated"):
        truncated.json()
    assert rmas(company) == before


def test_a_late_refund_looks_pending_until_the_fault_is_lifted(company: Company) -> None:
    paid = company.post("/erp/refunds", {"order_no": "O-1004", "amount": 1}).json()
    where = f"/erp/refunds/{paid['refund_no']}"

    company.switch_on("late", match={"system": "erp", "path_prefix": "/erp/refunds"})
    assert company.post("/erp/refunds", {"order_no": "O-1004", "amount": 1}).status_code == 201
    pending = company.get(where).json()
    company.http.delete("/admin/faults")

    assert (pending["status"], pending["paid_at"], pending["amount"]) == ("pending", None, "1.00")
    assert company.get(where).json()["status"] == "paid"


def test_a_fault_hits_only_what_it_matches(company: Company) -> None:
    company.switch_on("down", match={"system": "erp", "path_prefix": "/erp/refunds", "method": "post"})
    refund = company.post("/erp/refunds", {"order_no": "O-1004", "amount": 1})

    assert refund.status_code == 503
    assert company.post("/erp/rma", RETURN).status_code == 201
    assert company.get("/erp/refunds/RF-9").status_code == 404
    assert company.get("/crm/customers/C-1001").status_code == 200


def test_down_lasts_until_it_is_lifted_and_admin_paths_stay(company: Company) -> None:
    company.switch_on("down")
    down = {company.get(path).status_code for path in ("/erp/orders/O-1001", "/messages", "/carrier/track/SF900001")}
    struck = company.http.get("/admin/faults").json()["items"][0]["used"]
    company.http.delete("/admin/faults")

    assert (down, struck) == ({503}, 3)
    assert company.get("/erp/orders/O-1001").status_code == 200


def test_an_improbable_fault_strikes_sometimes(company: Company) -> None:
    company.switch_on("fail", probability=0.5)
    statuses = {company.get("/erp/orders/O-1001").status_code for _ in range(60)}

    assert statuses == {200, 503}


@pytest.mark.parametrize(
    "fault",
    [{"kind": "explode"}, {"kind": "fail", "status": 200}, {"kind": "fail_4xx", "status": 500},
     {"kind": "fail", "times": 0}, {"kind": "fail", "match": {"sytem": "erp"}}, {"kind": "slow", "seconds": -1}, {}],
)  # fmt: skip
def test_a_fault_that_means_nothing_is_refused(company: Company, fault: object) -> None:
    assert company.http.post("/admin/faults", json=fault).status_code == 422
    assert company.http.get("/admin/faults").json() == {"items": []}
