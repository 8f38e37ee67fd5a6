"""The doors of promises: a message that makes one, a person's word, the list, the rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from db.numbers import id_of
from db.outbox import event_of
from db.releases import Said, publish
from db.tables import Message, Outbox, Promise, Ticket
from sop.catalog import Catalog
from sop.events import MessagePosted, PromiseKept, PromiseSaid
from sop.loading import load
from sop.refusals import PromiseOver
from tests.api.api_desk import Desk
from workflows.client import Refused

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
SORRY = "dsl: 1\nplaybook: sorry\nsteps: [{id: call, type: task, assign: owner, due: 1d}]\n"
REFUND = {"within": "24h", "check": "erp.refund.status", "with": {"refund_no": "RF-1"}, "broken": "sorry"}
Json = dict[str, Any]  # Any: JSON


@pytest.fixture
async def published(desk: Desk) -> None:
    async with desk.store.write() as conn:
        await publish(conn, load(SORRY, "sorry.playbook.yaml", Catalog()), SORRY, Said("test", NOON))


async def say(desk: Desk, no: str, promise: object, **said: object) -> tuple[int, Json]:
    answer = await desk.http.post(
        f"/api/v1/tickets/{no}/messages", json={"body": "退款已提交", "promise": promise, **said}
    )
    return answer.status_code, answer.json()


async def made(desk: Desk, no: str, promise: str, **columns: object) -> None:
    """A promise as the projection would have written it."""
    row: dict[str, object] = {
        "ticket_id": id_of(no),
        "promise": promise,
        "seq": int(promise[1:]),
        "sop": "return",
        "title": {"zh": "退款到账", "en": "Refund"},
        "within": "24h",
        "person": "anna",
        "team": "care",
        "state": "open",
        "made_at": NOON,
        "due_at": NOON + timedelta(days=1),
        "outputs": {},
    }
    await desk.write(insert(Promise).values({**row, **columns}))


@pytest.mark.usefixtures("published")
async def test_a_message_may_promise_and_its_words_stay_with_it(desk: Desk) -> None:
    no = await desk.open()

    status, _ = await say(desk, no, {**REFUND, "title": {"zh": "王女士的退款", "en": "Her refund"}})

    assert status == 201
    payloads = [row.payload for row in await desk.rows(select(Outbox.payload).order_by(Outbox.id))]
    told = event_of(payloads[1])
    assert isinstance(told, MessagePosted)
    assert told.promise == PromiseSaid("24h", "erp.refund.status", {"refund_no": "RF-1"}, "sorry")
    assert "王女士" not in str(payloads)
    [title] = await desk.rows(select(Message.promise_title))
    assert title[0] == {"zh": "王女士的退款", "en": "Her refund"}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("promise", "pointer"),
    [
        ({"within": "soon"}, "/promise/within"),
        ({"within": "0h"}, "/promise/within"),
        ({}, "/promise/within"),
        ({**REFUND, "check": "erp.refund.state"}, "/promise/check"),
        ({**REFUND, "check": "ticket.update"}, "/promise/check"),
        ({**REFUND, "with": {"no": "RF-1"}}, "/promise/with/no"),
        ({**REFUND, "with": {"name": "王芳"}}, "/promise/with/name"),
        ({"within": "1h", "with": {"refund_no": "RF-1"}}, "/promise/with/refund_no"),
        ({**REFUND, "broken": "no_such_playbook"}, "/promise/broken"),
        ({**REFUND, "until": "then"}, "/promise/until"),
    ],
)
async def test_a_promise_nobody_could_keep_an_eye_on_is_refused_at_its_place(
    desk: Desk, promise: object, pointer: str
) -> None:
    no = await desk.open()

    status, problem = await say(desk, no, promise)

    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await desk.rows(select(Message.id)) == []


async def test_a_note_among_colleagues_promises_nothing(desk: Desk) -> None:
    status, problem = await say(desk, await desk.open(), {"within": "1h"}, visibility="internal")

    assert (status, problem["errors"][0]["pointer"]) == (422, "/promise")


async def test_on_a_closed_ticket_nobody_would_keep_it(desk: Desk) -> None:
    no = await desk.open()
    await desk.write(update(Ticket).values(status="closed"))

    status, problem = await say(desk, no, {"within": "1h"})

    assert (status, problem["code"]) == (409, "ticket_over")


async def test_a_person_says_that_it_is_kept(desk: Desk) -> None:
    no = await desk.open()

    answer = await desk.http.post(f"/api/v1/tickets/{no}/promises/p7/keep", json={"note": "已到账"})

    assert answer.status_code == 200
    [(ticket_id, event, _)] = desk.temporal.heard
    assert isinstance(event, PromiseKept)
    assert (ticket_id, event.promise, event.note) == (id_of(no), "p7", "已到账")


async def test_one_that_is_over_is_refused(desk: Desk) -> None:
    no = await desk.open()
    desk.temporal.refusal = Refused(PromiseOver.code, {"en": "kept already", "zh": "已兑现"}, 409)

    answer = await desk.http.post(f"/api/v1/tickets/{no}/promises/p7/keep")

    assert (answer.status_code, answer.json()["code"]) == (409, "promise_over")


async def test_the_ticket_tells_its_promises_and_the_title_of_a_message(desk: Desk) -> None:
    no = await desk.open()
    await say(desk, no, {"within": "1h", "title": "回电"})
    [message] = await desk.rows(select(Message.id))
    await made(desk, no, "p7")
    await made(desk, no, "p9", title=None, message_id=message.id, due_at=datetime(2099, 1, 1, tzinfo=UTC), sop=None)

    told = (await desk.http.get(f"/api/v1/tickets/{no}")).json()["promises"]

    assert [(one["promise"], one["title"], one["light"]) for one in told] == [
        ("p7", {"zh": "退款到账", "en": "Refund"}, "red"),
        ("p9", "回电", "green"),
    ]


async def test_the_list_is_by_due_time_and_goes_on_where_it_stopped(desk: Desk) -> None:
    first, second = await desk.open(), await desk.open()
    for no, promise, days in ((first, "p7", 2), (first, "p8", 2), (first, "p9", 2), (second, "p7", 1)):
        await made(desk, no, promise, due_at=NOON + timedelta(days=days))

    seen, cursor = [], None
    while True:
        page = (
            await desk.http.get("/api/v1/promises", params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [(one["no"], one["promise"]) for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [(second, "p7"), (first, "p7"), (first, "p8"), (first, "p9")]
    assert (await desk.http.get("/api/v1/promises", params={"cursor": "x"})).status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "broken"}, ["p2"]),
        ({"team": "care"}, ["p1", "p2"]),
        ({"since": "2026-03-06"}, ["p3"]),
        ({"until": "2026-03-05T12:00:00+08:00"}, ["p1"]),
        ({"state": "kept", "team": "nobody"}, []),
    ],
)
async def test_the_list_is_narrowed(desk: Desk, query: dict[str, str], found: list[str]) -> None:
    no = await desk.open()
    await made(desk, no, "p1", state="kept", due_at=NOON)
    await made(desk, no, "p2", state="broken")
    await made(desk, no, "p3", team="warehouse", due_at=NOON + timedelta(days=3))

    items = (await desk.http.get("/api/v1/promises", params=query)).json()["items"]

    assert [one["promise"] for one in items] == found


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("sop", [("return", 2, 1, 0, 0.6667), (None, 0, 0, 1, None)]),
        ("team", [("care", 2, 1, 1, 0.6667)]),
        ("person", [("anna", 2, 0, 1, 1.0), ("bob", 0, 1, 0, 0.0)]),
        ("week", [("2026-W10", 2, 0, 1, 1.0), ("2026-W11", 0, 1, 0, 0.0)]),
    ],
)
async def test_the_rate_is_kept_of_those_that_are_over(desk: Desk, by: str, groups: list[tuple[object, ...]]) -> None:
    no = await desk.open()
    await made(desk, no, "p1", state="kept")
    await made(desk, no, "p2", state="kept")
    await made(desk, no, "p3", state="broken", person="bob", due_at=NOON + timedelta(days=7))
    await made(desk, no, "p4", sop=None)
    await made(
        desk, no, "p5", state="withdrawn", sop="other", team="other", person="eve", due_at=NOON.replace(year=2027)
    )

    told = (await desk.http.get("/api/v1/promises/rate", params={"group_by": by})).json()

    names = ("group", "kept", "broken", "open", "rate")
    assert [tuple(one[name] for name in names) for one in told["items"]] == groups
    assert tuple(told["total"][name] for name in names) == (None, 2, 1, 1, 0.6667)


async def test_times_and_groups_that_are_none_are_refused(desk: Desk) -> None:
    for query in ({"group_by": "colour"}, {"since": "soon"}):
        assert (await desk.http.get("/api/v1/promises/rate", params=query)).status_code == 422


async def test_a_customers_time_zone_is_one(desk: Desk) -> None:
    good = await desk.http.post(
        "/api/v1/tickets",
        json={"subject": "x", "channel": "web", "customer": {"external_id": "C9", "timezone": "Europe/London"}},
    )
    bad = await desk.http.post(
        "/api/v1/tickets", json={"subject": "x", "channel": "web", "customer": {"timezone": "Europe/Nowhere"}}
    )

    assert (await desk.http.get(good.json()["url"])).json()["customer"]["timezone"] == "Europe/London"
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/customer/timezone")
