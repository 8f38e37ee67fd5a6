"""One ticket is merged into another on real servers; tickets go to people and teams that are there."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from temporalio.worker import Replayer

from tests.live.console import signed_in
from tests.live.desk import CUSTOMER, V1, Desk
from workflows.sandbox import runner
from workflows.ticket import TicketWorkflow

pytestmark = pytest.mark.live


def enquiry(desk: Desk, **said: object) -> str:
    """A ticket on which somebody works."""
    no = desk.open(subject="咨询", category="general", body="想问一下产品", **said)
    desk.step(no, "work")
    return no


def with_token(desk: Desk, customer: str) -> tuple[str, str]:
    """An enquiry of a customer: its number and what opens their page."""
    said = {"subject": "咨询", "category": "general", "channel": "web", "customer": {"external_id": customer}}
    answer = desk.post("/tickets", said)
    assert answer.status_code == 201, answer.text
    desk.step(answer.json()["no"], "work")
    return answer.json()["no"], answer.json()["token"]


def merge(desk: Desk, no: str, into: str) -> httpx.Response:
    return desk.post(f"/tickets/{no}/merge", {"into": into, "note": "同一件事"}, by="chenjing")


def test_of_two_tickets_merged_into_each_other_at_once_one_goes_on(shared_desk: Desk) -> None:
    replayer = Replayer(workflows=[TicketWorkflow], workflow_runner=runner())
    for _ in range(4):
        pair = enquiry(shared_desk), enquiry(shared_desk)
        start = Barrier(2)

        def at_once(way: tuple[str, str], start: Barrier = start) -> httpx.Response:
            start.wait(10)
            return merge(shared_desk, *way)

        with ThreadPoolExecutor(2) as people:
            answers = list(people.map(at_once, [pair, pair[::-1]]))

        assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
        over, goes_on = pair if answers[0].status_code == 200 else pair[::-1]
        assert shared_desk.ticket(over)["merged_into"] == goes_on
        assert shared_desk.ticket(goes_on)["merged_into"] is None
        assert [step["step"] for step in shared_desk.ticket(goes_on)["steps"]] == ["work"]
        assert merge(shared_desk, goes_on, enquiry(shared_desk)).status_code == 200  # it is free again to be merged
    asyncio.run(replayer.replay_workflow(shared_desk.history(over)))


def test_what_was_said_and_sent_on_a_merged_ticket_is_found_on_the_one_that_goes_on(shared_desk: Desk) -> None:
    desk = shared_desk
    (gone, _), (stays, token), (other, _) = (with_token(desk, each) for each in ("C-51", "C-51", "C-52"))
    [theirs], [anothers] = desk.photos(gone, 1), desk.photos(other, 1)
    assert desk.post(f"/tickets/{gone}/messages", {"body": "照片已发"}, by=CUSTOMER).status_code == 201
    assert [merge(desk, each, stays).status_code for each in (gone, other)] == [200, 200]

    told = desk.ticket(stays)
    files = {one["id"]: one for one in told["files"]}
    assert {key: one["ticket"] for key, one in files.items()} == {theirs: gone, anothers: other}
    assert all(desk.http.get(one["url"]).content.startswith(b"\xff\xd8\xff") for one in files.values())
    assert [one["no"] for one in told["merged_from"]] == [gone, other]
    assert [one["body"] for one in desk.http.get(told["merged_from"][0]["url"]).json()["messages"]] == ["照片已发"]
    with signed_in(desk, "chenjing") as browser:
        page = browser.get(f"/tickets/{stays}").text
        assert all(f'href="/tickets/{each}"' in page for each in (gone, other))
        assert all(f'href="/files/{each}"' in page for each in (theirs, anothers))
        assert browser.get(f"/files/{anothers}").status_code == 200
    with httpx.Client(base_url=desk.site.settings.url, trust_env=False) as customer:
        place = f"/portal/t/{token}"
        page = customer.get(place).text
        assert f"{place}/files/{theirs}" in page
        assert anothers not in page
        assert other not in page
        assert customer.get(f"{place}/files/{theirs}").content.startswith(b"\xff\xd8\xff")
        assert customer.get(f"{place}/files/{anothers}").status_code == 404
        assert customer.get(f"/files/{theirs}").headers["location"].startswith("/login")

    assert desk.post(f"/tickets/{gone}/messages", {"body": "还有吗"}, by=CUSTOMER).status_code == 201
    desk.until(stays, lambda told: [one for one in told["messages"] if one["body"] == "还有吗"], "it is heard")
    answer = desk.http.get(f"{V1}/tickets/{gone}").json()
    assert (answer["merged_into"], answer["status"], answer["steps"]) == (stays, "cancelled", [])


@pytest.mark.parametrize("to", ["team:nobodys", "user:nobody", "role:nothing", "team:", "chenjing"])
def test_a_ticket_goes_only_to_somebody_who_is_there(shared_desk: Desk, to: str) -> None:
    no = enquiry(shared_desk)
    before = shared_desk.ledger(no)

    answers = {
        language: shared_desk.http.post(
            f"{V1}/tickets/{no}/transfer", json={"to": to, "note": "x"}, headers={"Accept-Language": language}
        )
        for language in ("zh", "en")
    }

    for answer in answers.values():
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert answers["zh"].json()["detail"] != answers["en"].json()["detail"]
    assert shared_desk.ledger(no) == before
