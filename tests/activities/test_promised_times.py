"""A message names the time it promises in its reader's words and by their clock; a promise's check only reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.connectors.people import Reader
from activities.notify import promise_told, time_told
from tests.activities.connector_desk import PHONE, Desk, at_company, opened
from tests.demo.running_company import Company

DUE = datetime(2026, 1, 8, 10, 0, tzinfo=UTC)
WANG = Reader("C-1001", "王芳", "sms", PHONE, "zh")


@pytest.fixture
async def desk(company: Company, connector_files: dict[str, str], tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(at_company(connector_files, company.port), tmp_path / "desk.db") as desk:
        yield desk


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("zh", "Asia/Shanghai", "1月8日（周四）18:00"),
        ("zh-CN", "America/New_York", "1月8日（周四）05:00"),
        ("en", "Asia/Shanghai", "Thu 8 Jan, 18:00"),
        ("en", "Pacific/Auckland", "Thu 8 Jan, 23:00"),
        ("fr", "Europe/Paris", "Thu 8 Jan, 11:00"),
    ],
)
def test_a_time_is_told_in_the_readers_words_and_by_their_clock(language: str, zone: str, told: str) -> None:
    assert time_told(DUE, language, zone) == told


def test_a_reader_without_a_zone_reads_the_companys() -> None:
    assert promise_told(DUE, WANG, "Asia/Shanghai") == {"promise": {"due_at": "1月8日（周四）18:00"}}
    abroad = replace(WANG, timezone="Europe/London", language="en")
    assert promise_told(DUE, abroad, "Asia/Shanghai") == {"promise": {"due_at": "Thu 8 Jan, 10:00"}}
    assert promise_told(None, WANG, "Asia/Shanghai") == {}


@pytest.mark.live
async def test_the_message_that_promises_names_the_time(desk: Desk, company: Company) -> None:
    desk.people.known = [replace(WANG, timezone="Asia/Tokyo")]

    await desk.call("notify.customer", "promised", promised_at=DUE, template="promised")

    [message] = [one for one in company.get("/messages").json()["items"] if "最迟" in one["text"]]
    assert message["text"] == "最迟 1月8日（周四）19:00 到账。"


@pytest.mark.live
async def test_a_message_without_a_promise_cannot_name_one(desk: Desk) -> None:
    refused = await desk.refused("notify.customer", "not promised", template="promised")

    assert refused.non_retryable
    assert "promise" in refused.message


@pytest.mark.live
async def test_a_check_that_does_more_than_read_is_refused_before_it_does_anything(
    desk: Desk, company: Company
) -> None:
    before = company.effects("erp.refund.create")

    with pytest.raises(ApplicationError, match="more than read") as refused:
        await desk.call("erp.refund.create", "as a check", reads=True, order_no="O-1004", amount=1)

    assert refused.value.non_retryable
    assert company.effects("erp.refund.create") == before


@pytest.mark.live
async def test_a_late_refund_is_pending_for_who_asks(desk: Desk, company: Company) -> None:
    paid = await desk.call("erp.refund.create", "pay", order_no="O-1004", amount=1)
    company.switch_on("late", match={"system": "erp", "path_prefix": "/erp/refunds"}, times=1)

    first = await desk.call("erp.refund.status", "ask/1", reads=True, refund_no=paid["refund_no"])
    second = await desk.call("erp.refund.status", "ask/2", reads=True, refund_no=paid["refund_no"])

    assert [(answer["status"], bool(answer["paid_at"])) for answer in (first, second)] == [
        ("pending", False),
        ("paid", True),
    ]
