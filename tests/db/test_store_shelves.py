"""What is kept by key: receipts, files, answers given."""

from __future__ import annotations

import asyncio

import pytest

from db import files, receipts
from db.files import FileTooLarge, NewFile
from db.idempotency import Claim, KeyInUse, KeyReused, Replay, claim, forget_before, keep_answer, release
from db.session import Store
from db.tables import ReceiptStatus
from tests.db.desk import NINE, after, opened

ASKED = Claim("key:1", "k1", "POST", "/api/v1/tickets", "hash")
UNKNOWN, DONE, FAILED = ReceiptStatus.UNKNOWN, ReceiptStatus.DONE, ReceiptStatus.FAILED


async def test_of_many_hands_only_one_may_call(store: Store) -> None:
    async def begin() -> bool:
        async with store.write() as conn:
            return await receipts.begin(conn, "k", 1, "erp.refund.create", "h", NINE) is None

    assert sorted(await asyncio.gather(*[begin() for _ in range(12)])) == [False] * 11 + [True]


async def test_a_failed_call_may_be_tried_again_and_a_done_one_never(store: Store) -> None:
    async with store.write() as conn:
        assert await receipts.begin(conn, "k", 1, "erp.refund.create", "h", NINE) is None
        await receipts.finish(conn, "k", FAILED, NINE, error="503")
        assert await receipts.begin(conn, "k", 1, "erp.refund.create", "h", after(minutes=1)) is None
        await receipts.finish(conn, "k", DONE, after(minutes=2), {"refund_no": "F1"})
        await receipts.finish(conn, "k", UNKNOWN, after(minutes=3), error="a late answer")
        known = await receipts.begin(conn, "k", 1, "erp.refund.create", "h", after(minutes=4))

    assert known is not None
    assert (known.status, known.outputs, known.attempts, known.error) == (DONE, {"refund_no": "F1"}, 2, None)


async def test_a_call_of_unknown_end_is_taken_up_by_one(store: Store) -> None:
    async with store.write() as conn:
        await receipts.begin(conn, "k", 1, "erp.refund.create", "h", NINE)
        assert await receipts.begin_again(conn, "k", NINE, after(minutes=1))
        assert not await receipts.begin_again(conn, "k", NINE, after(minutes=2))
        known = await receipts.receipt(conn, "k")
    assert known is not None
    assert (known.started_at, known.attempts) == (after(minutes=1), 2)


async def test_a_file_is_kept_byte_for_byte(store: Store) -> None:
    accepted = await opened(store)
    async with store.write() as conn:
        kept = await files.keep_file(conn, NewFile("灯.jpg", "image/jpeg", b"\x00\xff" * 700, "customer", NINE))
        assert await files.attach(conn, accepted.id, [kept.id], "anna") == 0
        assert await files.attach(conn, accepted.id, [kept.id], "customer") == 1
        assert await files.attach(conn, 2, [kept.id], "customer") == 0

        known = await files.file(conn, kept.id)
        assert await files.content(conn, kept.id) == b"\x00\xff" * 700
        assert await files.content(conn, "f_nothing") is None
    assert known is not None
    assert (known.ticket_id, known.name, known.size) == (accepted.id, "灯.jpg", 1400)


async def test_a_file_too_large_is_refused(store: Store) -> None:
    with pytest.raises(FileTooLarge, match="at most 10"):
        async with store.write() as conn:
            await files.keep_file(conn, NewFile("x", "text/plain", b"x" * 11, "customer", NINE), most=10)


async def test_a_file_no_ticket_took_is_forgotten_with_its_bytes(store: Store) -> None:
    async with store.write() as conn:
        kept = await files.keep_file(conn, NewFile("x", "text/plain", b"x", "customer", NINE))
        assert await files.forget_loose(conn, NINE) == 0
        assert await files.forget_loose(conn, after(days=1)) == 1
        assert await files.content(conn, kept.id) is None


async def test_the_same_request_gets_the_same_answer(store: Store) -> None:
    async with store.write() as conn:
        assert await claim(conn, ASKED, NINE) is None
        await keep_answer(conn, ASKED, 201, '{"no": "GD-10001"}')

        assert await claim(conn, ASKED, after(hours=1)) == Replay(201, '{"no": "GD-10001"}')
        with pytest.raises(KeyReused):
            await claim(conn, Claim("key:1", "k1", "POST", "/api/v1/tickets", "other"), NINE)
        assert await claim(conn, Claim("key:2", "k1", "POST", "/api/v1/tickets", "other"), NINE) is None
        await forget_before(conn, after(days=1))
        assert await claim(conn, ASKED, after(days=1)) is None


async def test_a_request_that_is_being_answered_is_in_use_until_released_or_stale(store: Store) -> None:
    async with store.write() as conn:
        await claim(conn, ASKED, NINE)
        with pytest.raises(KeyInUse):
            await claim(conn, ASKED, after(seconds=30))
        await release(conn, ASKED)
        assert await claim(conn, ASKED, after(seconds=31)) is None
        assert await claim(conn, ASKED, after(minutes=3)) is None
        await keep_answer(conn, ASKED, 200, "{}")
        await release(conn, ASKED)
        assert await claim(conn, ASKED, after(minutes=4)) == Replay(200, "{}")


async def test_a_double_click_is_one_ticket(store: Store) -> None:
    async def click() -> str:
        async with store.write() as conn:
            if replay := await claim(conn, ASKED, NINE):
                return replay.body
            await asyncio.sleep(0.01)
            await keep_answer(conn, ASKED, 201, "made")
            return "making"

    assert sorted(await asyncio.gather(*[click() for _ in range(6)])) == ["made"] * 5 + ["making"]
