"""The connectors that ship, against a real demo company: every action, every fault, each effect once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from activities.connectors.people import Reader
from activities.notify import write_message
from db.session import Store
from db.tables import ReceiptStatus
from sop.events import FailureKind
from sop.values import Value, reference
from sop.yaml_text import read
from tests.activities.connector_desk import PHONE, Desk, at_company, opened
from tests.demo.running_company import SECRET, TOKEN, Company

pytestmark = pytest.mark.live


TAKES = {"notify.customer": ("survey", "amount", "tracking_no", "label_url", "reason"), "notify.staff": ("to", "text")}


@pytest.fixture
async def desk(company: Company, connector_files: dict[str, str], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(at_company(connector_files, company.port), tmp_path / "desk.db") as desk:
        yield desk


def done(company: Company, kind: str, key: str) -> int:
    """How often the company did that under a key."""
    total: int = company.http.get("/admin/effects", params={"kind": kind, "key": key}).json()["total"]
    return total


async def test_a_return_is_authorised_labelled_refunded_and_taken_back(desk: Desk) -> None:
    rma = await desk.call("erp.rma.create", "a-rma", order_no="O-1001", reason="质量问题", photos=["f1", "f2"])
    label = await desk.call("logistics.label.create", "a-label", order_no="O-1001", rma_no=rma["rma_no"])
    refund = await desk.call(
        "erp.refund.create", "a-pay", order_no="O-1001", rma_no=rma["rma_no"], amount=Decimal("59")
    )
    void = await desk.call("logistics.label.void", "a-void", tracking_no=label["tracking_no"])
    cancelled = await desk.call("erp.rma.cancel", "a-cancel", rma_no=rma["rma_no"])

    assert set(label) == {"tracking_no", "label_url"}
    assert set(refund) == {"refund_no", "paid_at"}
    assert void == cancelled == {}
    paid = await desk.call("erp.refund.status", "a-ask", refund_no=refund["refund_no"])
    assert paid["amount"] == Decimal("59.00")


async def test_every_other_action_reaches_its_system(desk: Desk) -> None:
    order = await desk.call("erp.order.get", "b1", order_no="O-1004")
    part = await desk.call("erp.spare_part.request", "b2", order_no="O-1004", part_no="P-1", quantity=2)
    sent = await desk.call("logistics.dispatch.create", "b3", request_no=part["request_no"], part_no="P-1")
    claim = await desk.call("logistics.claim.create", "b4", tracking_no=sent["tracking_no"], amount=Decimal("12.30"))
    track = await desk.call("logistics.track.get", "b5", tracking_no=sent["tracking_no"])
    coupon = await desk.call("crm.coupon.issue", "b6", customer_id="C-1001", amount=20, reason="致歉")
    profile = await desk.call("crm.customer.get", "b7", customer_id="C-1003")
    taken_back = [
        await desk.call("erp.spare_part.cancel", "b8", request_no=part["request_no"]),
        await desk.call("logistics.dispatch.cancel", "b9", dispatch_no=sent["dispatch_no"]),
        await desk.call("logistics.claim.withdraw", "b10", claim_no=claim["claim_no"]),
        await desk.call("crm.coupon.revoke", "b11", coupon_no=coupon["coupon_no"]),
    ]

    assert order["paid"] == Decimal("199.00")
    assert (track["status"], profile) == ("announced", {"tier": "vip", "language": "zh"})
    assert taken_back == [{}] * 4


async def test_a_done_call_is_answered_from_its_receipt(desk: Desk, company: Company) -> None:
    first = await desk.call("erp.rma.create", "c1", order_no="O-1001")
    before = len(company.calls(key="c1"))
    second = await desk.call("erp.rma.create", "c1", order_no="O-1001")

    assert second == first
    assert len(company.calls(key="c1")) == before == 1


async def test_a_failing_system_is_tried_again_and_then_does_it(desk: Desk, company: Company) -> None:
    company.switch_on("fail", times=1, match={"system": "erp"})

    failure = await desk.refused("erp.rma.create", "d1", order_no="O-1001")
    outputs = await desk.call("erp.rma.create", "d1", attempt=2, order_no="O-1001")

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert failure.next_retry_delay is not None
    assert failure.next_retry_delay.total_seconds() == 1  # the company's Retry-After
    assert outputs["rma_no"]
    assert done(company, "erp.rma.create", "d1") == 1


async def test_a_system_that_forgets_to_answer_is_asked_before_the_call_is_repeated(
    desk: Desk, company: Company
) -> None:
    company.switch_on("forget", times=1, match={"system": "erp", "path_prefix": "/erp/refunds"})

    failure = await desk.refused("erp.refund.create", "e1", order_no="O-1001", amount=Decimal("59"))
    outputs = await desk.call("erp.refund.create", "e1", attempt=2, order_no="O-1001", amount=Decimal("59"))

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert "ask the other side first" in str(failure)
    assert outputs["refund_no"]
    assert done(company, "erp.refund.create", "e1") == 1
    assert len(company.calls(key="e1", path="/erp/refunds")) == 1  # found by asking, not by calling again


async def test_a_slow_system_times_out_and_is_asked_later(desk: Desk, company: Company) -> None:
    company.switch_on("slow", times=1, seconds=0.8, match={"system": "erp", "path_prefix": "/erp/refunds"})
    desk.seconds = 0.4

    failure = await desk.refused("erp.refund.create", "f1", order_no="O-1001", amount=5)
    await asyncio.sleep(0.8)
    outputs = await desk.call("erp.refund.create", "f1", attempt=2, order_no="O-1001", amount=5)

    assert (failure.type, failure.non_retryable) == (FailureKind.TIMEOUT, False)
    assert outputs["refund_no"]
    assert done(company, "erp.refund.create", "f1") == 1


async def test_a_repeat_while_the_slow_call_is_at_work_pays_once(desk: Desk, company: Company) -> None:
    company.switch_on("slow", times=1, seconds=0.8, match={"system": "erp", "path_prefix": "/erp/refunds"})
    desk.seconds = 0.4
    await desk.refused("erp.refund.create", "g1", order_no="O-1001", amount=5)

    desk.seconds = 30
    outputs = await desk.call("erp.refund.create", "g1", attempt=2, order_no="O-1001", amount=5)
    await asyncio.sleep(0.8)

    assert outputs["refund_no"]
    assert done(company, "erp.refund.create", "g1") == 1


@pytest.mark.parametrize("times", [1, 2], ids=["a page", "a page, then half a JSON"])
async def test_rubbish_is_named_and_the_call_repeated(desk: Desk, company: Company, times: int) -> None:
    company.switch_on("rubbish", times=times, match={"system": "crm"})
    order: dict[str, Value] = {"customer_id": "C-1001", "amount": 20}
    key = f"h{times}"

    failures = [await desk.refused("crm.coupon.issue", key, 1 + n, **order) for n in range(times)]
    outputs = await desk.call("crm.coupon.issue", key, times + 1, **order)

    assert {(failure.type, failure.non_retryable) for failure in failures} == {(FailureKind.RUBBISH, False)}
    assert outputs["coupon_no"]
    assert done(company, "crm.coupon.issue", key) == 1


async def test_a_refusal_is_final_and_says_why(desk: Desk) -> None:
    failure = await desk.refused("erp.rma.create", "i1", order_no="O-9999")

    assert (failure.type, failure.non_retryable) == (FailureKind.REFUSED, True)
    assert "There is no order O-9999" in str(failure)
    assert "ERP 系统" in str(failure)
    assert (await desk.receipt("i1")).status is ReceiptStatus.FAILED


async def test_a_refused_call_may_be_made_again_once_its_cause_is_gone(desk: Desk, company: Company) -> None:
    company.switch_on("fail_4xx", times=1, match={"system": "erp"})

    await desk.refused("erp.rma.create", "j1", order_no="O-1001")
    outputs = await desk.call("erp.rma.create", "j1", order_no="O-1001")

    assert outputs["rma_no"]


async def test_too_many_requests_are_waited_out(desk: Desk, company: Company) -> None:
    company.switch_on("fail_4xx", status=429, times=1, match={"system": "erp"})

    failure = await desk.refused("erp.rma.create", "k1", order_no="O-1001")

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert failure.next_retry_delay is not None
    assert failure.next_retry_delay.total_seconds() == 1


async def test_one_call_made_ten_times_at_once_has_one_effect_and_one_answer(desk: Desk, company: Company) -> None:
    order: dict[str, Value] = {"order_no": "O-1001", "amount": Decimal("59")}
    answers = await asyncio.gather(
        *(desk.call("erp.refund.create", "l1", 1, **order) for _ in range(10)), return_exceptions=True
    )

    numbers = {answer["refund_no"] for answer in answers if isinstance(answer, dict)}
    assert len(numbers) == 1
    assert done(company, "erp.refund.create", "l1") == 1


async def test_four_desks_that_share_no_receipts_still_have_one_effect(
    company: Company, connector_files: dict[str, str], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        connectors = [at_company(connector_files, company.port) for _ in range(4)]
        desks = [await stack.enter_async_context(opened(c, tmp_path / f"{n}.db")) for n, c in enumerate(connectors)]
        answers = await asyncio.gather(*(each.call("erp.rma.create", "m1", order_no="O-1001") for each in desks))

    assert len({answer["rma_no"] for answer in answers}) == 1
    assert done(company, "erp.rma.create", "m1") == 1


async def test_without_its_database_a_hand_calls_nobody(desk: Desk, company: Company, tmp_path: Path) -> None:
    nowhere = Desk(desk.connectors, Store(f"sqlite:///{tmp_path / 'missing' / 'desk.db'}"))
    failure = await nowhere.refused("erp.rma.create", "x1", order_no="O-1001")
    await nowhere.store.dispose()

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert failure.next_retry_delay is not None
    assert company.calls(key="x1") == []


async def test_money_goes_out_to_the_last_digit(desk: Desk, company: Company) -> None:
    await desk.call("erp.refund.create", "n1", order_no="O-1001", amount=Decimal("0.1") + Decimal("0.2"))
    await desk.call("erp.refund.create", "n2", order_no="O-1001", amount=Decimal("9999999999.10"))

    sent = [str(company.calls(key=key)[0]["body"]) for key in ("n1", "n2")]
    assert '"amount":0.3,' in sent[0] or '"amount":0.3}' in sent[0]
    assert '"amount":9999999999.10' in sent[1]


@pytest.mark.parametrize("value", ["../refunds", "a/b", "x?admin=1", "x#y", "..%2f..", "汉字 空格", "a\\b"])
async def test_a_value_in_a_path_stays_one_piece(desk: Desk, company: Company, value: str) -> None:
    before = len(company.calls())

    failure = await desk.refused("erp.order.get", "o1", order_no=value)

    assert (failure.type, failure.non_retryable) == (FailureKind.REFUSED, True)
    assert all(str(call["path"]).startswith("/erp/orders/") for call in company.calls()[before:])


@pytest.mark.parametrize("value", [".", "..", "", None])
async def test_a_value_that_would_move_in_a_path_is_never_sent(desk: Desk, company: Company, value: str | None) -> None:
    before = len(company.calls())

    failure = await desk.refused("erp.order.get", "p1", order_no=value)

    assert (failure.type, failure.non_retryable) == (FailureKind.REFUSED, True)
    assert len(company.calls()) == before


async def test_a_company_that_is_not_there_is_unreachable_and_nothing_was_done(
    connector_files: dict[str, str], tmp_path: Path
) -> None:
    async with opened(at_company(connector_files, 1), tmp_path / "desk.db") as desk:
        failure = await desk.refused("erp.rma.create", "q1", order_no="O-1001")
        receipt = await desk.receipt("q1")

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert "ask the other side" not in str(failure)
    assert receipt.status is ReceiptStatus.FAILED


async def test_a_secret_is_never_told_even_when_the_other_side_repeats_it(desk: Desk, company: Company) -> None:
    company.switch_on("fail", times=1, match={"system": "crm"})
    failures = [await desk.refused("crm.coupon.issue", "r1", customer_id=TOKEN, amount=1)]
    failures.append(await desk.refused("erp.order.get", "r2", order_no=TOKEN))

    assert all(TOKEN not in str(failure) and SECRET not in str(failure) for failure in failures)
    assert "***" in str(failures[1])  # the company repeated it; we did not


async def test_a_reference_becomes_the_real_thing_at_the_edge_only(desk: Desk, company: Company) -> None:
    desk.people.values = {"customer.address": "上海市延安路 1 号", "customer.name": "王芳"}
    to = f"{reference('customer.name')}，{reference('customer.address')}"

    await desk.call("logistics.label.create", "s1", order_no="O-1001", to=to)
    failure = await desk.refused("erp.order.get", "s2", order_no=reference("customer.name"))

    assert "王芳，上海市延安路 1 号" in str(company.calls(key="s1")[0]["body"])
    assert "王芳" not in str(failure)
    assert "***" in str(failure)


async def test_the_customer_reads_their_name_in_their_language(desk: Desk, company: Company) -> None:
    await desk.call("notify.customer", "t1", template="refund_done", amount=Decimal("59.00"))
    desk.people.known = [Reader("C-1004", "Anna", "email", "anna@example.com", "en")]
    await desk.call("notify.customer", "t2", template="refund_done", amount=Decimal("59.00"))

    sent = {item["to"]: item for item in company.get("/messages").json()["items"]}
    assert sent[PHONE]["text"] == "王芳您好，工单 GD-10007 已退款 59.00 元。"
    assert sent["anna@example.com"]["text"].startswith("Dear 王芳, 59.00")
    assert sent["anna@example.com"]["channel"] == "email"


async def test_every_colleague_of_a_role_is_told_once(desk: Desk, company: Company) -> None:
    desk.people.known = [Reader(f"u{n}", f"同事{n}", "email", f"u{n}@example.com", "zh") for n in range(3)]
    company.switch_on("fail", times=1, match={"system": "messages", "method": "POST"})

    await desk.refused("notify.staff", "u1", to="role:lead", text="请处理")
    outputs = await desk.call("notify.staff", "u1", attempt=2, to="role:lead", text="请处理")

    items = company.get("/messages").json()["items"]
    assert sorted(item["to"] for item in items if item["text"] == "请处理") == [f"u{n}@example.com" for n in range(3)]
    assert outputs["message_id"]


@pytest.mark.parametrize("template", ["missing", "wrong", None])
async def test_a_message_that_cannot_be_written_is_refused(desk: Desk, company: Company, template: str | None) -> None:
    failure = await desk.refused("notify.customer", f"v{template}", template=template)

    assert (failure.type, failure.non_retryable) == (FailureKind.REFUSED, True)
    assert PHONE not in str(failure)


async def test_an_unknown_action_or_argument_is_refused(desk: Desk) -> None:
    unknown = await desk.refused("erp.rma.destroy", "w1")
    argument = await desk.refused("erp.rma.create", "w2", order_no="O-1001", colour="red")

    assert unknown.non_retryable
    assert argument.non_retryable
    assert "colour" in str(argument)


def test_every_message_that_ships_can_be_written_in_both_languages(checkout: Path) -> None:
    shipped = read(
        (checkout / "activities" / "templates" / "messages.yaml").read_text(encoding="utf-8"), "messages.yaml"
    )
    known = cast("Mapping[str, Mapping[str, str]]", shipped.data)  # as the file's header says; a test of it
    about: dict[str, Value] = {
        "ticket": {"no": "GD-10007"},
        "customer": {"name": "王芳"},
        "link": "https://desk.example/t",
        "promise": {"due_at": "1月8日（周四）18:00"},
    }
    arguments = dict.fromkeys((*TAKES["notify.customer"], *TAKES["notify.staff"]), "SF1")

    for language in ("zh", "en"):
        reader = Reader("C-1", "王芳", "sms", PHONE, language)
        texts = {key: write_message(reader, {**arguments, "template": key}, about, known).text for key in known}
        assert all(text and "{{" not in text for text in texts.values())
