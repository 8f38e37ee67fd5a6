"""Promises to customers on a running desk, checked at a real ERP: kept, warned of, broken; and a worker killed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.live.desk import HOME, Desk, until

pytestmark = pytest.mark.live

Json = Any  # an answer of an API, read by tests only
PHONE = "13800001099"
AGENT = "wangfang"


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    return shared_desk


def refund(desk: Desk) -> str:
    """A refund in the ERP's books; its number."""
    token = {"Authorization": f"Bearer {desk.company.token}"}
    answer = desk.company.http.post("/erp/refunds", json={"order_no": "O-1004", "amount": "12.50"}, headers=token)
    assert answer.status_code == 201, answer.text
    no: str = answer.json()["refund_no"]
    return no


def promised(desk: Desk, within: str, refund_no: str, broken: str | None = "promise_broken") -> str:
    """A ticket on which an agent has told the customer that a refund will be there in time."""
    no = desk.open(subject="退款什么时候到", category="general")
    desk.until(no, lambda told: told["runs"], "its SOP runs")
    promise = {"within": within, "check": "erp.refund.status", "with": {"refund_no": refund_no}, "title": "退款到账"}
    said = {"body": "马上到账", "promise": promise | ({"broken": broken} if broken else {})}
    assert desk.post(f"/tickets/{no}/messages", said, by=AGENT).status_code == 201
    return no


def state(told: dict[str, Json]) -> str | None:
    return told["promises"][0]["state"] if told["promises"] else None


def over(desk: Desk, no: str, wanted: str) -> dict[str, Json]:
    """The promise, once it is kept or broken."""
    found: dict[str, Json] = desk.until(no, lambda told: state(told) == wanted, f"its promise is {wanted}")["promises"][
        0
    ]
    return found


def story(desk: Desk, no: str) -> list[str]:
    return [row["type"] for row in desk.ledger(no) if row["type"].startswith("promise.")]


def facts(desk: Desk, no: str, kind: str) -> list[dict[str, Json]]:
    return [row["data"] for row in desk.ledger(no) if row["type"] == kind]


def lookups(desk: Desk, refund_no: str) -> list[int]:
    """How each question about a refund was answered."""
    calls = desk.company.http.get("/admin/calls", params={"limit": 1000}).json()["items"]
    return [call["status"] for call in calls if call["path"] == f"/erp/refunds/{refund_no}"]


def test_kept_warned_broken_and_unknown(desk: Desk) -> None:
    """Four promises at once: one refund is paid, one is late for a while, one for good, and one nobody can see."""
    paid, slow, late, dark = (refund(desk) for _ in range(4))
    desk.company.goes_wrong("late", f"/erp/refunds/{slow}", "GET", times=1)
    desk.company.goes_wrong("late", f"/erp/refunds/{late}", "GET")
    desk.company.goes_wrong("fail", f"/erp/refunds/{dark}", "GET", status=500)
    kept, warned, broken, unknown = (promised(desk, "6s", no) for no in (paid, slow, late, dark))

    early = over(desk, kept, "kept")
    assert (story(desk, kept), early["late_seconds"], early["reason"]) == (["promise.made", "promise.kept"], 0, "check")
    assert (early["outputs"]["status"], early["light"], early["person"]) == ("paid", "green", AGENT)
    assert datetime.fromisoformat(early["closed_at"]) < datetime.fromisoformat(early["due_at"])
    assert lookups(desk, paid) == [200]

    after_all = over(desk, warned, "kept")
    assert story(desk, warned) == ["promise.made", "promise.warned", "promise.kept"]
    assert 0 <= after_all["late_seconds"] <= 5
    [alert] = [fact for fact in facts(desk, warned, "alert") if fact["kind"].startswith("promise")]
    assert (alert["kind"], alert["to"], len(alert["reached"])) == ("promise", "owner", 1)
    [owner] = alert["reached"]
    until(
        lambda: any(
            "nearly due" in one["text"] or "快到时间" in one["text"]
            for one in desk.company.messages(f"{owner}@example.com")
        ),
        f"{owner} is told out of the house",
    )

    missed = over(desk, broken, "broken")
    assert (missed["reason"], missed["outputs"]["status"], missed["light"]) == ("not_kept", "pending", "red")
    find_out = desk.step(broken, "find_out")
    assert find_out["run"] == "promise_broken"
    assert "not_kept" in find_out["script"]["zh"]
    assert [run["key"] for run in desk.ticket(broken)["runs"]] == ["general", "promise_broken"]
    assert facts(desk, broken, "run.started")[1]["cause"] == f"promise:{missed['promise']}"
    assert "promise_broken" in [fact["kind"] for fact in facts(desk, broken, "alert")]

    nobody_knows = over(desk, unknown, "broken")
    assert nobody_knows["reason"] == "check_failed"
    assert set(lookups(desk, dark)) == {500}
    assert desk.step(unknown, "find_out")
    for no in (kept, warned, broken, unknown):
        assert desk.verdict(no).whole
        assert not [row for row in desk.ledger(no) if "退款到账" in str(row)]


