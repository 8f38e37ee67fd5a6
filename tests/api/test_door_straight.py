"""Opening a ticket with a key alone takes a straight way; whoever says more takes FastAPI's. Both say the same."""

from __future__ import annotations

import pytest

from tests.api.api_desk import Desk

URL = "/api/v1/tickets"
ROUNDABOUT = {"X-CSRF-Token": "of no meaning to a key"}
GOOD = b'{"subject": "Lamp is broken", "channel": "web", "order": {"no": "A-1", "paid": 19.90}}'
JSON = {"Content-Type": "application/json"}
REQUESTS = {
    "not JSON": (b"{", JSON),
    "not said to be JSON": (GOOD, {"Content-Type": "text/plain"}),
    "nothing": (b"", {}),
    "a field nobody knows": (b'{"subject": "x", "channel": "web", "colour": 1}', JSON),
    "a strange idempotency key": (GOOD, {**JSON, "Idempotency-Key": "a b"}),
    "an empty idempotency key": (GOOD, {**JSON, "Idempotency-Key": ""}),
    "no key": (GOOD, {**JSON, "Authorization": ""}),
    "another scheme": (GOOD, {**JSON, "Authorization": "Basic abc"}),
    "a wrong key": (GOOD, {**JSON, "Authorization": "Bearer gd_1_aaaaaaaaaaaaaaaaaaaaaaaa"}),
    "a person nobody knows": (GOOD, {**JSON, "On-Behalf-Of": "nobody"}),
    "too long a name": (GOOD, {**JSON, "On-Behalf-Of": "x" * 65}),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_both_ways_refuse_in_the_same_words(desk: Desk, name: str) -> None:
    content, headers = REQUESTS[name]

    straight = await desk.http.post(URL, content=content, headers=headers)
    roundabout = await desk.http.post(URL, content=content, headers={**headers, **ROUNDABOUT})

    assert straight.status_code >= 400
    assert (straight.status_code, straight.json()) == (roundabout.status_code, roundabout.json())


async def test_both_ways_ask_for_the_scope(desk: Desk) -> None:
    reader = await desk.headers("tickets:read")

    straight = await desk.http.post(URL, content=b"{", headers=reader)
    roundabout = await desk.http.post(URL, content=b"{", headers={**reader, **ROUNDABOUT})

    assert (straight.status_code, straight.json()["code"]) == (403, "scope_missing")
    assert straight.json() == roundabout.json()


async def test_a_request_is_the_same_request_by_either_way(desk: Desk) -> None:
    headers = {**JSON, "Idempotency-Key": "once"}

    first = await desk.http.post(URL, content=GOOD, headers=headers)
    again = await desk.http.post(URL, content=GOOD, headers={**headers, **ROUNDABOUT})

    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")


async def test_other_methods_on_tickets_are_told_what_is_allowed(desk: Desk) -> None:
    listed = await desk.http.get(URL)
    refused = await desk.http.put(URL, content=GOOD, headers=JSON)

    assert (listed.status_code, refused.status_code) == (200, 405)
