"""The way in: signing in, the one-time password, what a page may do, and how somebody likes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.pages.assets import STATIC, Assets, VendorMissing
from tests.pages.conftest import enter
from tests.pages.page_desk import PASSWORD, PageDesk, fields_of


async def test_whoever_is_not_signed_in_is_led_to_the_entrance_and_back(desk: PageDesk) -> None:
    browser = desk.browser()
    shown = await browser.get("/queue?view=mine")
    assert shown.url.path == "/login"

    wanted = fields_of(shown.text, "/login")
    sent = {**wanted, "email": "wangfang@example.com", "password": PASSWORD}
    answer = await browser.post("/login", data=sent)

    assert answer.url.path == "/queue"
    assert answer.url.params["view"] == "mine"


async def test_a_wrong_password_is_told_and_the_address_stays(desk: PageDesk, language: str) -> None:
    answer = await desk.browser(language).post("/login", data={"email": "wangfang@example.com", "password": "wrong"})

    assert answer.status_code == 422
    assert 'value="wangfang@example.com"' in answer.text
    assert ("密码不正确" if language == "zh" else "password is wrong") in answer.text


async def test_a_one_time_password_opens_nothing_but_its_own_change(desk: PageDesk) -> None:
    await desk.password("wangfang", one_time=True)
    browser = desk.browser()
    await browser.post("/login", data={"email": "wangfang@example.com", "password": PASSWORD})
    shown = await browser.get("/queue")
    assert shown.url.path == "/login/password"

    hidden = fields_of(shown.text, "/login/password")
    weak = await browser.post("/login/password", data={**hidden, "old": PASSWORD, "new": "short"})
    good = await browser.post("/login/password", data={**hidden, "old": PASSWORD, "new": "a much better one"})

    assert weak.status_code == 422
    assert 'aria-invalid="true"' in weak.text
    assert good.url.path == "/queue"


async def test_the_way_back_never_leads_off_this_desk(desk: PageDesk) -> None:
    for place in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        browser = desk.browser()
        sent = {"email": "wangfang@example.com", "password": PASSWORD, "next": place}

        answer = await browser.post("/login", data=sent)

        assert str(answer.url) == "http://desk/queue"


async def test_a_write_without_the_sessions_token_is_refused(desk: PageDesk) -> None:
    browser = await enter(desk, "wangfang")

    answer = await browser.post("/notifications/read", data={"csrf": "guessed"})

    assert answer.status_code == 403


async def test_signing_out_ends_the_session(desk: PageDesk) -> None:
    browser = await enter(desk, "wangfang")
    page = await browser.get("/queue")

    await browser.post("/logout", data=fields_of(page.text, "/logout"))

    assert (await browser.get("/queue")).url.path == "/login"


async def test_language_and_look_are_kept_in_the_browser(desk: PageDesk) -> None:
    browser = desk.browser("en")

    await browser.post("/preferences", data={"language": "zh", "theme": "dark", "back": "/login"})
    shown = await browser.get("/login")

    assert '<html lang="zh-CN" data-theme="dark">' in shown.text


async def test_pages_may_run_nothing_but_our_own_files(desk: PageDesk) -> None:
    shown = await desk.browser().get("/login")

    policy = shown.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", shown.text)
    assert "Strict-Transport-Security" not in shown.headers


async def test_static_files_are_kept_forever_under_a_name_of_their_content(desk: PageDesk) -> None:
    browser = desk.browser()
    page = (await browser.get("/login")).text
    places = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)

    answers = [await browser.get(place) for place in places]

    assert len(places) >= 5
    assert all(answer.status_code == 200 for answer in answers)
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)
    assert not any("x-request-id" in answer.headers for answer in answers)
    assert (await browser.get("/static/000000000000/css/base.css")).headers["cache-control"] == "no-cache"


def test_the_desk_does_not_start_without_its_fetched_scripts(tmp_path: Path) -> None:
    with pytest.raises(VendorMissing, match=r"hatch_build\.py"):
        Assets(tmp_path)


def test_the_desk_does_not_start_with_scripts_that_were_changed(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "htmx.min.js").write_text("alert(1)", "utf-8")
    (vendor / "manifest.json").write_text(json.dumps({"files": {"htmx.min.js": "0" * 64}}), "utf-8")

    with pytest.raises(VendorMissing, match=r"htmx\.min\.js"):
        Assets(tmp_path)


def test_the_scripts_of_a_page_stay_small() -> None:
    loaded = [*(STATIC / "js").glob("*.js"), STATIC / "vendor" / "htmx.min.js"]

    assert sum(file.stat().st_size for file in loaded) <= 60 * 1024
