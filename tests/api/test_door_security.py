"""Who may pass a door, and what a cookie must prove."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.app import create
from api.auth import current, require_csrf
from api.principal import SignedIn
from api.sessions import change_password, login, logout
from api.settings import Settings
from db.tables import ApiKey, Person, Session
from sop.events import ActorKind, TicketCommanded
from tests.api.api_desk import PASSWORD, Desk, Temporal

READ, WRITE = "/api/v1/tickets", {"subject": "Lamp", "channel": "web"}


async def test_nobody_passes_without_saying_who_they_are(desk: Desk) -> None:
    answer = await desk.http.get(READ, headers={"Authorization": ""})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("key", ["gd_1_" + "x" * 32, "nonsense", "gd_1_\u00fc"])
async def test_a_wrong_key_opens_nothing(desk: Desk, key: str) -> None:
    answer = await desk.http.get(READ, headers={b"Authorization": f"Bearer {key}".encode()})

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_key")


async def test_another_way_of_authorization_opens_nothing(desk: Desk) -> None:
    assert (await desk.http.get(READ, headers={"Authorization": "Basic YTpi"})).status_code == 401


async def test_a_revoked_key_opens_nothing(desk: Desk) -> None:
    headers = await desk.headers("tickets:read")
    assert (await desk.http.get(READ, headers=headers)).status_code == 200
    await desk.write(update(ApiKey).values(revoked_at=datetime.now(UTC)))

    assert (await desk.http.get(READ, headers=headers)).status_code == 401


async def test_the_database_keeps_no_key(desk: Desk) -> None:
    key = await desk.key("tickets:read")

    hashes = [row.key_hash for row in await desk.rows(select(ApiKey.key_hash))]
    assert key not in hashes
    assert all(len(kept) == 64 for kept in hashes)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/tickets", "tickets:read"),
        ("GET", "/api/v1/tickets/GD-10001", "tickets:read"),
        ("GET", "/api/v1/tickets/GD-10001/ledger", "tickets:read"),
        ("GET", "/api/v1/files/f_x", "tickets:read"),
        ("POST", "/api/v1/tickets", "tickets:write"),
        ("POST", "/api/v1/tickets/GD-10001/messages", "tickets:write"),
        ("POST", "/api/v1/tickets/GD-10001/files", "tickets:write"),
        ("POST", "/api/v1/tickets/GD-10001/cancel", "tickets:write"),
        ("POST", "/api/v1/tickets/GD-10001/steps/x/answer", "steps:write"),
        ("POST", "/api/v1/tickets/GD-10001/steps/x/vote", "steps:write"),
        ("POST", "/api/v1/tickets/GD-10001/steps/x/incident", "steps:write"),
        ("POST", "/api/v1/events", "events:write"),
        ("GET", "/api/v1/definitions", "definitions:read"),
        ("GET", "/api/v1/definitions/return", "definitions:read"),
    ],
)
async def test_every_door_wants_its_scope(desk: Desk, method: str, path: str, scope: str) -> None:
    others = {"tickets:read", "tickets:write", "steps:write", "events:write", "definitions:read"} - {scope}

    refused = await desk.http.request(method, path, headers=await desk.headers(*others))
    let_in = await desk.http.request(method, path, headers=await desk.headers(scope))

    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert scope in refused.json()["detail"]
    assert let_in.status_code not in (401, 403)


async def test_every_operation_of_the_api_is_locked(desk: Desk, app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        if not path.startswith("/api/v1"):
            continue
        for method in operations:
            url = (
                path.replace("{no}", "GD-10001").replace("{step}", "x").replace("{key}", "x").replace("{file_id}", "x")
            )
            answer = await desk.http.request(method, url, headers={"Authorization": ""})
            assert answer.status_code == 401, f"{method} {path}"


async def test_a_key_speaks_for_nobody_without_the_scope(desk: Desk) -> None:
    await desk.person("anna")
    headers = await desk.headers("tickets:read", "tickets:write", "admin") | {"On-Behalf-Of": "anna"}

    answer = await desk.http.post("/api/v1/tickets/GD-10001/claim", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_key_speaks_for_no_stranger(desk: Desk) -> None:
    await desk.person("gone", active=False)

    for who in ("nobody", "gone"):
        answer = await desk.http.get(READ, headers={"On-Behalf-Of": who})
        assert (answer.status_code, answer.json()["code"]) == (403, "unknown_person")


async def test_a_key_speaking_for_itself_is_an_integration(desk: Desk) -> None:
    no = await desk.open()
    await desk.http.post(f"/api/v1/tickets/{no}/claim")

    [(_, event, _)] = desk.temporal.heard
    assert isinstance(event, TicketCommanded)
    assert (event.by.kind, event.by.id, event.by.roles) == (ActorKind.INTEGRATION, "1", ())


async def test_the_body_cannot_say_who_acts(desk: Desk) -> None:
    no = await desk.open()

    answer = await desk.http.post(f"/api/v1/tickets/{no}/claim", json={"by": {"kind": "system", "id": "root"}})

    assert answer.status_code == 422
    assert desk.temporal.heard == []


class Browser:
    """Somebody at the console: pages of the test's own around the login that the console uses."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.http.post("/test/login", json={"email": email, "password": password})


