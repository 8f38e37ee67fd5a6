"""The main job: a return travels the whole way through real processes, over real HTTP, on both kinds of database."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from tests.live.desk import Desk

pytestmark = pytest.mark.live

PHONE = "13800001001"
EACH_ONCE = Counter({"erp.rma.create": 1, "carrier.label.create": 1, "erp.refund.create": 1, "messages.send": 1})
A_RETURN = {
    "subject": "屏幕有划痕，要退货",
    "body": "刚收到就有划痕，我要退货退款",
    "channel": "web",
    "customer": {"external_id": "C-1001", "name": "王小明", "phone": PHONE},
    "order": {"no": "O-1001", "paid": 1999},
}


def test_a_return_travels_from_the_customers_words_to_the_refund(desk: Desk) -> None:
    accepted = desk.post("/tickets", A_RETURN).json()
    no = accepted["no"]
    form = desk.step(no, "photo_evidence")
    opened = desk.ticket(no)
    deadline = desk.deadlines(no)["resolution"]
    _answer_on_the_page(desk, accepted["token"])
    desk.company.receives(desk.waybill(no))
    desk.answer(no, "inspect", "pass", by="zhouting", grade="A")
    approval = desk.step(no, "refund_approval")
    desk.vote(no, "refund_approval", by="zhaomin", comment="同意")
    ended = desk.resolved(no)

    assert (opened["category"], opened["owner"]["team"]) == ("return", "after_sales")
    assert [run["key"] for run in opened["runs"]] == ["return"]
    assert [field["key"] for field in form["form"]] == ["photos", "reason", "remark"]
    assert approval["approvers"] == ["role:finance_manager"]
    assert (ended["status"], ended["steps"]) == ("resolved", [])
    assert [(clock["due_at"], clock["met"]) for clock in ended["clocks"]] == [(deadline, True)]

    assert Counter(desk.company.of_ticket(no)) == EACH_ONCE
    refund = desk.company.effects("erp.refund.create")[0]["facts"]
    assert (refund["order_no"], Decimal(refund["amount"])) == ("O-1001", Decimal(1999))
    [told] = desk.company.messages(PHONE)
    assert "1999" in told["text"].replace(",", "")

    rows = desk.ledger(no)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["prev_hash"] for row in rows] == ["", *(row["hash"] for row in rows[:-1])]
    assert desk.verdict(no).whole
    assert rows[0]["type"] == "ticket.opened"
    assert Counter(row["type"] for row in rows)["action.called"] == sum(EACH_ONCE.values())
    assert not [row for row in rows if "王小明" in str(row) or PHONE in str(row)]


def _answer_on_the_page(desk: Desk, token: str) -> None:
    """The customer opens the address they were given and sends the form that stands there, as a browser would."""
    with httpx.Client(base_url=desk.site.settings.url, timeout=60, trust_env=False) as browser:
        page = browser.get(f"/portal/t/{token}")
        assert page.status_code == 200, page.text
        [action] = re.findall(r'action="([^"]+/answer)"', page.text)
        key = re.search(rf'action="{action}".*?name="key" value="([^"]+)"', page.text, re.DOTALL)
        assert key is not None
        for name in ("f.photos", "f.reason"):
            assert f'name="{name}"' in page.text
        photos = [("f.photos", (f"{side}.jpg", b"\xff\xd8\xff", "image/jpeg")) for side in ("front", "back")]
        sent = browser.post(action, data={"key": key[1], "f.reason": "质量问题", "f.remark": "左上角"}, files=photos)
        assert sent.status_code == 303, sent.text
