"""What the hands do with answers no good system gives: a small real server says whatever a test scripts."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from activities.connectors.registry import load_connectors
from db.tables import ReceiptStatus
from sop.events import FailureKind
from tests.activities.connector_desk import Desk, opened

FILE = """
connector: shop
title: {zh: 商店, en: Shop}
base_url: "{{ env.SHOP_URL }}"
auth: {type: header, header: X-Shop-Key, secret: SHOP_KEY}
timeout: 400ms
operations:
  pay:
    title: {zh: 付款, en: Pay}
    in: [amount]
    effect: money
    idempotent: none
    path: /pay
    body: {amount: "{{ arguments.amount }}"}
    out: {no: "{{ response.no }}"}
  gift:
    title: {zh: 赠品, en: Gift}
    effect: write
    idempotent: none
    path: /gift
    out: {no: "{{ response.no }}"}
    check: {path: /gifts, query: {key: "{{ key }}"}, found: response.count > 0, out: {no: "{{ response.first }}"}}
  look:
    title: {zh: 查看, en: Look}
    in: [q, page]
    effect: read
    idempotent: native
    method: GET
    path: /look
    query: {q: "{{ arguments.q }}", page: "{{ arguments.page }}"}
    headers: {X-Ask: "{{ arguments.q }}"}
    out: {total: "{{ response.total }}", names: "{{ response['items'] }}"}
  note:
    title: {zh: 记录, en: Note}
    in: [no, extra]
    effect: write
    idempotent: native
    path: "/note/{{ arguments.no }}"
    body: {extra: "{{ arguments.extra }}", list: ["{{ arguments.no }}"], fixed: 1}
    retry: {attempts: 3, interval: 2s, max_interval: 5s}
  often:
    title: {zh: 频繁, en: Often}
    effect: read
    idempotent: native
    method: GET
    path: /often
    rate_limit: {calls: 1, per: 60s}
"""


@dataclass
class Shop:
    """A server that answers with raw bytes, and keeps what it was sent."""

    answer: bytes = b""
    seen: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    delay: float = 0.0
    choose: Callable[[str], bytes] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def says(self, status: str, body: bytes = b"", media_type: str = "application/json", more: str = "") -> None:
        self.answer = written(status, body, media_type, more)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (int(x.split(":")[1]) for x in head.split("\r\n") if x.lower().startswith("content-length")), 0
            )
            self.seen.append(head)
            self.bodies.append(await reader.readexactly(length))
            self.arrived.set()
            await asyncio.sleep(self.delay)
            writer.write(self.choose(head) if self.choose else self.answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def written(status: str, body: bytes = b"", media_type: str = "application/json", more: str = "") -> bytes:
    """A whole answer as bytes."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def desk(shop: Shop, tmp_path: Path) -> AsyncIterator[Desk]:
    server = await asyncio.start_server(shop.serve, "127.0.0.1", 0)
    settings = {"SHOP_URL": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"}
    connectors = load_connectors({"shop.yaml": FILE}, settings, {"SHOP_KEY": "s3cret"})
    async with opened(connectors, tmp_path / "desk.db") as desk:
        yield desk
    server.close()
    await server.wait_closed()


BIG = json.dumps({"total": "x" * 20_000}).encode()
RUBBISH = {
    "not JSON": written("200 OK", b"{", "application/json"),
    "not UTF-8": written("200 OK", b'{"total": "\xff"}'),
    "a page": written("200 OK", b"<html>", "text/html"),
    "no number": written("200 OK", b'{"total": NaN, "items": []}'),
    "a number of absurd size": written("200 OK", b'{"total": 1e999999999, "items": []}'),
    "too deep": written("200 OK", b"[" * 200_000),
    "an output missing": written("200 OK", b'{"total": 1}'),
    "a list": written("200 OK", b"[1]"),
    "nothing": written("200 OK", b""),
    "over 16 kB to keep": written("200 OK", BIG[:-1] + b', "items": []}'),
    "over 1 MB": written("200 OK", b'{"total": 1, "items": ["' + b"x" * 1_100_000 + b'"]}'),
    "compressed": written("200 OK", gzip.compress(b'{"total": 1, "items": []}'), more="Content-Encoding: gzip\r\n"),
    "a redirect": written("302 Found", more="Location: http://127.0.0.1:1/\r\n"),
    "another success": written("206 Partial Content", b'{"total": 1, "items": []}'),
}


@pytest.mark.parametrize("answer", RUBBISH.values(), ids=RUBBISH)
async def test_an_answer_that_is_not_what_was_declared_is_rubbish(desk: Desk, shop: Shop, answer: bytes) -> None:
    shop.answer = answer

    failure = await desk.refused("shop.look", "a")

    assert (failure.type, failure.non_retryable) == (FailureKind.RUBBISH, False)
    assert len(str(failure)) < 1000
    assert len(shop.seen) == 1  # redirects are not followed


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", FailureKind.UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", FailureKind.UNREACHABLE),
        (b"hello\r\n\r\n", FailureKind.UNREACHABLE),
        (written("500 Oops"), FailureKind.UNREACHABLE),
    ],
    ids=["hangs up", "breaks off", "does not speak HTTP", "fails"],
)
async def test_a_broken_line_is_tried_again(desk: Desk, shop: Shop, answer: bytes, kind: FailureKind) -> None:
    shop.answer = answer

    failure = await desk.refused("shop.look", "a")

    assert (failure.type, failure.non_retryable) == (kind, False)