@pytest.fixture
async def browser(desk: Desk, app: FastAPI) -> AsyncIterator[Browser]:
    _add_pages(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        yield Browser(http)


def _add_pages(app: FastAPI) -> None:
    @app.post("/test/login")
    async def sign_in(request: Request) -> Response:
        said = await request.json()
        answer = JSONResponse({})
        found = await login(request, answer, said["email"], said["password"])
        answer.headers["X-Csrf"] = found.csrf
        return answer

    @app.post("/test/logout")
    async def sign_out(request: Request) -> Response:
        answer = JSONResponse({})
        await logout(request, answer)
        return answer

    @app.post("/test/password")
    async def password(request: Request) -> Response:
        said, answer = await request.json(), JSONResponse({})
        found = await current(request)
        assert isinstance(found, SignedIn)
        require_csrf(request, found, said["csrf"])
        answer.headers["X-Csrf"] = (await change_password(request, answer, found, said["old"], said["new"])).csrf
        return answer


async def test_a_person_signs_in_reads_and_writes(desk: Desk, browser: Browser) -> None:
    await desk.person("anna", roles=["after_sales"], teams=["warehouse"])
    no = await desk.open()
    entered = await browser.sign_in("Anna@Example.com ")

    assert entered.status_code == 200
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await browser.http.get(READ)).status_code == 200
    done = await browser.http.post(
        f"/api/v1/tickets/{no}/claim", headers={"X-CSRF-Token": entered.headers["x-csrf"], "Origin": "http://desk"}
    )
    assert done.status_code == 200
    [(_, event, _)] = desk.temporal.heard
    assert isinstance(event, TicketCommanded)
    assert (event.by.kind, event.by.id, event.by.teams) == (ActorKind.STAFF, "anna", ("warehouse",))


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "guess"},
        {"X-CSRF-Token": "right", "Origin": "http://evil.example"},
        {"X-CSRF-Token": "right", "Origin": "null"},
        {"X-CSRF-Token": "right", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_forged_write_with_a_cookie_is_refused(desk: Desk, browser: Browser, forged: dict[str, str]) -> None:
    await desk.person("anna")
    no = await desk.open()
    csrf = (await browser.sign_in("anna@example.com")).headers["x-csrf"]
    headers = {name: csrf if value == "right" else value for name, value in forged.items()}

    answer = await browser.http.post(f"/api/v1/tickets/{no}/claim", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "forged")
    assert desk.temporal.heard == []


async def test_a_cookie_is_kept_as_its_hash_and_ends_with_the_session(desk: Desk, browser: Browser) -> None:
    await desk.person("anna")
    await browser.sign_in("anna@example.com")
    [(kept,)] = await desk.rows(select(Session.id))
    cookie = browser.http.cookies["gongdan_session"]
    assert cookie not in kept

    await browser.http.post("/test/logout")
    browser.http.cookies.set("gongdan_session", cookie)

    assert (await browser.http.get(READ)).status_code == 401


async def test_a_wrong_password_and_an_unknown_name_look_the_same(desk: Desk, browser: Browser) -> None:
    await desk.person("anna")
    await desk.person("new", password_hash=None)

    answers = [
        await browser.sign_in("anna@example.com", "wrong"),
        await browser.sign_in("nobody@example.com"),
        await browser.sign_in("new@example.com"),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "login_failed")}


async def test_guessing_is_slowed_down_even_with_the_right_password(desk: Desk, browser: Browser) -> None:
    await desk.person("anna")
    for _ in range(3):
        await browser.sign_in("anna@example.com", "wrong")

    answer = await browser.sign_in("anna@example.com")

    assert (answer.status_code, answer.json()["code"]) == (429, "login_throttled")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_one_time_password_opens_nothing_but_its_change(desk: Desk, browser: Browser) -> None:
    await desk.person("anna", must_change_password=True)
    csrf = (await browser.sign_in("anna@example.com")).headers["x-csrf"]
    before = await browser.http.get(READ)
    weak = await browser.http.post("/test/password", json={"csrf": csrf, "old": PASSWORD, "new": "short"})
    changed = await browser.http.post(
        "/test/password", json={"csrf": csrf, "old": PASSWORD, "new": "a better one, long"}
    )

    assert (before.status_code, before.json()["code"]) == (403, "password_expired")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert changed.status_code == 200
    assert (await browser.http.get(READ)).status_code == 200
    [(hashed, must)] = await desk.rows(select(Person.password_hash, Person.must_change_password))
    assert hashed.startswith("$argon2id$")
    assert not must


async def test_by_https_the_cookie_is_for_this_host_only(database_url: str) -> None:
    app = create(Settings(database_url, public_url="https://desk.example", identity_cache=0.0))
    _add_pages(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://desk.example") as http,
    ):
        await Desk(app, http, Temporal()).person("anna")
        cookie = (await Browser(http).sign_in("anna@example.com")).headers["set-cookie"]

    assert cookie.startswith("__Host-gongdan_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
