"""The way in and out, and how somebody likes the pages: language, light or dark, keys."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.auth import current
from api.pages.desk import THEMES, YEAR, AnyReader, OwnForm, Reader, StaffForm, StaffReader, back, local
from api.pages.errors import PageRoute
from api.pages.forms import given
from api.problem_table import Code, Language
from api.problems import Problem
from api.sessions import change_password, login, logout
from db import duty
from sop.events import Duty

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
async def start() -> Response:
    """The desk begins at its queue."""
    return RedirectResponse("/queue", 303)


@router.get("/login")
async def show_login(found: AnyReader) -> Response:
    """The form; somebody signed in goes on."""
    if found.person is not None:
        return RedirectResponse(_wanted(found) or "/queue", 303)
    return _entrance(found)


@router.post("/login")
async def sign_in(request: Request, found: AnyReader, form: OwnForm) -> Response:
    """Sign in. A one-time password must be changed before anything else."""
    email, wanted = given(form, "email", 254), local(given(form, "next", 500))
    answer = RedirectResponse(wanted or "/queue", 303)
    try:
        opened = await login(request, answer, email, _secret(form, "password"))
    except Problem as problem:
        error = problem.explanation(found.speech.language)
        shown = _entrance(found, error=error, email=email, wanted=wanted, status=422)
        shown.headers.update({key: value for key, value in (problem.headers or {}).items() if key == "Retry-After"})
        return shown
    if opened.person.must_change_password:
        answer.headers["location"] = "/login/password"
    return answer


@router.get("/login/password")
async def show_password(found: AnyReader) -> Response:
    """The form for a password of one's own."""
    _ = found.staff
    return _entrance(found, change=True)


@router.post("/login/password")
async def set_password(request: Request, found: AnyReader, form: StaffForm) -> Response:
    """Change the password; every other session of the person ends."""
    session = await current(request)
    if session is None:
        raise Problem(Code.NOT_SIGNED_IN)
    answer = RedirectResponse("/queue", 303)
    try:
        await change_password(request, answer, session, _secret(form, "old"), _secret(form, "new"))
    except Problem as problem:
        told = problem.explanation(found.speech.language)
        weak = problem.code is Code.WEAK_PASSWORD
        return _entrance(found, change=True, error="" if weak else told, wrong=told if weak else "", status=422)
    return answer


@router.post("/logout")
async def sign_out(request: Request, _form: StaffForm) -> Response:
    """End the session."""
    answer = RedirectResponse("/login", 303)
    await logout(request, answer)
    return answer


@router.post("/duty")
async def change_duty(request: Request, form: StaffForm, found: StaffReader) -> Response:
    """Come on duty or go off: then all one has goes back."""
    wanted, person = given(form, "duty", 10), found.staff.id
    if wanted not in (Duty.ON, Duty.OFF):
        raise Problem(Code.INVALID)
    async with found.doors.store.write() as conn:
        await duty.change(conn, person, Duty(wanted), datetime.now(UTC))
    found.doors.sessions.clear()
    found.doors.people.clear()
    return back(request, form, "/queue")


@router.post("/preferences")
async def prefer(request: Request, form: OwnForm) -> Response:
    """Keep a preference in this browser. It changes nothing but how pages look, so it needs no token."""
    answer = back(request, form, "/")
    allowed = {"language": tuple(Language), "theme": THEMES, "keys": ("on", "off")}
    for name, values in allowed.items():
        value = given(form, name, 10)
        if value in values:
            answer.set_cookie(name, value, max_age=YEAR, path="/", samesite="lax")
    return answer


def _secret(form: FormData, name: str) -> str:
    """A password exactly as typed."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _wanted(found: Reader) -> str:
    return local(found.request.query_params.get("next", ""))


def _entrance(
    found: Reader,
    *,
    change: bool = False,
    error: str = "",
    wrong: str = "",
    email: str = "",
    wanted: str = "",
    status: int = 200,
) -> Response:
    values: dict[str, object] = {
        "change": change,
        "error": error,
        "wrong": wrong,
        "email": email,
        "next": wanted or _wanted(found),
        "least": found.doors.settings.password_least,
    }
    return found.show("login.html", values, status)
