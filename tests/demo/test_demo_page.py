"""The page of the demo company: a newcomer sees each effect once and presses the buttons."""

from __future__ import annotations

import httpx
import pytest

from tests.demo.running_company import Company

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def company(company_of_module: Company) -> Company:
    return company_of_module


def test_a_newcomer_sees_that_a_key_asked_twice_was_done_once(company: Company) -> None:
    company.switch_on("forget", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        company.post("/erp/rma", {"order_no": "O-1004"}, key="ticket-1/create_rma/1")
    company.post("/erp/rma", {"order_no": "O-1004"}, key="ticket-1/create_rma/1")
    chinese, english = (company.http.get("/", params={"lang": lang}).text for lang in ("zh", "en"))

    assert "<h1>演示公司</h1>" in chinese
    assert "每个幂等键最多产生一次结果。" in chinese
    assert "Every key had its effect once at most." in english
    for page in (chinese, english):
        assert "<td>/erp/rma</td><td>2</td><td>1</td>" in page
        assert "<b>1</b> erp.rma.create" in page


def test_the_page_follows_the_language_of_the_browser(company: Company) -> None:
    chinese = company.http.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).text
    german = company.http.get("/", headers={"Accept-Language": "de-DE"}).text

    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in german


def test_the_buttons_switch_a_fault_on_and_lift_it(company: Company) -> None:
    pressed = company.http.post("/page/faults", data={"kind": "fail", "system": "erp", "times": "", "lang": "en"})
    failed = company.get("/erp/orders/O-1001").status_code
    unharmed = company.get("/crm/customers/C-1001").status_code
    company.http.post("/page/faults/lift", data={"lang": "en"})

    assert (pressed.status_code, pressed.headers["Location"]) == (303, "/?lang=en")
    assert (failed, unharmed) == (503, 200)
    assert company.get("/erp/orders/O-1001").status_code == 200


def test_the_button_of_a_parcel_receives_it(company: Company) -> None:
    button = '"/page/parcels/SF900020/receive"'
    before = company.http.get("/").text
    pressed = company.http.post("/page/parcels/SF900020/receive", data={"lang": "zh"})

    assert (pressed.status_code, pressed.headers["Location"]) == (303, "/?lang=zh")
    assert button in before
    assert button not in company.http.get("/").text
    assert company.get("/carrier/track/SF900020").json()["status"] == "received"


def test_what_a_caller_sends_is_shown_as_text(company: Company) -> None:
    company.post("/erp/rma", {"order_no": "O-1004"}, key="<script>alert(1)</script>")
    page = company.http.get("/")

    assert "<script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_form_of_a_foreign_page_is_refused(company: Company) -> None:
    before = company.http.get("/admin/faults").json()
    answer = company.http.post("/page/faults", data={"kind": "down"}, headers={"Origin": "http://evil.example"})

    assert answer.status_code == 403
    assert company.http.get("/admin/faults").json() == before