def test_a_worker_that_is_killed_keeps_the_promise_when_it_is_back(desk: Desk) -> None:
    paid = refund(desk)
    no = promised(desk, "5s", paid)
    desk.until(no, lambda told: state(told) == "open", "it is promised")

    desk.kill("worker")
    time.sleep(7)
    desk.start("worker")

    found = over(desk, no, "kept")
    assert found["late_seconds"] >= 1
    assert story(desk, no) == ["promise.made", "promise.kept"]
    assert 1 <= len(lookups(desk, paid)) <= 2


def test_a_person_keeps_what_no_system_can_see(desk: Desk) -> None:
    no = desk.open(subject="请回电", category="general")
    said = {"body": "一小时内给您回电", "promise": {"within": "1h", "title": {"zh": "回电", "en": "A call"}}}
    desk.until(no, lambda told: told["runs"], "its SOP runs")
    desk.post(f"/tickets/{no}/messages", said, by=AGENT)
    promise = desk.until(no, lambda told: state(told) == "open", "it is promised")["promises"][0]

    kept = desk.post(f"/tickets/{no}/promises/{promise['promise']}/keep", {"note": "已回电"}, by=AGENT)
    again = desk.post(f"/tickets/{no}/promises/{promise['promise']}/keep", by=AGENT)
    customer = desk.post(f"/tickets/{no}/promises/{promise['promise']}/keep", by="customer")

    assert (kept.status_code, again.status_code, customer.status_code) == (200, 409, 403)
    assert again.json()["code"] == "promise_over"
    found = over(desk, no, "kept")
    assert (found["title"], found["reason"], found["note"]) == ({"zh": "回电", "en": "A call"}, "person", "已回电")


def test_a_cancelled_ticket_owes_nothing(desk: Desk) -> None:
    no = promised(desk, "1h", refund(desk))
    desk.until(no, lambda told: state(told) == "open", "it is promised")

    assert desk.post(f"/tickets/{no}/cancel", by=AGENT).status_code == 200

    over(desk, no, "withdrawn")


def test_the_customer_of_a_lost_parcel_is_told_by_when_the_money_is_there(desk: Desk) -> None:
    opened = desk.post(
        "/tickets",
        {
            "subject": "快递丢了",
            "channel": "web",
            "category": "lost_parcel",
            "customer": {"external_id": "C-77", "name": "李梅", "phone": PHONE, "timezone": "America/New_York"},
            "order": {"no": "O-1001", "paid": 320, "tracking_no": "SF900001"},
        },
    ).json()
    no = opened["no"]
    proof = desk.photos(no, 1)
    scan = {"last_scan_at": "2026-01-05T09:00:00+08:00", "last_scan_place": "郑州", "proof": proof}
    desk.answer(no, "verify_tracking", "lost", by="liqiang", **scan)
    desk.answer(no, "agree_remedy", by=AGENT)
    ticket = desk.until(no, lambda told: state(told) == "open", "it is promised")

    assert ticket["result"] == "resolved"
    [promise] = ticket["promises"]
    assert (promise["sop"], promise["step"], promise["playbook"]) == ("lost_parcel", "notify_refund", "promise_broken")
    [message] = [one["text"] for one in desk.company.messages(PHONE)]
    due = datetime.fromisoformat(promise["due_at"])
    told = re.search(r"最迟 (\d+)月(\d+)日（周.）(\d\d):(\d\d) 到账", message)
    assert told is not None, message
    assert int(told[4]) == due.minute
    assert (due.hour - int(told[3])) % 24 in (4, 5)  # New York is four or five hours behind
    page = httpx.get(f"{desk.site.settings.url}/portal/t/{opened['token']}", trust_env=False).text
    assert "The refund arrives" in page or "退款到账" in page


def test_the_rate_is_told_by_the_api_and_by_the_command(desk: Desk) -> None:
    """Of the promises of this file's other tests, or of none where it runs alone."""
    told = desk.http.get("/api/v1/promises/rate", params={"group_by": "person"}).json()
    listed = desk.http.get("/api/v1/promises", params={"state": "broken"}).json()["items"]
    command = subprocess.run(
        [sys.executable, "-m", "worker", "sla", "promises", "--by", "person", "--lang", "en"],
        env={
            **desk.site.env,
            "GONGDAN_URL": desk.site.settings.url,
            "GONGDAN_KEY": desk.http.headers["Authorization"][7:],
        },
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert command.returncode == 0, command.stderr
    total = told["total"]
    assert len(listed) == total["broken"]
    numbers = [str(total[name]) for name in ("kept", "broken", "open")]
    last = command.stdout.splitlines()[-1].split()
    assert last[:4] == ["total", *numbers] if told["items"] else command.stdout == "no promises\n"