async def test_an_answer_that_does_not_come_is_not_waited_for(desk: Desk, shop: Shop) -> None:
    shop.delay = 5.0

    failure = await asyncio.wait_for(desk.refused("shop.look", "a"), 2)

    assert (failure.type, failure.non_retryable) == (FailureKind.TIMEOUT, False)


async def test_only_declared_outputs_come_back_and_decimals_stay_exact(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", b'{"total": 0.30, "items": [{"price": 12.345678901234567890}], "more": 1}')

    outputs = await desk.call("shop.look", "a", q="1 & 1=2", page=2)

    assert outputs == {"total": Decimal("0.30"), "names": [{"price": Decimal("12.345678901234567890")}]}


async def test_a_query_and_headers_carry_values_and_nothing_else(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", b'{"total": 1, "items": []}')

    await desk.call("shop.look", "a", q="a&page=9#x")
    injected = await desk.refused("shop.look", "b", q="x\r\nX-Admin: 1")

    assert "GET /api/look?q=a%26page%3D9%23x HTTP/1.1" in shop.seen[0]
    assert "page=" not in shop.seen[0].splitlines()[0].replace("a%26page%3D9", "")
    assert "X-Shop-Key: s3cret" in shop.seen[0]
    assert (injected.type, injected.non_retryable) == (FailureKind.REFUSED, True)
    assert len(shop.seen) == 1


async def test_null_is_left_out_of_a_body(desk: Desk, shop: Shop) -> None:
    shop.says("204 No Content")

    assert await desk.call("shop.note", "a", no="N-1") == {}
    assert shop.bodies == [b'{"list":["N-1"],"fixed":1}']


async def test_a_reference_mark_from_outside_is_removed(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", '{"total": "\ue000customer.name\ue001", "items": []}'.encode())

    assert (await desk.call("shop.look", "a"))["total"] == "customer.name"


@pytest.mark.parametrize("fault", ["slow", "cut", "500", "rubbish"])
async def test_what_is_not_idempotent_is_never_repeated_when_its_outcome_is_unknown(
    desk: Desk, shop: Shop, fault: str
) -> None:
    shop.delay = 5.0 if fault == "slow" else 0
    shop.answer = {"500": written("500 Oops"), "rubbish": written("200 OK", b"<html>")}.get(fault, b"")

    first = await desk.refused("shop.pay", "a", amount=5)
    shop.delay = 0
    shop.says("200 OK", b'{"no": "P1"}')
    second = await desk.refused("shop.pay", "a", attempt=2, amount=5)

    for failure in (first, second):
        assert (failure.type, failure.non_retryable) == (FailureKind.UNKNOWN, True)
        assert "ask the other side first" in str(failure)
    assert len(shop.seen) == 1


async def test_what_is_not_idempotent_is_repeated_when_nothing_was_done(desk: Desk, shop: Shop) -> None:
    shop.says("429 Too Many Requests", b'{"error": {"message": "slow down"}}', more="Retry-After: 7\r\n")
    failure = await desk.refused("shop.pay", "a", amount=5)
    shop.says("200 OK", b'{"no": "P1"}')

    assert await desk.call("shop.pay", "a", attempt=2, amount=5) == {"no": "P1"}
    assert failure.next_retry_delay == timedelta(seconds=7)
    assert "slow down" in str(failure)


async def test_a_worker_that_died_in_the_call_leaves_it_unknown(desk: Desk, shop: Shop) -> None:
    shop.delay = 5.0
    trying = asyncio.create_task(desk.call("shop.pay", "a", amount=5))
    await asyncio.wait_for(shop.arrived.wait(), 5)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    shop.delay = 0

    failure = await desk.refused("shop.pay", "a", attempt=2, amount=5)

    assert failure.type == FailureKind.UNKNOWN
    assert len(shop.bodies) == 1


async def test_not_found_is_not_believed_while_the_first_request_may_be_on_its_way(desk: Desk, shop: Shop) -> None:
    shop.choose = lambda head: written("200 OK", b'{"count": 0}') if head.startswith("GET") else b""
    first = await desk.refused("shop.gift", "a")
    second = await desk.refused("shop.gift", "a", attempt=2)

    assert (first.type, first.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert (second.type, second.non_retryable) == (FailureKind.TIMEOUT, False)
    assert second.next_retry_delay is not None
    assert len(shop.seen) == 1


@pytest.mark.parametrize(
    ("check", "outputs", "requests"),
    [(b'{"count": 1, "first": "G7"}', {"no": "G7"}, 2), (b'{"count": 0}', {"no": "G8"}, 3)],
    ids=["it was done", "it was not"],
)
async def test_the_other_side_is_asked_what_became_of_a_call(
    desk: Desk, shop: Shop, check: bytes, outputs: dict[str, str], requests: int
) -> None:
    await desk.refused("shop.gift", "a/b ?")
    desk.time.ahead = timedelta(minutes=1)
    gift = written("201 Created", b'{"no": "G8"}')
    shop.choose = lambda head: written("200 OK", check) if head.startswith("GET") else gift

    assert await desk.call("shop.gift", "a/b ?", attempt=2) == outputs
    assert len(shop.seen) == requests
    assert "GET /api/gifts?key=a%2Fb+%3F " in shop.seen[1] or "GET /api/gifts?key=a%2Fb%20%3F " in shop.seen[1]


async def test_a_check_that_cannot_be_read_leaves_the_outcome_to_a_person(desk: Desk, shop: Shop) -> None:
    await desk.refused("shop.gift", "a")
    desk.time.ahead = timedelta(minutes=1)
    shop.answer = written("403 Forbidden")

    failure = await desk.refused("shop.gift", "a", attempt=2)

    assert (failure.type, failure.non_retryable) == (FailureKind.UNKNOWN, True)
    assert (await desk.receipt("a")).status is ReceiptStatus.UNKNOWN


async def test_a_doubt_is_not_forgotten_when_the_next_try_does_not_get_through(desk: Desk, shop: Shop) -> None:
    await desk.refused("shop.note", "a", no="N-1")
    shop.says("429 Too Many Requests")
    await desk.refused("shop.note", "a", attempt=2, no="N-1")

    assert (await desk.receipt("a")).status is ReceiptStatus.UNKNOWN


async def test_a_key_is_never_used_for_another_call(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", b'{"no": "P1"}')
    await desk.call("shop.pay", "a", amount=5)
    failure = await desk.refused("shop.pay", "a", amount=6)

    assert (failure.type, failure.non_retryable) == (FailureKind.REFUSED, True)
    assert len(shop.seen) == 1


async def test_a_receipt_answers_even_when_the_system_is_gone(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", b'{"no": "P1"}')
    await desk.call("shop.pay", "a", amount=5)
    known = await desk.receipt("a")
    shop.answer = b""

    assert await desk.call("shop.pay", "a", attempt=2, amount=5) == known.outputs == {"no": "P1"}


async def test_the_file_may_limit_the_tries_and_space_them(desk: Desk, shop: Shop) -> None:
    shop.answer = written("500 Oops")
    tries = [await desk.refused("shop.note", "a", attempt=n, no="N-1") for n in (1, 2, 3)]

    assert [failure.non_retryable for failure in tries] == [False, False, True]
    assert [failure.next_retry_delay for failure in tries] == [timedelta(seconds=n) for n in (2, 4, 5)]


async def test_a_rate_limit_of_ours_is_kept_without_holding_the_hand(desk: Desk, shop: Shop) -> None:
    shop.says("200 OK", b"{}")
    await desk.call("shop.often", "a")
    failure = await desk.refused("shop.often", "b")

    assert (failure.type, failure.non_retryable) == (FailureKind.UNREACHABLE, False)
    assert failure.next_retry_delay is not None
    assert 50 < failure.next_retry_delay.total_seconds() <= 60
    assert len(shop.seen) == 1


async def test_the_other_sides_words_are_short_and_hold_no_secret(desk: Desk, shop: Shop) -> None:
    shop.says("400 Bad Request", json.dumps({"message": "key s3cret is bad " + "x" * 5000}).encode())

    failure = await desk.refused("shop.look", "a")

    assert "s3cret" not in str(failure)
    assert "key *** is bad" in str(failure)
    assert len(str(failure)) < 700
