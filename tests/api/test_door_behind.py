"""A ticket that knows less than its page has shown is a moment behind: it is asked again before its refusal counts."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from sqlalchemy import update

from db.numbers import id_of
from db.tables import Ticket
from sop.refusals import NoIncident, StepNotOpen
from tests.api.api_desk import Desk
from workflows.client import Refused

SHOWN = 7
DEEDS: dict[str, dict[str, object]] = {
    "steps/main.inspect/answer": {"values": {}},
    "steps/main.inspect/vote": {"approve": True},
    "steps/main.inspect/incident": {"choice": "retry"},
    "claim": {"step": "main.inspect"},
    "pause": {},
    "promises/p4/keep": {"note": "told"},
}


def no_incident(seq: int | None) -> Refused:
    """What the ticket says that knows of its facts so far."""
    return Refused(NoIncident.code, {"en": "no incident", "zh": "没有异常"}, 409, seq=seq)


async def shown(desk: Desk, seq: int = SHOWN) -> str:
    """A ticket whose page shows the ledger up to this row."""
    no = await desk.open()
    await reaches(desk, no, seq)
    return no


async def reaches(desk: Desk, no: str, seq: int) -> None:
    await desk.write(update(Ticket).where(Ticket.id == id_of(no)).values(last_seq=seq))


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_ticket_that_is_behind_is_asked_again_and_hears_every_deed_once(desk: Desk, deed: str) -> None:
    no = await shown(desk)
    await desk.person("anna")
    desk.temporal.refusals = [no_incident(SHOWN - 2), no_incident(SHOWN - 2), no_incident(SHOWN - 1)]
    path, headers = f"/api/v1/tickets/{no}/{deed}", {"Idempotency-Key": "k", "On-Behalf-Of": "anna"}

    first = await desk.http.post(path, json=DEEDS[deed], headers=headers)
    again = await desk.http.post(path, json=DEEDS[deed], headers=headers)

    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    assert (desk.temporal.asked, len(desk.temporal.heard)) == (4, 1)


async def test_a_ticket_that_knows_what_was_shown_is_believed_at_once(desk: Desk) -> None:
    no = await shown(desk)
    desk.temporal.refusal = Refused(StepNotOpen.code, {"en": "closed", "zh": "已关闭"}, 409, seq=SHOWN)

    answer = await desk.http.post(f"/api/v1/tickets/{no}/steps/x/answer", json={"values": {}})

    assert (answer.status_code, answer.json()["code"], desk.temporal.asked) == (409, "step_not_open", 1)


async def test_a_word_that_stands_is_not_asked_for_again(desk: Desk) -> None:
    no = await shown(desk)
    desk.temporal.refusal = no_incident(None)

    answer = await desk.http.post(f"/api/v1/tickets/{no}/merge", json={"into": await desk.open()})

    assert (answer.status_code, desk.temporal.asked) == (409, 1)


async def test_a_ticket_that_stays_behind_is_believed_in_the_end_and_its_key_is_free(desk: Desk) -> None:
    no = await shown(desk)
    desk.temporal.refusal = no_incident(SHOWN - 1)
    path, headers = f"/api/v1/tickets/{no}/steps/x/incident", {"Idempotency-Key": "k"}
    began = monotonic()

    refused = await desk.http.post(path, json={"choice": "retry"}, headers=headers)
    took = monotonic() - began
    desk.temporal.refusal = None
    heard = await desk.http.post(path, json={"choice": "retry"}, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (409, "no_incident")
    assert 0.5 <= took < 5
    assert 3 <= desk.temporal.asked <= 8  # with pauses that grow
    assert heard.status_code == 200


async def test_where_the_ledger_took_the_row_back_the_refusal_counts(desk: Desk) -> None:
    no = await shown(desk)
    desk.temporal.refusal = no_incident(SHOWN - 1)

    asking = asyncio.create_task(desk.http.post(f"/api/v1/tickets/{no}/steps/x/incident", json={"choice": "retry"}))
    for _ in range(1000):
        if desk.temporal.asked:
            break
        await asyncio.sleep(0.005)
    await reaches(desk, no, SHOWN - 1)
    answer = await asking

    assert answer.status_code == 409
    assert desk.temporal.asked <= 2
